"""Quantizing as the user wants it: grid, strength and swing in a small window beside the roll, seen and heard at once."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.music.document import Document
from studio.ui.forms import Control, Form, form_row
from studio.ui.roll.grid import NOTE_VALUES
from studio.ui.roll.state import Quantizing, RollState
from studio.ui.texts import noted, t
from studio.ui.widgets import Choice, Fader, label, named

AS_SHOWN = noted("The grid shown")
WIDTH = 280


def grid_titles() -> dict[int, str]:
    """The grids to choose from: ticks to what they are called."""
    titles = {0: t(AS_SHOWN)}
    for value in NOTE_VALUES[1:]:
        name = f"1/{NOTE_VALUES[0] // value}"
        titles |= {value: name, value * 2 // 3: t("{value} triplet", value=name)}
    return titles


class QuantizePanel(QFrame):
    """Previews on the selection while it is open. Quantize (or Enter) keeps it as one step, Esc or a click elsewhere does not."""

    def __init__(self, state: RollState, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.state = state
        self._base: Document = state.session.committed
        self._ids = state.selection
        self._kept = False
        self._titles = grid_titles()
        self.grid = Choice(self._titles.values())
        named(self.grid, t("Grid"), t("What the notes are moved to"))
        self.strength, self.swing = _share(100), _share(0)
        named(self.strength, t("Strength"), t("How far on its way to the grid each note goes"))
        named(self.swing, t("Swing"), t("How much later every second step comes; at the right as late as a triplet"))
        self.ends = QCheckBox(t("Lengths too"))
        self.keep = QPushButton(t("Quantize"))
        self.keep.setProperty("role", "primary")
        self.keep.setDefault(True)
        self.form = Form(
            Quantizing,
            {
                "grid": Control(self._grid, lambda value: self.grid.setCurrentText(self._titles.get(value, t(AS_SHOWN)))),
                "strength": _percent(self.strength),
                "swing": _percent(self.swing),
                "ends": self.ends,
            },
        )
        self.form.value = state.quantizing
        self._place()
        self.grid.currentTextChanged.connect(self._show)
        self.ends.toggled.connect(self._show)
        for fader in (self.strength, self.swing):
            fader.valueChanged.connect(self._show)
        self.keep.clicked.connect(self._keep)
        self._show()

    def _place(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.setSpacing(8)
        rows.addWidget(label(t("Quantize"), "heading"))
        rows.addLayout(form_row(t("Grid"), self.grid))
        for text, fader in ((t("Strength"), self.strength), (t("Swing"), self.swing)):
            rows.addLayout(form_row(text, fader, _value_of(fader)))
        rows.addWidget(self.ends)
        rows.addWidget(self.keep)
        self.setFixedWidth(WIDTH)

    def _grid(self) -> int:
        return next(value for value, title in self._titles.items() if title == self.grid.currentText())

    def _show(self) -> None:
        if self._base is not self.state.session.committed:  # another step was made meanwhile
            self.close()
            return
        self.state.session.preview(self.form.value.of(self._base, self._ids, self.state.grid_ticks()))

    def _keep(self) -> None:
        self._kept = True
        self.state.quantizing = replace(self.form.value)
        self.state.session.commit("Quantize")
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
        else:
            super().keyPressEvent(event)  # Esc closes a popup

    def hideEvent(self, event: QHideEvent) -> None:
        if not self._kept and self._base is self.state.session.committed:
            self.state.session.cancel()
        super().hideEvent(event)


def _share(value: int) -> Fader:
    fader = Fader(0, 100, value, lambda value: f"{value} %")
    fader.setValue(value)
    return fader


def _value_of(fader: Fader) -> QLabel:
    """The fader's value beside it."""
    shown = label(f"{fader.value()} %", "muted")
    shown.setFixedWidth(shown.fontMetrics().horizontalAdvance("100 %") + 2)
    shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    fader.valueChanged.connect(lambda value: shown.setText(f"{value} %"))
    return shown


def _percent(fader: Fader) -> Control:
    return Control(lambda: fader.value() / 100, lambda share: fader.setValue(round(share * 100)))
