"""The open songs as tabs above the editor, and where each was left: its place, its zoom, its edited track, its loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabBar, QToolButton

from studio.app.session import Session, Song
from studio.ui.controls import Transport
from studio.ui.files import song_name
from studio.ui.roll.state import RollState
from studio.ui.texts import t, verbatim
from studio.ui.widgets import icon_button, named


class SongTabs(QTabBar):
    """A tab a song, shown while there are several. ``picked(song)`` and ``closed(song)`` tell what the user wants."""

    picked = Signal(object)
    closed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._songs: tuple[Song, ...] = ()
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setUsesScrollButtons(True)
        named(self, t("Open songs"), t("Open songs: Ctrl+Tab goes to the next one"))
        self.currentChanged.connect(self._pick)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's songs."""
        songs = self._session.songs
        blocked = self.blockSignals(True)
        if songs != self._songs:
            self._rebuild(songs)
        for place, song in enumerate(songs):
            text = verbatim(song_name(song)) + ("*" if song.dirty else "")
            if text != self.tabText(place):
                self.setTabText(place, text)
                self.setTabToolTip(place, str(song.path or t("Not saved yet")))
        self.setCurrentIndex(songs.index(self._session.song))
        self.blockSignals(blocked)
        self.setVisible(len(songs) > 1)

    def _rebuild(self, songs: tuple[Song, ...]) -> None:
        while self.count():
            self.removeTab(0)
        self._songs = songs
        for place, song in enumerate(songs):
            self.addTab("")
            self.setTabButton(place, QTabBar.ButtonPosition.RightSide, self._cross(song))

    def _cross(self, song: Song) -> QToolButton:
        cross = icon_button("close", t("Close {name}", name=song_name(song)), kind="small")
        cross.clicked.connect(lambda: self.closed.emit(song))
        return cross

    def _pick(self, place: int) -> None:
        if 0 <= place < len(self._songs):
            self.picked.emit(self._songs[place])


@dataclass(frozen=True)
class _Left:
    """Where a song was left."""

    tick: int
    place: tuple[float, ...]
    track_id: int
    loop_on: bool


class SongPlaces:
    """Follows the session from song to song. ``shown_first()`` is called for a song that was never shown before."""

    def __init__(self, session: Session, state: RollState, transport: Transport, shown_first: Callable[[], None]) -> None:
        self._session = session
        self._state = state
        self._transport = transport
        self._shown_first = shown_first
        self._song = session.song
        self._left: dict[int, _Left] = {}

    def follow(self) -> None:
        """Called after every change of the session."""
        song = self._session.song
        if song is self._song:
            self.look()
            return
        if before := self._left.get(self._song.id):
            self._left[self._song.id] = replace(before, tick=int(self._state.viewport.playhead))
        self._song = song
        left = self._left.get(song.id)
        self._left = {s.id: self._left[s.id] for s in self._session.songs if s.id in self._left}
        if left is None:
            self._shown_first()
            return
        self._state.set_track(left.track_id)
        self._transport.set_loop(left.loop_on)
        self._transport.seek(left.tick)
        self._state.viewport.go_to(left.place)

    def take_over(self, other: "SongPlaces") -> None:
        """Know what ``other`` knew."""
        self._left = dict(other._left)

    def look(self) -> None:
        """Called when the view changed: remember it, unless another song is just coming."""
        if self._session.song is self._song:
            view, state = self._state.viewport, self._state
            self._left[self._song.id] = _Left(int(view.playhead), view.place, state.track_id, self._transport.loop_on)
