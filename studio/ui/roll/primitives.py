"""Thousands of rectangles or lines in one call of the painter: numpy's memory is handed to Qt as it is.

The technique is pyqtgraph's (``pyqtgraph.Qt.internals.PrimitiveArray``); importing pyqtgraph costs half a second
before the first paint, so its few lines stand here. Where wrapping memory fails, objects are built one by one.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

Floats = npt.NDArray[np.float64]


def boxes(x: npt.ArrayLike, y: npt.ArrayLike, width: npt.ArrayLike, height: npt.ArrayLike) -> Floats:
    """Rectangles [n, 4] (x, y, width, height) from columns or single values."""
    return np.stack(np.broadcast_arrays(x, y, width, height), axis=-1).astype(np.float64).reshape(-1, 4)


def vertical_lines(x: npt.ArrayLike, top: float, bottom: float) -> Floats:
    """Lines [n, 4] (x1, y1, x2, y2) from ``top`` to ``bottom``, through the middle of the pixels at ``x``."""
    at = np.asarray(x, np.float64) + 0.5
    return boxes(at, top, at, bottom)


def fill_rects(painter: QPainter, rects: Floats, color: QColor | QBrush) -> None:
    """Fill rectangles [n, 4] with one colour."""
    if len(rects):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        _draw(painter.drawRects, rects, QRectF)


def frame_rects(painter: QPainter, rects: Floats, pen: QPen) -> None:
    """Draw the outlines of rectangles [n, 4], inside their pixels."""
    if len(rects):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _draw(painter.drawRects, rects + np.array([0.5, 0.5, -1.0, -1.0]), QRectF)


def draw_lines(painter: QPainter, lines: Floats, color: QColor | QPen) -> None:
    """Draw lines [n, 4] (x1, y1, x2, y2)."""
    if len(lines):
        painter.setPen(color)
        _draw(painter.drawLines, lines, QLineF)


def _draw(call: Any, values: Floats, kind: type) -> None:
    data = np.ascontiguousarray(values, np.float64)
    if _WRAPS:
        call(shiboken6.wrapInstance(data.ctypes.data, kind), len(data))
    else:
        call([kind(*row) for row in data.tolist()])


def _wrapping_works() -> bool:
    """Whether Qt's QRectF and QLineF are four doubles in a row here, as they are in every Qt 6 built with double qreal."""
    data = np.array([[1.0, 2.0, 3.0, 4.0]])
    try:
        rect = shiboken6.wrapInstance(data.ctypes.data, QRectF)  # type: ignore[call-overload]
        line = shiboken6.wrapInstance(data.ctypes.data, QLineF)  # type: ignore[call-overload]
        return bool(rect == QRectF(1, 2, 3, 4) and line == QLineF(1, 2, 3, 4))
    except (TypeError, AttributeError, RuntimeError):
        return False


_WRAPS = _wrapping_works()
