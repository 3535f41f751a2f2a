"""WRITE: what to ask the network for, and one violet button."""

import secrets
from collections.abc import Container
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.app.changes import Change, unable
from studio.app.generating import Order
from studio.engines.arranger_setting import NEW_PARTS
from studio.music.document import Document
from studio.music.form import waiting_at
from studio.music.pitch import Key
from studio.ui.fading import FadingScroll
from studio.ui.fold import FoldButton
from studio.ui.forms import Control, Form, form_line
from studio.ui.icons import icon
from studio.ui.key_picker import KeyPicker
from studio.ui.panels.changing import CHANGES, ChangeRows, Region
from studio.ui.panels.exploring import ExploreRows
from studio.ui.panels.limits import LimitRows
from studio.ui.panels.sections import SectionRows
from studio.ui.panels.steering import Steering
from studio.ui.panels.styles import StyleChips, StyleMix
from studio.ui.panels.verbs import EXPLORE, VERBS, has_row, verb_texts
from studio.ui.texts import noted, t
from studio.ui.theme import look, ui_font
from studio.ui.widgets import Elided, Fader, IntField, Segments, icon_button, label, named, rule

QUICK_BARS = (4, 8, 16, 32)
MOST_TAKES = 8
_LARGEST_SEED = 2**31 - 1
_WORDS = ((70, noted("very safe")), (90, noted("safe")), (110, noted("balanced")), (130, noted("bold")), (1000, noted("wild")))


def freedom_word(percent: int) -> str:
    """What a temperature in hundredths is called."""
    return t(next(word for limit, word in _WORDS if percent <= limit))


def _freedom_text(percent: int) -> str:
    return t("{word}: temperature {number}", word=freedom_word(percent).capitalize(), number=f"{percent / 100:.2f}")


