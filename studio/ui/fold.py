"""A line that folds what lies under it away, and says so by an arrow."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from studio.ui.icons import icon
from studio.ui.widgets import named


class FoldButton(QToolButton):
    """Shows ``body`` while it is checked; closed at first."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self._body = body
        body.hide()
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("right", "muted"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "fold")
        self.toggled.connect(self._show)

    def say(self, text: str, tip: str) -> None:
        """What it is called now, and what lies under it."""
        self.setText(text)
        named(self, text, tip)

    def _show(self, on: bool) -> None:
        self.setIcon(icon("down" if on else "right", "muted"))
        self._body.setVisible(on)
