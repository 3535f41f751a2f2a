"""The window: makes its parts and hands each what it needs; what they do has its place elsewhere.

:mod:`.layout` says where the panels are, :mod:`.wiring` which part speaks to which, :mod:`.mirror` keeps the panels true to
session and sound, :mod:`.telling` shows notices, progress and pages, :mod:`.loading` gets the networks ready, and what can be
done is in :mod:`.actions` and :mod:`.controls`.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

from studio.app.studio import Studio
from studio.ui.actions import fill_menus, make_actions
from studio.ui.autosave import Autosave
from studio.ui.changing import SameBars
from studio.ui.comparing import Comparing
from studio.ui.controls import Tracks, Transport, View, Writing
from studio.ui.devices import Devices
from studio.ui.effects import EffectsDesk
from studio.ui.exploring import Explorer
from studio.ui.exports import Exports
from studio.ui.files import Files
from studio.ui.icons import app_icon
from studio.ui.kits import KitDesk
from studio.ui.layout import Layout, Sizes
from studio.ui.loading import Loading
from studio.ui.mirror import Mirror
from studio.ui.own_instruments import OwnInstruments
from studio.ui.panels.activity import ActivityPanel
from studio.ui.panels.generate import GeneratePanel
from studio.ui.panels.hint import HintLine
from studio.ui.panels.history import HistoryPanel
from studio.ui.panels.mix import MixOfSong
from studio.ui.panels.mixer import MixerPanel
from studio.ui.panels.spectrogram import Spectrogram
from studio.ui.panels.takes import TakesPanel
from studio.ui.panels.tools import ToolStrip
from studio.ui.panels.transport import TransportPanel
from studio.ui.panels.waveform import Waveform
from studio.ui.preferences import Preferences, Preferring
from studio.ui.recording import Recording
from studio.ui.roll.column import EditorColumn
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport
from studio.ui.shortcuts import all_keys, apply_keys, changed_keys
from studio.ui.song_tabs import SongPlaces, SongTabs
from studio.ui.takes_of_clip import TakesOfClip
from studio.ui.telling import Telling
from studio.ui.texts import noted
from studio.ui.theme import look
from studio.ui.wiring import wire

FIRST_WORDS = noted("Press space to listen, then press Write to let the network go on.")

_LEAST_HEIGHTS = {"wave": 560, "spectrum": 640}  # of the window, in pixels: below, the roll would have no octave


class MainWindow(QMainWindow):
    """The studio's window. ``studio`` is its only source; everything shown follows the session."""

    renew_wanted = Signal()  # another language or theme: open this window anew

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self._following: list[Callable[[], None]] = []
        self.preferences: Preferences | None = None
        self.carried: tuple[tuple[float, ...], float, Sizes] | None = None
        self.chosen_parts: set[str] = set()  # shown or hidden by hand
        self._may_close = self._closing = False
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(940, 500)  # a screen of 1920 x 1080 at 200 %
        self.resize(1600, 960)
        self._make_editor()
        self._make_controllers()
        self._make_panels()
        self.telling = Telling(self)
        self.loading = Loading(self)
        self.mirror = Mirror(self)
        wire(self)
        self.setFocusProxy(self.column.roll)  # who has typed a name goes on with the notes
        self.explorer = Explorer(self)
        self.column.roll.setFocus()
        for name in ("wave", "spectrum"):
            self.actions_by_id[f"view.{name}"].setChecked(True)
        self.apply_shortcuts()

    def _make_editor(self) -> None:
        """The middle: everything on the time axis."""
        studio = self.studio
        self.viewport = Viewport(self)
        self.state = RollState(studio.session, self.viewport, self)
        self.same_bars = SameBars(self.state)
        mix = MixOfSong(studio.playback.overview)
        self.wave = Waveform(self.state, mix, studio.jobs, look())
        self.spectrum = Spectrogram(self.state, mix, studio.jobs, look())
        self.column = EditorColumn(self.state, look(), ((self.wave, 72), (self.spectrum, 132)))

    def _make_controllers(self) -> None:
        """What the actions do, and the actions themselves."""
        studio = self.studio
        self.write_panel = GeneratePanel()
        self.takes_panel = TakesPanel()
        self.transport = Transport(studio, self.state)
        self.recording = Recording(studio, self.state, self.transport)
        self.tracks = Tracks(studio, self.state)
        self.writing = Writing(studio, self.transport, self.write_panel, self.takes_panel)
        self.clip_takes = TakesOfClip(studio, self.state, self.transport, self.takes_panel, self.column.arrangement.strip)
        self.files = Files(studio, self, self.song_opened)
        self.exports = Exports(studio, self.files, self.state)
        self.own = OwnInstruments(studio, self.files, self.state, self)
        self.kits = KitDesk(studio, self.state, self)
        self.effects = EffectsDesk(studio, self.state, self.files, self)
        self.comparing = Comparing(studio, self.transport, self)
        self.autosave = Autosave(studio, self)
        self.devices = Devices(studio, self)
        self.preferring = Preferring(studio, self._effects())
        self.view = View(self.state, self.show_part, self._toggle_full)
        lanes = self.column.arrangement.lanes
        clips = self.column.arrangement.strip.commands
        targets = {"window": self, "commands": self.column.roll.commands, "clips": clips, "lanes": lanes, "roll": self.state} | {
            name: getattr(self, name)
            for name in (
                *("files", "exports", "autosave", "transport", "recording", "tracks", "writing", "clip_takes", "view"),
                *("effects", "comparing", "own", "kits"),
            )
        }
        self.actions_by_id = make_actions(self, self.column, targets)
        fill_menus(self.menuBar(), self.actions_by_id, self.files.recent_menu)

    def _effects(self) -> dict[str, Callable[[], None]]:
        """What follows the change of a setting."""
        studio = self.studio
        return {
            "theme": self.renew_wanted.emit,
            "language": self.renew_wanted.emit,
            "shortcuts": self.apply_shortcuts,
            "audio_device": self.devices.sound_changed,
            "latency": self.devices.sound_changed,
            "model_device": self.devices.model_changed,
            "midi_input": lambda: studio.midi.choose(studio.settings.midi_input),
            "follow_playhead": self.transport.changed.emit,
            "follow_centered": self.transport.changed.emit,
            "audition_notes": self.transport.changed.emit,
            "metronome": lambda: studio.playback.set_metronome(studio.settings.metronome),
            "listen_while_writing": lambda: self.write_panel.listen.setChecked(studio.settings.listen_while_writing),
        }

    def _make_panels(self) -> None:
        """What lies around the editor, and the places of all."""
        studio, actions = self.studio, self.actions_by_id
        self.transport_panel = TransportPanel(actions, ToolStrip(self.state, actions))
        self.mixer = MixerPanel(studio.session, actions["track.add"], actions["track.remove"], actions["track.whole_effects"])
        self.words = HintLine()
        self.tabs = SongTabs(studio.session)
        self.places = SongPlaces(studio.session, self.state, self.transport, self.song_opened)
        self.history = HistoryPanel(studio.session)
        self.history.hide()
        self.activity = ActivityPanel(lambda: studio.notices.entries)
        right = (self.write_panel, self.takes_panel, self.history)
        middle = (self.tabs, self.words, self.column)
        self.layout_of_parts = Layout(self.transport_panel, self.mixer, middle, right, self.activity)
        self.setCentralWidget(self.layout_of_parts.whole)

    # what actions and other parts call

    def load_engines(self) -> None:
        """Start the sound and load the networks, each on a worker. Call it after the first paint."""
        self.loading.load_engines()

    def song_opened(self) -> None:
        """Another song is there: show all of it, from its start."""
        self.transport.set_loop(self.studio.session.document.loop is not None)
        self.transport.seek(0)
        self._show_all()

    def show_words(self, text: str) -> None:
        """Show one sentence above the roll, nothing where it is empty."""
        self.words.show_text(text)

    def show_crash(self, report: str) -> None:
        """Something unforeseen happened: put the song aside, say so once, and go on."""
        self.telling.show_crash(report)

    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        self.telling.show_shortcuts()

    def show_preferences(self, page: int = 0, place: QPoint | None = None) -> None:
        """Open the preferences."""
        self.preferences = self.preferences or Preferences(self, self.studio, self.preferring.change)
        self.preferences.show_page(page, place)

    def apply_shortcuts(self) -> None:
        """Let the actions have the keys of the settings."""
        keys = all_keys(changed_keys(self.studio.settings.shortcuts))
        apply_keys(self.actions_by_id, keys)
        self.column.arrangement.strip.commands.use_keys(keys)
        self.mirror.refresh()

    def follow(self, call: Callable[[], None]) -> None:
        """Call ``call()`` after every change of the session, until the window rests."""
        self._following.append(self.studio.session.subscribe(call))

    def show_carried(self) -> None:
        """Show what the window before this one showed."""
        if self.carried:
            place, playhead, sizes = self.carried
            self.viewport.go_to(place)
            self.viewport.set_playhead(playhead, self.transport.playing)
            self.layout_of_parts.share_as(sizes)

    def rest(self) -> None:
        """This window goes, the songs and the sound stay: follow nothing any more."""
        for end in self._following:
            end()
        self._following = []
        for part in (self.recording, self.mirror, self.autosave, self.activity):
            part.rest()
        self.comparing.close()
        self.effects.hide()
        self.state.close()
        self.wave.close_source()
        self.spectrum.close_source()

    def show_about(self) -> None:
        """Open the page on this program."""
        self.telling.show_about()

    def undo(self) -> None:
        """Take the last step back."""
        self.studio.session.undo()

    def redo(self) -> None:
        """Do the undone step again."""
        self.studio.session.redo()

    def show_part(self, name: str, on: bool | None) -> bool:
        """Show or hide a picture of the sound (None: the other way); returns what it is now."""
        self.chosen_parts.add(name)
        return self._show_part(name, on)

    def _show_part(self, name: str, on: bool | None) -> bool:
        part = {"wave": self.wave, "spectrum": self.spectrum, "history": self.history, "controls": self.column.controls}[name]
        shown = part.isHidden() if on is None else on
        part.setVisible(shown)
        self.layout_of_parts.share_height()
        self.history.refresh()
        self.actions_by_id[f"view.{name}"].setChecked(shown)
        return shown

    def _toggle_full(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _fit_pictures(self) -> None:
        """In a low window the pictures of the sound make way for the roll, unless somebody has shown or hidden them."""
        for name, least in _LEAST_HEIGHTS.items():
            fits = self.height() >= least
            if name not in self.chosen_parts and self.actions_by_id[f"view.{name}"].isChecked() != fits:
                self._show_part(name, fits)

    def _show_all(self) -> None:
        self.view.fit()
        self.column.roll.center_on_notes()

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_pictures()
        self.layout_of_parts.share_height()
        self.layout_of_parts.fit_form()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.layout_of_parts.share_height()
        self.layout_of_parts.make_room()
        self._show_all()  # only now are the widths known

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.drop([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closing = True
        if not self._may_close:
            self.files.leave_all(self._close_now)  # which may want to save first
        self._closing = False
        if not self._may_close:
            event.ignore()
            return
        self.rest()
        self.autosave.forget()
        event.accept()

    def _close_now(self) -> None:
        """All songs are safe or given up."""
        self._may_close = True
        if not self._closing:
            self.close()
