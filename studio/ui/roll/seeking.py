"""Widgets of the time axis in which a press moves the playhead, and a drag goes on moving it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.viewport import GUTTER
from studio.ui.theme import Theme


class SeekWidget(TimeWidget):
    """Calls ``seek(tick)`` with the place pressed, on the grid unless Alt is held. By default that only moves the line."""

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state.viewport, theme, parent)
        self.state = state
        self.seek: Callable[[int], None] = lambda tick: self.viewport.set_playhead(tick)
        self._seeking = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= GUTTER:
            self._seeking = True
            self.seek(self.tick_of(event))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._seeking:
            self.seek(self.tick_of(event))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._seeking and event.button() == Qt.MouseButton.LeftButton:
            self._seeking = False
        else:
            super().mouseReleaseEvent(event)

    def tick_of(self, event: QMouseEvent) -> int:
        """The tick under the pointer, on the grid unless Alt is held."""
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return self.state.snapped(max(0.0, self.viewport.tick_at(event.position().x())), free=free)
