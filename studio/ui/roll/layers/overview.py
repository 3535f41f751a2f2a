"""Many notes at once: counted into an image of a row a pitch and a column a pixel.

A hundred thousand notes take a few milliseconds where as many rectangles take sixty. A note covers what its rectangle
would, at least one pixel; where notes lie over each other the highest level is shown.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

from studio.ui.roll.primitives import scratch

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def top_levels(row: Ints, x0: Ints, x1: Ints, level: Ints, rows: int, width: int) -> Bytes:
    """Levels [rows, width] that notes on ``row`` over pixels [x0, x1) show: 0 where there is none, else level + 1.

    The notes are laid down pixel by pixel in the order of their levels: the costs are those of the pixels covered, and
    many notes in sight are narrow ones.
    """
    order = np.argsort(level.astype(np.uint8), kind="stable")
    a = np.clip(x0[order], 0, width)
    covers = np.clip(np.maximum(x1, x0 + 1)[order], 0, width) - a
    last = np.cumsum(covers)
    total = int(last[-1]) if len(last) else 0
    places = np.arange(total) + np.repeat(row[order] * width + a - (last - covers), covers)
    levels = scratch("levels", np.uint8, rows * width)
    levels.fill(0)
    levels[places] = np.repeat(level[order].astype(np.uint8) + np.uint8(1), covers)
    return levels.reshape(rows, width).copy()


def draw_levels(painter: QPainter, x: int, y: int, levels: Bytes, shades: Sequence[QColor], row_height: int) -> None:
    """Draw such levels in ``shades`` with the corner at (x, y), each row ``row_height`` pixels with a line of nothing below."""
    table = np.array([0, *(_premultiplied(c) for c in shades)], np.uint32)
    pixels = table.take(levels)
    height, width = pixels.shape
    if row_height > 1:
        air = 1 if row_height > 2 else 0
        stretched = scratch("pixels", np.uint32, height * row_height * width).reshape(height, row_height, width)
        stretched[:, : row_height - air] = pixels[:, None]
        stretched[:, row_height - air :] = 0
        pixels = stretched.reshape(-1, width)
    image = QImage(pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(x, y, image)  # at once: the image borrows the pixels


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (c * alpha // 255 for c in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue
