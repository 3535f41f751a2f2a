"""Musical time: integer ticks, time signatures, bars and the grid. Seconds and frames are :mod:`studio.music.tempo`'s."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

TICKS_PER_QUARTER = 960
MAX_TICK = (1 << 28) - 1  # the longest pause that a MIDI file can write: a day and a half at 120 quarter notes a minute


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """A metre that holds from ``tick`` on. ``denominator`` is a power of two from 1 to 64."""

    tick: int = 0
    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        if not (self.tick >= 0 and 1 <= self.numerator <= 255 and self.denominator in (1, 2, 4, 8, 16, 32, 64)):
            raise ValueError(f"not a time signature: {self.numerator}/{self.denominator} at tick {self.tick}")

    @property
    def beat_ticks(self) -> int:
        """Ticks of one denominator's beat."""
        return 4 * TICKS_PER_QUARTER // self.denominator

    @property
    def bar_ticks(self) -> int:
        """Ticks of one bar. The only place where a bar's length is worked out."""
        return self.numerator * self.beat_ticks


@dataclass(frozen=True, slots=True)
class BarPosition:
    """A place as musicians count it: bar and beat from 1, ticks within the beat from 0."""

    bar: int
    beat: int
    tick: int

    def __str__(self) -> str:
        return f"{self.bar:03d}.{self.beat}.{self.tick:03d}"


@dataclass(frozen=True)
class Meter:
    """The time signatures of a piece, sorted by tick, the first at tick 0.

    A change inside a bar cuts that bar short, so a signature's tick always begins a bar.
    """

    signatures: tuple[TimeSignature, ...] = (TimeSignature(),)

    def __post_init__(self) -> None:
        ticks = [s.tick for s in self.signatures]
        if not ticks or ticks[0] != 0 or any(a >= b for a, b in pairwise(ticks)):
            raise ValueError("time signatures must start at tick 0 and rise")
        first_bars = [0]
        for before, after in pairwise(self.signatures):
            first_bars.append(first_bars[-1] + -(-(after.tick - before.tick) // before.bar_ticks))
        object.__setattr__(self, "_ticks", ticks)
        object.__setattr__(self, "_first_bars", first_bars)
        columns = [[s.tick, s.bar_ticks] for s in self.signatures]
        object.__setattr__(self, "_columns", np.array(columns, np.int64).T)

    def at(self, tick: int) -> TimeSignature:
        """The signature in force at ``tick``."""
        return self.signatures[max(0, bisect_right(self._ticks, tick) - 1)]  # type: ignore[attr-defined]

    def bar_of(self, tick: int) -> int:
        """Index from 0 of the bar that holds ``tick``; ticks before 0 count as bar 0."""
        i = max(0, bisect_right(self._ticks, tick) - 1)  # type: ignore[attr-defined]
        signature = self.signatures[i]
        return int(self._first_bars[i]) + max(0, tick - signature.tick) // signature.bar_ticks  # type: ignore[attr-defined]

    def bar_start(self, bar: int) -> int:
        """The tick at which bar ``bar`` (from 0) begins."""
        i = max(0, bisect_right(self._first_bars, bar) - 1)  # type: ignore[attr-defined]
        signature = self.signatures[i]
        return signature.tick + (bar - int(self._first_bars[i])) * signature.bar_ticks  # type: ignore[attr-defined]

    def bar_end(self, bar: int) -> int:
        """The tick at which bar ``bar`` ends."""
        return self.bar_start(bar + 1)

    def position(self, tick: int) -> BarPosition:
        """``tick`` as bar, beat and ticks within the beat."""
        bar = self.bar_of(tick)
        within = max(0, tick) - self.bar_start(bar)
        beat = self.at(tick).beat_ticks
        return BarPosition(bar + 1, within // beat + 1, within % beat)

    def bar_ceiling(self, tick: int) -> int:
        """The first bar line at or after ``tick``."""
        start = self.bar_start(self.bar_of(tick))
        return start if start == tick else self.bar_end(self.bar_of(tick))

    def bar_starts(self, ticks: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The starts of the bars that hold ``ticks`` (any shape)."""
        return self._bars(np.asarray(ticks, np.int64))[0]

    def snap_all(self, ticks: npt.ArrayLike, grid: int) -> npt.NDArray[np.int64]:
        """``ticks`` (any shape) moved to the nearest lines of a grid of ``grid`` ticks that starts anew at each bar line."""
        t = np.asarray(ticks, np.int64)
        start, end = self._bars(t)
        below = start + (t - start) // grid * grid
        above = np.minimum(below + grid, end)
        return np.where(2 * t >= below + above, above, below)

    def snap(self, tick: int, grid: int) -> int:
        """:meth:`snap_all` for one tick."""
        return int(self.snap_all(tick, grid))

    def snap_down(self, tick: int, grid: int) -> int:
        """The last grid line at or before ``tick``."""
        start = self.bar_start(self.bar_of(tick))
        return start + (tick - start) // grid * grid

    def _bars(self, ticks: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Starts and ends of the bars that hold ``ticks``; ticks before 0 count as bar 0."""
        first, length = self._columns  # type: ignore[attr-defined]
        i = np.maximum(np.searchsorted(first, ticks, "right") - 1, 0)
        length = length[i]
        following = np.append(first[1:], np.iinfo(np.int64).max)[i]
        start = first[i] + np.maximum(ticks - first[i], 0) // length * length
        return start, np.minimum(start + length, following)


def note_value(fraction: Fraction) -> int:
    """Ticks of a note value: ``note_value(Fraction(1, 16))`` is a sixteenth, ``Fraction(1, 24)`` its triplet."""
    ticks = fraction * 4 * TICKS_PER_QUARTER
    if ticks.denominator != 1:
        raise ValueError(f"{fraction} of a whole note is not a whole number of ticks")
    return int(ticks)
