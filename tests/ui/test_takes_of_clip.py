"""Takes of a clip in the real window: shown for the selected clip, tried by keys, one step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.music import edits
from studio.music.document import Provenance, Take
from studio.music.notes import Notes
from studio.ui.window import MainWindow


@pytest.fixture
def clip_id(window: MainWindow) -> int:
    """A second take on the first track's clip."""
    session = window.studio.session
    clip = session.document.tracks[0].clips[0]
    take = Take(Notes.of([0], 480, [70]), "Other", Provenance("played"))
    session.commit("Take", edits.insert_take(session.document, clip.id, take, activate=False))
    return clip.id


def pitches(window: MainWindow) -> list[int]:
    return window.studio.session.document.tracks[0].notes.pitch.tolist()


def test_they_are_shown_tried_and_compared(window: MainWindow, clip_id: int) -> None:
    panel = window.takes_panel.of_clip
    assert panel.isVisible() and len(panel.cards) == 2, "the edited track's clip at the playhead has several"
    before = pitches(window)
    QTest.keyClick(window.column.roll, Qt.Key.Key_B)
    assert pitches(window) == [70]
    QTest.keyClick(window.column.roll, Qt.Key.Key_B)
    assert pitches(window) == before
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_2)
    assert window.studio.playback.playing and pitches(window) == [70]
    window.transport.stop()
    assert window.studio.session.steps[-1] == "Choose take"
    QTest.mouseClick(panel.cards[1].clip, Qt.MouseButton.LeftButton)
    assert len(window.studio.session.document.tracks[0].clips) == 2
    QTest.mouseClick(panel.cards[0].drop, Qt.MouseButton.LeftButton)
    assert len(panel.cards) == 1 or not panel.isVisible()


def test_proposed_takes_are_compared_by_the_same_key(window: MainWindow, qtbot) -> None:
    session = window.studio.session
    window.writing.write()
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing, timeout=20_000)
    window.transport.stop()
    window.studio.generating.show(2)
    heard = []
    for _ in range(4):
        QTest.keyClick(window.column.roll, Qt.Key.Key_B)
        heard.append(session.proposal.active)
    assert heard == [0, 2, 0, 2]


def test_a_clips_only_take_is_told_not_dropped(window: MainWindow) -> None:
    strip = window.column.arrangement.strip
    strip.select(frozenset([window.studio.session.document.tracks[0].clips[0].id]))
    panel = window.takes_panel.of_clip
    assert panel.isVisible() and len(panel.cards) == 1
    QTest.mouseClick(panel.cards[0].drop, Qt.MouseButton.LeftButton)
    assert "only take" in window.studio.notices.entries[-1].message
    strip.select(frozenset())
    assert not panel.isVisible()


def test_a_double_click_opens_the_clip_in_the_roll(window: MainWindow) -> None:
    window.state.set_track(window.studio.session.document.tracks[0].id)
    clip = window.studio.session.document.tracks[1].clips[0]
    window.column.arrangement.strip.opened.emit(clip.id)
    assert window.state.track_id == window.studio.session.document.tracks[1].id
    assert window.column.roll.hasFocus()


def test_new_pieces_on_tracks_of_their_own_is_remembered(window: MainWindow) -> None:
    action = window.actions_by_id["write.match"]
    assert action.isChecked() and window.studio.generating.match_tracks
    action.trigger()
    assert not action.isChecked() and not window.studio.generating.match_tracks
    assert not window.studio.settings.match_tracks
