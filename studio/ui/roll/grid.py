"""The grid: which note value its lines stand for at a zoom, and where the lines are."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from studio.music.time import Meter

LEAST_PIXELS = 11
NOTE_VALUES = (3840, 1920, 960, 480, 240, 120, 60)  # a whole note to a sixty-fourth, ticks
MANY_BARS = 4_000


@dataclass(frozen=True)
class Grid:
    """The grid's setting: ``pinned`` ticks (0 follows the zoom), ``triplets``, and whether editing snaps at all."""

    pinned: int = 0
    triplets: bool = False
    snap: bool = True

    def ticks(self, scale: float) -> int:
        """Distance of the lines in ticks at ``scale`` pixels a tick: the finest that the eye can still tell apart."""
        value = self.pinned
        if not value:
            value = next((v for v in reversed(NOTE_VALUES) if self._of(v) * scale >= LEAST_PIXELS), NOTE_VALUES[0])
        return self._of(value)

    def _of(self, value: int) -> int:
        return value * 2 // 3 if self.triplets else value

    def snapped(self, meter: Meter, tick: float, scale: float, *, free: bool = False) -> int:
        """``tick`` on the nearest line, or only rounded when ``free`` (Alt is held) or snapping is off."""
        whole = max(0, round(tick))
        return whole if free or not self.snap else meter.snap(whole, self.ticks(scale))

    def snapped_down(self, meter: Meter, tick: float, scale: float, *, free: bool = False) -> int:
        """``tick`` on the line before it, or only rounded."""
        whole = max(0, round(tick))
        return whole if free or not self.snap else meter.snap_down(whole, self.ticks(scale))


@dataclass(frozen=True, eq=False)
class Lines:
    """Grid lines in a stretch of time, ticks, each only in the strongest of its classes; ``numbers`` are the bars' indices."""

    bars: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    beats: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]


@lru_cache(maxsize=16)
def lines_between(meter: Meter, start: float, end: float, scale: float, grid: Grid) -> Lines:
    """The lines seen in [start, end] at ``scale`` pixels a tick; bars thin out where they would touch. Do not change them."""
    first, last = meter.bar_of(max(0, int(start))), meter.bar_of(max(0, int(end)))
    every = 1
    while meter.at(int(start)).bar_ticks * every * scale < LEAST_PIXELS or (last - first) / every > MANY_BARS:
        every *= 2
    numbers = np.arange(first // every * every, last + 1, every, dtype=np.int64)
    bars = np.array([meter.bar_start(int(n)) for n in numbers], np.int64)
    if every > 1:
        return Lines(bars, numbers, _NONE, _NONE)
    beats, steps = [], []
    step = grid.ticks(scale)
    for bar in bars.tolist():
        beat, stop = meter.at(bar).beat_ticks, meter.bar_end(meter.bar_of(bar))
        if beat * scale >= LEAST_PIXELS:
            beats.append(np.arange(bar + beat, stop, beat))
        if step * scale >= LEAST_PIXELS - 3:
            inner = np.arange(bar + step, stop, step)
            steps.append(inner[(inner - bar) % beat != 0])
    return Lines(bars, numbers, np.concatenate(beats) if beats else _NONE, np.concatenate(steps) if steps else _NONE)


_NONE = np.zeros(0, np.int64)
