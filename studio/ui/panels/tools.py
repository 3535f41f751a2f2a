"""The editing tools and the grid, in the transport's row."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton

from studio.ui.panels.transport import action_button
from studio.ui.roll.grid import NOTE_VALUES
from studio.ui.roll.state import TOOLS, RollState
from studio.ui.texts import t
from studio.ui.widgets import icon_button, named

_FRACTIONS = {value: f"1/{NOTE_VALUES[0] // value}" for value in NOTE_VALUES}


class ToolStrip(QFrame):
    """Pointer, pencil, eraser, knife; whether and to what editing snaps."""

    def __init__(self, state: RollState, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._state = state
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for tool in TOOLS:
            row.addWidget(action_button(actions[f"roll.{tool}"], tool))
        row.addSpacing(4)
        self.snap = icon_button(
            "magnet", t("Snap to the grid"), t("Snap to the grid. Hold Alt while dragging to leave it."), on="text"
        )
        self.snap.clicked.connect(lambda on: state.set_grid(replace(state.grid, snap=on)))
        row.addWidget(self.snap)
        self.grid = QToolButton()
        self.grid.setProperty("role", "value")
        self.grid.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.grid.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.grid.setMinimumWidth(self.grid.fontMetrics().horizontalAdvance(f"1/16T {t('auto')}") + 18)
        named(self.grid, t("Grid"), t("The grid follows the zoom, or keeps the value you choose"))
        self.menu = QMenu(self.grid)
        self._entries = {0: self._entry(t("Follow the zoom"), lambda: self._pin(0))}
        self.menu.addSeparator()
        for value, text in _FRACTIONS.items():
            self._entries[value] = self._entry(text, partial(self._pin, value))
        self.menu.addSeparator()
        self.triplets = self._entry(t("Triplets"), lambda: state.set_grid(replace(state.grid, triplets=not state.grid.triplets)))
        self.grid.setMenu(self.menu)
        row.addWidget(self.grid)
        state.setting_changed.connect(self._show)
        state.viewport.changed.connect(self._show)
        self._show()

    def _entry(self, text: str, call: Callable[[], None]) -> QAction:
        entry = self.menu.addAction(text)
        entry.setCheckable(True)
        entry.triggered.connect(lambda _=False: call())
        return entry

    def _pin(self, value: int) -> None:
        self._state.set_grid(replace(self._state.grid, pinned=value))

    def _show(self) -> None:
        grid = self._state.grid
        self.snap.setChecked(grid.snap)
        now = grid.ticks(self._state.viewport.scale)
        whole = now * 3 // 2 if grid.triplets else now
        text = f"{_FRACTIONS.get(whole, '')}{'T' if grid.triplets else ''}{'' if grid.pinned else ' ' + t('auto')}"
        if text != self.grid.text():
            self.grid.setText(text)
        for value, entry in self._entries.items():
            entry.setChecked(value == grid.pinned)
        self.triplets.setChecked(grid.triplets)
