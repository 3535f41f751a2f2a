"""Bars of a song that are like a hole's: where the other parts, and the part itself around the hole, do the same.

A verse comes again, a pattern goes on, a chorus is played once more after the hole: what the part has there is a better
guess than what it has some fixed number of bars away. Likeness is the overlap (Dice's coefficient) of the notes of three bars
with those the same number of bars away for each; onsets count alike within a quarter of a beat, as people play.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from studio.engines.arranger_features import Hole

ALIKE, LIKENESSES = 3, 8
"""How many bars are pointed at, and the classes of how alike they are; class 0: there is none."""
_FAR, _MOST, _FEW = 64, 96, 6
_CELL = 6
_NONE = (0, 0)
Ints = npt.NDArray[np.int64]


class Alike:
    """The bars that are most like each bar of a hole, best first: how far they are (steps), and how alike (class)."""

    def __init__(self, hole: "Hole") -> None:
        self._hole = hole
        self.line, self.bar, _, _ = hole.bars.at(hole.start)
        self._own = hole.time[hole.own]
        self._found: dict[int, list[tuple[int, int]]] = {}
        if len(self._own):
            self._key = self._keys(np.arange(len(hole.time)))
            self._sorted = np.sort(self._key)

    def at(self, step: int) -> list[tuple[int, int]]:
        """(steps away, likeness class) of :data:`ALIKE` bars for the bar of ``step``, (0, 0) where there is none."""
        number = (step - self.line) // self.bar
        if number not in self._found:
            self._found[number] = self._search(self.line + number * self.bar) if len(self._own) else [_NONE] * ALIKE
        return self._found[number]

    def _keys(self, chosen: Ints) -> Ints:
        h = self._hole
        return ((h.time[chosen] + _CELL // 2) // _CELL << 12) | (h.track[chosen] << 7) | h.pitch[chosen]

    def _search(self, line: int) -> list[tuple[int, int]]:
        hole, bar = self._hole, self.bar
        low, high = line - bar, line + 2 * bar
        first, last = np.searchsorted(hole.time, [low, high])
        if last - first < _FEW:
            low, high = hole.start - 2 * bar, hole.end + 2 * bar
            first, last = np.searchsorted(hole.time, [low, high])
        count = int(last - first)
        away = np.arange(-_FAR, _FAR + 1) * bar
        here = line + away
        away = away[((here + bar <= hole.start) | (here >= hole.end)) & (here + bar > self._own[0]) & (here <= self._own[-1])]
        if not count or not len(away):
            return [_NONE] * ALIKE
        chosen = np.arange(first, last)
        if count > _MOST:
            near = np.abs(hole.time[chosen] - line - bar // 2)
            chosen = chosen[np.argsort(near, kind="stable")[:_MOST]]
        wanted = self._key[chosen] + ((away // _CELL) << 12)[:, None]
        at = np.searchsorted(self._sorted, wanted).clip(max=len(self._sorted) - 1)
        share = (self._sorted[at] == wanted).mean(axis=1)
        size = np.diff(np.searchsorted(hole.time, [low + away, high + away]), axis=0)[0]
        unknown = [np.maximum(low, hole.start) + away, np.minimum(high, hole.end) + away]
        size = size - np.diff(np.searchsorted(self._own, unknown), axis=0)[0].clip(min=0)
        score = 2 * share * count / (count + size)
        best = np.argsort(np.abs(away) * 1e-6 - score, kind="stable")[:ALIKE]
        made = [(int(away[k]), 1 + min(LIKENESSES - 2, int(score[k] * (LIKENESSES - 1)))) for k in best.tolist()]
        return made + [_NONE] * (ALIKE - len(made))
