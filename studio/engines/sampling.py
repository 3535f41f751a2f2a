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
    scores = np.multiply(logits, -_FINE, dtype=np.float64)  # the likeliest first
    np.rint(scores, out=scores)
    scores /= _FINE * np.reshape(temperature, (-1, 1))
    scores -= lean
    np.putmask(scores, ~allowed, np.inf)
    order = scores.argsort(axis=1, kind="stable")
    rows, classes = scores.shape
    begin = np.arange(0, rows * classes, classes)
    total = scores.take(order + begin[:, None])
    total = np.subtract(total[:, :1], total, out=total)
    np.cumsum(np.exp(total, out=total), axis=1, out=total)
    # The class that fills up a share has a chance of its own, so it is allowed.
    kept = np.add.reduce(total < (np.minimum(top_p, 1.0) * total[:, -1])[:, None], axis=1)
    drawn = np.add.reduce(total <= (draws * total.take(kept + begin))[:, None], axis=1)
    return order.take(np.minimum(drawn, kept, out=drawn) + begin)  # type: ignore[no-any-return]
