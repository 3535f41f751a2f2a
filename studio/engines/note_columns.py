"""Music as the writer sees it: one row a note on a grid of 24 steps a beat, with few classes for each property.

A row holds (shift since the note before, track class, pitch, duration class, velocity class). Notes that share an onset
are chained by (track class, pitch), so a row's order is fixed. Pitched notes are moved so that the piece's key has no
sharps or flats (C major or A minor): every key teaches every other, which takes the place of transposing the training
data at random, and a likelihood pays log 24 nats a piece for telling the key (:data:`KEY_COST`). What drums do not have
(a meaningful duration) and what scores do not have (a velocity) is not modelled: see :attr:`Piece.flat`.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter

import numpy as np
import numpy.typing as npt

VERSION = 1
"""Of what rows and features mean; counted up with any change, so that no cache or model is read wrongly."""
STEPS = 24
Ints = npt.NDArray[np.int64]

SHIFTS = np.array([*range(97), 108, 120, 144, 168, 192, 240, 288, 384, 576, 768])
DURATIONS = np.array(
    [
        *range(1, 25),
        28,
        30,
        32,
        33,
        36,
        40,
        42,
        45,
        48,
        54,
        60,
        66,
        72,
        80,
        84,
        90,
        96,
        108,
        120,
        144,
        168,
        192,
        240,
        288,
        384,
        576,
    ]
)
VELOCITIES = 32
N_SHIFT, N_TRACK, N_PITCH, N_DURATION = len(SHIFTS), 32, 128, len(DURATIONS)
DRUM_STEPS = 6
"""Every drum note lasts a sixteenth: how long a pad was held says nothing."""
KEY_COST = math.log(24)
FLAT_COST = math.log(2)

TRACK_CLASSES: tuple[tuple[str, int], ...] = (
    ("Drums", 0),
    ("Bass", 33),
    ("Chords", 0),
    ("Left hand", 0),
    ("Piano", 0),
    ("Right hand", 0),
    ("Organ", 19),
    ("Guitar", 24),
    ("Driven guitar", 29),
    ("Strings", 48),
    ("Choir", 52),
    ("Cello", 42),
    ("Viola", 41),
    ("Violin 2", 40),
    ("Violin 1", 40),
    ("Bass voice", 52),
    ("Tenor", 52),
    ("Alto", 52),
    ("Soprano", 52),
    ("Brass", 61),
    ("Reed", 66),
    ("Flute", 73),
    ("Mallets", 11),
    ("Synthesizer", 80),
    ("Pad", 89),
    ("Effects", 98),
    ("Ethnic", 104),
    ("Bridge", 0),
    ("Melody", 0),
    ("Second", 0),
    ("Third", 0),
    ("Fourth", 0),
)
"""Name and GM program a class is played with when nothing else is known. A class's number is its place among chained notes."""

CLASS = {name: i for i, (name, _) in enumerate(TRACK_CLASSES)}
DRUMS = CLASS["Drums"]
_SPARE = (CLASS["Second"], CLASS["Third"], CLASS["Fourth"])
_FAMILIES = (
    (8, "Piano"),
    (16, "Mallets"),
    (24, "Organ"),
    (29, "Guitar"),
    (32, "Driven guitar"),
    (40, "Bass"),
    (41, "Violin 1"),
    (42, "Viola"),
    (43, "Cello"),
    (44, "Bass"),
    (46, "Strings"),
    (48, "Mallets"),
    (52, "Strings"),
    (55, "Choir"),
    (64, "Brass"),
    (72, "Reed"),
    (80, "Flute"),
    (88, "Synthesizer"),
    (96, "Pad"),
    (104, "Effects"),
    (112, "Ethnic"),
    (120, "Mallets"),
    (128, "Effects"),
)
_NAMES = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"^chords?$", "Chords"),
        (r"^bridge$", "Bridge"),
        (r"staff ?1$|right hand|^rh$", "Right hand"),
        (r"staff ?2$|left hand|^lh$", "Left hand"),
        (r"^soprano", "Soprano"),
        (r"^alto$", "Alto"),
        (r"^tenor$", "Tenor"),
        (r"^bass voice$", "Bass voice"),
        (r"violin(o|e)? ?(2|ii)\b", "Violin 2"),
        (r"violin(o|e)? ?(1|i)\b", "Violin 1"),
        (r"^synthesizer$", "Synthesizer"),
        (r"^second$", "Second"),
        (r"^third$", "Third"),
        (r"^fourth$", "Fourth"),
        (r"melod|\bvoice|vocal|vox|\blead\b|sing|canto|chant|stimme|gesang", "Melody"),
    )
)


