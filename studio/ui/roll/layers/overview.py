"""Many notes at once: counted into an image of a row a pitch and a column a pixel.

The notes' two edges are counted and summed along each row: a hundred thousand notes take a few milliseconds where
as many rectangles take sixty. A note covers what its rectangle would, at least one pixel; where notes lie over each
other the mean of their levels is shown.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

Ints = npt.NDArray[np.int64]
_BITS = 26
_ONE = 1 << _BITS


def mean_levels(row: Ints, x0: Ints, x1: Ints, level: Ints, rows: int, width: int) -> Ints:
    """Levels [rows, width] that notes on ``row`` over pixels [x0, x1) show: 0 where there is none, else level + 1."""
    stride = width + 1
    a = row * stride + np.clip(x0, 0, width)
    b = row * stride + np.clip(np.maximum(x1, x0 + 1), 0, width)
    packed = _ONE + level  # the count in the high bits, the sum of levels in the low ones: one running sum for both
    steps = np.bincount(np.concatenate([a, b]), np.concatenate([packed, -packed]), rows * stride)
    sums = np.cumsum(steps.reshape(rows, stride)[:, :width], axis=1).astype(np.int64)
    count, total = sums >> _BITS, sums & (_ONE - 1)
    return np.where(count > 0, (2 * total + count) // np.maximum(2 * count, 1) + 1, 0)


def draw_levels(painter: QPainter, x: int, y: int, levels: Ints, shades: Sequence[QColor], row_height: int) -> None:
    """Draw such levels in ``shades`` with the corner at (x, y), each row ``row_height`` pixels with a line of nothing below."""
    table = np.array([0, *(_premultiplied(c) for c in shades)], np.uint32)
    pixels = table[levels]
    height, width = pixels.shape
    if row_height > 1:
        air = 1 if row_height > 2 else 0
        stretched = np.zeros((height, row_height, width), np.uint32)
        stretched[:, : row_height - air] = pixels[:, None]
        pixels = stretched.reshape(-1, width)
    image = QImage(pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(x, y, image)  # at once: the image borrows the pixels


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (c * alpha // 255 for c in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue
