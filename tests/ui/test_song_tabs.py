"""Several songs in one window."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import BAR

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_tab_a_song_with_its_name_and_whether_it_is_saved(window):
    tabs = window.tabs
    assert not tabs.isVisible()
    QTest.keyClick(window, Qt.Key.Key_N, CTRL)
    assert tabs.isVisible() and [tabs.tabText(i) for i in range(2)] == ["Song", "Untitled"]
    window.actions_by_id["track.add"].trigger()
    assert tabs.tabText(1) == "Untitled*" and tabs.currentIndex() == 1
    tabs.setCurrentIndex(0)
    assert window.windowTitle() == "Song - Partita" and len(window.studio.session.document.tracks) == 2


def test_keys_go_from_song_to_song_and_close_them(window):
    session = window.studio.session
    first = session.song
    window.files.open_demo()
    QTest.keyClick(window, Qt.Key.Key_Tab, CTRL)
    assert session.song is first
    QTest.keyClick(window, Qt.Key.Key_Tab, CTRL)
    assert session.song is not first
    QTest.keyClick(window, Qt.Key.Key_W, CTRL)
    assert session.songs == (first,) and not window.tabs.isVisible()


def test_the_cross_closes_its_own_song(window):
    session, first = window.studio.session, window.studio.session.song
    window.files.open_demo()
    cross = window.tabs.tabButton(0, window.tabs.ButtonPosition.RightSide)
    assert cross.accessibleName() == "Close Song"
    cross.click()
    assert first not in session.songs and len(session.songs) == 1


def test_each_song_is_found_as_it_was_left(window):
    session, first = window.studio.session, window.studio.session.song
    low = session.document.tracks[1].id
    window.state.set_track(low)
    window.transport.seek(BAR)
    window.viewport.zoom_time(2.0, 300)
    place = window.viewport.place
    window.files.open_demo()
    assert window.viewport.playhead == 0 and window.viewport.place != place
    window.transport.seek(3 * BAR)
    session.switch(first)
    assert window.viewport.place == place and window.viewport.playhead == BAR
    assert window.state.track_id == low and window.studio.playback.position == BAR
    window.files.step("1")
    assert window.viewport.playhead == 3 * BAR and window.transport.loop_on


def test_what_is_selected_in_one_song_is_not_in_the_next(window):
    session, state, strip = window.studio.session, window.state, window.column.arrangement.strip
    first, song = session.song, session.document
    session.add(replace(song, title="Twin"))  # notes and clips of the same numbers
    state.select(state.track.notes.id.tolist())
    strip.select(frozenset(c.id for c in state.track.clips))
    assert len(state.selected()) and strip.selection
    session.switch(first)
    assert not len(state.selected()) and not strip.selection


def test_histories_do_not_meet_and_playing_stops(window, monkeypatch):
    session, first = window.studio.session, window.studio.session.song
    window.actions_by_id["track.add"].trigger()
    playing = [True]
    monkeypatch.setattr(type(window.studio.playback), "playing", property(lambda self: playing[0]))
    monkeypatch.setattr(window.studio.playback, "pause", lambda: playing.__setitem__(0, False))
    window.files.open_demo()
    assert not playing[0]
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert len(first.committed.tracks) == 3 and session.steps == ("Open",)
    assert not window.actions_by_id["edit.undo"].isEnabled()
