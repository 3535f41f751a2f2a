"""WRITE: what to ask the network for, and one violet button."""

import secrets
from collections.abc import Container

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.app.generating import Order
from studio.engines.arranger_setting import NEW_PARTS
from studio.music.document import Document
from studio.music.pitch import Key
from studio.ui.forms import Control, Form, form_line, form_row
from studio.ui.icons import icon
from studio.ui.key_picker import KeyPicker
from studio.ui.panels.changing import CHANGES, ChangeRows, Region
from studio.ui.panels.exploring import ExploreRows
from studio.ui.panels.steering import Steering
from studio.ui.panels.styles import StyleChips, StyleMix
from studio.ui.texts import noted, t
from studio.ui.theme import look, ui_font
from studio.ui.widgets import Elided, Fader, IntField, Segments, icon_button, label, named, rule

EXPLORE = "explore"
VERBS = ("continue", "new", *CHANGES, EXPLORE)
_STYLED = ("continue", "new", "fill", "accompany", "harmonise", "vary")
QUICK_BARS = (4, 8, 16, 32)
MOST_TAKES = 8
_LARGEST_SEED = 2**31 - 1
_WORDS = ((70, noted("very safe")), (90, noted("safe")), (110, noted("balanced")), (130, noted("bold")), (1000, noted("wild")))


def freedom_word(percent: int) -> str:
    """What a temperature in hundredths is called."""
    return t(next(word for limit, word in _WORDS if percent <= limit))


def _freedom_text(percent: int) -> str:
    return t("{word}: temperature {number}", word=freedom_word(percent).capitalize(), number=f"{percent / 100:.2f}")


