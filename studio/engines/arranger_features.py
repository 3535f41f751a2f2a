"""What the arranger knows of a hole: the notes around it, and before each choice of a note what stands there and elsewhere.

A hole is some bars of one part. Its notes are rows (shift, pitch, duration, velocity) on the writer's grid and in its key
(:mod:`studio.engines.note_columns`); shift class :data:`END` closes it. One small state, fed note by note, serves training
and writing alike. Pointers say what the part has one, two and four bars away, before the hole and after it; in the bars most
like this one (:mod:`studio.engines.arranger_alike`); and after the hole, where its latest three notes come again. A run counts
how many notes in a row a pointer was right about.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.engines.arranger_alike import ALIKE, LIKENESSES, Alike
from studio.engines.arranger_tables import SIZES, PartTables
from studio.engines.note_columns import (
    DRUMS,
    DURATIONS,
    N_DURATION,
    N_METRE,
    N_PITCH,
    N_SHIFT,
    N_TRACK,
    STEPS,
    VELOCITIES,
    Bars,
    Piece,
    shift_class,
)

VERSION = 2
END = N_SHIFT
AWAY = (-1, 1, -2, 2, -4, 4)
POINTERS = len(AWAY) + ALIKE + 1
"""Bars at fixed distances, like bars, and the same notes after the hole."""
RUNS, ROOM = 8, 1600
_MATCH = 3
MOST_HEARD = 192
REACH_BARS = 4
MOST_BARS = 8
AHEAD, CELL = 32, 3
DENSITIES = (0.375, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0)
"""Notes a beat between the density classes 1, 2, ... 8; class 0 leaves it open."""
N_DENSITY, N_REGISTER = 9, 13
Ints = npt.NDArray[np.int64]
_NONE_PITCH, _NONE_SHIFT, _NONE_DURATION = N_PITCH, N_SHIFT, N_DURATION
_SHIFT_OF = shift_class(np.arange(1600)).tolist()
_DURATION_LIST: list[int] = DURATIONS.tolist()

STATIC = (("style", 13), ("target", N_TRACK), ("mode", 3), ("density", N_DENSITY), ("register", N_REGISTER), ("metre", N_METRE))
BEFORE = (
    ("beat", STEPS),
    ("bar", 64),
    ("left", 33),
    ("group", 8),
    ("known", 8),
    *((f"shift_at_{i}", N_SHIFT + 1) for i in range(POINTERS)),
    *((f"run_{i}", RUNS) for i in range(POINTERS)),
    *((f"alike_{i}", LIKENESSES) for i in range(ALIKE)),
    ("others_next", N_SHIFT + 1),
    ("since", N_SHIFT + 1),
    ("was_pitch", N_PITCH + 1),
    ("was_duration", N_DURATION + 1),
)
PLACED = (
    ("beat_then", STEPS),
    ("bar_then", 64),
    ("last_pitch", N_PITCH + 1),
    ("pitch_before", N_PITCH + 1),
    ("chain_pitch", N_PITCH + 1),
    ("next_pitch", N_PITCH + 1),
    ("bass", N_PITCH + 1),
    ("top", N_PITCH + 1),
    ("others_after", N_SHIFT + 1),
    ("others_velocity", VELOCITIES + 1),
    *((f"pitch_at_{i}", N_PITCH + 1) for i in range(POINTERS)),
)
CHOSEN = (
    *((f"duration_at_{i}", N_DURATION + 1) for i in range(POINTERS)),
    *((f"velocity_at_{i}", VELOCITIES + 1) for i in range(POINTERS)),
)
NOW = (("shift", N_SHIFT + 1), ("pitch", N_PITCH), ("duration", N_DURATION), ("velocity", VELOCITIES + 1), ("room", ROOM))
COLUMNS = (*STATIC, *BEFORE, *PLACED, *CHOSEN, ("was_velocity", VELOCITIES + 1), *NOW)
AT = {name: i for i, (name, _) in enumerate(COLUMNS)}
DENSE_BEFORE, DENSE_PLACED = AHEAD, 27
"""Widths of the dense inputs: the others' onsets ahead; their sounding and starting pitch classes, and drums."""

MEMORY = (
    ("track", N_TRACK),
    ("own", 2),
    ("where", 24),
    ("bar", 64),
    ("beat", STEPS),
    ("pitch", 2 * N_PITCH),
    ("duration", N_DURATION),
    ("velocity", VELOCITIES + 1),
)
"""Columns of a heard note; ``where`` counts bars from the hole's start, 8 being its first bar."""


