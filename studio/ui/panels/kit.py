"""A kit of one's own on a page: pick a drum, hear it, tune and damp it, blend another into it, draw a new one, keep the kit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from studio.engines.drum_changes import USUAL, Changes
from studio.engines.gm import DRUMS
from studio.ui.forms import form_row
from studio.ui.texts import noted, t
from studio.ui.widgets import Choice, TextField, label, named, rule

KINDS = {
    "kick": noted("Kick"), "snare": noted("Snare"), "rim": noted("Rim"), "hat": noted("Hat"), "tom": noted("Tom"),
    "cymbal": noted("Cymbal"), "percussion": noted("Percussion"),
}  # fmt: skip
"""What the network draws, and what people call it."""
FIRST = 38
NOTHING: Changes = {}
HALF_TONES, RING = 12, (5, 200)  # of the sliders: semitones to either side, per cent
_DRAWN_FOR = {
    "drums_kick": "kick", "drums_snare": "snare", "drums_snare_rest": "rim", "drums_hihat_closed": "hat",
    "drums_hihat_open": "hat", "drums_hihat_pedal": "hat", "drums_tom3": "tom", "drums_tom_floor": "tom",
    "drums_crash_l": "cymbal", "drums_china": "cymbal", "drums_ride": "cymbal", "drums_ride_bell": "cymbal",
    "drums_splash": "cymbal",
}  # fmt: skip
_SETTLE_MS = 250  # after the last touch of a slider the drum is heard
_WIDE = 96  # of the column of names
_TOLD = 52  # of the values beside the sliders


class KitPage(QDialog):
    """The drums on the left, what is done to the chosen one on the right; ``changes``: what is done to begin with.

    ``heard(key, changes)``: it wants to be heard; ``draw_wanted(key, kind)``: a new hit for it; ``wanted(name, changes)``: the kit is
    to be kept; ``closed``. Changes are a dictionary by key of :class:`studio.engines.drum_changes.DrumChange`.
    """

    heard = Signal(int, object)
    draw_wanted = Signal(int, str)
    wanted = Signal(str, object)
    closed = Signal()

    def __init__(self, drums: Mapping[str, str], parent: QWidget | None, changes: Changes = NOTHING) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("A drum kit of your own"))
        self.changes = dict(changes)
        self._showing = False
        self._settled = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settled.timeout.connect(self.hear)
        self._make_widgets(drums)
        self._lay_out()
        self.pieces.currentItemChanged.connect(self._show_piece)
        self.pieces.itemClicked.connect(lambda _: self.hear())
        self.pieces.setCurrentRow(list(DRUMS).index(FIRST))
        for key in self.changes:
            self._mark(key)

    @property
    def key(self) -> int:
        """The key of the drum map whose drum is chosen."""
        item = self.pieces.currentItem()
        return int(item.data(Qt.ItemDataRole.UserRole)) if item else FIRST

    def hear(self) -> None:
        """Ask for the chosen drum to be heard."""
        self._settled.stop()
        self.heard.emit(self.key, dict(self.changes))

    def add_drum(self, instrument: str, title: str, key: int) -> None:
        """A drum that was drawn: it can be chosen for every key, and takes the place of that of ``key``."""
        for box in (self.place, self.other):
            box.addItem(title, instrument)
        self._change_of(key, use=instrument)
        if key == self.key:
            self._show_piece()
            self.hear()

    def _make_widgets(self, drums: Mapping[str, str]) -> None:
        self.pieces = QListWidget()
        self.pieces.ensurePolished()  # else its rows keep the height that they have without the style sheet
        named(self.pieces, t("Drums of the kit"), t("Choose a drum and hear it"))
        for key, drum in DRUMS.items():
            item = QListWidgetItem(t(drum.name), self.pieces)
            item.setData(Qt.ItemDataRole.UserRole, key)
        self.title = label("", "title")
        self.listen = QPushButton(t("Listen"))
        self.place, self.other, self.kind = Choice(), Choice(), Choice()
        self.place.addItem(t("The usual drum"), "")
        self.other.addItem(t("Nothing"), "")
        for box in (self.place, self.other):
            for instrument, title in drums.items():
                box.addItem(t(title), instrument)
        for kind, title in KINDS.items():
            self.kind.addItem(t(title), kind)
        named(self.place, t("What sounds"))
        named(self.other, t("Blended with"), t("Another drum that is heard in this one: it rings between the two"))
        named(self.kind, t("Kind of the new hit"))
        self.tuning = self._slider(t("Tuning"), t("In semitones"), -2 * HALF_TONES, 2 * HALF_TONES)
        self.ring = self._slider(t("Ring"), t("How much of its ring is left"), *RING)
        self.share = self._slider(t("How much of the other drum"), "", 0, 100)
        self.told = {slider: label("", "muted") for slider in (self.tuning, self.ring, self.share)}
        self.draw = QPushButton(t("Draw a new hit"))
        self.draw.setToolTip(t("The network draws a drum that nobody has struck"))
        self.usual = QPushButton(t("Back to the usual drum"))
        self.name = TextField()
        self.name.setPlaceholderText(t("My kit"))
        named(self.name, t("Name of the kit"))
        self.make = QPushButton(t("Keep the kit"))
        self.make.setEnabled(False)
        self.listen.clicked.connect(self.hear)
        self.draw.clicked.connect(lambda: self.draw_wanted.emit(self.key, self.kind.currentData()))
        self.usual.clicked.connect(self._reset)
        self.make.clicked.connect(self._ask)
        for box in (self.place, self.other):
            box.currentIndexChanged.connect(self._touched)
        for button in (self.listen, self.draw, self.usual, self.make):
            button.setAutoDefault(False)

    def _slider(self, name: str, tip: str, low: int, high: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        named(slider, name, tip)
        slider.valueChanged.connect(self._touched)
        return slider

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.listen)
        right.addLayout(top)
        right.addLayout(form_row(t("What sounds"), self.place, width=_WIDE))
        for text, slider in ((t("Tuning"), self.tuning), (t("Ring"), self.ring)):
            right.addLayout(form_row(text, slider, self._value(slider), width=_WIDE))
        right.addLayout(form_row(t("Blended with"), self.other, width=_WIDE))
        right.addLayout(form_row(t("How much"), self.share, self._value(self.share), width=_WIDE))
        right.addLayout(form_row(t("New hit"), self.kind, self.draw, width=_WIDE))
        right.addWidget(self.usual, alignment=Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        right.addWidget(rule())
        right.addLayout(form_row(t("Name"), self.name, self.make, width=_WIDE))
        page = QHBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 20)
        page.setSpacing(24)
        page.addWidget(self.pieces, 2)
        page.addLayout(right, 3)
        self.resize(680, 460)

    def _value(self, slider: QSlider) -> QLabel:
        told = self.told[slider]
        told.setFixedWidth(_TOLD)
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return told

    def _show_piece(self, *_: object) -> None:
        """Show what is done to the chosen drum."""
        change, drum = self.changes.get(self.key, USUAL), DRUMS[self.key]
        self._showing = True
        self.title.setText(t(drum.name))
        self.place.setCurrentIndex(max(0, self.place.findData(change.use)))
        self.other.setCurrentIndex(max(0, self.other.findData(change.other)))
        self.tuning.setValue(round(2 * change.tune))
        self.ring.setValue(round(100 * change.damp))
        self.share.setValue(round(100 * change.share))
        self.kind.setCurrentIndex(self.kind.findData(_DRAWN_FOR.get(drum.piece, "percussion")))
        self._showing = False
        self._tell()

    def _touched(self, *_: object) -> None:
        if self._showing:
            return
        self._change_of(
            self.key, use=self.place.currentData(), tune=self.tuning.value() / 2, damp=self.ring.value() / 100,
            other=self.other.currentData(), share=self.share.value() / 100,
        )  # fmt: skip
        self._settled.start()

    def _change_of(self, key: int, **values: Any) -> None:
        change = replace(self.changes.get(key, USUAL), **values)
        self.changes[key] = change
        if not (change.changes or change.other):
            del self.changes[key]
        self._mark(key)
        self._tell()

    def _mark(self, key: int) -> None:
        """Show in the list whether a drum is changed."""
        item = self.pieces.item(list(DRUMS).index(key))
        font = item.font()
        font.setBold(self.changes.get(key, USUAL).changes)
        item.setFont(font)

    def _reset(self) -> None:
        self._change_of(self.key, **vars(USUAL))
        self._show_piece()
        self.hear()

    def _tell(self) -> None:
        """The values beside the sliders, and what can be done."""
        self.told[self.tuning].setText(f"{self.tuning.value() / 2:+g}")
        self.told[self.ring].setText(f"{self.ring.value()} %")
        self.told[self.share].setText(f"{self.share.value()} %")
        self.share.setEnabled(bool(self.other.currentData()))
        self.usual.setEnabled(self.key in self.changes)
        self.make.setEnabled(any(c.changes for c in self.changes.values()))

    def _ask(self) -> None:
        self.wanted.emit(self.name.text().strip() or self.name.placeholderText(), dict(self.changes))
        self.close()

    def done(self, result: int) -> None:
        self._settled.stop()
        self.closed.emit()
        super().done(result)
