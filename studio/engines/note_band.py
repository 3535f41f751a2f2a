"""A band of notes a bar, guaranteed: at least so many start in every bar, and at most so many.

What is missing in a bar must fit into what is left of it. A place is a step of the grid; at each of them as many parts as
:attr:`NoteBand.abreast` can play a note, so that a bar is never left, and no part sounds so long, that what is missing could
not be played any more. This is looked after with every choice, so nothing ever has to be tried again.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import SHIFTS, Bars
from studio.errors import StudioError

Ints = npt.NDArray[np.int64]
EXACT = 96
"""Steps to the next note that the networks can say exactly, whatever they are."""
assert SHIFTS[EXACT] == EXACT


@dataclass(frozen=True)
class NoteBand:
    """``least`` and ``most`` notes a bar (0 for any) of the region from step ``start`` to ``end``, on a grid of ``grid`` steps."""

    least: int
    most: int
    grid: int
    bars: Bars
    start: int
    end: int
    abreast: int = 1

    @classmethod
    def of(cls, least: int, most: int, grid: int, bars: Bars, start: int, end: int, parts: int) -> "NoteBand":
        """The band for so many ``parts``.

        Raises:
            StudioError: some bar has not enough places for what is asked.
        """
        band = cls(least, most, max(1, grid), bars, start, end)
        abreast, at = 1, start
        while least and at < end:
            last = band.bar(at)[1]
            places = int(band.places(at, last))
            if band.grid > EXACT or places * parts < least:
                raise StudioError(
                    f"{least} notes do not fit into every bar on that grid.",
                    "Ask for fewer, or choose a finer grid or more parts.",
                )
            abreast, at = max(abreast, -(-least // places)), last
        return cls(least, most, max(1, grid), bars, start, end, abreast)

    @property
    def any(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.least or self.most)

    def bar(self, step: int) -> tuple[int, int]:
        """The first step of the bar at ``step`` and that of the next, within the region."""
        first, length, _, _ = self.bars.at(max(step, self.start))
        return max(first, self.start), min(first + length, self.end)

    def places(self, first: "Ints | int", last: "Ints | int") -> Ints:
        """How many places lie in [first, last), element by element."""
        before = -(-(np.asarray(first, np.int64) - self.start) // self.grid)
        return np.maximum(-(-(np.asarray(last, np.int64) - self.start) // self.grid) - before, 0)

    def counting(self) -> "Counting":
        """A count of what a take writes."""
        return Counting(self)


class Counting:
    """The notes of one take, counted by bar."""

    def __init__(self, band: NoteBand) -> None:
        self.band = band
        self._count: dict[int, int] = {}

    def push(self, step: int) -> None:
        """A note was written at ``step``."""
        first = self.band.bar(step)[0]
        self._count[first] = self._count.get(first, 0) + 1

    def full(self, step: int) -> bool:
        """Whether the bar at ``step`` has all the notes that it may have."""
        return bool(self.band.most) and self._count.get(self.band.bar(step)[0], 0) >= self.band.most

    def missing(self, step: int) -> int:
        """Notes that the bar at ``step`` still needs."""
        return max(0, self.band.least - self._count.get(self.band.bar(step)[0], 0))

    def due(self, step: int, more: int = 0) -> int:
        """Notes that must still be played at the place ``step`` itself, once ``more`` are: the places after it are too few."""
        last = self.band.bar(step)[1]
        return max(0, self.missing(step) - more - int(self.band.places(step + 1, last)) * self.band.abreast)

    def startable(self, times: Ints, now: int, begun: bool, free: Ints) -> npt.NDArray[np.bool_]:
        """At which ``times`` the next note may start: the last one was at ``now``, if any was ``begun``.

        ``free`` holds the step from which each part may start a note, sorted.
        """
        band, abreast = self.band, self.band.abreast
        first, last = band.bar(now)
        following = band.bar(last)[1] if last < band.end else last
        inside, after = (times >= first) & (times < last), (times >= last) & (times < following)
        fine = inside & (not self.full(now))
        missing = np.where(inside, self.missing(now), 0)
        if last < band.end:
            fine |= after & (self.missing(now) == 0) & (not self.full(last))
            missing = np.where(after, self.missing(last), missing)
        ends = np.where(inside, last, following)
        fine &= missing <= band.places(times, ends) * abreast
        due = missing - band.places(times + 1, ends) * abreast
        fine &= np.searchsorted(free, times, "right") >= np.maximum(due, 1)
        if begun and band.start <= now:
            fine &= (times == now) | (self.due(now) == 0)
        if not band.least:
            fine |= (times >= following) & (times < band.end)
        return fine

    def may_end(self, now: int) -> bool:
        """Whether the take may end after a note at ``now``: the last bar has what it needs."""
        return not self.band.least or (self.band.bar(now)[1] >= self.band.end and self.missing(now) == 0)

    def deadline(self, step: int) -> int | None:
        """The place by which :attr:`NoteBand.abreast` parts must be free once a note at ``step`` is written; None for never."""
        band = self.band
        if not band.least:
            return None
        first, last = band.bar(step)
        left = int(band.places(step + 1, last))
        missing = min(max(0, self.missing(step) - 1), left * band.abreast)
        if not missing:
            if last >= band.end:
                return None
            first, last = last, band.bar(last)[1]
            missing, left = self.missing(first), int(band.places(first, last))
        late = last - 1 - (last - 1 - band.start) % band.grid - (-(-missing // band.abreast) - 1) * band.grid
        near = step + EXACT - (step + EXACT - band.start) % band.grid
        return max(min(late, near), step + 1)
