"""The playhead, the same in every widget of the time axis."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import Theme

WIDTH = 1.5


def paint_playhead(painter: QPainter, viewport: Viewport, theme: Theme, height: int) -> None:
    """A line at the playhead, green while it plays, red while it records."""
    x = viewport.x_at(viewport.playhead)
    if GUTTER <= x <= viewport.width + 1:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(theme.color(viewport.playhead_role), WIDTH))
        painter.drawLine(QPointF(x + 0.5, 0), QPointF(x + 0.5, height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
