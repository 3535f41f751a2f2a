"""A part of the window with keys of its own, which go before the window's shortcuts while it has the focus."""

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame


class KeyFrame(QFrame):
    """What a key does is told by :meth:`_deed`; where that is None, it is the window's."""

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        """What a key does here, None when it is none of ours."""
        return None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._deed(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deed = self._deed(event)
        if deed:
            deed()
        else:
            super().keyPressEvent(event)