@dataclass(frozen=True)
class Hole:
    """Notes to be heard, columns of shape [n] sorted by (time, track, pitch), and the stretch [start, end) of ``target`` to write.

    ``own`` marks the target's notes; those inside the hole are kept as they are (locked). ``style`` counts from 0 (12 is
    any), ``mode`` is 0 (open), 1 (major) or 2 (minor). ``flat``: velocities say nothing.
    """

    time: Ints
    steps: Ints
    track: Ints
    pitch: Ints
    velocity: Ints
    own: npt.NDArray[np.bool_]
    bars: Bars
    start: int
    end: int
    target: int
    style: int
    mode: int
    flat: bool
    density: int = 0
    register: int = 0

    @property
    def drums(self) -> bool:
        """Whether drums are to be written."""
        return self.target == DRUMS


def hole_of(piece: Piece, target: int, start: int, end: int, style: int, mode: int, kept: Ints | None = None) -> Hole:
    """The hole of ``piece`` in [start, end), steps: the target's notes there are not heard, but for the indices ``kept``."""
    own = piece.track == target
    heard = ~(own & (piece.time >= start) & (piece.time < end))
    if kept is not None:
        heard[kept] = True
    chosen = np.flatnonzero(heard)
    velocity = np.full(len(chosen), VELOCITIES) if piece.flat else piece.velocity[chosen]
    columns = (piece.time[chosen], piece.steps[chosen], piece.track[chosen], piece.pitch[chosen], velocity, own[chosen])
    return Hole(*columns, piece.bars, start, end, target, style, mode, piece.flat)


def density_class(notes: int, steps: int) -> int:
    """The class of ``notes`` in ``steps``."""
    return 1 + int(np.searchsorted(DENSITIES, notes * STEPS / max(1, steps)))


