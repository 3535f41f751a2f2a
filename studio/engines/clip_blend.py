"""How far clips are apart, and blends from one to another that never turn back."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.engines.clip_grid import DrumClip

Floats = npt.NDArray[np.float64]


def line_distance(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], cells: int) -> float:
    """The share of steps whose tokens differ (normalised Hamming distance, as MusicVAE's figure of interpolations), [..., CELLS]."""
    return float(np.mean(a[..., :cells] != b[..., :cells]))


def drum_distance(a: DrumClip, b: DrumClip, cells: int) -> float:
    """The share of hits of either that the other has not, plus the mean difference of velocity, so that touch counts too."""
    either = (a.hits | b.hits)[:cells]
    if not either.any():
        return 0.0
    differ = (a.hits != b.hits)[:cells]
    touch = np.abs(a.velocity - b.velocity)[:cells]
    return float((differ.sum() + touch[either].sum()) / either.sum())


def monotone(to_a: Sequence[float], to_b: Sequence[float]) -> bool:
    """Whether the distance to A never falls and the distance to B never rises from step to step."""
    return bool((np.diff(to_a) >= 0).all() and (np.diff(to_b) <= 0).all())


def evenly(to_a: Sequence[float], to_b: Sequence[float], steps: int) -> list[int]:
    """``steps`` rising indices from the first to the last candidate, along which the blend never turns back.

    Among all such ways the one whose steps are most even: the sum of squared departures from an even walk is least (a
    shortest path over candidates). Candidates may be used again where there are not enough.
    """
    a, b = np.asarray(to_a), np.asarray(to_b)
    n = len(a)
    walk = (a - b) / max(1e-9, a[-1] + b[0])
    wanted = np.linspace(walk[0], walk[-1], steps)
    cost = np.full((steps, n), np.inf)
    came = np.zeros((steps, n), np.int64)
    cost[0, 0] = 0.0
    for k in range(1, steps):
        for j in range(n):
            allowed = (a[: j + 1] <= a[j]) & (b[: j + 1] >= b[j])
            allowed &= (a[j] <= a[-1]) & (b[j] >= b[-1])
            before = np.where(allowed, cost[k - 1, : j + 1], np.inf)
            came[k, j] = int(np.argmin(before))
            cost[k, j] = before[came[k, j]] + (walk[j] - wanted[k]) ** 2
    path = [n - 1]
    for k in range(steps - 1, 0, -1):
        path.append(int(came[k, path[-1]]))
    return path[::-1]
