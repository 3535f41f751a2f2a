"""Record, click, count in, and the typing keyboard: what stands between the transport's buttons and the services."""

from PySide6.QtCore import QObject, Signal

from studio.app.studio import Studio
from studio.music import edits
from studio.music.document import Track
from studio.ui.controls import Transport
from studio.ui.roll.state import RollState
from studio.ui.texts import t
from studio.ui.typing_keys import TypingKeys


class Recording(QObject):
    """Records into the edited track. ``changed`` follows what is switched here, ``grew`` each key that was taken down."""

    changed = Signal()
    grew = Signal()

    def __init__(self, studio: Studio, state: RollState, transport: Transport) -> None:
        super().__init__()
        self._studio, self._state, self._transport = studio, state, transport
        self.typing = TypingKeys(studio.keyboard, self)
        studio.keyboard.track = lambda: state.track
        studio.playback.set_metronome(studio.settings.metronome)
        transport.halting = self.finish
        self.changed.connect(self._color_playhead)

    @property
    def on(self) -> bool:
        """Whether keys are being recorded."""
        return self._studio.recorder.on

    @property
    def counting(self) -> int:
        """Beats until a count-in is over, 0 while there is none."""
        seconds = self._studio.playback.counting_in
        if not seconds:
            return 0
        document, tick = self._studio.session.document, int(self._state.viewport.playhead)
        beat = document.tempo.at(tick).micros * document.meter.at(tick).beat_ticks / 960e6
        return int(seconds / beat) + 1

    def toggle(self) -> None:
        """Record from the playhead on, counted in where nothing plays yet; or stop recording, and play on."""
        if self.on:
            self.finish()
            return
        studio = self._studio
        track_id = self._track_id()
        studio.session.propose(None)
        tick = int(studio.playback.position)
        overdub = not studio.settings.record_replaces
        if not studio.playback.playing:
            tick = studio.session.document.meter.snap_down(tick, studio.session.document.meter.at(tick).beat_ticks)
            studio.playback.seek(tick)
            studio.recorder.start(track_id, tick, overdub=overdub)
            studio.playback.play(studio.settings.count_in)
        else:
            studio.recorder.start(track_id, tick, overdub=overdub)
        self._transport.changed.emit()
        self.changed.emit()

    def _track_id(self) -> int:
        """The edited track; in an empty song a new one."""
        if self._state.track is None:
            session = self._studio.session
            document = session.document
            session.commit("Add track", edits.add_track(document, Track(0, t("Piano"))))
            self._state.set_track(session.document.tracks[-1].id)
        return self._state.track_id

    def follow(self) -> None:
        """Called for each frame while sound runs: keys that are down grow."""
        if self.on:
            self._studio.recorder.follow()
            self.grew.emit()

    def finish(self) -> None:
        """Make what was played a take."""
        if self.on:
            self._studio.recorder.follow()
            self._studio.recorder.finish()
            self.grew.emit()
            self.changed.emit()

    def _color_playhead(self) -> None:
        view = self._state.viewport
        view.recording = self.on
        view.playhead_moved.emit(view.x_at(view.playhead), view.x_at(view.playhead))

    def rest(self) -> None:
        """The window goes: what was played so far is kept, letters are letters again."""
        self.finish()
        self.typing.set_on(False)
        self._transport.halting = lambda: None

    def toggle_metronome(self) -> None:
        """Switch the click."""
        self._studio.change_settings(metronome=not self._studio.settings.metronome)
        self._studio.playback.set_metronome(self._studio.settings.metronome)
        self.changed.emit()

    def toggle_count_in(self) -> None:
        """Switch whether a bar is counted before recording."""
        self._studio.change_settings(count_in=0 if self._studio.settings.count_in else 1)
        self.changed.emit()

    def toggle_replaces(self) -> None:
        """Switch between adding to what is there and replacing it."""
        self._studio.change_settings(record_replaces=not self._studio.settings.record_replaces)
        self.changed.emit()

    def toggle_typing(self) -> None:
        """Make the letters a piano, or letters again."""
        self.typing.set_on(not self.typing.on)
        self.changed.emit()
