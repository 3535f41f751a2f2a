"""The middle of the window: arrangement, ruler, roll, velocity and what else has the same time axis, one above the other."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.ui.arrangement.panel import ArrangementPanel
from studio.ui.roll.ruler import Ruler
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.velocity import VelocityLane
from studio.ui.roll.view import RollEditor
from studio.ui.roll.viewport import GUTTER, TAIL_TICKS, Viewport
from studio.ui.theme import Theme, mixed


class EditorColumn(QWidget):
    """Places the widgets of one time axis with the same left edge and width; seams between them can be dragged.

    ``lower`` are more widgets for below the velocity lane (waveform, spectrogram), each with its height at first.
    """

    def __init__(
        self, state: RollState, theme: Theme, lower: tuple[tuple[TimeWidget, int], ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.arrangement = ArrangementPanel(state, theme)
        self.ruler = Ruler(state, theme)
        self.roll = RollEditor(state, theme)
        self.velocity = VelocityLane(state, theme)
        self.scroll_bar = TimeScrollBar(state.viewport, theme)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.ruler)
        inner.addWidget(self.roll, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(4)
        self.splitter.setStyleSheet(f"QSplitter::handle {{ background: {theme.ground}; }}")
        parts: list[tuple[QWidget, int]] = [(self.arrangement, 96), (middle, 420), (self.velocity, 76), *lower]
        for part, _ in parts:
            self.splitter.addWidget(part)
        self.splitter.setSizes([size for _, size in parts])
        self.splitter.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.scroll_bar)
        self._seeking = [w for w in (*self.arrangement.parts, self.ruler, *(w for w, _ in lower)) if isinstance(w, SeekWidget)]

    def set_seek(self, seek: Callable[[int], None]) -> None:
        """Have every widget in which a press moves the playhead call ``seek(tick)``."""
        for widget in self._seeking:
            widget.seek = seek


class TimeScrollBar(QWidget):
    """A slim bar below the column: what part of the song is seen. Dragging it scrolls, a press beside it goes there."""

    def __init__(self, viewport: Viewport, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = viewport
        self.theme = theme
        self._grabbed: float | None = None
        self.setFixedHeight(12)
        self.setAccessibleName("Time scroll bar")
        viewport.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 12)

    def handle(self) -> QRectF:
        """Where the bar is."""
        start, end = self.viewport.visible_ticks()
        room = self.width() - GUTTER
        whole = max(end, float(self.viewport.content_end + TAIL_TICKS))
        x0, x1 = GUTTER + room * max(0.0, start) / whole, GUTTER + room * end / whole
        return QRectF(x0, 3, max(24.0, x1 - x0), self.height() - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.theme.line, self.theme.text, 0.30 if self._grabbed is not None else 0.12))
        painter.drawRoundedRect(self.handle(), 3, 3)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            box, x = self.handle(), event.position().x()
            self._grabbed = x - box.left() if box.left() <= x <= box.right() else box.width() / 2
            self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None
        self.update()

    def _drag(self, x: float) -> None:
        room = max(1, self.width() - GUTTER)
        end = self.viewport.visible_ticks()[1]
        whole = max(end, float(self.viewport.content_end + TAIL_TICKS))
        if self._grabbed is not None:
            self.viewport.scroll_to((x - self._grabbed - GUTTER) / room * whole)
