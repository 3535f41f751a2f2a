"""Widgets of the time axis in which a press moves the playhead, and a drag goes on moving it; with the focus the arrows do."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
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
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where the work is

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._step(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step := self._step(event):
            self.seek(max(0, int(self.viewport.playhead) + step))
        else:
            super().keyPressEvent(event)

    def _step(self, event: QKeyEvent) -> int:
        """How far the playhead goes for a key: the grid, a bar with Ctrl; 0 for other keys."""
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        way = ways.get(Qt.Key(event.key()), 0)
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if keys == Qt.KeyboardModifier.ControlModifier:
            return way * self.state.document.meter.at(max(0, int(self.viewport.playhead))).bar_ticks
        return way * self.state.grid_ticks() if keys == Qt.KeyboardModifier.NoModifier else 0

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
