"""Comparing the sound of the loop, or of the song's beginning, with other means: made by a job, played beside the song."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.app.jobs import Job
from studio.app.plugins import on_main
from studio.app.studio import Studio
from studio.ui.panels.compare import ComparePage
from studio.ui.texts import t

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.app.comparing import ComparePlayer, Version
    from studio.ui.controls import Transport

BARS = 8
_TICK_MS = 50


class Comparing(QObject):
    """Between the page, the job and the player of versions."""

    def __init__(self, studio: Studio, transport: "Transport", window: "QWidget") -> None:
        super().__init__(window)
        self._studio, self._transport, self._window = studio, transport, window
        self.page: ComparePage | None = None
        self._player: ComparePlayer | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show_place)
        transport.changed.connect(self._give_way)

    def open(self) -> None:
        """Make the versions of the loop's bars (without a loop: the first eight), then open the page."""
        document, rate = self._studio.session.document, self._studio.settings.sample_rate
        start, end = document.loop or (0, min(document.end, document.meter.bar_start(BARS)))

        def work(job: Job) -> "tuple[Version, ...]":
            from studio.app.comparing import versions_of

            return versions_of(document, start, end, self._studio.shelf.renderer(), rate, job, on_main(job))

        first, last = document.meter.bar_of(start) + 1, document.meter.bar_of(max(start, end - 1)) + 1
        where = t("Bars {first} to {last}", first=first, last=last)
        self._studio.jobs.start("compare", "Playing the bars in other ways", work, lambda made: self._show(where, made))

    def _show(self, where: str, versions: "tuple[Version, ...]") -> None:
        from studio.app.comparing import ComparePlayer

        self.close()
        s = self._studio.settings
        sound = s.audio_device, s.latency, s.known_latencies
        self._player = ComparePlayer(versions, s.sample_rate, self._tell_later, *sound)
        self.page = ComparePage(self._window)
        self.page.heard.connect(self._player.hear)
        self.page.played.connect(self._play)
        self.page.gone.connect(self.close)
        self.page.show_versions(where, tuple(v.name for v in versions))
        self.page.show()
        self.page.activateWindow()  # its keys: Space plays, numbers choose

    def _tell_later(self, message: str) -> None:
        self._studio.jobs.post(lambda: self._studio.notices.tell(message, action="devices"))

    def _play(self, on: bool) -> None:
        if self._player is None:
            return
        if on:
            self._transport.pause()
            self._player.play()
            self._timer.start()
        else:
            self._timer.stop()
            self._player.stop()

    def _give_way(self) -> None:
        """The song plays: two at once are not to be compared."""
        if self._transport.playing and self.page is not None and self._player is not None and self._player.playing:
            self._play(False)
            self.page.show_stopped()

    def _show_place(self) -> None:
        if self.page is not None and self._player is not None:
            self.page.place.setValue(round(1_000 * self._player.place))

    def close(self) -> None:
        """Close the page, end its sound."""
        self._timer.stop()
        page, self.page = self.page, None
        player, self._player = self._player, None
        if player is not None:
            player.close()
        if page is not None:
            page.hide()
            page.deleteLater()
