"""Thousands of rectangles in one call of the painter: numpy's memory is handed to Qt as it is.

The technique is pyqtgraph's (``pyqtgraph.Qt.internals.PrimitiveArray``); importing pyqtgraph costs half a second
before the first paint, so its few lines stand here. Where wrapping memory fails, objects are built one by one.
"""

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

Floats = npt.NDArray[np.float64]


def boxes(x: npt.ArrayLike, y: npt.ArrayLike, width: npt.ArrayLike, height: npt.ArrayLike) -> Floats:
    """Rectangles [n, 4] (x, y, width, height) from columns or single values."""
    rects = np.empty((np.broadcast(x, y, width, height).size, 4))
    rects[:, 0], rects[:, 1], rects[:, 2], rects[:, 3] = x, y, width, height
    return rects


def columns(x: npt.ArrayLike, top: float, bottom: float) -> Floats:
    """Vertical lines at the pixels ``x`` from ``top`` to ``bottom``: rectangles a pixel wide, which paint faster than lines."""
    return boxes(x, top, 1, bottom - top)


def fill_rects(painter: QPainter, rects: Floats, color: QColor | QBrush) -> None:
    """Fill rectangles [n, 4] with one colour."""
    if len(rects):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        _draw(painter, rects)


def frame_rects(painter: QPainter, rects: Floats, pen: QPen) -> None:
    """Draw the outlines of rectangles [n, 4], inside their pixels."""
    if len(rects):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _draw(painter, rects + np.array([0.5, 0.5, -1.0, -1.0]))


def _draw(painter: QPainter, rects: Floats) -> None:
    data = np.ascontiguousarray(rects, np.float64)
    if _WRAPS:
        painter.drawRects(shiboken6.wrapInstance(data.ctypes.data, QRectF), len(data))  # type: ignore[call-overload]
    else:
        painter.drawRects([QRectF(*row) for row in data.tolist()])


def _wrapping_works() -> bool:
    """Whether Qt's QRectF is four doubles in a row here, as it is in every Qt 6 built with double qreal."""
    data = np.array([[1.0, 2.0, 3.0, 4.0]])
    try:
        rect = shiboken6.wrapInstance(data.ctypes.data, QRectF)  # type: ignore[call-overload]
        return bool(rect == QRectF(1, 2, 3, 4))
    except (TypeError, AttributeError, RuntimeError):
        return False


_WRAPS = _wrapping_works()
