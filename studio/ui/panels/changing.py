"""The rows of WRITE that ask for changes to bars that are there: which parts, how much, blended with what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.app.changes import Change
from studio.app.generating import Order
from studio.ui.forms import form_row
from studio.ui.texts import noted, t, told
from studio.ui.theme import look
from studio.ui.widgets import Elided, Fader, Flow, label, named

CHANGES = ("fill", "accompany", "harmonise", "vary", "blend", "groove", "drums")
_NEEDS_PARTS = ("accompany",)
_AMOUNTS = (noted("a touch"), noted("a little"), noted("half"), noted("much"), noted("all new"))


@dataclass(frozen=True)
class Region:
    """The bars that are meant: ``start`` and ``end`` in ticks, and as bars counted from 1, of a track."""

    start: int
    end: int
    first: int
    last: int
    track_id: int
    track: str
    drums: bool = False

    @property
    def said(self) -> str:
        """Which bars, in words."""
        if self.first == self.last:
            return t("bar {n} of {track}", n=self.first, track=self.track)
        return t("bars {first} to {last} of {track}", first=self.first, last=self.last, track=self.track)


class PartChips(QWidget):
    """Which parts to add: any number of them."""

    changed = Signal()

    def __init__(self, parts: Iterable[str]) -> None:
        super().__init__()
        self._flow = Flow(self)
        self._chips: dict[str, QPushButton] = {}
        for name in parts:
            chip = QPushButton(told(name))
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.toggled.connect(lambda _: self.changed.emit())
            named(chip, t("Part: {part}", part=told(name)), t("Add this part"))
            self._flow.addWidget(chip)
            self._chips[name] = chip

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the parts that are switched on."""
        return tuple(name for name, chip in self._chips.items() if chip.isChecked())

    @chosen.setter
    def chosen(self, names: Iterable[str]) -> None:
        wanted = set(names)
        for name, chip in self._chips.items():
            chip.setChecked(name in wanted)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow.heightForWidth(width)


class ChangeRows(QWidget):
    """What a change needs beside an order's style, key, freedom, seed and takes. ``changed`` follows every touch."""

    changed = Signal()

    def __init__(self, parts: Iterable[str]) -> None:
        super().__init__()
        self.verb = ""
        self.region: Region | None = None
        self.other: Region | None = None
        self.parts = PartChips(parts)
        self.parts.chosen = ("Bass",)
        self.amount = Fader(0, 100, 50, _amount_text)
        self.amount.accent = look().proposed
        named(self.amount, t("Amount"), t("How far a variation goes from what is there"))
        self._amount = QWidget()
        self.amount_text = label(_amount_text(self.amount.value()), "muted")
        self.amount_text.setFixedWidth(64)
        self.amount_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = form_row(t("Amount"), self.amount, self.amount_text)
        row.setContentsMargins(0, 0, 0, 0)
        self._amount.setLayout(row)
        self.into = QPushButton(t("These bars"))
        named(self.into, t("Blend into the bars that are chosen now"), t("Choose the bars to blend into, then press this"))
        self.into.clicked.connect(self._take_other)
        self.into_text = Elided("", "muted")
        self._blend = QWidget()
        blend = QHBoxLayout(self._blend)
        blend.setContentsMargins(0, 0, 0, 0)
        blend.addWidget(self.into_text, 1)
        blend.addWidget(self.into)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._parts_title = label(t("Parts to add"), "muted")
        for widget in (self._parts_title, self.parts, self._amount, self._blend):
            column.addWidget(widget)
        self.parts.changed.connect(self.changed)
        self.amount.valueChanged.connect(self._amount_changed)
        self.show_verb("")

    def _amount_changed(self, value: int) -> None:
        self.amount_text.setText(_amount_text(value))
        self.changed.emit()

    def show_verb(self, verb: str) -> None:
        """Show the rows that ``verb`` needs; none for an empty one."""
        self.verb = verb
        for widget in (self._parts_title, self.parts):
            widget.setVisible(verb in _NEEDS_PARTS)
        self._amount.setVisible(verb == "vary")
        self._blend.setVisible(verb == "blend")
        self.setVisible(bool(verb) and verb not in ("fill", "harmonise", "groove", "drums"))
        self._tell_other()

    def show_region(self, region: Region | None) -> None:
        """The bars that are chosen now."""
        self.region = region
        self._tell_other()

    def _take_other(self) -> None:
        self.other = self.region
        self._tell_other()
        self.changed.emit()

    def _tell_other(self) -> None:
        into = t("Into {bars}", bars=self.other.said) if self.other else t("Into: choose bars, then press")
        self.into_text.setText(into)
        self.into.setEnabled(self.region is not None)

    @property
    def missing(self) -> str:
        """What has to be chosen first, in a sentence; nothing when all is there."""
        region = self.region
        if region is None:
            return t("Choose a track with notes first.")
        if self.verb in _NEEDS_PARTS and not self.parts.chosen:
            return t("Choose a part to add.")
        if self.verb == "blend" and self.other is None:
            return t("Choose the bars to blend into, press These bars, then choose the bars to begin with.")
        if self.verb == "groove" and not region.drums:
            return t("Choose a drum track: a groove is for drums.")
        return ""

    @property
    def sentence(self) -> str:
        """What pressing the button does."""
        if self.missing or self.region is None:
            return self.missing
        bars = self.region.said
        if self.verb == "accompany":
            return t("Adds {parts} to {bars}.", parts=", ".join(told(p) for p in self.parts.chosen), bars=bars)
        if self.verb == "blend" and self.other:
            return t("Steps from {bars} to {other}.", bars=bars, other=self.other.said)
        texts = {
            "fill": t("Writes {bars} anew, listening to everything around.", bars=bars),
            "harmonise": t("Adds three voices below {bars}.", bars=bars),
            "vary": t("Varies {bars}.", bars=bars),
            "groove": t("Gives {bars} a drummer's timing and touch.", bars=bars),
            "drums": t("Makes drums for the rhythm of {bars}.", bars=bars),
        }
        return texts[self.verb]

    def change(self, order: Order) -> Change | None:
        """The change that is asked for, with what ``order`` says about style, key, freedom, seed and takes."""
        region = self.region
        if region is None or self.missing:
            return None
        asked = Change(
            self.verb, region.start, region.end, (region.track_id,),
            style=order.style, key=order.key, temperature=order.temperature, top_p=order.top_p,
            limits=order.limits, seed=order.seed, takes=order.takes,
        )  # fmt: skip
        if self.verb in _NEEDS_PARTS:
            asked = replace(asked, new_parts=self.parts.chosen)
        if self.verb == "vary":  # which has its amount for a measure of freedom
            asked = replace(asked, amount=self.amount.value() / 100, temperature=1.0)
        if self.verb == "groove":
            asked = replace(asked, takes=1)
        if self.verb == "blend" and self.other:
            asked = replace(asked, other=(self.other.track_id, self.other.start), takes=max(3, order.takes))
        return asked


def _amount_text(position: int) -> str:
    return t(_AMOUNTS[min(len(_AMOUNTS) - 1, position * len(_AMOUNTS) // 100)])
