"""The loop that draws from a network's scores, compiled as :mod:`studio.nn.jit` says."""

import math

import numpy as np
import numpy.typing as npt

from studio.nn.jit import Float, Ints, Wave, exact

_FINE = 1e4
"""Scores are rounded to a ten-thousandth, so that the last bits of a product do not decide what is drawn."""
_FAR = 37.0
"""What lies further behind the likeliest adds nothing to a sum in double precision that begins with 1."""


@exact
def draw(
    made: Ints, logits: Wave, allowed: npt.NDArray[np.bool_], draws: Float, temperature: Float, top_p: Float, lean: Float
) -> None:
    """Put a class of each row of ``logits`` [n, c] into ``made`` [n]: :func:`studio.engines.sampling.draw_rows` says which.

    ``temperature`` and ``top_p`` are [1] or [n], ``lean`` is [0, 0], [1, c] or [n, c].
    """
    classes = logits.shape[1]
    scores, order, sums = np.empty(classes), np.zeros(classes, np.int64), np.zeros(classes)
    for row in range(len(logits)):
        scale = _FINE * temperature[min(row, len(temperature) - 1)]
        best = np.inf
        for c in range(classes):  # the likeliest has the least
            if allowed[row, c]:
                scores[c] = np.rint(logits[row, c] * -_FINE) / scale
                if len(lean):
                    scores[c] -= lean[min(row, len(lean) - 1), c]
                best = min(best, scores[c])
        count = 0
        for c in range(classes):
            if allowed[row, c] and scores[c] - best < _FAR:
                at = count
                while at and scores[order[at - 1]] > scores[c]:
                    order[at] = order[at - 1]
                    at -= 1
                order[at] = c
                count += 1
        whole = 0.0
        for k in range(count):
            whole += math.exp(best - scores[order[k]])
            sums[k] = whole
        share, kept = min(top_p[min(row, len(top_p) - 1)], 1.0) * whole, 0
        while sums[kept] < share:  # the class that fills it up is kept too
            kept += 1
        share, drawn = draws[row] * sums[kept], 0
        while drawn < kept and sums[drawn] <= share:
            drawn += 1
        made[row] = order[drawn]