def _verb_texts() -> tuple[list[str], list[str]]:
    """What the verbs are called, and what they do."""
    texts = [
        (t("Continue"), t("Go on from the song's end, in its key, tempo and metre")),
        (t("Write new"), t("Write a new piece that does not listen to the song")),
        (t("Fill in"), t("Write the chosen bars of a track anew, listening to everything around")),
        (t("Accompany"), t("Add parts to the chosen bars")),
        (t("Harmonise"), t("Add three voices to the melody of the chosen bars")),
        (t("Vary"), t("Write the chosen bars a little or very differently")),
        (t("Blend"), t("Lead in steps from the chosen bars to others")),
        (t("Groove"), t("Give stiff drums a drummer's timing and touch")),
        (t("Drums"), t("Make drums for the rhythm of the chosen bars")),
        (t("Explore"), t("Walk around the chosen bars on a map of variants, and hear each step at once")),
    ]
    return [text for text, _ in texts], [tip for _, tip in texts]


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
                "limits": Control(lambda: self.steering.limits, lambda v: setattr(self.steering, "limits", v)),
                "second_style": Control(lambda: self.mix.second_style, lambda v: setattr(self.mix, "second_style", v)),
                "second_share": Control(lambda: self.mix.second_share, lambda v: setattr(self.mix, "second_share", v)),
                "chords": Control(lambda: self.steering.chords.text().strip(), self.steering.chords.setText),
            },
        )
        self._arrange()
        self._refresh()

    def _make_controls(self) -> None:
        self.verb = Segments(*_verb_texts(), t("What to write"), columns=3)
        self.changing = ChangeRows(NEW_PARTS)
        self.exploring = ExploreRows()
        self.styles = StyleChips()
        self.mix = StyleMix(self.styles)
        self.bars = IntField(1, 256, 16)
        named(self.bars, t("Bars"), t("How many bars to write"))
        self.quick = [self._quick_bars(n) for n in QUICK_BARS]
        self.lock = QCheckBox(t("Only notes of"))
        named(self.lock, t("Key lock"), t("Guaranteed: no note outside the scale is written"))
        self.key = KeyPicker(t("Key to keep to"), t("The scale that every written note belongs to"), none="")
        self.freedom = Fader(50, 150, 100, _freedom_text)
        self.freedom.accent = look().proposed
        named(self.freedom, t("Freedom"), t("Left keeps to what is likely, right takes risks. The middle is its own measure."))
        self.freedom_text = label("", "muted")
        self.steering = Steering()
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
        form = QWidget()
        column = self._column = QVBoxLayout(form)
        column.setContentsMargins(12, 10, 12, 4)
        column.setSpacing(8)
        column.addWidget(label(t("WRITE"), "heading"))
        column.addWidget(self.verb)
        column.addWidget(self.explain)
        column.addWidget(self.changing)
        column.addWidget(self.exploring)
        column.addWidget(self.styles)
        column.addWidget(self.mix)
        column.addWidget(rule())
        self._bars = form_line(t("Bars"), self.bars, *self.quick)
        column.addWidget(self._bars)
        column.addLayout(form_row(t("Key"), self.lock, self.key))
        self._drawn = [
            form_line(t("Freedom"), self.freedom, self.freedom_text),
            form_line(t("Seed"), self.seed, self.die),
            form_line(t("Takes"), self.takes),
        ]
        for line in self._drawn:
            column.addWidget(line)
        self.freedom_text.setFixedWidth(64)
        self.freedom_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.seed.setFont(ui_font(tabular=True))
        column.addWidget(self.steering)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(form)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(12, 4, 12, 8)
        self._below.setSpacing(4)
        self._below.addWidget(self._bottom())
        self._below.addWidget(self.listen)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(self._below)
        self._connect()

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
        self.takes.picked.connect(self._refresh)
        self.bars.valueChanged.connect(self._refresh)
        self.freedom.valueChanged.connect(self._refresh)
        self.lock.toggled.connect(self._refresh)
        self.key.picked.connect(lambda _: self.lock.setChecked(True))
        self.write.clicked.connect(self.ask)
        self.cancel.clicked.connect(self.cancel_clicked)
        self.listen.toggled.connect(self.listen_changed)

    def _locked_key(self) -> Key | None:
        return (self.key.key or Key()) if self.lock.isChecked() else None

    def _show_lock(self, key: Key | None) -> None:
        self.lock.setChecked(key is not None)
        if key:
            self.key.key = key

    def _refresh(self) -> None:
        takes = self.takes.index + 1
        wanted = " " + (t("Write") if takes == 1 else t("Write {n} takes", n=takes))
        self.write.setText(wanted if self._ready else self._why)
        self.freedom_text.setText(freedom_word(self.freedom.value()))
        for chip, bars in zip(self.quick, QUICK_BARS, strict=True):
            chip.setChecked(bars == self.bars.value())
        self.key.setEnabled(self.lock.isChecked())
        verb = VERBS[self.verb.index]
        self.changing.show_verb(verb if verb in CHANGES else "")
        exploring = verb == EXPLORE
        self.exploring.setVisible(exploring)
        for widget in (self._bars, self.steering):
            widget.setVisible(verb not in (*CHANGES, EXPLORE))
        for widget in (*self._drawn, self._stack, self.listen):
            widget.setVisible(not exploring)
        self.styles.setVisible(verb in _STYLED)
        self.mix.allow(verb not in (*CHANGES, EXPLORE))
        self.write.setEnabled(self._ready and not (verb in CHANGES and self.changing.missing))
        self._explain()

    def ask(self) -> None:
        """Press the button: ``write_clicked`` with the order, unless a network is writing or there is none."""
        if self._busy or not self._ready or self.verb_name == EXPLORE:
            return
        if self.die.isChecked():
            self.seed.setValue(secrets.randbelow(_LARGEST_SEED))
        order = self.form.value
        if order.verb not in CHANGES:
            self.write_clicked.emit(order)
        elif change := self.changing.change(order):
            self.change_clicked.emit(change)

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

    def needed_height(self) -> int:
        """Pixels that show the whole form at its present width."""
        return self._column.totalHeightForWidth(self.width()) + self._below.sizeHint().height()

    def show_place(self, document: Document) -> None:
        """Say in a sentence what pressing the button would do in ``document``."""
        self._document = document
        self._explain()

    def _explain(self) -> None:
        document = self._document
        if self.verb_name == EXPLORE:
            region = self.changing.region
            self.explain.setText(t("Around {bars}, heard at once.", bars=region.said) if region else "")
            return
        if self.verb_name in CHANGES:
            self.explain.setText(self.changing.sentence)
            return
        last = max((t.notes.last_end for t in document.tracks), default=0)
        bar = document.meter.bar_of(document.meter.bar_ceiling(last)) + 1
        until = bar + self.bars.value() - 1
        if not document.note_count:
            text = t("A new piece, {n} bars long.", n=self.bars.value())
        elif self.verb.index == 0:
            text = t("Goes on where the song ends: bars {first} to {last}.", first=bar, last=until)
        else:
            text = t("Something new after the song's end: bars {first} to {last}.", first=bar, last=until)
        if text != self.explain.text():
            self.explain.setText(text)

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