@dataclass(frozen=True)
class Part:
    """A track's notes on the grid of its source: columns of shape [n]; ``start`` and ``length`` in ``per_beat``-ths of a beat."""

    name: str
    program: int
    drums: bool
    start: Ints
    length: Ints
    pitch: Ints
    velocity: Ints


_first = itemgetter(0)


@dataclass(frozen=True)
class Bars:
    """The bar lines in steps: signatures as (first step, steps a bar, metre class), sorted, the first at or before step 0."""

    signatures: tuple[tuple[int, int, int], ...] = ((0, 96, 2),)

    @classmethod
    def of(cls, signatures: Sequence[tuple[int, int, int]]) -> "Bars":
        """From (step, numerator, denominator) rows; 4/4 where none is given. The first one holds from the start."""
        rows = {step: (max(6, round(n * 4 * STEPS / d)), metre_class(n, d)) for step, n, d in sorted(signatures)}
        if not rows:
            return cls()
        found = [(step, *rows[step]) for step in sorted(rows)]
        first = found[0]
        if first[0] > 0:
            found[0] = (first[0] % first[1] - first[1] if first[0] % first[1] else 0, first[1], first[2])
        return cls(tuple(found))

    def at(self, step: int) -> tuple[int, int, int, int]:
        """(first step of its bar, steps a bar, metre class, bars since the signature) at ``step``."""
        signatures = self.signatures
        chosen = 0 if len(signatures) == 1 else max(0, bisect_right(signatures, step, key=_first) - 1)
        start, length, metre = signatures[chosen]
        count = (step - start) // length
        return start + count * length, length, metre, count


_METRES = ((2, 4), (3, 4), (4, 4), (6, 8), (9, 8), (12, 8), (2, 2), (3, 8), (5, 4), (3, 2), (6, 4))
N_METRE = len(_METRES) + 1
METRE_STEPS = (*(round(n * 4 * STEPS / d) for n, d in _METRES), 4 * STEPS)
"""Steps a bar of each metre class."""


def metre_class(numerator: int, denominator: int) -> int:
    """The number of a metre, the last for all rare ones."""
    pair = (numerator, denominator)
    return _METRES.index(pair) if pair in _METRES else len(_METRES)


@dataclass(frozen=True)
class Piece:
    """A piece as rows: columns of shape [n], sorted by (time, track, pitch) and without doublings.

    ``time`` and ``steps`` (duration) are grid steps, ``track``, ``duration``, ``velocity`` classes, ``pitch`` as normalised.
    ``key`` is 0..11 for major, 12..23 for minor, -1 when nothing is pitched; ``moved`` semitones were added to pitched notes.
    ``flat``: the piece has one velocity throughout, so its notes teach none.
    """

    time: Ints
    track: Ints
    pitch: Ints
    steps: Ints
    duration: Ints
    velocity: Ints
    bars: Bars
    key: int
    moved: int
    flat: bool
    parts: tuple[int, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.time)

    @property
    def shift(self) -> Ints:
        """Shift classes; the first counts from the bar line at or before the first note."""
        if not len(self):
            return np.zeros(0, np.int64)
        first = int(self.time[0])
        return shift_class(np.diff(self.time, prepend=self.bars.at(first)[0]))


def shift_class(steps: npt.ArrayLike) -> Ints:
    """Classes of time shifts: 0..96 exact, then the nearest of the coarse ones."""
    return nearest(SHIFTS, steps)


def nearest(table: Ints, values: npt.ArrayLike) -> Ints:
    """Index of the entry of the sorted ``table`` nearest to each value."""
    v = np.asarray(values)
    i = np.clip(np.searchsorted(table, v), 1, len(table) - 1)
    return np.where(v - table[i - 1] <= table[i] - v, i - 1, i)


