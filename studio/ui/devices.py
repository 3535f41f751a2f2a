"""Which device computes, and which one sounds: a menu, and what follows from a choice."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from studio.app.jobs import Job
from studio.app.studio import Studio
from studio.ui.preferences import LATENCIES, MODEL_TITLES, SYSTEM_DEVICE
from studio.ui.texts import t, verbatim


class Devices(QObject):
    """``changed`` follows a choice of what the networks run on: they are loaded anew."""

    changed = Signal()

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self.menu: QMenu | None = None

    def open(self) -> None:
        """Look what devices there are, then offer them."""

        def work(job: Job) -> tuple[list[str], list[str]]:
            from studio.nn.devices import devices

            return devices(), self._studio.playback.devices()

        self._studio.jobs.start("devices", "Looking for devices", work, lambda found: self._offer(*found))

    def _offer(self, models: list[str], sounds: list[str]) -> None:
        settings = self._studio.settings
        self.menu = menu = QMenu(self._window)
        menu.addSection(t("Networks run on"))
        for name in ("auto", *models):
            _entry(menu, t(MODEL_TITLES.get(name, name)), settings.model_device == name, partial(self.use_model_device, name))
        menu.addSection(t("Sound goes to"))
        for name in ("", *sounds):
            title = name or t(SYSTEM_DEVICE)
            _entry(menu, title, settings.audio_device == name, partial(self.use_sound_device, name, settings.latency))
        menu.addSection(t("Latency"))
        for seconds, title in LATENCIES.items():
            chosen = settings.latency == seconds
            _entry(menu, t(title), chosen, partial(self.use_sound_device, settings.audio_device, seconds))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def use_model_device(self, name: str) -> None:
        """Let the networks run on ``name``: auto, cpu, cuda or mps."""
        self._studio.change_settings(model_device=name)
        self.model_changed()

    def model_changed(self) -> None:
        """The networks run on what the settings say."""
        self._studio.shelf.use(self._studio.settings.model_device)
        self._studio.playback.reload()
        self.changed.emit()

    def use_sound_device(self, name: str, latency: float) -> None:
        """Let the sound go to the device of that name (empty: the system's)."""
        self._studio.change_settings(audio_device=name, latency=latency)
        self.sound_changed()

    def sound_changed(self) -> None:
        """The sound goes where the settings say."""
        settings = self._studio.settings
        self._studio.playback.set_device(settings.audio_device, settings.latency, settings.known_latencies)


def _entry(menu: QMenu, title: str, chosen: bool, call: Callable[[], None]) -> None:
    entry = menu.addAction(verbatim(title))
    entry.setCheckable(True)
    entry.setChecked(chosen)
    entry.triggered.connect(lambda _=False: call())
