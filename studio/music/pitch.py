"""Pitch: names, scales and keys, chords."""

import re
from dataclasses import dataclass
from functools import lru_cache

NAMES_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
NAMES_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
    "chromatic": tuple(range(12)),
}

CHORDS: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
}

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TONIC = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)(.*)$")


def parse_tonic(text: str) -> tuple[int, str]:
    """Pitch class (0 is C) at the head of ``text``, and what follows it.

    Raises:
        ValueError: no note name stands there.
    """
    match = _TONIC.match(text)
    if not match:
        raise ValueError(f"{text!r} does not start with a note name")
    letter, accidental, rest = match.groups()
    shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[accidental]
    return (_LETTERS[letter.upper()] + shift) % 12, rest


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (0 is C) and one of :data:`SCALES`."""

    tonic: int = 0
    scale: str = "major"

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < 12 or self.scale not in SCALES:
            raise ValueError(f"not a key: {self.tonic} {self.scale}")

    @classmethod
    def parse(cls, text: str) -> "Key":
        """A key as people write it: ``D minor``, ``Bb``, ``F# dorian``, ``Am``.

        Raises:
            ValueError: the text names no key.
        """
        tonic, rest = parse_tonic(text)
        word = " ".join(rest.replace("-", " ").split())
        short = {"": "major", "m": "minor", "M": "major", "maj": "major", "min": "minor"}
        scale = short.get(word) or word.lower()
        if scale not in SCALES:
            raise ValueError(f"{text!r} names no known scale")
        return cls(tonic, scale)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of the scale."""
        return frozenset((self.tonic + step) % 12 for step in SCALES[self.scale])

    def contains(self, pitch: int) -> bool:
        """Whether ``pitch`` belongs to the scale."""
        return pitch % 12 in self.pitch_classes

    @property
    def flats(self) -> bool:
        """Whether the key is usually written with flats."""
        relative = (self.tonic + 3) % 12 if 3 in SCALES[self.scale] and 4 not in SCALES[self.scale] else self.tonic
        return relative in (1, 3, 5, 8, 10)

    def __str__(self) -> str:
        return f"{(NAMES_FLAT if self.flats else NAMES_SHARP)[self.tonic]} {self.scale}"


_FIFTHS = "FCGDAEB"


def pitch_name(pitch: int, key: Key | None = None) -> str:
    """Scientific pitch name, 60 is C4; black keys as ``key`` has them, as sharps without one."""
    name = NAMES_SHARP[pitch % 12] if key is None else _names_in(key)[pitch % 12]
    shift = name.count("#") - name.count("b")
    return f"{name}{(pitch - shift) // 12 - 1}"


@lru_cache(maxsize=256)
def _names_in(key: Key) -> tuple[str, ...]:
    """A name for each pitch class: the harmonic chromatic scale on the tonic, from five fifths below it to six above.

    So D minor has Eb, Bb and C#, E major D#. White keys have no accidentals but where the scale itself has (Cb in Gb).
    """
    flats = key.flats
    tonic = str(key).split()[0]
    middle = _FIFTHS.index(tonic[0]) + 7 * (tonic.count("#") - tonic.count("b"))
    names = list(NAMES_FLAT if flats else NAMES_SHARP)
    for place in range(middle - 5, middle + 7):
        shift, letter = divmod(place, 7)
        pitch = (_LETTERS[_FIFTHS[letter]] + shift) % 12
        plain = NAMES_SHARP[pitch] if len(NAMES_SHARP[pitch]) == 1 else ""
        if abs(shift) < 2 and (not plain or not shift or pitch in key.pitch_classes):
            names[pitch] = _FIFTHS[letter] + ("#" if shift > 0 else "b" if shift < 0 else "")
    return tuple(names)


_PITCH = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)(-?\d+)\s*$")


def parse_pitch(text: str) -> int:
    """The MIDI pitch of a scientific name such as ``C4``, ``F#3`` or ``Eb5``, or of a number.

    Raises:
        ValueError: it is neither, or lies outside of 0 to 127.
    """
    match = _PITCH.match(text)
    if match:
        letter, accidental, octave = match.groups()
        shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[accidental]
        pitch = _LETTERS[letter.upper()] + shift + 12 * (int(octave) + 1)
    else:
        pitch = int(text) if text.strip().isdecimal() else -1
    if not 0 <= pitch <= 127:
        raise ValueError(f"{text!r} names no note from C-1 to G9")
    return pitch


def frequency(pitch: float) -> float:
    """Hertz of a MIDI pitch in equal temperament, 69 being 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (0 is C), a quality of :data:`CHORDS`, and a bass where it is not the root."""

    root: int
    quality: str = ""
    bass: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Chord":
        """A chord symbol such as ``Dm7`` or ``C/E``.

        Raises:
            ValueError: the text is no chord symbol known here.
        """
        head, _, bass = text.strip().partition("/")
        root, quality = parse_tonic(head)
        if quality not in CHORDS:
            raise ValueError(f"{text!r} is no chord symbol known here")
        return cls(root, quality, parse_tonic(bass)[0] if bass else None)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of the chord, its bass included."""
        tones = {(self.root + step) % 12 for step in CHORDS[self.quality]}
        return frozenset(tones | ({self.bass} if self.bass is not None else set()))

    def named(self, flats: bool = False) -> str:
        """The chord's symbol, its black keys written as sharps or flats."""
        names = NAMES_FLAT if flats else NAMES_SHARP
        bass = f"/{names[self.bass]}" if self.bass is not None else ""
        return f"{names[self.root]}{self.quality}{bass}"

    def __str__(self) -> str:
        return self.named()
