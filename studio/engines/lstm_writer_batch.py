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
    from studio.nn.note_lstm_step import NoteStepper, State

GUIDANCE = 2.0
"""How many times what is asked for counts."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shown:
    """A take as the network is to see it: the players it is ``told`` of [1, N_TRACK + 1].

    Of each of its styles it has the number among the network's, the weight, whether no velocities are heard (``flat``), and
    the LSTM's state of one row.
    """

    told: Floats
    styles: tuple[int, ...]
    weights: tuple[float, ...]
    flat: tuple[bool, ...]
    states: "tuple[State, ...]"


class Batch:
    """The rows of takes: :attr:`ints` and :attr:`levels` begin with a row a take, which it fills in.

    Before the first step, :meth:`guide` says which takes are guided.
    """

    def __init__(self, stepper: "NoteStepper", takes: Sequence[Shown]) -> None:
        self._stepper, self._takes = stepper, takes
        most = stepper.rows(2 * sum(len(t.styles) for t in takes))
        self.ints, self.levels = np.zeros((most, WIDTH), np.int64), np.zeros((most, LEVELS), np.uint8)
        self._guided: list[bool] = []
        self._places: dict[tuple[int, int, bool], int] = {}

    def guide(self, guided: Sequence[bool]) -> None:
        """Guide other takes from now on: a row that is told nothing has heard until here what the take's own has."""
        if list(guided) != self._guided:
            self._lay(guided)

    def _lay(self, guided: Sequence[bool]) -> None:
        """A row for each take, style, and being told or not, the takes' own ones first."""
        count = len(self._takes)
        keys = [
            (k, style, free)
            for k, take in enumerate(self._takes)
            for style in range(len(take.styles))
            for free in ((False, True) if guided[k] else (False,))
        ]
        keys.sort(key=lambda key: key[1:] != (0, False))
        states = [self._state(*key) for key in keys]
        rows = self._stepper.rows(len(keys))
        told = np.zeros((rows, N_TRACK + 1), np.float32)
        told[: len(keys)] = np.concatenate([self._takes[k].told for k, _, _ in keys])
        state = self._stepper.together([*states, *[states[0]] * (rows - len(keys))])
        self._steps = self._stepper.steps(self.ints[:rows], self.levels[:rows], told, state)
        self._guided, self._places = list(guided), {key: row for row, key in enumerate(keys)}
        further = keys[count:]
        self._rows, self._of = np.arange(count, len(keys)), np.array([k for k, _, _ in further], np.int64)
        self._styles = np.array([self._takes[k].styles[style] for k, style, _ in further], np.int64)
        self._free = np.array([self._places[key] for key in further if key[2]], np.int64)
        self._flat = np.array([self._places[key] for key in further if self._takes[key[0]].flat[key[1]]], np.int64)

    def _state(self, take: int, style: int, free: bool) -> "State":
        """The state that a row goes on from."""
        if not self._places:
            return self._takes[take].states[style]
        return self._steps.state(self._places.get((take, style, free), self._places[take, style, False]))

    def _mirror(self) -> None:
        """Show the further rows what their takes are shown."""
        if not len(self._rows):
            return
        self.ints[self._rows], self.levels[self._rows] = self.ints[self._of], self.levels[self._of]
        self.ints[self._rows, STYLE] = self._styles
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
        for (k, style, free), row in self._places.items():
            if style:
                self._mix(logits, k, row, self._places[k, 0, free], head)
        for k, guided in enumerate(self._guided):
            if guided:
                free_row = self._places[k, 0, True]
                logits[k] = logits[free_row] + np.float32(GUIDANCE) * (logits[k] - logits[free_row])
        return logits

    def hidden(self, head: str) -> Floats:
        """The hidden vectors that a head's :meth:`scores` were last made from."""
        return self._steps.hidden(head)

    def _mix(self, logits: Floats, take: int, second: int, first: int, head: str) -> None:
        """Mix a row of the second style into that of the first; a style that hears no velocities has no say in them."""
        shown = self._takes[take]
        if not (head == "velocity" and shown.flat[1] and not shown.flat[0]):
            one, other = (np.float32(w) for w in shown.weights)
            logits[first] = one * logits[first] + other * logits[second]
