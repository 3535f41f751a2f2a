"""The baseline: an interpolated, modified Kneser-Ney 5-gram over the writer's own rows, one a head.

Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (1999), section 3. A context is an
ordered list of columns of the same matrix that the network reads, the last dropped first; lower orders count the
distinct extensions. The baseline with pointers may also look at what stood at the same place 1, 2, 4, 8 bars ago.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
_ODD = np.uint64(0x9E3779B97F4A7C15)


def _mixed(context: Hashes, column: Ints) -> Hashes:
    made = (context ^ (column.astype(np.uint64) + np.uint64(1))) * _ODD
    return made ^ (made >> np.uint64(31))


def context_hashes(columns: Sequence[Ints]) -> list[Hashes]:
    """Hashes of the first 0, 1, ... columns of each row: len(columns) + 1 arrays of shape [n]."""
    n = len(columns[0]) if columns else 0
    made = [np.full(n, 1469598103934665603, np.uint64)]
    for column in columns:
        made.append(_mixed(made[-1], column))
    return made


class _Level:
    """Counts of one order: contexts with their totals, (context, symbol) pairs with theirs, and three discounts."""

    def __init__(self, context: Hashes, pairs: Hashes, counts: Ints) -> None:
        self.pairs, self.counts = pairs, counts
        order = np.argsort(context, kind="stable")
        self.contexts, first = np.unique(context[order], return_index=True)
        sorted_counts = counts[order]
        self.totals = np.add.reduceat(sorted_counts, first) if len(first) else first
        n = [int((counts == k).sum()) for k in (1, 2, 3, 4)]
        y = n[0] / max(1, n[0] + 2 * n[1])
        self.discounts = np.array([0.0, *(max(0.0, k - (k + 1) * y * n[k] / max(1, n[k - 1])) for k in (1, 2, 3))])
        self.discounts[1:] = np.where(self.discounts[1:] > 0, self.discounts[1:], 0.5)
        taken = self.discounts[np.minimum(sorted_counts, 3)]
        self.taken = np.add.reduceat(taken, first) if len(first) else taken

    def interpolate(self, context: Hashes, pairs: Hashes, below: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Probabilities of symbols in contexts, given those of the order below."""
        i = np.minimum(np.searchsorted(self.contexts, context), len(self.contexts) - 1)
        j = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        seen, known = self.contexts[i] == context, self.pairs[j] == pairs
        counts = np.where(known, self.counts[j], 0)
        made = (counts - self.discounts[np.minimum(counts, 3)] + self.taken[i] * below) / self.totals[i]
        return np.where(seen, made, below)


class KneserNey:
    """p(symbol | context) for symbols 0 .. ``symbols`` - 1; ``columns`` are the context's, nearest first."""

    def __init__(self, columns: Sequence[Ints], symbol: Ints, symbols: int) -> None:
        self.symbols = symbols
        contexts = context_hashes(columns) if columns else [np.full(len(symbol), 1, np.uint64)]
        self.levels: list[_Level] = []
        pairs = [_mixed(c, symbol) for c in contexts]
        # The top order counts notes, each lower one the distinct pairs of the order above it.
        kept: npt.NDArray[np.int64] | None = None
        for context, pair in zip(reversed(contexts), reversed(pairs), strict=True):
            rows = slice(None) if kept is None else kept
            unique, first, counts = np.unique(pair[rows], return_index=True, return_counts=True)
            kept = first if kept is None else kept[first]
            self.levels.insert(0, _Level(context[kept], unique, counts.astype(np.int64)))

    def nats(self, columns: Sequence[Ints], symbol: Ints) -> npt.NDArray[np.float64]:
        """-log p of each row, shape [n]."""
        contexts = context_hashes(columns) if columns else [np.full(len(symbol), 1, np.uint64)]
        p = np.full(len(symbol), 1.0 / self.symbols)
        for level, context in zip(self.levels, contexts, strict=True):
            p = level.interpolate(context, _mixed(context, symbol), p)
        return -np.log(np.maximum(p, 1e-12))


def choose_context(
    candidates: dict[str, tuple[Ints, Ints]],
    symbol: tuple[Ints, Ints],
    symbols: int,
    most: int,
    score: Callable[[npt.NDArray[np.float64]], float],
) -> list[str]:
    """Greedy choice of at most ``most`` columns, nearest first; ``candidates`` and ``symbol`` are (training, held-out) pairs.

    ``score`` turns held-out nats a row into the figure to lower.
    """
    chosen: list[str] = []
    best = score(KneserNey([], symbol[0], symbols).nats([], symbol[1]))
    while len(chosen) < most:
        found = {}
        for name in candidates.keys() - set(chosen):
            names = [*chosen, name]
            model = KneserNey([candidates[n][0] for n in names], symbol[0], symbols)
            found[name] = score(model.nats([candidates[n][1] for n in names], symbol[1]))
        name = min(sorted(found), key=lambda n: found[n])
        if found[name] >= best:
            break
        best = found[name]
        chosen.append(name)
    return chosen
