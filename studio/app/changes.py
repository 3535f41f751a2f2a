"""What can be asked of bars that are there: verbs, and a value that says everything about a request."""

from dataclasses import dataclass

from studio.engines.api import Limits
from studio.music.document import Document
from studio.music.pitch import Key

VERBS: dict[str, str] = {
    "fill": "Filling in",
    "accompany": "Accompanying",
    "harmonise": "Harmonising",
    "vary": "Varying",
    "sample": "Writing new clips",
    "blend": "Blending",
    "walk": "Walking on the map",
    "slide": "Moving sliders",
    "groove": "Giving a groove",
    "drums": "Making drums",
}
"""The verbs, and what is said while each is at work."""
CLIP_VERBS = ("vary", "sample", "blend", "walk", "slide", "groove", "drums")


@dataclass(frozen=True)
class Change:
    """What a composer asks for. ``start`` and ``end`` are ticks; bars that they cut into are meant whole.

    fill: write the bars of ``tracks`` anew. accompany, harmonise: write ``new_parts`` (names) for the bars.
    vary: like the bars of ``tracks``, by ``amount`` (0 the same, 1 anything). sample: other bars for them altogether.
    blend: ``takes`` steps between the bars and those of ``other`` (track id, start), or with ``laid_out`` one take that
    leads there in ``takes`` clips after the bars. walk: a take each of ``places`` (x, y) around the bars on the map,
    moved by ``sliders``.
    slide: ``sliders`` (attribute, standard deviations). groove: velocity and timing for stiff drums.
    drums: a new drum part for the rhythm of ``tracks``.

    ``key`` locks pitches, ``limits`` hold for every note, and ``chords`` (as :class:`studio.app.generating.Order` has them)
    are those that it keeps to instead of the song's; ``density`` (notes a beat) and ``register`` (a mean pitch) are asked
    for where not 0.
    """

    verb: str
    start: int
    end: int
    tracks: tuple[int, ...] = ()
    new_parts: tuple[str, ...] = ()
    other: tuple[int, int] | None = None
    amount: float = 0.5
    places: tuple[tuple[float, float], ...] = ()
    sliders: tuple[tuple[str, float], ...] = ()
    laid_out: bool = False
    style: str = ""
    key: Key | None = None
    temperature: float = 1.0
    top_p: float = 0.95
    density: float = 0.0
    register: int = 0
    limits: Limits = Limits()
    chords: str = ""
    seed: int = 0
    takes: int = 1

    @property
    def region(self) -> tuple[int, int]:
        """Where notes are proposed: the bars themselves, or what a laid-out blend takes after them."""
        if self.verb == "blend" and self.laid_out:
            return self.end, self.end + self.takes * (self.end - self.start)
        return self.start, self.end


@dataclass(frozen=True)
class ChangeRequest:
    """A checked change of a song, as it travels to the process that makes it."""

    change: Change
    context: Document


_PITCHED = ("low", "high", "polyphony", "leap", "chord_notes")
_RHYTHMIC = ("grid", "least", "most")


def unable(verb: str, drums: bool = False) -> dict[str, str]:
    """The fields of :class:`studio.engines.api.Limits` that ``verb`` cannot be asked for, each with why.

    ``drums``: the bars that it is meant for are drums.
    """
    if verb in ("accompany", "harmonise"):  # what they add has a pitch, whatever they are added to
        return {}
    if verb == "groove":
        return dict.fromkeys((*_PITCHED, *_RHYTHMIC), "A groove keeps the hits as they are.")
    if drums or verb == "drums":
        return dict.fromkeys(_PITCHED, "Drums have no pitch.")
    return {}
