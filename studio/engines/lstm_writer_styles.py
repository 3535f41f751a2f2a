"""What the writer takes for granted of its styles: who plays, how loud scores are played, how freely each choice is drawn."""

from dataclasses import dataclass
from typing import Any

from studio.engines.gm import playable
from studio.engines.note_columns import CLASS, DRUMS, TRACK_CLASSES

HEADS = ("shift", "track", "pitch", "duration", "velocity")


@dataclass(frozen=True)
class Sampling:
    """How a head draws: the temperature, and the share of probability kept (top-p)."""

    temperature: float = 1.0
    top_p: float = 0.98


@dataclass(frozen=True)
class Manner:
    """How a style is drawn where nothing else is asked: five numbers, fitted beside songs and kept in the model's card.

    ``rhythm`` and ``pitch`` are temperatures of time shifts and pitches. The others say how many classes the density, polyphony
    and repetition that are steered for lie above those of the song whose course a new piece follows: steering falls short of
    its goal, and in every style by something else.
    """

    rhythm: float = 1.0
    pitch: float = 0.95
    density: float = 0.0
    polyphony: float = 0.0
    repetition: float = 0.0

    def sampling(self, head: str) -> Sampling:
        """How a head draws."""
        return Sampling({"shift": self.rhythm, "pitch": self.pitch}.get(head, 1.0))

    @property
    def more(self) -> dict[str, float]:
        """Classes that planned controls lie higher, by name."""
        return {"density": self.density, "polyphony": self.polyphony, "repetition": self.repetition}


def manners_of(hyper: dict[str, Any]) -> dict[str, Manner]:
    """The manners by style that a card's hyper-parameters name."""
    return {style: Manner(**values) for style, values in hyper.get("manners", {}).items()}


@dataclass(frozen=True)
class Style:
    """A style's usual ensembles (track classes), programs other than the classes' own, and whether scores taught it.

    ``phrased``: the training set has no played velocities, so dynamics are a mild fixed phrasing. ``tempo`` is what a new
    piece is written in, quarters a minute: near the set's median where its tempi were played or chosen by a composer.
    ``loop`` is for how many notes a short figure may be repeated exactly, 0 for any: as long as in 19 of 20 training songs'
    beginnings (`studio bench generation --styles quartet --pieces 100 --quick`), where the writer was found to go on for longer.
    ``hold`` says how many times as firmly a wished density is held to where songs are so much alike that the writer heeds it
    little: of 30 pieces' wishes and densities the rank correlation was 0.77 in folk (four times over; 0.89 so), 0.81 in hymns
    (0.88). In leadsheets, where it was 0.87, it took four notes of a hundred out of their scale, so it is not done there.
    """

    ensembles: tuple[tuple[str, ...], ...]
    programs: tuple[tuple[str, int], ...] = ()
    phrased: bool = False
    minor: float = 0.3
    tempo: int = 120
    loop: int = 0
    hold: float = 1.0

    def program(self, track: int) -> int:
        """The GM program for a track class."""
        name, usual = TRACK_CLASSES[track]
        return dict(self.programs).get(name, usual)


_VOICES = ("Bass voice", "Tenor", "Alto", "Soprano")
STYLES: dict[str, Style] = {
    "pop": Style((("Piano", "Bridge", "Melody"),), (("Melody", 4), ("Bridge", 24)), minor=0.24, tempo=80),
    "folk": Style((("Chords", "Melody"),), (("Chords", 24), ("Melody", 73)), phrased=True, minor=0.1, hold=2.0),
    "leadsheet": Style((("Chords", "Melody"),), (("Melody", 66),), phrased=True, minor=0.1, tempo=110),
    "chorale": Style((_VOICES,), phrased=True, minor=0.4, tempo=84),
    "hymn": Style((_VOICES,), tuple((v, 19) for v in _VOICES), phrased=True, minor=0.1, tempo=96, hold=2.0),
    "romantic": Style((("Left hand", "Right hand", "Melody"),), (("Melody", 68),), phrased=True, tempo=92),
    "piano": Style((("Left hand", "Right hand"),), phrased=True, minor=0.45, tempo=100),
    "drums": Style((("Drums",),), minor=0.0, tempo=110),
    "game": Style(
        (
            ("Drums", "Bass", "Driven guitar", "Synthesizer", "Second"),
            ("Drums", "Bass", "Driven guitar", "Strings", "Second"),
            ("Drums", "Bass", "Organ", "Driven guitar", "Synthesizer"),
        ),
        (("Second", 30),),
        minor=0.63,
    ),
    "film": Style(
        (
            ("Strings", "Choir", "Cello", "Mallets"),
            ("Piano", "Strings", "Flute", "Cello"),
            ("Drums", "Bass", "Guitar", "Strings", "Pad"),
        ),
        minor=0.65,
        tempo=100,
    ),
    "jazz": Style(
        (("Drums", "Bass", "Piano", "Mallets"), ("Drums", "Bass", "Piano", "Brass"), ("Drums", "Bass", "Piano", "Reed")),
        (("Bass", 32), ("Brass", 56)),
        minor=0.5,
    ),
    "quartet": Style((("Cello", "Viola", "Violin 2", "Violin 1"),), phrased=True, loop=18),
}
ANY = Style((), phrased=False)


# Sounding ranges by track class, where it says more than the program.
_CLASS_RANGE = {
    "Bass voice": (36, 64),
    "Tenor": (45, 72),
    "Alto": (52, 77),
    "Soprano": (57, 84),
    "Left hand": (21, 84),
    "Right hand": (36, 108),
}
_ENOUGH = 20  # semitones


def pitch_range(track: int, program: int) -> tuple[int, int]:
    """Lowest and highest pitch of a part: what its program can play, of voices and hands what is theirs where that is enough."""
    low, high = playable(program, track == DRUMS)
    least, most = _CLASS_RANGE.get(TRACK_CLASSES[track][0], (low, high))
    least, most = max(low, least), min(high, most)
    return (least, most) if most - least > _ENOUGH else (low, high)


_LOUD = {
    CLASS[n]: v
    for n, v in (
        ("Melody", 86),
        ("Soprano", 80),
        ("Violin 1", 82),
        ("Right hand", 76),
        ("Bridge", 74),
        ("Left hand", 66),
        ("Chords", 58),
    )
}


def phrased_velocity(track: int, bar_share: float, beat_start: bool, phrase: float, base: int | None = None) -> int:
    """A velocity for music learned from scores: parts balanced, downbeats a little louder, a gentle arch over each phrase.

    ``bar_share`` is 0 at a bar's start, ``phrase`` 0..1 the place in a four-bar phrase; ``base`` replaces the part's own level.
    """
    level = _LOUD.get(track, 70) if base is None else base
    accent = 6 if bar_share == 0 else 2 if beat_start else 0
    arch = round(8 * (1 - (2 * phrase - 1) ** 2)) - 4
    return max(1, min(127, level + accent + arch))
