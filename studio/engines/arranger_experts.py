"""What the arranger's experts say of each choice while it writes: the writer, and the part's own tables.

The same numbers as it was trained with (:mod:`studio.train.arranger_examples`), worked out note by note for a few takes at once.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.arranger_tables import LEAST_CHANCE, SIZES
from studio.engines.arranger_take import HoleTake
from studio.engines.note_columns import N_PITCH, N_TRACK
from studio.engines.note_features import LEVELS, NOW, WAS, WIDTH

if TYPE_CHECKING:
    from studio.nn.note_lstm import NoteLstm
    from studio.nn.note_lstm_step import NoteStepper, State

Floats = npt.NDArray[np.float32]
_SHIFT, _PITCH, _DURATION, _VELOCITY = SIZES


class Experts:
    """The experts of the takes of one hole, always for ``rows`` rows, of which the first are the takes'.

    Each call returns logarithms of chances, float32 [rows, 1, experts, choices]; what a row says depends on its take alone.
    """

    def __init__(self, voice: "NoteLstm", stepper: "NoteStepper", takes: Sequence[HoleTake], rows: int) -> None:
        self._takes = takes
        self._ints, self._levels = np.zeros((rows, WIDTH), np.int64), np.zeros((rows, LEVELS), np.uint8)
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        self._steps = stepper.steps(self._ints, self._levels, told, self._listened(voice, stepper, rows))

    def _listened(self, voice: "NoteLstm", stepper: "NoteStepper", rows: int) -> "State":
        """The writer's state once it heard the part's past; takes that share it (all, in a first hole) share the work."""
        from studio.nn.note_lstm_step import after

        known: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], State]] = []
        states = []
        for take in self._takes:
            ints, levels = take.voice.heard
            found = next((s for i, b, s in known if np.array_equal(i, ints) and np.array_equal(b, levels)), None)
            if found is None:
                found = after(voice, ints, levels) if len(ints) else stepper.start(1)
                known.append((ints, levels, found))
            states.append(found)
        states += [states[0]] * (rows - len(states))
        return stepper.together(states)

    def _show(self, going: Sequence[HoleTake]) -> None:
        for k, take in enumerate(self._takes):
            if any(take is t for t in going):
                self._ints[k], self._levels[k] = take.voice.ints, take.voice.levels

    def _said(self, head: str) -> Floats:
        logits = self._steps.logits(head)
        if head == "pitch":  # a chord's notes go up
            was, chained = self._ints[:, WAS + 2], self._ints[:, NOW] == 0
            chained &= self._ints[:, WAS + 1] == self._ints[:, NOW + 1]
            logits = np.where(chained[:, None] & (np.arange(_PITCH) <= (was % N_PITCH)[:, None]), np.float32(-1e9), logits)
        top = logits.max(axis=1, keepdims=True)
        return np.asarray(logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True)), np.float32)

    def _both(self, size: int, ours: Floats, going: Sequence[HoleTake], tables: list[Floats]) -> Floats:
        made = np.zeros((len(self._ints), 1, 2, size), np.float32)
        rows = [k for k, take in enumerate(self._takes) if any(take is t for t in going)]
        for k, table in zip(rows, tables, strict=True):
            made[k, 0, 0], made[k, 0, 1] = ours[k], table
        return made.clip(min=LEAST_CHANCE).astype(np.float16).astype(np.float32)

    def shift(self, going: Sequence[HoleTake]) -> Floats:
        """Of the shifts and closing, [rows, 1, 2, 108]; the writer goes a step on."""
        for take in going:
            take.voice.before()
        self._show(going)
        self._steps.remember()
        logits = self._steps.logits("shift")
        ours = np.zeros((len(self._ints), _SHIFT), np.float32)
        for k, take in enumerate(self._takes):
            if any(take is t for t in going):
                ours[k] = take.voice.shift_scores(logits[k])
        return self._both(_SHIFT, ours, going, [t.state.tables.shift(t.state.now, t.state.begun, t.state.group) for t in going])

    def pitch(self, going: Sequence[HoleTake]) -> Floats:
        """Of the pitches, [rows, 1, 2, 128]."""
        self._show(going)
        return self._both(_PITCH, self._said("pitch"), going, [t.state.tables.pitch(t.then) for t in going])

    def duration(self, going: Sequence[HoleTake]) -> Floats:
        """Of the durations, [rows, 1, 2, 50]."""
        self._show(going)
        return self._both(_DURATION, self._said("duration"), going, [t.state.tables.duration(t.then) for t in going])

    def velocity(self, going: Sequence[HoleTake]) -> Floats:
        """Of the velocities, [rows, 1, 2, 32]."""
        self._show(going)
        said = [t.state.tables.velocity(t.then, t.pitch) for t in going]
        return self._both(_VELOCITY, self._said("velocity"), going, said)
