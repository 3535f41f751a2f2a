"""Drawing from a network's scores: temperature, top-p (Holtzman et al. 2020, arXiv 1904.09751), masks, many rows at once."""

import numpy as np
import numpy.typing as npt

_FINE = 1e4
"""Scores are rounded to a ten-thousandth, so that the last bits of a product do not decide what is drawn."""


def draw_rows(
    logits: npt.NDArray[np.float32],
    allowed: npt.NDArray[np.bool_],
    draws: npt.NDArray[np.float64],
    temperature: float = 1.0,
    top_p: float = 1.0,
    lean: npt.NDArray[np.float64] | float = 0.0,
) -> npt.NDArray[np.int64]:
    """A class for each row of ``logits`` [n, c], never one that is not ``allowed`` (some must be).

    ``draws`` [n] in [0, 1) decide; of the likeliest classes as many are kept as hold ``top_p`` of the chance; ``lean`` [c] is
    added to the scores.
    """
    scores = np.rint(np.where(allowed, logits, -np.inf).astype(np.float64) * _FINE) / (_FINE * temperature) + lean
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    order = np.argsort(-p, axis=1, kind="stable")
    total = np.take_along_axis(p, order, axis=1).cumsum(axis=1)
    row = np.arange(len(p))
    kept = np.minimum((total < min(1.0, top_p) * total[:, -1:]).sum(axis=1), allowed.sum(axis=1) - 1)
    below = total <= (draws * total[row, kept])[:, None]
    return order[row, (below & (np.arange(p.shape[1]) < kept[:, None])).sum(axis=1)]
