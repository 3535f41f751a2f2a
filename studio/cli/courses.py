"""Wishes that change along a piece, as the options of ``studio compose`` write them: ``0.2``, ``0.2 0.9``, ``1:0.2 9:0.9``."""

import itertools
from dataclasses import dataclass

import typer


@dataclass(frozen=True)
class WishCourse:
    """Values from 0 to 1 at bars, counted from 1, with lines between them; without bars, from the first bar to the last."""

    values: tuple[float, ...]
    bars: tuple[float, ...] = ()

    def at(self, bar: int, count: int) -> float:
        """The value of ``bar`` (from 1) of ``count``."""
        last = len(self.values) - 1
        bars = self.bars or tuple(1 + (count - 1) * k / max(1, last) for k in range(last + 1))
        k = sum(b <= bar for b in bars) - 1
        if k < 0 or k == last:
            return self.values[max(k, 0)]
        share = (bar - bars[k]) / (bars[k + 1] - bars[k])
        return round(self.values[k] + share * (self.values[k + 1] - self.values[k]), 6)


def read_course(words: str) -> WishCourse:
    """Read an option. Raises typer.BadParameter where it is none."""
    try:
        pairs = [word.rpartition(":") for word in words.split()]
        values = tuple(float(value) for _, _, value in pairs)
        bars = tuple(float(bar) for bar, colon, _ in pairs if colon)
    except ValueError:
        values, bars = (), ()
    if not values or not all(0 <= v <= 1 for v in values):
        raise typer.BadParameter(f"'{words}' is no number from 0 to 1, and no course: 0.2 0.9, or 1:0.2 9:0.9.")
    if bars and (len(bars) < len(values) or any(a >= b for a, b in itertools.pairwise(bars))):
        raise typer.BadParameter(f"In '{words}' each number needs its bar, and bars count upwards: 1:0.2 9:0.9.")
    return WishCourse(values, bars)
