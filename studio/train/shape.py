"""Whether a piece has a shape: how alike its stretches are that shall be alike, and those that shall not.

Two bars are as alike as the notes they share (Dice's coefficient): a note is its part, the sixteenth at which it starts and its
pitch class (drums: their key). Stretches are as alike as their bars, one by one.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from studio.engines.note_columns import DRUMS, Piece
from studio.music.form import Form
from studio.train.measures import bar_contents, bar_lines

Bar = frozenset[tuple[int, int, int]]
_CELL = 6
STRETCH = 8


def bars_of(piece: Piece, first: int, last: int) -> list[Bar]:
    """What starts in each bar of the steps from ``first`` to ``last``: (sixteenth, track class, pitch class)."""
    contents = bar_contents(piece.time, piece.track, piece.pitch, bar_lines(piece, first, last))
    return [frozenset(((t + _CELL // 2) // _CELL, k, p if k == DRUMS else p % 12) for t, k, p in bar) for bar in contents]


def alike(a: Sequence[Bar], b: Sequence[Bar]) -> float:
    """How alike two stretches are from their first bars on, as far as the shorter one goes, 0 to 1; NaN where all is silent."""
    pairs = [(x, y) for x, y in zip(a, b, strict=False) if x or y]
    return float(np.mean([2 * len(x & y) / (len(x) + len(y)) for x, y in pairs])) if pairs else float("nan")


def by_letters(bars: Sequence[Bar], form: Form) -> tuple[list[float], list[float]]:
    """How alike the sections of a piece are: those of the same name, and those of different names."""
    lines = form.starts()
    stretches = [bars[a:b] for a, b in pairwise(lines)]
    same: list[float] = []
    different: list[float] = []
    for (i, a), (j, b) in combinations(enumerate(stretches), 2):
        (same if form.sections[i].name == form.sections[j].name else different).append(alike(a, b))
    return [v for v in same if v == v], [v for v in different if v == v]


def far_apart(bars: Sequence[Bar]) -> list[float]:
    """How alike the stretches of eight bars of a song are that have at least eight bars between them, whatever its sections are."""
    stretches = [bars[at : at + STRETCH] for at in range(0, len(bars) - STRETCH + 1, STRETCH)]
    found = [alike(a, b) for (i, a), (j, b) in combinations(enumerate(stretches), 2) if j - i > 1]
    return [v for v in found if v == v]


def returns(bars: Sequence[Bar]) -> tuple[float, float]:
    """How much of a piece comes again, whatever its form: how alike every eight bars are to the most alike earlier eight, and to any.

    Means over the piece; NaN where it is shorter than sixteen bars.
    """
    best, usual = [], []
    for at in range(STRETCH, len(bars) - STRETCH + 1, STRETCH):
        found = [alike(bars[at : at + STRETCH], bars[k : k + STRETCH]) for k in range(at - STRETCH + 1)]
        found = [v for v in found if v == v]
        if found:
            best.append(max(found))
            usual.append(float(np.mean(found)))
    return (float(np.mean(best)), float(np.mean(usual))) if best else (float("nan"), float("nan"))
