"""A part as the LSTM writer hears it: its own past alone. The arranger mixes what the writer would play with its own view.

The writer has learned how parts go on from far more music than the arranger could (:mod:`studio.nn.note_lstm`), but hears
neither what follows nor the hole's end; so the arranger need only learn what these add. A product of experts (Hinton 2002), with
gates that are learned. The arranger keeps a copy of the writer's weights in its own file, rather than naming the writer's: the same
request then gives the same bytes whatever becomes of the writer.
"""

from copy import copy

import numpy as np
import numpy.typing as npt

from studio.engines.arranger_features import Hole
from studio.engines.arranger_tables import LOWS
from studio.engines.note_columns import DRUMS, DURATIONS, N_PITCH, N_SHIFT, SHIFTS, VELOCITIES, nearest, shift_class
from studio.engines.note_controls import OPEN
from studio.engines.note_features import (
    COLUMNS,
    CONTROL,
    LEVELS,
    MODE,
    N_BEFORE,
    N_CHOSEN,
    N_PLACED,
    NOW,
    START,
    STYLE,
    VELOCITY_COLUMNS,
    WAS,
    WIDTH,
    NoteState,
)

REMEMBERED, LISTENED = 4096, 64
_PLACED_TO = N_BEFORE + N_PLACED
_CHOSEN_TO = _PLACED_TO + N_CHOSEN
_LEAST = 1e-6
_SHIFT_OF: list[int] = shift_class(np.arange(2000)).tolist()
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class PartVoice:
    """The writer's rows for the notes of a hole, in the order :meth:`before`, :meth:`place`, :meth:`sound`, :meth:`last`, :meth:`push`.

    ``ints`` [WIDTH] and ``levels`` [LEVELS] are filled in place (rows of a batch, if wanted). ``heard`` are those of the latest
    notes before the hole, for the LSTM to hear first.
    """

    def __init__(self, hole: Hole) -> None:
        self._hole = hole
        self.ints, self.levels = np.zeros(WIDTH, np.int64), np.zeros(LEVELS, np.uint8)
        self.ints[STYLE], self.ints[MODE], self.ints[CONTROL:] = hole.style, hole.mode, OPEN
        self._drum = N_PITCH * (hole.target == DRUMS)
        self._was = START
        self.begun = False
        self.heard = self._listen()
        self.rest = self.state.now
        """Where the note before the hole began."""

    def _listen(self) -> tuple[Ints, npt.NDArray[np.uint8]]:
        hole = self._hole
        own = np.flatnonzero(hole.own & (hole.time < hole.start))
        own = own[np.lexsort((hole.pitch[own], hole.time[own]))][-REMEMBERED:]
        n, line = len(own), hole.bars.at(hole.start)[0]
        known = max(0, n - LISTENED)
        ints, levels = np.zeros((n - known, WIDTH), np.int64), np.zeros((n - known, LEVELS), np.uint8)
        if not n:
            self.state = NoteState(hole.bars, line)
            return ints, levels
        time, steps = hole.time[own], hole.steps[own]
        first = hole.bars.at(int(time[0]))[0]
        columns = (np.full(n, hole.target), hole.pitch[own], nearest(DURATIONS, steps), hole.velocity[own])
        notes = np.stack([shift_class(np.diff(time, prepend=first)), *columns], axis=1)
        self.state = NoteState(hole.bars, first)
        if known:
            self.state = NoteState.after(hole.bars, time[:known], notes[:known], steps[:known])
            self._was = notes[known - 1] + self._drum * (np.arange(5) == 2)
        for k in range(known, n):
            _, _, pitch, duration, velocity = notes[k].tolist()
            self.before()
            self.place(int(time[k]))
            self.sound(pitch)
            self.last(duration)
            ints[k - known], levels[k - known] = self.ints, self.levels
            ints[k - known, NOW + 4] = VELOCITIES if hole.flat else velocity
            self._write(velocity, int(steps[k]))
        if self.state.now < hole.start - int(SHIFTS[-1]):
            self.state.skip_to(line)
        return ints, levels

    def skip_to(self, step: int) -> None:
        """Go on from ``step``, a later one, as after a pause."""
        self.state.skip_to(step)

    def copy(self) -> "PartVoice":
        """One that goes its own way from here."""
        made = copy(self)
        made.ints, made.levels, made.state = self.ints.copy(), self.levels.copy(), self.state.copy()
        return made

    def _flatten(self) -> None:
        if self._hole.flat:
            self.ints[VELOCITY_COLUMNS] = VELOCITIES

    def before(self) -> None:
        """Fill in what is known before the next note."""
        row, levels = self.state.before()
        self.ints[:N_BEFORE], self.levels[:] = row, levels
        self.ints[WAS : WAS + 5] = self._was
        self._flatten()

    def place(self, then: int) -> None:
        """Fill in what is known once the note's place is."""
        steps, target = then - self.state.now, self._hole.target
        self._shift = _SHIFT_OF[min(steps, 1999)]
        self.ints[NOW], self.ints[NOW + 1] = self._shift, target
        self.ints[N_BEFORE:_PLACED_TO] = self.state.place(steps)
        self.ints[_PLACED_TO:_CHOSEN_TO] = self.state.choose(target)
        self._flatten()

    def sound(self, pitch: int) -> None:
        """Fill in what is known once the pitch is."""
        self._pitch = pitch
        self.ints[NOW + 2] = pitch + self._drum
        self.ints[_CHOSEN_TO:COLUMNS] = self.state.sound(self._hole.target, pitch)
        self._flatten()

    def last(self, duration: int) -> None:
        """Fill in the duration."""
        self.ints[NOW + 3] = duration

    def push(self, velocity: int, steps: int) -> None:
        """The note is written; ``steps`` is its exact duration."""
        self._write(velocity, steps)
        self.begun = True

    def _write(self, velocity: int, steps: int) -> None:
        self.ints[NOW + 4] = VELOCITIES if self._hole.flat else velocity
        self._was = self.ints[NOW : NOW + 5].copy()
        self.state.push(self._shift, self._hole.target, self._pitch, int(self.ints[NOW + 3]), velocity, steps)

    def shift_scores(self, logits: npt.NDArray[np.floating]) -> Floats:
        """What :func:`shifts_within` makes of the writer's logits here."""
        return shifts_within(self._hole, logits, self.state.now, self.begun)


def shifts_within(hole: Hole, logits: npt.NDArray[np.floating], now: int, begun: bool) -> Floats:
    """The writer's logits of shifts [107] as logarithms of chances of the hole's, [108]: what lies beyond its end closes it.

    ``now`` is where the note before began. The first note's shift counts from the hole's start, and nothing has begun between the
    note before and there.
    """
    p = np.exp(logits - logits.max()).astype(np.float64)
    made = np.zeros(N_SHIFT + 1)
    if begun:
        fits = now + LOWS < hole.end
        made[:-1] = p * fits
        made[-1] = p[~fits].sum()
    else:
        times = now + SHIFTS
        fits = (times >= hole.start) & (times < hole.end)
        made[:-1] = np.bincount(shift_class(times[fits] - hole.start), p[fits], N_SHIFT)
        made[-1] = p[times >= hole.end].sum()
    made += _LEAST * (p.sum() + 1e-9)
    return np.log(made / made.sum()).astype(np.float32)
