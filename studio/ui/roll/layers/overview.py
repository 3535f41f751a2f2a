"""Many notes at once: counted into an image of a row a pitch and a column a pixel.

A hundred thousand notes take a few milliseconds where as many rectangles take sixty. A note covers what its rectangle
would, at least one pixel; where notes lie over each other the highest level is shown.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

from studio.ui.roll.primitives import scratch

BAND = 32  # lines of pixels
Ints = npt.NDArray[np.integer]
Bytes = npt.NDArray[np.uint8]


def top_levels(row: Ints, x0: Ints, x1: Ints, level: Ints, rows: int, width: int) -> Bytes:
    """Levels [rows, width] that notes on ``row`` over pixels [x0, x1) show: 0 where there is none, else level + 1.

    First all first pixels are laid down, then all second ones and so on: the costs are those of the pixels covered, and many
    notes in sight are narrow ones.
    """
    levels = np.zeros(rows * width, np.uint8)
    a = np.clip(x0, 0, width)
    covers = np.minimum(np.maximum(x1, x0 + 1), width)
    covers -= a
    shade = level.astype(np.uint8)
    shade += np.uint8(1)
    first = row.astype(np.int32) * width + a
    seen = (covers > 0) & (row >= 0) & (row < rows)
    if not seen.all():
        first, covers, shade = first[seen], covers[seen], shade[seen]
    if covers.sum() > 4 * len(first):
        last = np.cumsum(covers)
        pixels = np.arange(last[-1]) + np.repeat(first - (last - covers), covers)
        np.maximum.at(levels, pixels, np.repeat(shade, covers))
        return levels.reshape(rows, width)
    while len(first):
        np.maximum.at(levels, first, shade)
        wide = np.flatnonzero(covers > 1)
        first, covers, shade = first[wide] + 1, covers[wide] - 1, shade[wide]
    return levels.reshape(rows, width)


def draw_levels(painter: QPainter, x: int, y: int, levels: Bytes, shades: Sequence[QColor], row_height: int) -> None:
    """Draw such levels in ``shades`` with the corner at (x, y), each row ``row_height`` pixels with a line of nothing below."""
    table = np.array([0, *(_premultiplied(c) for c in shades)], np.uint32)
    height, width = levels.shape
    air = 1 if row_height > 2 else 0
    band = max(1, BAND // row_height)  # few rows at a time, which the processor's cache still holds when they are drawn
    pixels = scratch("pixels", np.uint32, band * row_height * width).reshape(band, row_height, width)
    pixels[:, row_height - air :] = 0
    for first in range(0, height, band):
        part = pixels[: height - first]
        part[:, : row_height - air] = table.take(levels[first : first + band])[:, None]
        lines = len(part) * row_height
        image = QImage(part.data, width, lines, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(x, y + first * row_height, image)  # at once: the image borrows the pixels


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (c * alpha // 255 for c in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue
