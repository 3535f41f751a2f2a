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
    scores = np.multiply(logits, _FINE, dtype=np.float64)
    np.rint(scores, out=scores)
    scores /= _FINE * np.reshape(temperature, (-1, 1))
    scores += lean
    np.putmask(scores, ~allowed, -np.inf)
    scores -= scores.max(axis=1, keepdims=True)
    np.negative(np.exp(scores, out=scores), out=scores)
    order = scores.argsort(axis=1, kind="stable")
    rows, classes = scores.shape
    begin = np.arange(0, rows * classes, classes)
    chances = scores.take(order + begin[:, None])
    total = np.negative(np.cumsum(chances, axis=1, out=chances), out=chances)
    kept = (total < (np.minimum(top_p, 1.0) * total[:, -1])[:, None]).sum(axis=1)
    np.minimum(kept, allowed.sum(axis=1) - 1, out=kept)
    drawn = (total <= (draws * total.take(kept + begin))[:, None]).sum(axis=1)
    return order.take(np.minimum(drawn, kept) + begin)  # type: ignore[no-any-return]
