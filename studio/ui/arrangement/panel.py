"""The arrangement as a whole: the lanes of the song above its tracks."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.arrangement.lanes_view import LanesView
from studio.ui.arrangement.strip import ArrangementStrip
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.theme import Theme


class ArrangementPanel(QWidget):
    """``lanes`` and ``strip``, one above the other on the same time axis."""

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes = LanesView(state, theme)
        self.strip = ArrangementStrip(state, theme)
        self.parts: tuple[SeekWidget, ...] = (self.lanes, self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.lanes)
        column.addWidget(self.strip, 1)
