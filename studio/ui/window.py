"""The window: places the panels and keeps them true to the session. What it does is in :mod:`.actions` and :mod:`.controls`."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from studio.app.generating import JOB
from studio.app.jobs import Job, Progress
from studio.app.notices import Notice
from studio.app.studio import Studio
from studio.music.document import Document
from studio.ui.actions import fill_menus, make_actions
from studio.ui.autosave import Autosave
from studio.ui.controls import Tracks, Transport, View, Writing
from studio.ui.devices import Devices
from studio.ui.dialogs import AboutPage, CrashPage, ShortcutSheet
from studio.ui.files import Files
from studio.ui.icons import app_icon, icon
from studio.ui.panels.activity import ActivityPanel
from studio.ui.panels.generate import GeneratePanel
from studio.ui.panels.hint import HintLine
from studio.ui.panels.levels import gain_of, position_of
from studio.ui.panels.mix import MixOfSong
from studio.ui.panels.mixer import MixerPanel
from studio.ui.panels.spectrogram import Spectrogram
from studio.ui.panels.takes import TakesPanel
from studio.ui.panels.tools import ToolStrip
from studio.ui.panels.transport import TransportPanel
from studio.ui.panels.waveform import Waveform
from studio.ui.roll.column import EditorColumn
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import DARK
from studio.ui.widgets import rule

FIRST_WORDS = "Press space to listen, then press Write to let the network go on."
EMPTY_WORDS = "Draw notes with the pencil (2), import a MIDI file (Ctrl+I), or press Write and let the network begin."
_FRAME_MS = 16
_IDLE_MS = 120
LEFT, RIGHT = 264, 324
# Share of the height, least and most pixels: arrangement, velocity, waveform, spectrogram. The roll has the rest.
_LANES = ((0.12, 72, 160), (0.09, 52, 120), (0.09, 44, 130), (0.16, 72, 280))


class MainWindow(QMainWindow):
    """The studio's window. ``studio`` is its only source; everything shown follows the session."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self._divided = False
        self._placed: Document | None = None
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(1000, 620)
        self.resize(1600, 960)
        self.viewport = Viewport(self)
        self.state = RollState(studio.session, self.viewport, self)
        mix = MixOfSong(studio.playback.overview)
        self.wave = Waveform(self.state, mix, studio.jobs, DARK)
        self.spectrum = Spectrogram(self.state, mix, studio.jobs, DARK)
        self.column = EditorColumn(self.state, DARK, ((self.wave, 72), (self.spectrum, 132)))
        self.write_panel = GeneratePanel()
        self.takes_panel = TakesPanel()
        self.activity = ActivityPanel(lambda: studio.notices.entries)
        self.transport = Transport(studio, self.state)
        self.tracks = Tracks(studio, self.state)
        self.writing = Writing(studio, self.transport, self.write_panel, self.takes_panel)
        self.files = Files(studio, self, self.song_opened)
        self.devices = Devices(studio, self)
        self.view = View(self.state, self.show_part, self._toggle_full)
        targets = {"window": self, "commands": self.column.roll.commands} | {
            name: getattr(self, name) for name in ("files", "transport", "tracks", "writing", "view")
        }
        self.actions_by_id = make_actions(self, self.column, targets)
        fill_menus(self.menuBar(), self.actions_by_id, self.files.recent_menu)
        self.transport_panel = TransportPanel(self.actions_by_id, ToolStrip(self.state, self.actions_by_id))
        self.mixer = MixerPanel(studio.session, self.actions_by_id["track.add"], self.actions_by_id["track.remove"])
        self.words = HintLine()
        self._place()
        self._connect()
        self.autosave = Autosave(studio, self)
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        self._clock.start(_IDLE_MS)
        self.column.roll.setFocus()
        for name in ("wave", "spectrum"):
            self.actions_by_id[f"view.{name}"].setChecked(True)
        self.refresh()

    # placing

    def _place(self) -> None:
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.sides.setHandleWidth(4)
        self.sides.setChildrenCollapsible(False)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.words)
        column.addWidget(self.column, 1)
        self.mixer.setMinimumWidth(232)
        for part in (self.mixer, middle, self._right()):
            self.sides.addWidget(part)
        self.sides.setStretchFactor(1, 1)
        self.sides.setSizes([LEFT, 1600 - LEFT - RIGHT, RIGHT])
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for part in (self.transport_panel, rule(), self.sides, rule(), self.activity):
            rows.addWidget(part, 1 if part is self.sides else 0)
        self.setCentralWidget(whole)

    def _right(self) -> QWidget:
        right = QSplitter(Qt.Orientation.Vertical)
        right.setHandleWidth(4)
        right.setChildrenCollapsible(False)
        self.write_panel.setMinimumHeight(200)
        right.addWidget(self.write_panel)
        right.addWidget(self.takes_panel)
        right.setStretchFactor(1, 1)
        right.setSizes([430, 430])
        right.setMinimumWidth(316)
        self.right = right
        return right

    def _connect(self) -> None:
        self.studio.session.subscribe(self.refresh)
        self.studio.notices.on_notice = self._show_notice
        self.studio.jobs.on_progress = self._show_progress
        self.studio.jobs.on_crash = self.show_crash
        self.state.setting_changed.connect(self.refresh)
        self.transport.changed.connect(self._show_transport)
        self.mixer.chosen.connect(self.state.set_track)
        self.activity.cancelled.connect(self.studio.jobs.cancel)
        panel = self.transport_panel
        panel.tempo_changed.connect(self.tracks.set_tempo)
        panel.signature_changed.connect(self.tracks.set_signature)
        panel.key_changed.connect(self.tracks.set_key)
        self.write_panel.listen.setChecked(self.studio.settings.listen_while_writing)
        self.write_panel.listen_changed.connect(lambda on: self.studio.change_settings(listen_while_writing=on))
        panel.master.dragged.connect(lambda place: self.tracks.set_master(gain_of(place), False))
        panel.master.settled.connect(lambda place: self.tracks.set_master(gain_of(place), True))
        panel.device_clicked.connect(self.devices.open)
        self.devices.changed.connect(self.load_writer)
        self.state.audition = self._audition
        self.column.set_seek(self.transport.seek)
        self.column.ruler.toggle_loop = self.transport.toggle_loop
        self.column.splitter.splitterMoved.connect(self._divide)
        self.write_panel.write_clicked.connect(lambda _: self.show_words(""))
        self.words.closed.clicked.connect(lambda: self.show_words(""))

    # keeping true

    def refresh(self) -> None:
        """Show the session as it is."""
        session = self.studio.session
        document = session.document
        self.mixer.show_document(document, self.state.track_id)
        self.takes_panel.show_proposal(session.proposal, document)
        if document is not self._placed:
            self._placed = document
            self.write_panel.show_place(document)
            self.transport_panel.master.set_quietly(position_of(document.master.gain_db))
        self.writing.follow()
        for name, on in (
            ("edit.undo", session.can_undo),
            ("edit.redo", session.can_redo),
            ("track.remove", self.state.track is not None),
            ("write.keep", session.proposal is not None),
            ("write.drop", session.proposal is not None),
            ("write.drop_all", session.proposal is not None),
        ):
            self.actions_by_id[name].setEnabled(on)
        self._name_steps()
        for tool in ("pointer", "pencil", "eraser", "knife"):
            self.actions_by_id[f"roll.{tool}"].setChecked(self.state.tool == tool)
        self.setWindowTitle(f"{self.files.name}{'*' if session.dirty else ''} - Partita")
        if not document.note_count and not session.proposal:
            self.show_words(EMPTY_WORDS)
        elif self.words.text() == EMPTY_WORDS:
            self.show_words("")
        self._show_transport()

    def _name_steps(self) -> None:
        """Undo and redo say what they would undo and redo."""
        session = self.studio.session
        for name, text, at, able in (
            ("edit.undo", "Undo", session.position, session.can_undo),
            ("edit.redo", "Redo", session.position + 1, session.can_redo),
        ):
            step = session.steps[at] if able else ""
            wanted = f"{text} {step[:1].lower()}{step[1:]}".strip()
            action = self.actions_by_id[name]
            if action.text() != wanted:
                action.setText(wanted)
                action.setToolTip(f"{wanted} ({action.shortcut().toString()})")

    def song_opened(self) -> None:
        """Another song is there: show all of it, from its start."""
        self.transport.set_loop(self.studio.session.document.loop is not None)
        self.transport.seek(0)
        self._show_all()

    def _show_all(self) -> None:
        self.view.fit()
        self.column.roll.center_on_notes()

    def _show_transport(self) -> None:
        playing = self.transport.playing
        document = self.studio.session.document
        tick = int(self.viewport.playhead)
        self.transport_panel.show_position(document, tick)
        self.write_panel.show_song_key(document.key_at(tick))
        toggle = self.actions_by_id["play.toggle"]
        if toggle.property("playing") != playing:
            toggle.setProperty("playing", playing)
            toggle.setIcon(icon("pause", "playing") if playing else icon("play", "text"))
        self.actions_by_id["play.loop"].setChecked(self.transport.loop_on)
        self.actions_by_id["play.follow"].setChecked(self.transport.follow)
        self.column.ruler.set_loop_on(self.transport.loop_on)
        wanted = _FRAME_MS if playing else _IDLE_MS
        if self._clock.interval() != wanted:
            self._clock.setInterval(wanted)

    def _tick(self) -> None:
        """Each frame while sound runs, seldom else: the playhead and the levels."""
        playback = self.studio.playback
        tick = playback.position
        self.transport.wait_for_notes(tick)
        playing = self.transport.playing
        if playing or tick != int(self.viewport.playhead) or self.viewport.playing != playing:
            self.viewport.set_playhead(tick, playing, follow=playing and self.transport.follow)
            self._show_transport()
        self.transport_panel.meter.show_levels(*playback.levels_db())

    def load_engines(self) -> None:
        """Start the sound and load the networks, each on a worker. Call it after the first paint."""
        self.studio.playback.start()
        self.load_writer()

    def load_writer(self) -> None:
        """Load the network that writes, and tell what it can do."""
        studio = self.studio

        def work(job: Job) -> tuple[str, tuple[str, ...]]:
            job.progress(0.1)
            generator = studio.shelf.generator()
            from studio.nn.runtime import choose_device, device_title

            return device_title(str(choose_device(studio.settings.model_device))), generator.styles

        def failed() -> None:
            self.write_panel.show_ready(False, "No network can write")

        self.write_panel.show_ready(False, "Loading the network")
        studio.jobs.start("writer", "Getting the writer ready", work, lambda found: self.show_engines(*found), failed)

    def show_engines(self, device: str, styles: tuple[str, ...]) -> None:
        """The networks are loaded: offer what they can do."""
        self.transport_panel.show_device(device.split(",")[0], f"The networks run on: {device}")
        self.write_panel.styles.show_styles(styles)
        QTimer.singleShot(0, self, self._make_room)  # once the chips are there
        self.write_panel.show_ready(True)

    # telling

    def show_words(self, text: str) -> None:
        """Show one sentence above the roll, nothing where it is empty."""
        self.words.show_text(text)

    def _show_notice(self, notice: Notice) -> None:
        deeds = {"devices": ("Choose device", self.devices.open), "recover": ("Open it", self._recover)}
        self.activity.show_notice(notice, *deeds.get(notice.action, ()))

    def _show_progress(self, progress: Progress) -> None:
        if progress.key == JOB:
            progress = replace(progress, message=self.writing.told())
            busy = not progress.finished or self.studio.generating.writing
            self.write_panel.show_busy(busy, progress.fraction, progress.message)
        self.activity.show_progress(progress)

    def _recover(self) -> None:
        if self.autosave.left_behind:
            self.files.recover(self.autosave.left_behind)

    def show_crash(self, report: str) -> None:
        """Something unforeseen happened: put the song aside, say so once, and go on."""
        if not any(page.isVisible() for page in self.findChildren(CrashPage)):
            CrashPage(self, report, self.files.rescue(report)).show()

    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        ShortcutSheet(self).show()

    def show_about(self) -> None:
        """Open the page on this program."""
        AboutPage(self, self.studio.shelf.cards).show()

    # doing

    def undo(self) -> None:
        """Take the last step back."""
        self.studio.session.undo()

    def redo(self) -> None:
        """Do the undone step again."""
        self.studio.session.redo()

    def _audition(self, pitch: int, velocity: int) -> None:
        """Sound a key of the edited track; velocity 0 lets go of it."""
        track = self.state.track
        if not velocity:
            self.studio.playback.end_auditions()
        elif track and self.studio.settings.audition_notes:
            self.studio.playback.audition(pitch, track.program, velocity, drums=track.drums)

    def show_part(self, name: str, on: bool | None) -> bool:
        """Show or hide a picture of the sound (None: the other way); returns what it is now."""
        part = {"wave": self.wave, "spectrum": self.spectrum}[name]
        shown = part.isHidden() if on is None else on
        part.setVisible(shown)
        self.actions_by_id[f"view.{name}"].setChecked(shown)
        return shown

    def _toggle_full(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        """Give the roll the most of the middle's height, unless the user has divided it."""
        if not self._divided:
            whole = self.column.splitter.height()
            lanes = [min(high, max(low, round(share * whole))) for share, low, high in _LANES]
            self.column.splitter.setSizes([lanes[0], whole - sum(lanes), *lanes[1:]])

    def _make_room(self) -> None:
        """Show the whole order form, as far as a few takes still have room below it."""
        whole = sum(self.right.sizes())
        needed = min(self.write_panel.needed_height(), max(200, whole - 200))
        self.right.setSizes([needed, whole - needed])

    def _divide(self) -> None:
        self._divided = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._share_height()
        self._make_room()
        self._show_all()  # only now are the widths known

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.drop([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        self._clock.stop()
        self.autosave.forget()
        self.activity.rest()
        self.state.close()
        self.wave.close_source()
        self.spectrum.close_source()
        event.accept()
