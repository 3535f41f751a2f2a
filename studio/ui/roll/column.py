"""The middle of the window: arrangement, ruler, roll, velocity and what else has the same time axis, one above the other."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.ui.arrangement.lanes import CHORDS
from studio.ui.arrangement.panel import ArrangementPanel
from studio.ui.roll.chordstrip import ChordStrip
from studio.ui.roll.controls import ControlLane
from studio.ui.roll.minimap import MiniMap
from studio.ui.roll.ruler import Ruler
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.velocity import VelocityLane
from studio.ui.roll.view import RollEditor
from studio.ui.theme import Theme


class EditorColumn(QWidget):
    """Places the widgets of one time axis with the same left edge and width; seams between them can be dragged.

    From the top: arrangement, ruler, chords and roll, velocity, controllers (hidden at first), ``lower``, the mini-map.
    ``lower`` are more widgets for below the lanes (waveform, spectrogram), each with its height at first.
    """

    def __init__(
        self, state: RollState, theme: Theme, lower: tuple[tuple[TimeWidget, int], ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.arrangement = ArrangementPanel(state, theme)
        self.ruler = Ruler(state, theme)
        self.roll = RollEditor(state, theme)
        self.velocity = VelocityLane(state, theme)
        self.controls = ControlLane(state, theme)
        self.controls.hide()
        self.chords = ChordStrip(state, theme)
        self.chords.edit = lambda tick: self.arrangement.lanes.edit_at(CHORDS, tick)
        self.minimap = MiniMap(state, theme)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.ruler)
        inner.addWidget(self.chords)
        inner.addWidget(self.roll, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(4)
        self.splitter.setStyleSheet(f"QSplitter::handle {{ background: {theme.ground}; }}")
        parts: list[tuple[QWidget, int]] = [
            (self.arrangement, 96), (middle, 420), (self.velocity, 76), (self.controls, 76), *lower,
        ]  # fmt: skip
        for part, _ in parts:
            self.splitter.addWidget(part)
        self.splitter.setSizes([size for _, size in parts])
        self.splitter.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.minimap)
        self._seeking = [
            w for w in (*self.arrangement.parts, self.ruler, self.chords, *(w for w, _ in lower)) if isinstance(w, SeekWidget)
        ]

    def set_seek(self, seek: Callable[[int], None]) -> None:
        """Have every widget in which a press moves the playhead call ``seek(tick)``."""
        for widget in self._seeking:
            widget.seek = seek
