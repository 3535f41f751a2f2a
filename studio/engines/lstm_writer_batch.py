"""What the network is shown, a row a take, with the further rows that a take needs: its second style's, and those told nothing.

What is asked for counts :data:`GUIDANCE` times: classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598). A take
that is ``guided`` has a second row, which is told nothing, and its scores are moved away from that row's. A take between two
styles (:mod:`studio.engines.lstm_writer_mixture`) has a row for each, or two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import N_TRACK, VELOCITIES
from studio.engines.note_controls import OPEN
from studio.engines.note_features import CONTROL, LEVELS, STYLE, VELOCITY_COLUMNS, WIDTH

if TYPE_CHECKING:
    from torch import Tensor

    from studio.nn.note_lstm_step import NoteStepper, State

GUIDANCE = 2.0
"""How many times what is asked for counts."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shown:
    """A take as the network is to see it: the players it is ``told`` of [1, N_TRACK + 1], and whether it is ``guided``.

    Of each of its styles it has the number among the network's, the weight, whether no velocities are heard (``flat``), and
    the LSTM's state of one row.
    """

    told: Floats
    styles: tuple[int, ...]
    weights: tuple[float, ...]
    flat: tuple[bool, ...]
    states: "tuple[State, ...]"
    guided: bool


class _Copies:
    """Rows that are shown what others are, but for a style, its velocities, or all that is asked for."""

    def __init__(self, count: int) -> None:
        self.rows: list[int] = []
        self.of: list[int] = []
        self._count = count

    def add(self, of: int) -> int:
        """A further row like ``of``; returns its number."""
        self.rows.append(self._count + len(self.rows))
        self.of.append(of)
        return self.rows[-1]


class Batch:
    """The rows of takes: :attr:`ints` and :attr:`levels` begin with a row a take, which it fills in."""

    def __init__(self, stepper: "NoteStepper", takes: Sequence[Shown]) -> None:
        copies, count = _Copies(len(takes)), len(takes)
        numbers, states = {k: t.styles[0] for k, t in enumerate(takes)}, [t.states[0] for t in takes]
        self._free: list[int] = []
        flat: list[int] = []
        self._guides: list[tuple[int, int]] = []
        self._mixes: list[tuple[int, int, float, float, bool]] = []
        for k, take in enumerate(takes):
            own = [k]
            if take.guided:
                own.append(copies.add(k))
                states.append(take.states[0])
                self._free.append(own[1])
                self._guides.append((k, own[1]))
            for row in own if len(take.styles) > 1 else ():
                other = copies.add(k)
                states.append(take.states[1])
                numbers[other] = take.styles[1]
                self._free += [other] if row != k else []
                flat += [other] if take.flat[1] else []
                first, second = take.weights
                self._mixes.append((row, other, first, second, take.flat[1] and not take.flat[0]))
        self._flat = np.array(flat, np.int64)
        self._rows, self._of = np.array(copies.rows, np.int64), np.array(copies.of, np.int64)
        self._set_style = np.array([k for k in numbers if k >= count], np.int64)
        self._styles = np.array([numbers[k] for k in self._set_style.tolist()], np.int64)
        needed = count + len(copies.rows)
        rows = stepper.rows(needed)
        self.ints, self.levels = np.zeros((rows, WIDTH), np.int64), np.zeros((rows, LEVELS), np.uint8)
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        for k, take in enumerate(takes):
            told[k] = take.told
        told[self._rows] = told[self._of]
        state = stepper.together([*states, *[states[0]] * (rows - needed)])
        self._steps = stepper.steps(self.ints, self.levels, told, state)

    def _mirror(self) -> None:
        """Show the further rows what their takes are shown."""
        if not len(self._rows):
            return
        self.ints[self._rows], self.levels[self._rows] = self.ints[self._of], self.levels[self._of]
        self.ints[self._set_style, STYLE] = self._styles
        self.ints[self._free, CONTROL:] = OPEN
        if len(self._flat):
            self.ints[self._flat[:, None], VELOCITY_COLUMNS] = VELOCITIES

    def remember(self) -> None:
        """One step of the LSTM."""
        self._mirror()
        self._steps.remember()

    def scores(self, head: str) -> Floats:
        """A head's logits, of which the takes' rows are those to draw from."""
        self._mirror()
        logits = self._steps.logits(head)
        for row, other, first, second, deaf in self._mixes:
            if not (deaf and head == "velocity"):
                logits[row] = np.float32(first) * logits[row] + np.float32(second) * logits[other]
        for row, free in self._guides:
            logits[row] = logits[free] + np.float32(GUIDANCE) * (logits[row] - logits[free])
        return logits

    def hidden(self, head: str) -> "Tensor":
        """The hidden vectors that a head's :meth:`scores` were last made from."""
        return self._steps.hidden(head)