class GeneratePanel(QFrame):
    """The order form. ``write_clicked(order)`` asks, or ``change_clicked(change)``; ``cancel_clicked`` stops."""

    write_clicked = Signal(object)
    change_clicked = Signal(object)
    cancel_clicked = Signal()
    listen_changed = Signal(bool)
    verb_changed = Signal()
    region_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._busy = False
        self._ready, self._why = True, ""
        self._document = Document()
        self._make_controls()
        self.form = Form(
            Order,
            {
                "verb": Control(lambda: VERBS[self.verb.index], self._show_verb),
                "style": Control(lambda: self.styles.style_name, lambda v: setattr(self.styles, "style_name", v)),
                "bars": self.bars,
                "key": Control(self._locked_key, self._show_lock),
                "temperature": Control(lambda: self.freedom.value() / 100, lambda v: self.freedom.setValue(round(v * 100))),
                "seed": self.seed,
                "takes": self.takes,
                "wishes": Control(lambda: self.steering.wishes, lambda v: setattr(self.steering, "wishes", v)),
                "limits": Control(lambda: self.limits.limits, lambda v: setattr(self.limits, "limits", v)),
                "second_style": Control(lambda: self.mix.second_style, lambda v: setattr(self.mix, "second_style", v)),
                "second_share": Control(lambda: self.mix.second_share, lambda v: setattr(self.mix, "second_share", v)),
                "chords": Control(lambda: self.steering.chords.text().strip(), self.steering.chords.setText),
                "form": Control(lambda: self.sections.plan, lambda v: setattr(self.sections, "plan", v)),
            },
        )
        self._arrange()
        self._refresh()

    def _make_controls(self) -> None:
        self.verb = Segments(*verb_texts(), t("What to write"), columns=3)
        self.changing = ChangeRows(NEW_PARTS)
        self.exploring = ExploreRows()
        self.styles = StyleChips()
        self.mix = StyleMix(self.styles)
        self.bars = IntField(1, 256, 16)
        named(self.bars, t("Bars"), t("How many bars to write"))
        self.sections = SectionRows()
        self.quick = [self._quick_bars(n) for n in QUICK_BARS]
        self.lock = QCheckBox(t("Only notes of"))
        named(self.lock, t("Key lock"), t("Guaranteed: no note outside the scale is written"))
        self.key = KeyPicker(t("Key to keep to"), t("The scale that every written note belongs to"), none="")
        self.freedom = Fader(50, 150, 100, _freedom_text)
        self.freedom.accent = look().proposed
        named(self.freedom, t("Freedom"), t("Left keeps to what is likely, right takes risks. The middle is its own measure."))
        self.freedom_text = label("", "muted")
        self.steering = Steering()
        self.limits = LimitRows()
        self.seed = IntField(0, _LARGEST_SEED, 1)
        named(self.seed, t("Seed"), t("The same seed, song and settings write the same notes again"))
        self.die = icon_button("die", t("New seed each time"), t("A new seed for each press of Write"), on="proposed")
        self.die.setChecked(True)
        self.takes = Segments(
            [str(n + 1) for n in range(MOST_TAKES)],
            [t("{n} alternatives to choose from", n=n + 1) if n else t("One take") for n in range(MOST_TAKES)],
            t("Takes"),
        )
        self.takes.index = 3
        self.listen = QCheckBox(t("Listen while it writes"))
        self.listen.setChecked(True)
        named(self.listen, t("Listen while it writes"), t("Playback starts as soon as the first bar is written"))
        self.write = QPushButton(icon("wand", "ground"), " " + t("Write"))
        self.write.setProperty("role", "primary")
        named(self.write, t("Write"), t("Let the network write (Ctrl+Return)"))
        self.status = Elided("", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        named(self.progress, t("Progress of writing"))
        self.cancel = QPushButton(t("Stop writing"))
        named(self.cancel, t("Stop writing"), t("Stop writing; what is there stays proposed"))
        self.explain = QLabel()
        self.explain.setProperty("role", "hint")
        self.explain.setWordWrap(True)

    def _quick_bars(self, bars: int) -> QPushButton:
        chip = QPushButton(str(bars))
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(lambda: self.bars.setValue(bars))
        chip.clicked.connect(self._refresh)
        named(chip, t("{n} bars", n=bars), t("Write {n} bars", n=bars))
        return chip

    def _arrange(self) -> None:
        """The form scrolls where there is no room; the button never goes out of sight."""
        form = self._form = QWidget()
        column = self._column = QVBoxLayout(form)
        column.setContentsMargins(12, 10, 12, 4)
        column.setSpacing(8)
        column.addWidget(label(t("WRITE"), "heading"))
        self._styles_title = label(t("Style"), "muted")
        above = (self.verb, self.explain, self.changing, self.exploring)
        for widget in (*above, self._styles_title, self.styles, self.mix, rule()):
            column.addWidget(widget)
        self._bars = form_line(t("Bars"), self.bars, *self.quick)
        column.addWidget(self._bars)
        column.addWidget(self.sections)
        self._rows = {
            "styles": self.styles,
            "bars": self._bars,
            "form": self.sections,
            "key": form_line(t("Key"), self.lock, self.key),
            "freedom": form_line(t("Freedom"), self.freedom, self.freedom_text),
            "seed": form_line(t("Seed"), self.seed, self.die),
            "takes": form_line(t("Takes"), self.takes),
            "steering": self.steering,
        }
        for name in ("key", "freedom", "seed", "takes"):
            column.addWidget(self._rows[name])
        self.freedom_text.setFixedWidth(64)
        self.freedom_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.seed.setFont(ui_font(tabular=True))
        column.addWidget(self.steering)
        column.addWidget(self.limits)
        column.addStretch(1)
        scroll = self._scroll = FadingScroll(form)
        scroll.verticalScrollBar().rangeChanged.connect(self._fit)
        self._below = QVBoxLayout()
        self._align_below()
        self._below.setSpacing(4)
        self._below.addWidget(self.exploring.deeds)
        self._below.addWidget(self._bottom())
        self._below.addWidget(self.listen)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(self._below)
        self._connect()

    def _align_below(self) -> None:
        """Let what stays below the form end where the form ends, beside a scroll bar too."""
        bar, form = self._scroll.verticalScrollBar(), self._form
        room = max(0, self.width() - form.minimumSizeHint().width())  # a form that is no narrower reaches below the bar
        beside = min(bar.sizeHint().width(), room) if bar.maximum() > bar.minimum() else 0
        self._below.setContentsMargins(12, 4, 12 + beside, 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._align_below()
        self.fit_map()

    def fit_map(self) -> None:
        """Let the map of Explore give what the rows below it lack."""
        self.exploring.give_height(self.needed_height() - self.height())

    def _bottom(self) -> QStackedWidget:
        busy = QWidget()
        inner = QHBoxLayout(busy)
        inner.setContentsMargins(0, 0, 0, 0)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self.status)
        texts.addWidget(self.progress)
        inner.addLayout(texts, 1)
        inner.addWidget(self.cancel)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.write)
        self._stack.addWidget(busy)
        self._stack.setFixedHeight(36)
        return self._stack

    def _connect(self) -> None:
        self.verb.picked.connect(lambda _: self._verb_picked())
        self.changing.changed.connect(self._refresh)
        self.takes.shown.connect(lambda _: self._refresh())
        self.bars.valueChanged.connect(self._refresh)
        self.sections.changed.connect(self._refresh)
        self.freedom.valueChanged.connect(self._refresh)
        self.lock.toggled.connect(self._refresh)
        for part in (self.steering, self.limits):
            part.changed.connect(self._explain)
            part.fold.toggled.connect(
                lambda on, part=part: QTimer.singleShot(0, self, lambda: self._show_whole(part)) if on else None
            )
        self.key.picked.connect(lambda _: self.lock.setChecked(True))
        self.write.clicked.connect(self.ask)
        self.cancel.clicked.connect(self.cancel_clicked)
        self.listen.toggled.connect(self.listen_changed)

    def _show_whole(self, part: QWidget) -> None:
        """Scroll a fold that was opened into sight, its head at the top where it does not fit."""
        self._scroll.ensureWidgetVisible(part, 0, 8)
        self._scroll.ensureWidgetVisible(part.findChild(FoldButton) or part, 0, 8)

    def _locked_key(self) -> Key | None:
        return (self.key.key or Key()) if self.lock.isChecked() else None

    def _show_lock(self, key: Key | None) -> None:
        self.lock.setChecked(key is not None)
        if key:
            self.key.key = key

    def _refresh(self) -> None:
        verb = VERBS[self.verb.index]
        takes = self.takes.index + 1 if has_row(verb, "takes") else 1
        wanted = " " + (t("Write") if takes == 1 else t("Write {n} takes", n=takes))
        self.write.setText(wanted if self._ready else self._why)
        self.freedom_text.setText(freedom_word(self.freedom.value()))
        for chip, bars in zip(self.quick, QUICK_BARS, strict=True):
            chip.setChecked(bars == self.bars.value())
        self.key.setEnabled(self.lock.isChecked())
        self.changing.show_verb(verb if verb in CHANGES else "")
        exploring = verb == EXPLORE
        for part in (self.exploring, self.exploring.deeds):
            part.setVisible(exploring)
        for name, row in self._rows.items():
            row.setVisible(has_row(verb, name))
        self._bars.setVisible(has_row(verb, "bars") and not self.sections.plan)
        self._styles_title.setVisible(has_row(verb, "styles") and not self.changing.parts.isHidden())  # beside other chips
        for widget in (self._stack, self.listen):
            widget.setVisible(not exploring)
        self.mix.allow(verb not in (*CHANGES, EXPLORE))
        self.write.setEnabled(self._ready and not (verb in CHANGES and self.changing.missing))
        self._explain()

    def ask(self) -> None:
        """Press the button: ``write_clicked`` with the order, unless a network is writing or there is none."""
        if self._busy or not self._ready or self.verb_name == EXPLORE:
            return
        if self.die.isChecked():
            self.seed.setValue(secrets.randbelow(_LARGEST_SEED))
        asked = self._asked()
        if asked is not None and self.limits.check(asked):
            (self.write_clicked if isinstance(asked, Order) else self.change_clicked).emit(asked)

    def _asked(self) -> Order | Change | None:
        """What pressing the button asks for; None where something has to be chosen first."""
        order = replace(self.form.value, limits=self.limits.kept)
        if order.verb not in ("continue", "new"):
            order = replace(order, form="")
        if order.verb == EXPLORE:
            return None
        return self.changing.change(order) if order.verb in CHANGES else order

    def show_region(self, region: Region | None) -> None:
        """The bars that a change is meant for."""
        if region != self.changing.region:
            self.changing.show_region(region)
            self._refresh()
            self.region_changed.emit()

    def show_verbs(self, able: Container[str]) -> None:
        """Offer the verbs that there is a network for."""
        for i, verb in enumerate(VERBS):
            self.verb.allow(i, verb in able)

    @property
    def verb_name(self) -> str:
        """The chosen one of :data:`VERBS`."""
        return VERBS[self.verb.index]

    def _show_verb(self, verb: str) -> None:
        self.verb.index = VERBS.index(verb)
        self._verb_picked()

    def _verb_picked(self) -> None:
        self._refresh()
        self.verb_changed.emit()

    def show_song_key(self, key: Key | None) -> None:
        """Follow the song's key, as long as the lock is open."""
        if not self.lock.isChecked() and key:
            self.key.key = key
        for part in (self.limits, self.exploring):
            part.show_key(key)

    def needed_height(self) -> int:
        """Pixels that show the whole form at its present width, the map of Explore as high as it may be."""
        given = 0 if self.exploring.isHidden() else self.exploring.given_height
        return self._column.totalHeightForWidth(self.width()) + self._below.sizeHint().height() + given

    def show_place(self, document: Document) -> None:
        """Say in a sentence what pressing the button would do in ``document``."""
        self._document = document
        self.sections.show_song(document)
        self._explain()

    def _explain(self) -> None:
        document = self._document
        self._show_limits(document)
        if self.verb_name == EXPLORE:
            region = self.changing.region
            self.explain.setText(t("Around {bars}, heard at once.", bars=region.said) if region else "")
            return
        if self.verb_name in CHANGES:
            self.explain.setText(self.changing.sentence)
            return
        bars = self.sections.length if self.sections.plan else self.bars.value()
        last = max((t.notes.last_end for t in document.tracks), default=0)
        waiting = waiting_at(self.sections.plan, document)
        bar = document.meter.bar_of(document.meter.bar_ceiling(last) if waiting is None else waiting) + 1
        until = bar + bars - 1
        if waiting is not None:
            text = t("Into the song's own sections: bars {first} to {last}.", first=bar, last=until)
        elif not document.note_count:
            text = t("A new piece, 1 bar long.") if bars == 1 else t("A new piece, {n} bars long.", n=bars)
        elif self.verb.index == 0:
            one, more = t("Goes on where the song ends: bar {first}."), t("Goes on where the song ends: bars {first} to {last}.")
            text = (one if bars == 1 else more).format(first=bar, last=until)
        else:
            text = t("Something new after the song's end: bars {first} to {last}.", first=bar, last=until)
        if text != self.explain.text():
            self.explain.setText(text)

    def _show_limits(self, document: Document) -> None:
        """Offer the limits that mean something for the verb, and say soon whether they can be kept."""
        region = self.changing.region if self.verb_name in (*CHANGES, EXPLORE) else None
        last = max((t.notes.last_end for t in document.tracks), default=0)
        start, end = (region.start, region.end) if region else (document.meter.bar_ceiling(last), 1 << 60)
        typed = region is None and bool(self.steering.chords.text().strip())
        chords = typed or any(c.end > start and c.start < end for c in document.chords)
        self.limits.show_verb(unable(self.verb_name, region is not None and region.drums), chords)
        self.limits.check_soon(self._asked)

    def show_busy(self, busy: bool, fraction: float = 0.0, message: str = "") -> None:
        """Show that a network writes, and how far it is."""
        self._busy = busy
        self._stack.setCurrentIndex(int(busy))
        self.progress.setValue(round(fraction * 1000))
        self.status.setText(message or t("Writing"))

    def show_ready(self, ready: bool, why: str = "") -> None:
        """Show whether there is a network that can write, and why not."""
        self._ready, self._why = ready, why
        self._refresh()
        self.write.setToolTip(why or t("Let the network write (Ctrl+Return)"))
