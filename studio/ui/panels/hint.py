"""One sentence above the roll that helps on."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from studio.ui.icons import icon
from studio.ui.texts import t
from studio.ui.widgets import icon_button


class HintLine(QFrame):
    """One sentence that helps on, with a cross."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "words")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        mark = QLabel()
        mark.setPixmap(icon("info", "muted").pixmap(16, 16))
        self._label = QLabel()
        self._label.setWordWrap(True)
        self.closed = icon_button("close", t("Close the hint"), kind="small")
        row.addWidget(mark)
        row.addWidget(self._label, 1)
        row.addWidget(self.closed)
        self.hide()

    def text(self) -> str:
        """The sentence shown."""
        return self._label.text()

    def show_text(self, text: str) -> None:
        """Show ``text``, or nothing."""
        self._label.setText(text)
        self.setVisible(bool(text))
