"""Getting the sound and the networks ready, each on a worker, after the first paint."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from studio.app.jobs import Job
from studio.ui.changing import verbs_of
from studio.ui.texts import t

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class Loading:
    """Starts the sound, loads the network that writes, and tells the panels what it can do."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        window.devices.changed.connect(self.load_writer)

    def load_engines(self) -> None:
        """Start the sound and load the networks. Call it after the first paint."""
        self._window.studio.playback.start()
        self._window.studio.midi.start()
        self.load_writer()

    def load_writer(self) -> None:
        """Load the network that writes, and tell what it can do."""
        studio, panel = self._window.studio, self._window.write_panel

        def work(job: Job) -> tuple[str, ...]:
            job.progress(0.1)
            from studio.nn.devices import device_for, device_title

            device = device_title(device_for(studio.settings.model_device))
            job.say(lambda: self._show_device(device))  # which it is even where the writer turns out to be damaged
            return studio.shelf.generator().styles

        def failed() -> None:
            panel.show_ready(False, t("No network can write"))

        panel.show_ready(False, t("Loading the network"))
        studio.jobs.start("writer", "Getting the writer ready", work, self.show_engines, failed)

    def _show_device(self, device: str) -> None:
        text = t("The networks run on: {device}", device=device)
        self._window.transport_panel.show_device(device.split(",")[0], text)

    def show_engines(self, styles: tuple[str, ...]) -> None:
        """The networks are loaded: offer what they can do."""
        window = self._window
        window.write_panel.styles.show_styles(styles)
        window.write_panel.show_verbs(verbs_of(window.studio.shelf))
        QTimer.singleShot(0, window, window.layout_of_parts.make_room)  # once the chips are there
        window.write_panel.show_ready(True)
