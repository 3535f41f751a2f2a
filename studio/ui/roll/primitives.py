"""Thousands of rectangles in one call of the painter: numpy's memory is handed to Qt as it is.

The technique is pyqtgraph's (``pyqtgraph.Qt.internals.PrimitiveArray``); importing pyqtgraph costs half a second
before the first paint, so its few lines stand here. Where wrapping memory fails, objects are built one by one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

Floats = npt.NDArray[np.float64]
_kept: dict[str, npt.NDArray[Any]] = {}


def boxes(x: npt.ArrayLike, y: npt.ArrayLike, width: npt.ArrayLike, height: npt.ArrayLike) -> Floats:
    """Rectangles [n, 4] (x, y, width, height) from columns or single values."""
    rects = np.empty((np.broadcast(x, y, width, height).size, 4))
    rects[:, 0], rects[:, 1], rects[:, 2], rects[:, 3] = x, y, width, height
    return rects


def columns(x: npt.ArrayLike, top: float, bottom: float) -> Floats:
    """Vertical lines at the pixels ``x`` from ``top`` to ``bottom``: rectangles a pixel wide, which paint faster than lines."""
    return boxes(x, top, 1, bottom - top)


def fill_rects(painter: QPainter, rects: Floats, color: QColor | QBrush) -> None:
    """Fill rectangles [n, 4] of whole pixels with one colour; Qt fills those far faster than others."""
    fill_groups(painter, rects, [0, len(rects)], (color,))


def fill_groups(painter: QPainter, rects: Floats, edges: Sequence[int], colors: Sequence[QColor | QBrush]) -> None:
    """Fill rectangles [n, 4] of whole pixels: those from ``edges[k]`` to ``edges[k + 1]`` with ``colors[k]``."""
    if not len(rects):
        return
    painter.setPen(Qt.PenStyle.NoPen)
    corners = np.empty((len(rects), 4), np.int32)
    corners[:, :2] = rects[:, :2]
    corners[:, 2:] = rects[:, :2] + rects[:, 2:] - 1  # QRect keeps its last pixel
    first = _address(corners)
    for color, a, b in zip(colors, edges[:-1], edges[1:], strict=True):
        if a == b:
            continue
        painter.setBrush(color)
        if _WRAPS:
            painter.drawRects(shiboken6.wrapInstance(first + a * corners.strides[0], QRect), b - a)  # type: ignore[call-overload]
        else:
            painter.drawRects([QRect(QPoint(*row[:2]), QPoint(*row[2:])) for row in corners[a:b].tolist()])


def draw_pieces(painter: QPainter, at: Floats, pieces: Floats, picture: QPixmap) -> None:
    """Draw pieces [n, 4] (x, y, width, height in the picture's own pixels) with their left upper corners at ``at`` [n, 2]."""
    if not len(at):
        return
    ratio = picture.devicePixelRatio()
    if not _WRAPS:
        for (x, y), piece in zip(at.tolist(), pieces.tolist(), strict=True):
            painter.drawPixmap(QPointF(x, y), picture, QRectF(*piece))
        return
    fragments = np.zeros((len(at), 10))  # x and y of the middle, piece, scale twice, rotation, opacity
    fragments[:, :2] = at + pieces[:, 2:] / (2 * ratio)
    fragments[:, 2:6] = pieces
    fragments[:, 6:8] = 1 / ratio
    fragments[:, 9] = 1
    first = shiboken6.wrapInstance(_address(fragments), QPainter.PixmapFragment)  # type: ignore[call-overload]
    painter.drawPixmapFragments(first, len(fragments), picture)  # type: ignore[arg-type]


def frame_rects(painter: QPainter, rects: Floats, pen: QPen) -> None:
    """Draw the outlines of rectangles [n, 4], inside their pixels."""
    if not len(rects):
        return
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inside = rects + np.array([0.5, 0.5, -1.0, -1.0])
    if _WRAPS:
        painter.drawRects(shiboken6.wrapInstance(_address(inside), QRectF), len(inside))  # type: ignore[call-overload]
    else:
        painter.drawRects([QRectF(*row) for row in inside.tolist()])


def _address(data: npt.NDArray[Any]) -> int:
    return int(data.__array_interface__["data"][0])  # a sixth of the time of data.ctypes.data


def scratch(name: str, kind: Any, size: int) -> npt.NDArray[Any]:
    """Memory to work in, kept from one painting to the next: fresh pages would cost as much as filling them."""
    if name not in _kept or len(_kept[name]) < size:
        _kept[name] = np.zeros(size, kind)
    return _kept[name][:size]


def _wrapping_works() -> bool:
    """Whether Qt's rectangles are four numbers in a row here, as they are in every Qt 6 built with double qreal."""
    whole, real = np.array([1, 2, 3, 4], np.int32), np.array([1.0, 2.0, 3.0, 4.0])
    try:
        first = shiboken6.wrapInstance(_address(whole), QRect)  # type: ignore[call-overload]
        second = shiboken6.wrapInstance(_address(real), QRectF)  # type: ignore[call-overload]
        return bool(first == QRect(QPoint(1, 2), QPoint(3, 4)) and second == QRectF(1, 2, 3, 4))
    except (TypeError, AttributeError, RuntimeError):
        return False


_WRAPS = _wrapping_works()
