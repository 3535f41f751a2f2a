"""Drawing from a network's scores: temperature, top-p (Holtzman et al. 2020, arXiv 1904.09751), masks, many rows at once."""

import numpy as np
import numpy.typing as npt

_FINE = 1e4
"""Scores are rounded to a ten-thousandth, so that the last bits of a product do not decide what is drawn."""


def draw_rows(
    logits: npt.NDArray[np.float32],
    allowed: npt.NDArray[np.bool_],
    draws: npt.NDArray[np.float64],
    temperature: npt.ArrayLike = 1.0,
    top_p: npt.ArrayLike = 1.0,
    lean: npt.NDArray[np.float64] | float = 0.0,
) -> npt.NDArray[np.int64]:
    """A class for each row of ``logits`` [n, c], never one that is not ``allowed`` (some must be).

    ``draws`` [n] in [0, 1) decide; of the likeliest classes as many are kept as hold ``top_p`` of the chance; ``lean`` is
    added to the scores. Temperature and top-p are one for all or one a row, a lean one for all or [n, c].
    """
    scores = logits.astype(np.float64)
    scores *= _FINE
    np.rint(scores, out=scores)
    scores /= _FINE * np.reshape(temperature, (-1, 1))
    scores += lean
    scores[~allowed] = -np.inf
    scores -= scores.max(axis=1, keepdims=True)
    np.negative(np.exp(scores, out=scores), out=scores)
    order = scores.argsort(axis=1, kind="stable")
    made = np.empty(len(order), np.int64)
    tops = np.broadcast_to(np.minimum(top_p, 1.0), len(order)).tolist()
    for row, (negative, best, mask, draw, top) in enumerate(zip(scores, order, allowed, draws.tolist(), tops, strict=True)):
        total = np.cumsum(negative[best])
        np.negative(total, out=total)
        kept = min(int(total.searchsorted(top * total[-1])), int(np.count_nonzero(mask)) - 1)
        made[row] = best[total[:kept].searchsorted(draw * total[kept], "right")]
    return made
