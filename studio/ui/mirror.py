"""Keeps the panels true to the session and to the sound: what is shown is what is."""

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence

from studio.music.document import Document
from studio.ui.changing import region_of
from studio.ui.icons import icon
from studio.ui.panels.levels import position_of
from studio.ui.texts import noted, t, told

if TYPE_CHECKING:
    from studio.ui.window import MainWindow

EMPTY_WORDS = noted("Draw notes with the pencil (2), import a MIDI file (Ctrl+I), or press Write and let the network begin.")
_FRAME_MS = 16
_IDLE_MS = 120
_RENDERING_SECONDS = 0.3


class Mirror(QObject):
    """Follows the session after each of its changes, and the sound with a clock: each frame while it runs, seldom else."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._placed: Document | None = None
        self._looked = 0.0  # when the rendering was looked at
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self.tick)
        self._clock.start(_IDLE_MS)
        window.follow(self.refresh)
        window.state.setting_changed.connect(self.refresh)
        window.state.selection_changed.connect(self.show_region)
        window.transport.changed.connect(self.show_region)
        window.transport.changed.connect(self.show_transport)
        window.recording.changed.connect(self.show_transport)

    def rest(self) -> None:
        """The window goes: stop the clock."""
        self._clock.stop()

    def refresh(self) -> None:
        """Show the session as it is."""
        window = self._window
        session = window.studio.session
        document = session.document
        window.mixer.show_document(document, window.state.track_id)
        window.takes_panel.show_proposal(session.proposal, document)
        window.clip_takes.show()
        if document is not self._placed:
            self._placed = document
            window.write_panel.show_place(document)
            window.transport_panel.master.set_quietly(position_of(document.master.gain_db))
        self.show_region()
        window.writing.follow()
        self._show_actions()
        window.setWindowTitle(f"{window.files.name}{'*' if session.dirty else ''} - Partita")
        if not document.note_count and not session.proposal:
            window.show_words(t(EMPTY_WORDS))
        elif window.words.text() == t(EMPTY_WORDS):
            window.show_words("")
        self.show_transport()

    def show_region(self) -> None:
        """Say which bars a change is meant for."""
        window = self._window
        window.write_panel.show_region(region_of(window.state, window.transport.loop_on))

    def _show_actions(self) -> None:
        """Which actions can be done now, and which are switched on."""
        window, session = self._window, self._window.studio.session
        proposed = session.proposal is not None
        able = {"edit.undo": session.can_undo, "edit.redo": session.can_redo}
        of_a_track = ("track.remove", "track.effects", "track.up", "track.down")
        able |= dict.fromkeys(of_a_track, window.state.track is not None)
        able |= dict.fromkeys(("write.keep", "write.drop", "write.drop_all"), proposed)
        for name, on in able.items():
            window.actions_by_id[name].setEnabled(on)
        self._name_steps()
        window.actions_by_id["view.attention"].setChecked(window.state.attention)
        for tool in ("pointer", "pencil", "eraser", "knife"):
            window.actions_by_id[f"roll.{tool}"].setChecked(window.state.tool == tool)

    def _name_steps(self) -> None:
        """Undo and redo say what they would undo and redo."""
        session = self._window.studio.session
        for name, text, at, able in (
            ("edit.undo", t("Undo"), session.position, session.can_undo),
            ("edit.redo", t("Redo"), session.position + 1, session.can_redo),
        ):
            step = told(session.steps[at]) if able else ""
            wanted = f"{text} {step[:1].lower()}{step[1:]}".strip()
            action = self._window.actions_by_id[name]
            if action.text() != wanted:
                action.setText(wanted)
                action.setToolTip(f"{wanted} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")

    def show_transport(self) -> None:
        """Show where the playhead is, and what is switched on."""
        window = self._window
        playing = window.transport.playing
        document = window.studio.session.document
        tick = int(window.viewport.playhead)
        window.transport_panel.show_position(document, tick)
        window.write_panel.show_song_key(document.key_at(tick))
        toggle = window.actions_by_id["play.toggle"]
        if toggle.property("playing") != playing:
            toggle.setProperty("playing", playing)
            toggle.setIcon(icon("pause", "playing") if playing else icon("play", "text"))
        window.actions_by_id["play.loop"].setChecked(window.transport.loop_on)
        transport = window.transport
        for name, on in (("follow", transport.follow), ("center", transport.centered), ("audition", transport.audition)):
            window.actions_by_id[f"play.{name}"].setChecked(on)
        self._show_recording()
        window.column.ruler.set_loop_on(window.transport.loop_on)
        wanted = _FRAME_MS if playing else _IDLE_MS
        if self._clock.interval() != wanted:
            self._clock.setInterval(wanted)

    def _show_recording(self) -> None:
        """What is switched on around recording."""
        window, settings = self._window, self._window.studio.settings
        recording = window.recording
        on = {"record": recording.on, "metronome": settings.metronome, "typing": recording.typing.on}
        window.actions_by_id["write.match"].setChecked(settings.match_tracks)
        on |= {"count_in": settings.count_in > 0, "replace": settings.record_replaces}
        for name, checked in on.items():
            window.actions_by_id[f"play.{name}"].setChecked(checked)

    def _show_rendering(self) -> None:
        """Now and then: which bars are still being rendered."""
        now = perf_counter()
        if now - self._looked > _RENDERING_SECONDS:
            self._looked = now
            self._window.column.ruler.set_rendering(self._window.studio.playback.unrendered())

    def tick(self) -> None:
        """A look at the sound: the playhead and the levels."""
        window, playback = self._window, self._window.studio.playback
        tick = playback.position
        window.transport.wait_for_notes(tick)
        playing = window.transport.playing
        window.recording.follow()
        self._show_rendering()
        window.transport_panel.show_count(window.recording.counting)
        if playing or tick != int(window.viewport.playhead) or window.viewport.playing != playing:
            window.viewport.set_playhead(tick, playing, window.transport.follow_mode if playing else "")
            self.show_transport()
        master, tracks = playback.levels()
        window.transport_panel.meter.show_levels(master)
        window.mixer.show_levels(tracks)