def velocity_class(velocity: npt.ArrayLike) -> Ints:
    """Classes of MIDI velocities, four to a class."""
    return np.clip(np.asarray(velocity, np.int64) // 4, 0, VELOCITIES - 1)


def class_velocity(index: int) -> int:
    """A velocity in the middle of a class."""
    return min(127, 4 * index + 2)


def family(program: int) -> int:
    """The track class of a GM program."""
    return CLASS[next(name for below, name in _FAMILIES if program < below)]


def _named(part: Part) -> int | None:
    for pattern, name in _NAMES:
        if pattern.search(part.name.strip()):
            return CLASS[name]
    return None


def _chordal(part: Part) -> bool:
    return len(part.start) > 1.8 * len(np.unique(part.start))


def track_classes(parts: Sequence[Part]) -> tuple[int, ...]:
    """A track class a part: by drums, name, program, and for nameless files by what the parts look like.

    A class that is taken makes way for a spare one; with all spares taken, parts share a class.
    """
    pitched = [p for p in parts if not p.drums and len(p.start)]
    wanted = [DRUMS if p.drums else _named(p) for p in parts]
    piano_staves = {CLASS["Left hand"], CLASS["Right hand"]} & set(wanted)
    plain = not any(w is not None for p, w in zip(parts, wanted, strict=True) if not p.drums and len(p.start))
    low_to_high = all(a.pitch.mean() >= b.pitch.mean() for a, b in pairwise(pitched)) if pitched else False
    same_program = len({p.program for p in pitched}) == 1
    voices = plain and len(pitched) == 4 and same_program and low_to_high and not any(map(_chordal, pitched))
    tune = plain and len(pitched) == 2 and same_program and _chordal(pitched[1]) and not _chordal(pitched[0])
    result: list[int] = []
    for part, want in zip(parts, wanted, strict=True):
        place = next((k for k, p in enumerate(pitched) if p is part), None)
        if want is None and voices and place is not None:
            want = CLASS[("Soprano", "Alto", "Tenor", "Bass voice")[place]]
        elif want is None and tune and place is not None:
            want = CLASS["Chords" if place else "Melody"]
        elif want is None:
            choral = CLASS["Soprano"] in wanted and part.name.strip().lower() == "bass"
            alone = CLASS["Chords"] in wanted and len(pitched) == 2
            single = bool(piano_staves) and not _chordal(part)
            want = CLASS["Bass voice"] if choral else CLASS["Melody"] if alone or single else family(part.program)
        result.append(_free(want, result))
    return tuple(result)


def _free(want: int, taken: Sequence[int]) -> int:
    if want == DRUMS or want not in taken:
        return want
    if want == CLASS["Violin 1"] and CLASS["Violin 2"] not in taken:
        return CLASS["Violin 2"]
    return next((spare for spare in _SPARE if spare not in taken), want)


# Key profiles of D. Temperley, Music and Probability (2007), from the Kostka-Payne corpus.
_MAJOR = np.array([0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400])
_MINOR = np.array([0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330])


def estimate_key(pitch: Ints, weight: npt.NDArray[np.float64]) -> int:
    """The best of the 24 keys for pitched notes with weights (steps): 0..11 major, 12..23 minor; -1 without notes."""
    if not len(pitch):
        return -1
    chroma = np.bincount(pitch % 12, np.minimum(weight, STEPS), 12)
    scores = [
        float(np.corrcoef(chroma, np.roll(p, k))[0, 1]) if chroma.std() > 0 else 0.0 for p in (_MAJOR, _MINOR) for k in range(12)
    ]
    return int(np.argmax(scores))


def move_for(key: int) -> int:
    """Semitones, -5..6, that bring a key to C major or A minor."""
    if key < 0:
        return 0
    down = key if key < 12 else (key + 3) % 12
    return -down if down <= 5 else 12 - down


def encode(parts: Sequence[Part], signatures: Sequence[tuple[int, int, int]], per_beat: int, key: int | None = None) -> Piece:
    """A piece from parts and (time, numerator, denominator) rows, all in ``per_beat``-ths of a beat.

    ``key`` (0..23) is estimated when None.
    """
    classes = track_classes(parts)
    kept = [(c, p) for c, p in zip(classes, parts, strict=True) if len(p.start)]
    columns = [
        np.concatenate([getattr(p, k) for _, p in kept]) if kept else np.zeros(0, np.int64)
        for k in ("start", "length", "pitch", "velocity")
    ]
    start, length, pitch, velocity = (np.asarray(c, np.int64) for c in columns)
    track = np.concatenate([np.full(len(p.start), c) for c, p in kept]) if kept else np.zeros(0, np.int64)
    time = (2 * start * STEPS + per_beat) // (2 * per_beat)
    steps = np.maximum(1, (2 * (start + length) * STEPS + per_beat) // (2 * per_beat) - time)
    drum = track == DRUMS
    steps[drum] = DRUM_STEPS
    if key is None:
        key = estimate_key(pitch[~drum], steps[~drum].astype(float))
    moved = move_for(key)
    pitch = np.where(drum, pitch, np.clip(pitch + moved, 0, 127))
    order = np.lexsort((-steps, pitch, track, time))
    same = np.zeros(len(time), bool)
    t, c, p = time[order], track[order], pitch[order]
    same[1:] = (t[1:] == t[:-1]) & (c[1:] == c[:-1]) & (p[1:] == p[:-1])
    order = order[~same]
    bars = Bars.of([((2 * a * STEPS + per_beat) // (2 * per_beat), n, d) for a, n, d in signatures])
    return Piece(
        time[order],
        track[order],
        pitch[order],
        steps[order],
        nearest(DURATIONS, steps[order]),
        velocity_class(velocity[order]),
        bars,
        key,
        moved,
        bool(len(velocity) == 0 or (velocity == velocity[0]).all()),
        classes,
    )
