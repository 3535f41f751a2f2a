"""Preferences: one window over the one dataclass of settings. Each change holds at once and is stored; there is no OK."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QTabWidget, QVBoxLayout, QWidget

from studio.app.jobs import Job
from studio.app.settings import Settings
from studio.app.studio import Studio
from studio.audio.latency import AUTOMATIC
from studio.ui.forms import Control, Form, control_of
from studio.ui.shortcut_page import ShortcutPage
from studio.ui.texts import LANGUAGES, noted, t
from studio.ui.widgets import Choice, label, named

SYSTEM_LANGUAGE = noted("The system's")
MODEL_TITLES = {
    "auto": noted("Best there is"), "cuda": noted("NVIDIA GPU"), "mps": noted("Apple GPU"), "cpu": noted("CPU"),
}  # fmt: skip
SYSTEM_DEVICE = noted("The system's own device")
EVERY_KEYBOARD = noted("Every keyboard")
LATENCIES = {
    AUTOMATIC: noted("Automatic"), 0.0: noted("Lowest"), 0.03: noted("Short (0.03 s)"), 0.1: noted("Safe (0.1 s)"),
}  # fmt: skip
THEME_TITLES = {"dark": noted("Dark"), "light": noted("Light")}


@dataclass(frozen=True)
class Row:
    """A setting on a page: a field of :class:`Settings`; ``titles`` makes it a choice (value to text), else it is yes or no."""

    field: str
    title: str
    tip: str
    titles: dict[Any, str] | None = None


PAGES: dict[str, tuple[Row, ...]] = {
    noted("Window"): (
        Row("language", noted("Language"), noted("The language of the window"), {"": SYSTEM_LANGUAGE, **LANGUAGES}),
        Row("theme", noted("Theme"), noted("Dark, or light for bright rooms"), THEME_TITLES),
        Row("follow_playhead", noted("Follow the playhead"), noted("Turn the page when the playhead leaves it")),
        Row("follow_centered", noted("Keep the playhead in the middle"), noted("Following moves the song, not the playhead")),
    ),
    noted("Sound"): (
        Row("audio_device", noted("Sound goes to"), noted("The device that plays"), {"": SYSTEM_DEVICE}),
        Row("midi_input", noted("Recorded from"), noted("The MIDI keyboard that is heard"), {"": EVERY_KEYBOARD}),
        Row(
            "latency",
            noted("Latency"),
            noted("Less: keys sound sooner, and a busy computer may crackle. Automatic finds out what it can do"),
            LATENCIES,
        ),
        Row("audition_notes", noted("Notes sound while they are edited"), noted("Hear a note while you draw or drag it")),
        Row("metronome", noted("Metronome"), noted("Click on every beat while the song plays")),
    ),
    noted("Networks"): (
        Row("model_device", noted("Networks run on"), noted("A GPU is faster, a CPU is enough"), MODEL_TITLES),
        Row(
            "listen_while_writing", noted("Listen while it writes"), noted("Playback starts as soon as the first bar is written")
        ),
    ),
}
SHORTCUTS = noted("Shortcuts")


class Pick(Choice):
    """One of several values by their texts. ``chosen(value)`` follows the user only."""

    chosen = Signal(object)

    def __init__(self, titles: dict[Any, str]) -> None:
        super().__init__()
        self._values: list[Any] = []
        self.offer(titles)
        self.activated.connect(lambda place: self.chosen.emit(self._values[place]))

    def offer(self, titles: dict[Any, str]) -> None:
        """Offer these values; the present one stays, also where it is not among them."""
        now = self.value if self._values else None
        if now is not None and now not in titles:
            titles = titles | {now: str(now)}
        self._values = list(titles)
        self.clear()
        self.addItems([t(text) for text in titles.values()])
        if now is not None:
            self.value = now

    @property
    def value(self) -> Any:
        """The chosen value."""
        return self._values[max(0, self.currentIndex())]

    @value.setter
    def value(self, value: Any) -> None:
        if value not in self._values:
            self._values.append(value)
            self.addItem(str(value))
        self.setCurrentIndex(self._values.index(value))


class Preferences(QDialog):
    """The window of preferences. ``change(field, value)`` is called with what the user changed."""

    def __init__(self, parent: QWidget, studio: Studio, change: Callable[[str, Any], None]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setWindowTitle(t("Preferences"))
        self.setModal(False)
        self.resize(620, 520)
        self._studio = studio
        self._change = change
        self.controls: dict[str, Pick | QCheckBox] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)  # a line above what is to the right of the tabs
        named(self.tabs, t("Pages of the preferences"))
        for title, rows in PAGES.items():
            self.tabs.addTab(self._page(rows), t(title))
        self.shortcuts = ShortcutPage(studio.settings.shortcuts, lambda lines: change("shortcuts", lines))
        self.tabs.addTab(self.shortcuts, t(SHORTCUTS))
        self.form: Form[Settings] = Form(Settings, {name: self._control(name) for name in self.controls})
        self.form.value = studio.settings
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(self.tabs)
        self._look_for_devices()

    @property
    def page(self) -> int:
        """Which page is shown."""
        return self.tabs.currentIndex()

    def show_page(self, page: int, place: QPoint | None = None) -> None:
        """Show a page, the window at ``place``."""
        self.tabs.setCurrentIndex(page)
        if place is not None:
            self.move(place)
        self.show()

    def _page(self, rows: tuple[Row, ...]) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        for place, row in enumerate(rows):
            widget = self._widget(row)
            if isinstance(widget, Pick):
                name = label(t(row.title), "muted")
                name.setBuddy(widget)
                grid.addWidget(name, place, 0)
            grid.addWidget(widget, place, 1)
        grid.setColumnMinimumWidth(0, 140)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(rows), 1)
        return page

    def _widget(self, row: Row) -> Pick | QCheckBox:
        widget: Pick | QCheckBox
        if row.titles is None:
            widget = QCheckBox(t(row.title))
            widget.clicked.connect(lambda on, name=row.field: self._change(name, on))
        else:
            widget = Pick(row.titles)
            widget.chosen.connect(lambda value, name=row.field: self._change(name, value))
        named(widget, t(row.title), t(row.tip))
        self.controls[row.field] = widget
        return widget

    def _control(self, name: str) -> Control:
        widget = self.controls[name]
        if isinstance(widget, Pick):
            return Control(lambda: widget.value, lambda value: setattr(widget, "value", value))
        return control_of(widget)

    def _look_for_devices(self) -> None:
        """Which devices there are takes a moment to find out: they are offered once that is known."""

        def work(job: Job) -> tuple[list[str], list[str]]:
            from studio.nn.devices import devices

            return devices(), self._studio.playback.devices()

        def done(found: tuple[list[str], list[str]]) -> None:
            models, sounds = found
            self._offer("model_device", {name: MODEL_TITLES.get(name, name) for name in ("auto", *models)})
            self._offer("audio_device", {"": SYSTEM_DEVICE, **{name: name for name in sounds}})
            self._offer("midi_input", {"": EVERY_KEYBOARD, **{name: name for name in self._studio.midi.there}})

        self._studio.jobs.start("preferences", "Looking for devices", work, done)

    def _offer(self, name: str, titles: dict[Any, str]) -> None:
        widget = self.controls[name]
        if isinstance(widget, Pick):
            widget.offer(titles)


class Preferring:
    """Makes changed settings hold at once, and opens the window of preferences."""

    def __init__(self, studio: Studio, effects: dict[str, Callable[[], None]]) -> None:
        """``effects``: what follows the change of a field, after it is stored."""
        self._studio = studio
        self._effects = effects

    def change(self, field: str, value: Any) -> None:
        """Store a setting and let it hold."""
        if getattr(self._studio.settings, field) != value:
            self._studio.change_settings(**{field: value})
            self._effects.get(field, lambda: None)()