def register_class(pitch: float) -> int:
    """The class of a mean pitch (as it is counted in the hole's key)."""
    return int(np.clip(pitch // 8 - 2, 1, N_REGISTER - 1))


def heard(hole: Hole) -> Ints:
    """Indices of the notes that are put before the attention: the nearest :data:`MOST_HEARD` within reach, the part's own first."""
    bar = hole.bars.at(hole.start)[1]
    away = np.maximum(np.maximum(hole.start - hole.time, hole.time - hole.end + 1), 0)
    near = away <= np.where(hole.own, 2, 1) * REACH_BARS * bar
    away = np.where(hole.own, away // 2, away)
    order = np.argsort(np.where(near, away, 1 << 40), kind="stable")[: min(MOST_HEARD, int(near.sum()))]
    return np.sort(order)


def memory_columns(hole: Hole, chosen: Ints) -> Ints:
    """:data:`MEMORY` of the heard notes, [n, 8]."""
    time, drum = hole.time[chosen], hole.track[chosen] == DRUMS
    first, bar, _, _ = hole.bars.at(hole.start)
    where = np.clip((time - first) // bar + 8, 0, 23)
    inside = (time - first) % bar
    duration = np.searchsorted(DURATIONS, hole.steps[chosen]).clip(max=N_DURATION - 1)
    return np.stack(
        [
            hole.track[chosen],
            hole.own[chosen].astype(np.int64),
            where,
            (inside // CELL).clip(max=63),
            inside % STEPS,
            hole.pitch[chosen] + np.where(drum, N_PITCH, 0),
            duration,
            hole.velocity[chosen],
        ],
        axis=1,
    )


class HoleState:
    """The hole while it is being written: which notes it has, and what is known before each choice."""

    def __init__(self, hole: Hole) -> None:
        self.hole = hole
        own = np.flatnonzero(hole.own)
        order = own[np.lexsort((hole.pitch[own], hole.time[own]))]
        self._own = list(zip(hole.time[order].tolist(), hole.pitch[order].tolist(), strict=True))
        lengths, loud = hole.steps[order].tolist(), hole.velocity[order].tolist()
        self._chosen = dict(zip(self._own, zip(lengths, loud, strict=True), strict=True))
        self._alike, self.tables = Alike(hole), PartTables(hole)
        self._known = min(7, len(self._own).bit_length())
        _, self._bar, self._metre, _ = hole.bars.at(hole.start)
        others = ~hole.own
        self._time, self._end = hole.time[others], (hole.time + hole.steps)[others]
        self._pitch, self._drum = hole.pitch[others], hole.track[others] == DRUMS
        self._loud = hole.velocity[others]
        self._onsets = np.unique(self._time)
        self._around: dict[int, tuple[list[int], npt.NDArray[np.float32]]] = {}
        self._static = [hole.style, hole.target, hole.mode, hole.density, hole.register, self._metre]
        self.now, self.begun, self.group = hole.start, False, 0
        self.was = (_NONE_PITCH, _NONE_DURATION, VELOCITIES)
        earlier = [(t, p) for t, p in self._own if t < hole.start]
        later = [p for t, p in self._own if t >= hole.end]
        self._past = [p for _, p in earlier[-2:]]
        self._last_time = earlier[-1][0] if earlier else -1
        self._next_pitch = later[0] if later else _NONE_PITCH
        self._runs = [0] * POINTERS
        self._shifts: list[int] = []
        self._pointed: list[tuple[int, int] | None] = []
        self._later = [n for n in self._own if n[0] >= hole.end]
        self._table = {self._recent(self._later[k - _MATCH : k]): k for k in range(len(self._later) - 1, _MATCH - 1, -1)}
        self._latest = earlier[-_MATCH:]
        self._match = self._table.get(self._recent(self._latest), -1)

    @staticmethod
    def _recent(notes: list[tuple[int, int]]) -> tuple[int, ...]:
        return tuple(t - notes[0][0] for t, _ in notes) + tuple(p for _, p in notes)

    @property
    def room(self) -> int:
        """Steps to the hole's end."""
        return min(ROOM - 1, self.hole.end - self.now)

    def before(self) -> tuple[list[int], npt.NDArray[np.float32]]:
        """Static columns and :data:`BEFORE`, and the others' onsets in the next :data:`AHEAD` cells."""
        now = self.now
        bar, _, _, _ = self.hole.bars.at(now)
        chain = self.was[0] if self.begun else -1
        since = _NONE_SHIFT if self._last_time < 0 else _SHIFT_OF[min(1599, now - self._last_time)]
        alike = self._alike.at(now)
        self._shifts = [
            *(self._shift_at(now, away * self._bar, chain) for away in AWAY),
            *(self._shift_at(now, away, chain) if away else _NONE_SHIFT for away, _ in alike),
            self._shift_of_match(),
        ]
        row = [
            *self._static,
            now % STEPS if bar % STEPS == 0 else (now - bar) % STEPS,
            min(63, (now - bar) // CELL),
            min(32, (self.hole.end - now) // (STEPS // 2)),
            min(7, self.group),
            self._known,
            *self._shifts,
            *self._runs,
            *(k for _, k in alike),
            self._next_of_others(now if self.begun else now - 1, now),
            since,
            self.was[0],
            self.was[1],
        ]
        ahead = np.zeros(AHEAD, np.float32)
        first, last = np.searchsorted(self._onsets, [now, now + AHEAD * CELL])
        ahead[(self._onsets[first:last] - now) // CELL] = 1
        return row, ahead

    def _shift_at(self, now: int, away: int, chain: int) -> int:
        place = now + away
        if place < 0 or (away > 0 and place < self.hole.end):
            return _NONE_SHIFT
        i = bisect_right(self._own, (place, chain))
        if i >= len(self._own):
            return _NONE_SHIFT
        following = self._own[i][0]
        if place < now < following:
            return _NONE_SHIFT
        return _SHIFT_OF[min(1599, following - place)]  # type: ignore[no-any-return]

    def _shift_of_match(self) -> int:
        """How far on the next note is where the latest notes come again; the hole's first shift counts from its start."""
        k = self._match
        if k < 0:
            return _NONE_SHIFT
        steps = self._later[k][0] - self._later[k - 1][0] - (self.now - self._last_time)
        return _SHIFT_OF[min(1599, steps)] if steps >= 0 else _NONE_SHIFT

    def _next_of_others(self, after: int, counted_from: int) -> int:
        i = int(np.searchsorted(self._onsets, after, "right"))
        return _NONE_SHIFT if i >= len(self._onsets) else _SHIFT_OF[min(1599, int(self._onsets[i]) - counted_from)]

    def place(self, shift: int) -> tuple[list[int], npt.NDArray[np.float32]]:
        """:data:`PLACED`, once the shift (in steps) is known, and the dense input beside it."""
        then = self.now + shift
        chained = self.begun and shift == 0
        chain = self.was[0] if chained else -1
        bar, _, _, _ = self.hole.bars.at(then)
        around, dense = self._sounding(then)
        row = [
            (then - bar) % STEPS,
            min(63, (then - bar) // CELL),
            self._past[-1] if self._past else _NONE_PITCH,
            self._past[-2] if len(self._past) > 1 else _NONE_PITCH,
            chain if chained else _NONE_PITCH,
            self._next_pitch,
            *around,
        ]
        self._pointed = [self._own_at(then + away * self._bar, chain) for away in AWAY]
        self._pointed += [self._own_at(then + away, chain) if away else None for away, _ in self._alike.at(then)]
        right = self._match >= 0 and self._shifts[-1] == _SHIFT_OF[min(1599, shift)]
        self._pointed.append(self._later[self._match] if right else None)
        return row + [p[1] if p else _NONE_PITCH for p in self._pointed], dense

    def _own_at(self, time: int, chain: int) -> tuple[int, int] | None:
        i = bisect_left(self._own, (time, chain + 1))
        return self._own[i] if i < len(self._own) and self._own[i][0] == time else None

    def pointed(self) -> list[int]:
        """:data:`CHOSEN`: how long and how loud the notes are that the pointers of the latest :meth:`place` show."""
        found = [self._chosen[p] if p else None for p in self._pointed]
        durations = [min(bisect_left(_DURATION_LIST, f[0]), N_DURATION - 1) if f else _NONE_DURATION for f in found]
        return durations + [f[1] if f else VELOCITIES for f in found]

    def _sounding(self, then: int) -> tuple[list[int], npt.NDArray[np.float32]]:
        if then not in self._around:
            on = (self._time <= then) & (self._end > then) & ~self._drum
            starting = self._time == then
            pitch = self._pitch[on]
            dense = np.zeros(DENSE_PLACED, np.float32)
            dense[pitch % 12] = 1
            dense[12 + self._pitch[starting & ~self._drum] % 12] = 1
            for p in self._pitch[starting & self._drum].tolist():
                dense[24 if p in (35, 36) else 25 if p in (38, 40) else 26] = 1
            loud = self._loud[starting]
            row = [
                int(pitch.min()) if len(pitch) else _NONE_PITCH,
                int(pitch.max()) if len(pitch) else _NONE_PITCH,
                self._next_of_others(then, then),
                int(loud.mean()) if len(loud) else VELOCITIES,
            ]
            self._around[then] = row, dense
        return self._around[then]

    def push(self, shift: int, pitch: int, duration: int, velocity: int, steps: int | None = None) -> None:
        """A note is written: shift in steps, classes of the rest (``steps``: its exact duration where that is known)."""
        chained = self.begun and shift == 0
        self._follow(_SHIFT_OF[min(1599, shift)], pitch)
        self.now += shift
        self.group = self.group + 1 if chained else 1
        self.begun = True
        self.was = (pitch, duration, velocity)
        self._past = [*self._past[-1:], pitch]
        self._last_time = self.now
        note = (self.now, pitch)
        i = bisect_left(self._own, note)
        if i == len(self._own) or self._own[i] != note:
            self._own.insert(i, note)
        self._chosen[note] = int(DURATIONS[duration]) if steps is None else steps, velocity
        self._latest = [*self._latest[-_MATCH + 1 :], note]
        if self._match < 0:
            self._match = self._table.get(self._recent(self._latest), -1)

    def _follow(self, shift: int, pitch: int) -> None:
        """Count which pointers were right about a note; the match goes on where it was."""
        for k, (told, note) in enumerate(zip(self._shifts, self._pointed, strict=True)):
            right = told == shift and note is not None and note[1] == pitch
            self._runs[k] = min(RUNS - 1, self._runs[k] + 1) if right else 0
        self._match = self._match + 1 if self._runs[-1] and self._match + 1 < len(self._later) else -1


EXPERT = sum(SIZES)
_HEAD = np.cumsum([0, *SIZES]).tolist()


def rows_of(hole: Hole, notes: Ints) -> tuple[Ints, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What the network reads to write ``notes`` [n, 5] (time, pitch, duration class, velocity class, steps), in their order.

    Returns ints [n + 1, len(COLUMNS)], the last row closing the hole, the dense inputs [n + 1, 59], and what the part's tables
    say of each choice, [n + 1, EXPERT].
    """
    state = HoleState(hole)
    ints = np.zeros((len(notes) + 1, len(COLUMNS)), np.int64)
    dense = np.zeros((len(notes) + 1, DENSE_BEFORE + DENSE_PLACED), np.float32)
    tables = np.zeros((len(notes) + 1, EXPERT), np.float32)
    shifts, pitches, durations, velocities = (tables[:, a:b] for a, b in pairwise(_HEAD))
    for i, (time, pitch, duration, velocity, steps) in enumerate(notes.tolist()):
        was_velocity, room = state.was[2], state.room
        row, dense[i, :DENSE_BEFORE] = state.before()
        shifts[i] = state.tables.shift(state.now, state.begun, state.group)
        shift = time - state.now
        placed, dense[i, DENSE_BEFORE:] = state.place(shift)
        pitches[i], durations[i] = state.tables.pitch(time), state.tables.duration(time)
        velocities[i] = state.tables.velocity(time, pitch)
        chosen = _SHIFT_OF[min(1599, shift)], pitch, duration, velocity, room
        ints[i] = [*row, *placed, *state.pointed(), was_velocity, *chosen]
        state.push(shift, pitch, duration, velocity, steps)
    row, dense[-1, :DENSE_BEFORE] = state.before()
    shifts[-1] = state.tables.shift(state.now, state.begun, state.group)
    ints[-1, : len(row)] = row
    ints[-1, AT["was_velocity"]] = state.was[2]
    ints[-1, AT["shift"] :] = END, 0, 0, VELOCITIES, state.room
    return ints, dense, tables
