"""How often a part does what, where it is known: at which places of a bar it begins notes, and which ones there.

Counts become distributions over what may be chosen next, which :mod:`studio.nn.arranger` mixes with its own. Onsets are a
discrete-time renewal by the place in the bar (each place has its chance to begin, given that nothing did before it); pitches,
durations and velocities back off from the place in the bar to the part as a whole (as in interpolated n-grams).
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DURATIONS as _DURATIONS
from studio.engines.note_columns import N_DURATION, N_PITCH, N_SHIFT, SHIFTS, VELOCITIES, nearest

if TYPE_CHECKING:
    from studio.engines.arranger_features import Hole

SIZES = (N_SHIFT + 1, N_PITCH, N_DURATION, VELOCITIES)
"""Choices of each head: shifts and closing the hole, pitches, durations, velocities."""
LOWS = np.array([*range(97), *((SHIFTS[96:-1] + SHIFTS[97:]) // 2 + 1).tolist()])
"""The least steps of each shift class, being the nearest one."""
_HIGHS = np.append(LOWS[1:], 1 << 30)
_CELL, _BARS, _GROUPS = 3, 8, 16
LEAST_CHANCE = -12.0
"""Logarithm of the least chance an expert gives anything."""
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


def _log(p: Doubles) -> Floats:
    return np.log(np.maximum(p, np.exp(LEAST_CHANCE))).astype(np.float32)


class PartTables:
    """What the hole's part is known to do elsewhere; nearer bars count more. Logarithms of chances, float32."""

    def __init__(self, hole: "Hole") -> None:
        self._hole = hole
        line, self._bar, _, _ = hole.bars.at(hole.start)
        self._line = line
        own = hole.own
        self.known = int(own.sum())
        self._uniform = [np.full(n, -np.log(n), np.float32) for n in SIZES]
        if not self.known:
            return
        time = hole.time[own]
        away = np.maximum(np.maximum(hole.start - time, time - hole.end), 0)
        self._weight = 1 / (1 + away / (_BARS * self._bar))
        self._cell = (time - line) % self._bar // _CELL
        self._pitch = hole.pitch[own]
        self._duration = nearest(_DURATIONS, hole.steps[own])
        self._velocity = hole.velocity[own]
        self._pitches = self._spread(self._pitch, self._weight, N_PITCH, 0.05)
        self._durations = self._spread(self._duration, self._weight, N_DURATION, 0.05)
        self._rates(time)
        self._made: dict[tuple[str, int, int], Floats] = {}

    @staticmethod
    def _spread(values: npt.NDArray[np.int64], weight: Doubles, size: int, floor: float) -> Doubles:
        counts = np.bincount(values, weight, size)[:size] + floor
        return counts / counts.sum()  # type: ignore[no-any-return]

    def _rates(self, time: npt.NDArray[np.int64]) -> None:
        """The chance of a note at each step of the hole; and of one more in a chord, wherever it stands."""
        hole, bar = self._hole, self._bar
        onsets, first, size = np.unique(time, return_index=True, return_counts=True)
        numbers = np.arange((onsets[0] - self._line) // bar, (onsets[-1] - self._line) // bar + 1)
        inside = (numbers >= 0) & (self._line + numbers * bar < hole.end)
        away = np.where(numbers < 0, -numbers, numbers - (hole.end - self._line) / bar)[~inside]
        bars = float((1 / (1 + np.maximum(away, 0) / _BARS)).sum()) + 0.5
        weight = self._weight[first]
        rate = np.bincount((onsets - self._line) % bar, weight, bar) / bars
        rate = 0.75 * rate + 0.125 * (np.roll(rate, 1) + np.roll(rate, -1))
        span = np.clip(rate, 1e-3, 0.97)[(hole.start - self._line + np.arange(hole.end - hole.start)) % bar]
        self._still = np.exp(np.append(0.0, np.cumsum(np.log1p(-span))))
        groups = np.bincount(size.clip(max=_GROUPS - 1), weight, _GROUPS)
        reached = np.cumsum(groups[::-1])[::-1]
        self._more = (np.append(reached[1:], 0) + 0.05) / (reached + 0.5)

    def shift(self, now: int, begun: bool, group: int) -> Floats:
        """Of the shift classes and closing, [108], ``group`` notes having begun at ``now``."""
        if not self.known:
            return self._uniform[0]
        start, size = self._hole.start, len(self._still) - 1
        low, high = np.minimum(now - start + LOWS, size), np.minimum(now - start + _HIGHS, size)
        made = np.append(self._still[low] - self._still[high], self._still[size])
        if begun:
            more = self._more[min(group, _GROUPS - 1)]
            made = made * ((1 - more) / max(1e-30, self._still[min(now - start + 1, size)]))
            made[0] = more
        return _log(made)

    def pitch(self, then: int) -> Floats:
        """Of the pitches at a step, [128]."""
        if not self.known:
            return self._uniform[1]
        cell = self._place(then)
        return self._kept("pitch", cell, 0, lambda: self._at(cell, self._pitch, self._pitches, 4.0))

    def duration(self, then: int) -> Floats:
        """Of the durations at a step, [50]."""
        if not self.known:
            return self._uniform[2]
        cell = self._place(then)
        return self._kept("duration", cell, 0, lambda: self._at(cell, self._duration, self._durations, 3.0))

    def velocity(self, then: int, pitch: int) -> Floats:
        """Of the velocities of a pitch at a step, [32]."""
        if not self.known or self._hole.flat:
            return self._uniform[3]
        return self._kept("velocity", self._place(then), pitch, lambda: self._loud(self._place(then), pitch))

    def _kept(self, name: str, cell: int, pitch: int, make: "object") -> Floats:
        key = name, cell, pitch
        if key not in self._made:
            self._made[key] = make()  # type: ignore[operator]
        return self._made[key]

    def _place(self, then: int) -> int:
        return (then - self._line) % self._bar // _CELL

    def _at(self, cell: int, values: npt.NDArray[np.int64], whole: Doubles, backing: float) -> Floats:
        here = self._cell == cell
        counts = np.bincount(values[here], self._weight[here], len(whole))[: len(whole)]
        return _log((counts + backing * whole) / (counts.sum() + backing))

    def _loud(self, cell: int, pitch: int) -> Floats:
        """Of the part as a whole, the pitch, and the pitch at this place: each backs off to the one before."""
        known = self._velocity < VELOCITIES
        made = self._spread(self._velocity[known], self._weight[known], VELOCITIES, 0.1)
        for chosen in (known & (self._pitch == pitch), known & (self._pitch == pitch) & (self._cell == cell)):
            counts = np.bincount(self._velocity[chosen], self._weight[chosen], VELOCITIES)[:VELOCITIES]
            made = (counts + 2 * made) / (counts.sum() + 2)
        return _log(made)
