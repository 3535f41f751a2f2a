"""Drawing from a network's scores: temperature, top-p (Holtzman et al. 2020, arXiv 1904.09751), masks, many rows at once."""

import numpy as np
import numpy.typing as npt

_NONE = np.empty((0, 0))


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
    from studio.nn.draw_kernels import draw

    made = np.empty(len(logits), np.int64)
    more = np.array(lean, np.float64, ndmin=2) if isinstance(lean, np.ndarray) else _NONE
    draw(
        made,
        np.ascontiguousarray(logits, np.float32),
        np.ascontiguousarray(allowed),
        draws,
        np.ascontiguousarray(temperature, np.float64),  # of at least one dimension
        np.ascontiguousarray(top_p, np.float64),
        more,
    )
    return made
