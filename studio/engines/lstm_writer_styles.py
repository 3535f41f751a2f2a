"""What the writer takes for granted of its styles: who plays, how loud scores are played, how freely each choice is drawn."""

from dataclasses import dataclass

from studio.engines.note_columns import CLASS, DRUMS, TRACK_CLASSES


@dataclass(frozen=True)
class Sampling:
    """How a head draws: the temperature, and the share of probability kept (top-p).

    ``lean`` favours later onsets (shift) or longer notes (duration): lean times log(1 + steps) is added to the scores. Left
    to itself, a writer hears its own notes and grows denser, or thinner, than the songs it learned from.
    """

    temperature: float = 1.0
    top_p: float = 0.98
    lean: float = 0.0


@dataclass(frozen=True)
class Style:
    """A style's usual ensembles (track classes), programs other than the classes' own, and whether scores taught it.

    ``phrased``: the training set has no played velocities, so dynamics are a mild fixed phrasing. ``tempo`` is what a new
    piece is written in, quarters a minute: near the set's median where its tempi were played or chosen by a composer.
    """

    ensembles: tuple[tuple[str, ...], ...]
    programs: tuple[tuple[str, int], ...] = ()
    phrased: bool = False
    minor: float = 0.3
    tempo: int = 120

    def program(self, track: int) -> int:
        """The GM program for a track class."""
        name, usual = TRACK_CLASSES[track]
        return dict(self.programs).get(name, usual)


_VOICES = ("Bass voice", "Tenor", "Alto", "Soprano")
STYLES: dict[str, Style] = {
    "pop": Style((("Piano", "Bridge", "Melody"),), (("Melody", 4), ("Bridge", 24)), minor=0.24, tempo=80),
    "folk": Style((("Chords", "Melody"),), (("Chords", 24), ("Melody", 73)), phrased=True, minor=0.1),
    "leadsheet": Style((("Chords", "Melody"),), (("Melody", 66),), phrased=True, minor=0.1, tempo=110),
    "chorale": Style((_VOICES,), phrased=True, minor=0.4, tempo=84),
    "hymn": Style((_VOICES,), tuple((v, 19) for v in _VOICES), phrased=True, minor=0.1, tempo=96),
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
    "quartet": Style((("Cello", "Viola", "Violin 2", "Violin 1"),), phrased=True),
}
ANY = Style((), phrased=False)

HEADS = ("shift", "track", "pitch", "duration", "velocity")


def _defaults(pitch: float = 1.0, later: float = 0.0, longer: float = 0.0) -> tuple[Sampling, ...]:
    """A style's defaults: the pitch's temperature, and how the shift and the duration lean."""
    return (Sampling(lean=later), Sampling(), Sampling(pitch), Sampling(lean=longer), Sampling())


_DEFAULT = _defaults(0.95)
# The film's was chosen beside training songs (`studio bench generation --songs train`); the other temperatures are older and were
# chosen beside the songs that the bench judges by.
_TUNED: dict[str, tuple[Sampling, ...]] = {
    "pop": _defaults(0.97),
    "folk": _defaults(0.88),
    "leadsheet": _defaults(0.9),
    "chorale": _defaults(0.88),
    "hymn": _defaults(0.9),
    "romantic": _defaults(0.96),
    "piano": _defaults(0.97),
    "drums": _defaults(1.0),
    "game": _defaults(1.0),
    "film": _defaults(1.0),
    "jazz": _defaults(1.0),
    "quartet": _defaults(0.97),
}


def sampling(style: str, head: str) -> Sampling:
    """The measured default of a style's head (`studio bench generation`)."""
    return _TUNED.get(style, _DEFAULT)[HEADS.index(head)]


# Sounding ranges: by track class where it says more than the program, else by GM program.
_CLASS_RANGE = {
    "Bass voice": (36, 64),
    "Tenor": (45, 72),
    "Alto": (52, 77),
    "Soprano": (57, 84),
    "Left hand": (21, 84),
    "Right hand": (36, 108),
}
_PROGRAM_RANGE = (
    (8, 21, 108),
    (9, 60, 108),
    (10, 72, 108),
    (11, 60, 96),
    (12, 53, 89),
    (13, 45, 96),
    (16, 48, 96),
    (24, 36, 96),
    (32, 36, 88),
    (40, 23, 67),
    (41, 55, 103),
    (42, 48, 91),
    (43, 36, 84),
    (44, 28, 67),
    (46, 28, 103),
    (47, 24, 103),
    (48, 36, 60),
    (52, 28, 103),
    (56, 36, 84),
    (57, 52, 84),
    (58, 36, 77),
    (59, 24, 60),
    (64, 34, 88),
    (65, 56, 88),
    (66, 49, 81),
    (67, 42, 76),
    (68, 36, 69),
    (69, 58, 91),
    (70, 52, 84),
    (71, 34, 75),
    (72, 50, 94),
    (73, 74, 108),
    (74, 60, 98),
    (80, 48, 96),
    (112, 28, 100),
    (120, 28, 96),
    (128, 21, 108),
)
DRUM_RANGE = (35, 81)


def pitch_range(track: int, program: int) -> tuple[int, int]:
    """Lowest and highest pitch of a part."""
    if track == DRUMS:
        return DRUM_RANGE
    name = TRACK_CLASSES[track][0]
    if name in _CLASS_RANGE:
        return _CLASS_RANGE[name]
    return next((low, high) for below, low, high in _PROGRAM_RANGE if program < below)


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
