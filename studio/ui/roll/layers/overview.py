"""Many notes at once: counted into an image of a row a pitch and a column a pixel.

The notes' two edges are counted and summed along each row: a hundred thousand notes take a few milliseconds where
as many rectangles take sixty. A note covers what its rectangle would, at least one pixel; where notes lie over each
other the mean of their levels is shown.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
_BITS = 26
_ONE = 1 << _BITS


def mean_levels(row: Ints, x0: Ints, x1: Ints, level: Ints, rows: int, width: int) -> Bytes:
    """Levels [rows, width] that notes on ``row`` over pixels [x0, x1) show: 0 where there is none, else level + 1."""
    stride = width + 1
    a = row * stride + np.clip(x0, 0, width)
    b = row * stride + np.clip(np.maximum(x1, x0 + 1), 0, width)
    packed = _ONE + level  # the count in the high bits, the sum of levels in the low ones: one running sum for both
    weights = np.concatenate([packed, -packed])
    sums = np.bincount(np.concatenate([a, b]), weights, rows * stride).astype(np.float64, copy=False)
    np.cumsum(sums, out=sums)  # every row ends at nothing, so that all can be summed as one
    count, work = _scratch("count", np.float64, len(sums)), _scratch("work", np.float64, len(sums))
    np.floor(np.multiply(sums, 1 / _ONE, out=count), out=count)
    sums -= np.multiply(count, _ONE, out=work)
    sums /= np.maximum(count, 1, out=work)
    sums += 1.5
    sums *= np.minimum(count, 1, out=work)
    return sums.astype(np.uint8).reshape(rows, stride)[:, :width]


def draw_levels(painter: QPainter, x: int, y: int, levels: Bytes, shades: Sequence[QColor], row_height: int) -> None:
    """Draw such levels in ``shades`` with the corner at (x, y), each row ``row_height`` pixels with a line of nothing below."""
    table = np.array([0, *(_premultiplied(c) for c in shades)], np.uint32)
    pixels = table.take(levels)
    height, width = pixels.shape
    if row_height > 1:
        air = 1 if row_height > 2 else 0
        stretched = _scratch("pixels", np.uint32, height * row_height * width).reshape(height, row_height, width)
        stretched[:, : row_height - air] = pixels[:, None]
        stretched[:, row_height - air :] = 0
        pixels = stretched.reshape(-1, width)
    image = QImage(pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(x, y, image)  # at once: the image borrows the pixels


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (c * alpha // 255 for c in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


_kept: dict[str, npt.NDArray[Any]] = {}


def _scratch(name: str, kind: Any, size: int) -> npt.NDArray[Any]:
    """Memory to work in, kept from one painting to the next: fresh pages would cost as much as filling them."""
    if name not in _kept or len(_kept[name]) < size:
        _kept[name] = np.zeros(size, kind)
    return _kept[name][:size]
