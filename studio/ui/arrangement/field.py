"""A line to type into, over what it changes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from studio.ui.texts import t
from studio.ui.widgets import named, role


class InlineField(QLineEdit):
    """Hidden until it is asked for. Enter takes what was typed, Escape or a click elsewhere does not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._typed: Callable[[str], str] = lambda text: ""
        named(self, t("Type here"))
        self.hide()

    def ask(self, place: QRect, text: str, name: str, typed: Callable[[str], str]) -> None:
        """Show ``text`` to be changed. ``typed`` gets it and returns what is wrong with it, empty where nothing is."""
        self._typed = typed
        named(self, name)
        role(self, "inline-edit")
        parent = self.parentWidget()
        room = parent.rect() if parent is not None else place
        place.moveLeft(max(room.left(), min(place.left(), room.right() - place.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() + 1 - place.height())))
        self.setGeometry(place)
        self.setText(text)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            wrong = self._typed(self.text())
            if wrong:
                role(self, "inline-wrong")
                QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), wrong, self)
            else:
                self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.hide()

    def _leave(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
