"""A band of notes a bar (:mod:`studio.engines.note_band`) where parts are written one after the other, each in its turn.

What a bar needs is shared out among the parts: each writes its share, less where those before it wrote more, and never so
little that those after it could not make up for it. A place is a step of the grid that no locked note of the part blocks.
"""

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

from studio.engines.api import Limits
from studio.engines.arranger_features import Hole
from studio.engines.note_band import EXACT
from studio.engines.note_columns import DRUMS, Bars
from studio.errors import StudioError

Ints = npt.NDArray[np.int64]


def free_places(hole: Hole, number: int, grid: int, start: int, first: int, last: int, most: int) -> list[int]:
    """Steps of the grid in [first, last) at which part ``number`` may start a note beside the notes of it that stay."""
    places = np.arange(first + (start - first) % grid, last, grid)
    if number == DRUMS or not most:
        return places.tolist()  # type: ignore[no-any-return]
    own = hole.track == number
    begin, end = hole.time[own], (hole.time + hole.steps)[own]
    sounding = ((begin <= places[:, None]) & (end > places[:, None])).sum(axis=1)
    return places[sounding < most].tolist()  # type: ignore[no-any-return]


class HoleBand:
    """What one part of a hole still has to write, bar by bar.

    ``numbers`` are the track classes of all parts that are written, in their order, and ``singles`` those of single lines;
    ``beside`` the times of notes of these classes that belong to tracks that are not written for (a second drum kit).

    Raises:
        StudioError: a bar has not enough places, or more locked notes than it may have.
    """

    def __init__(
        self, hole: Hole, limits: Limits, grid: int, start: int, numbers: list[int], singles: list[int], beside: Ints
    ) -> None:
        self.any = bool(limits.least or limits.most)
        self._lasts: list[int] = []
        self._firsts: list[int] = []
        self._missing: list[int] = []
        self._left: list[int] = []
        self._places: list[list[int]] = []
        self._least, self._grid = bool(limits.least), grid
        for first, last in _bars_of(hole.bars, hole.start, hole.end) if self.any else ():
            inside = (hole.time >= first) & (hole.time < last) & np.isin(hole.track, numbers)
            there = int(inside.sum()) - int(((beside >= first) & (beside < last)).sum())
            if limits.most and there > limits.most:
                raise StudioError("A bar has more notes that stay than it may have in all.", "Allow more notes a bar.")
            mine = numbers.index(hole.target)
            places = [
                free_places(hole, n, grid, start, first, last, 1 if n in singles else limits.polyphony) for n in numbers[mine:]
            ]
            need, room = max(0, limits.least - there), sum(len(p) for p in places)
            if need > room or (limits.least and grid > EXACT):
                raise StudioError(
                    f"{limits.least} notes do not fit into every bar on that grid.",
                    "Ask for fewer, or choose a finer grid or more parts.",
                )
            share = max(need - (room - len(places[0])), min(len(places[0]), -(-need // len(places))))
            self._firsts.append(first)
            self._lasts.append(last)
            self._missing.append(share)
            self._left.append(limits.most - there if limits.most else 1 << 30)
            self._places.append(places[0])

    def push(self, step: int) -> None:
        """A note was written."""
        if self.any:
            k = self._at(step)
            self._missing[k] = max(0, self._missing[k] - 1)
            self._left[k] -= 1

    def _at(self, step: int) -> int:
        return max(0, bisect_left(self._firsts, step + 1) - 1)

    def full(self, step: int) -> bool:
        """Whether the bar at ``step`` has all that it may have."""
        return self.any and self._left[self._at(step)] <= 0

    def startable(self, step: int, now: int) -> bool:
        """Whether the next note may start at ``step``, the last one, or the hole's start, being at ``now``."""
        if not self.any:
            return True
        k = self._at(step)
        if self._left[k] <= 0 or any(self._missing[j] for j in range(self._at(now), k)):
            return False
        return len(self._places[k]) - bisect_left(self._places[k], step) >= self._missing[k]

    def may_end(self, now: int) -> bool:
        """Whether nothing is missing from ``now`` on."""
        return not self.any or not any(self._missing[self._at(now) :])

    def deadline(self, step: int) -> int | None:
        """The step by which the part must be free once its note at ``step`` is written; None for never."""
        if not (self.any and self._least):
            return None
        for k in range(self._at(step), len(self._firsts)):
            missing = self._missing[k] - (k == self._at(step))
            ahead = [p for p in self._places[k] if p > step]
            if missing > 0 and ahead:
                return max(step + 1, ahead[max(0, len(ahead) - missing)])
        return self._lasts[-1]


def _bars_of(bars: Bars, start: int, end: int) -> list[tuple[int, int]]:
    made, at = [], start
    while at < end:
        first, length, _, _ = bars.at(at)
        made.append((at, min(first + length, end)))
        at = first + length
    return made
