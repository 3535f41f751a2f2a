"""Many notes at once: counted into an image of a row a pitch and a column a pixel.

The notes' two edges are counted and summed along each row: a hundred thousand notes take a few milliseconds where
as many rectangles take sixty. A note covers what its rectangle would, at least one pixel; where notes lie over each
other the mean of their levels is shown.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def mean_levels(row: Ints, x0: Ints, x1: Ints, level: Ints, rows: int, width: int) -> Ints:
    """Levels [rows, width] that notes on ``row`` over pixels [x0, x1) show: 0 where there is none, else level + 1."""
    stride = width + 1
    a = row * stride + np.clip(x0, 0, width)
    b = row * stride + np.clip(np.maximum(x1, x0 + 1), 0, width)
    both = np.concatenate([a, b])
    signs = np.repeat([1.0, -1.0], len(a))
    count = _running_sum(both, signs, rows, stride)
    total = _running_sum(both, signs * np.tile(level, 2), rows, stride)
    shown = np.zeros(count.shape, np.int64)
    covered = count > 0.5
    shown[covered] = np.rint(total[covered] / count[covered]).astype(np.int64) + 1
    return shown[:, :width]


def _running_sum(at: Ints, weight: Floats, rows: int, stride: int) -> Floats:
    return np.cumsum(np.bincount(at, weight, rows * stride).reshape(rows, stride), axis=1)


def image_of(levels: Ints, shades: Sequence[QColor], row_height: int) -> QImage:
    """The image of such levels in ``shades``, each row ``row_height`` pixels with a line of nothing below it."""
    table = np.array([0, *(_premultiplied(c) for c in shades)], np.uint32)
    pixels = table[levels]
    if row_height > 2:
        rows = np.zeros((len(pixels), row_height, pixels.shape[1]), np.uint32)
        rows[:, :-1] = pixels[:, None]
        pixels = rows
    elif row_height == 2:
        pixels = np.repeat(pixels, 2, axis=0)
    flat = np.ascontiguousarray(pixels.reshape(-1, pixels.shape[-1]))
    height, width = flat.shape
    return QImage(flat.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (c * alpha // 255 for c in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue
