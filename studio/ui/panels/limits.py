"""LIMITS: what no written note may break, each open until it is touched; what cannot be kept is said at the fields."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.engines.api import Limits
from studio.errors import StudioError
from studio.music.pitch import Key, parse_pitch, pitch_name
from studio.music.time import TICKS_PER_QUARTER
from studio.ui.fold import FoldButton
from studio.ui.forms import form_row
from studio.ui.texts import noted, t, told
from studio.ui.widgets import Choice, IntField, Segments, label, named

CHORD_NOTES = ("", "strong", "all")
OPEN = Limits()
_WHOLE = 4 * TICKS_PER_QUARTER
_GRIDS = (
    (0, noted("open")), (_WHOLE // 2, "1/2"), (_WHOLE // 4, "1/4"), (_WHOLE // 8, "1/8"), (_WHOLE // 12, noted("1/8 triplets")),
    (_WHOLE // 16, "1/16"), (_WHOLE // 24, noted("1/16 triplets")), (_WHOLE // 32, "1/32"),
)  # fmt: skip
_USUAL_LOW, _USUAL_HIGH = 48, 84  # where the arrow keys start from an open end of the range
_PAUSE_MS = 150
_MOST_VOICES, _MOST_LEAP, _MOST_NOTES = 12, 36, 99
_NO_CHORDS = noted("There are no chords to keep to: write some above, or into the song's chord lane.")


class OpenField(IntField):
    """A whole number from ``low`` to ``high``, or nothing: ``open_at`` is shown as "open". The arrow keys leave it at ``usual``."""

    def __init__(self, low: int, high: int, open_at: int, usual: int) -> None:
        self._open_at, self._usual = open_at, usual  # which Qt asks for while it makes the field
        super().__init__(low, high, open_at)
        self.setMinimumWidth(52)

    def textFromValue(self, value: int) -> str:
        return t("open") if value == self._open_at else self._said(value)

    def valueFromText(self, text: str) -> int:
        read = self._read(text.strip())
        return self._open_at if read is None else read

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        said = text.strip()
        if said in ("", t("open")):
            return QValidator.State.Acceptable, text, place
        read = self._read(said)
        fine = read is not None and self.minimum() <= read <= self.maximum()
        return QValidator.State.Acceptable if fine else QValidator.State.Intermediate, text, place

    def fixup(self, text: str) -> str:
        return self.textFromValue(self.value())

    def stepBy(self, steps: int) -> None:
        if self.value() == self._open_at:
            self.setValue(self._usual)
        else:
            super().stepBy(steps)

    def _said(self, value: int) -> str:
        return str(value)

    def _read(self, text: str) -> int | None:
        return int(text) if text.isdecimal() else None


class PitchField(OpenField):
    """A pitch by its name, or open."""

    key: Key | None = None

    def _said(self, value: int) -> str:
        return pitch_name(value, self.key)

    def _read(self, text: str) -> int | None:
        try:
            return parse_pitch(text)
        except ValueError:
            return None


class LimitRows(QWidget):
    """The fold of the limits. ``changed`` follows every touch."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._unable: Mapping[str, str] = {}
        self._chords = False
        self.refusal: Callable[[Any], StudioError | None] = lambda asked: None  # why an order or a change cannot be met
        self._asked: Callable[[], object | None] = lambda: None
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE_MS)  # type: ignore[call-overload]
        self._soon.timeout.connect(lambda: self.check(self._asked()))
        self._make_fields()
        self.body = QWidget()
        self.fold = FoldButton(self.body)
        self.why = QLabel()
        self.why.setProperty("role", "warning")
        self.why.setWordWrap(True)
        self.why.hide()
        self._arrange()
        self._tips = {widget: widget.toolTip() for widget in self._fields.values()}
        for field in (self.low, self.high, self.polyphony, self.leap, self.least, self.most):
            field.valueChanged.connect(self._note)
        self.grid.currentIndexChanged.connect(self._note)
        self.chord_notes.picked.connect(self._note)
        self._show_able()
        self._note()

    def _make_fields(self) -> None:
        self.low, self.high = PitchField(0, 127, 0, _USUAL_LOW), PitchField(0, 127, 127, _USUAL_HIGH)
        named(self.low, t("Lowest note"), t("Guaranteed: no note lies lower. A name such as C3 or Eb2; empty leaves it open"))
        named(self.high, t("Highest note"), t("Guaranteed: no note lies higher. A name such as C6 or F#5; empty leaves it open"))
        self.polyphony, self.leap = OpenField(0, _MOST_VOICES, 0, 1), OpenField(0, _MOST_LEAP, 0, 7)
        named(self.polyphony, t("Voices"), t("Guaranteed: so many notes of a part sound at once at most; empty leaves it open"))
        named(self.leap, t("Largest leap"), t("Guaranteed: so many semitones from one note of a part to its next at most"))
        self.grid = Choice(t(name) for _, name in _GRIDS)
        named(self.grid, t("Grid of what is written"), t("Guaranteed: notes start on this grid only"))
        self.least, self.most = OpenField(0, _MOST_NOTES, 0, 1), OpenField(0, _MOST_NOTES, 0, 16)
        named(self.least, t("Least notes a bar"), t("Guaranteed: so many notes start in every bar at least, all parts together"))
        named(self.most, t("Most notes a bar"), t("Guaranteed: so many notes start in every bar at most, all parts together"))
        self.chord_notes = Segments(
            (t("Free"), t("Strong"), t("All")),
            (
                t("The chords are a wish"),
                t("Guaranteed: notes on strong beats belong to the chord"),
                t("Guaranteed: every note belongs to the chord"),
            ),
            t("Notes of the chords"),
        )
        named(self.chord_notes, t("Notes of the chords"), t("Where notes must belong to the chord"))
        self._fields: dict[str, QWidget] = {
            "low": self.low, "high": self.high, "polyphony": self.polyphony, "leap": self.leap, "grid": self.grid,
            "chord_notes": self.chord_notes, "least": self.least, "most": self.most,
        }  # fmt: skip

    def _arrange(self) -> None:
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 2, 0, 4)
        inner.setSpacing(8)
        inner.addWidget(self.why)
        for row in (
            form_row(t("Range"), _pair(self.low, t("to"), self.high)),
            form_row(t("Voices"), _pair(self.polyphony, t("leap"), self.leap)),
            form_row(t("Grid"), self.grid),
            form_row(t("Notes"), _pair(self.least, t("to"), self.most, t("a bar"))),
        ):
            inner.addLayout(row)
        inner.addLayout(form_row(t("Chords"), self.chord_notes))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.fold)
        column.addWidget(self.body)

    @property
    def limits(self) -> Limits:
        """All that is set."""
        return Limits(
            self.low.value(), self.high.value(), self.polyphony.value(), self.leap.value(), _GRIDS[self.grid.currentIndex()][0],
            CHORD_NOTES[self.chord_notes.index], self.least.value(), self.most.value(),
        )  # fmt: skip

    @limits.setter
    def limits(self, limits: Limits) -> None:
        for name, field in self._fields.items():
            if isinstance(field, OpenField):
                field.setValue(getattr(limits, name))
        self.grid.setCurrentIndex(next((k for k, (ticks, _) in enumerate(_GRIDS) if ticks == limits.grid), 0))
        self.chord_notes.index = CHORD_NOTES.index(limits.chord_notes)
        self._note()

    @property
    def kept(self) -> Limits:
        """What is set and means something for the verb that is chosen."""
        return replace(
            self.limits, **{name: getattr(OPEN, name) for name, field in self._fields.items() if not field.isEnabled()}
        )

    def show_verb(self, unable: Mapping[str, str], chords: bool) -> None:
        """Offer what can be asked for: ``unable`` are fields of :class:`Limits` that cannot, with why; ``chords``: there are some."""
        if (unable, chords) != (self._unable, self._chords):
            self._unable, self._chords = unable, chords
            self._show_able()
            self._name_fold()

    def show_key(self, key: Key | None) -> None:
        """Spell notes as ``key`` has them."""
        for field in (self.low, self.high):
            if field.key != key:
                field.key = key
                field.lineEdit().setText(field.textFromValue(field.value()))

    def check(self, asked: object | None) -> bool:
        """Whether what is asked for can be met with what is set; if not, why is said at the fields."""
        error = self.refusal(asked) if asked is not None and self.kept != OPEN else None
        self.why.setText(f"{told(error.message)} {told(error.hint)}".strip() if error else "")
        self.why.setVisible(error is not None)
        if error:
            self.fold.setChecked(True)
        return error is None

    def check_soon(self, asked: Callable[[], object | None]) -> None:
        """Do so in a moment, since whoever types or drags has not ended yet."""
        self._asked = asked
        if self.kept == OPEN or not self.isVisible():
            self._soon.stop()
            self.why.hide()
        else:
            self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _show_able(self) -> None:
        for name, field in self._fields.items():
            why = self._unable.get(name, "") or (_NO_CHORDS if name == "chord_notes" and not self._chords else "")
            field.setEnabled(not why)
            field.setToolTip(told(why) or self._tips[field])

    def _note(self) -> None:
        self._name_fold()
        self.changed.emit()

    def _name_fold(self) -> None:
        """Say on the fold how many are set: closed, it must not hide one."""
        kept = self.kept
        asked = sum(getattr(kept, f.name) != f.default for f in fields(Limits))
        said = t("Limits ({n} set)", n=asked) if asked else t("Limits")
        self.fold.say(said, t("What no written note may break: guaranteed, not only tried"))


def _pair(first: QWidget, between: str, second: QWidget, after: str = "") -> QWidget:
    """Two fields in a row with words between and after them."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first, 1)
    row.addWidget(label(between, "muted"))
    row.addWidget(second, 1)
    if after:
        row.addWidget(label(after, "muted"))
    return pair
