"""Keys and menus of clips, in a strip that has the focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.arrangement.strip import ArrangementStrip
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import CTRL, NONE

BAR = 3840


@pytest.fixture
def strip(qtbot, state: RollState) -> ArrangementStrip:
    made = ArrangementStrip(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, 90)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    made.select(frozenset([21]))
    return made


def clips(strip: ArrangementStrip, row: int = 0) -> list[tuple[int, int]]:
    return [(c.start // BAR, c.end // BAR) for c in strip.state.document.tracks[row].clips]


def key(strip: ArrangementStrip, code: Qt.Key, keys=NONE) -> None:
    QTest.keyClick(strip, code, keys)


def test_copy_paste_duplicate_and_cut(strip: ArrangementStrip) -> None:
    strip.viewport.set_playhead(10 * BAR + 100)
    key(strip, Qt.Key.Key_C, CTRL)
    key(strip, Qt.Key.Key_V, CTRL)
    assert clips(strip) == [(0, 8), (10, 18)]
    assert strip.selection == {strip.state.document.tracks[0].clips[1].id}
    key(strip, Qt.Key.Key_D, CTRL)
    assert clips(strip) == [(0, 8), (10, 18), (18, 26)]
    key(strip, Qt.Key.Key_X, CTRL)
    assert clips(strip) == [(0, 8), (10, 18)]
    strip.state.set_track(12)
    key(strip, Qt.Key.Key_V, CTRL)
    assert clips(strip, 1) == [(0, 8), (10, 18)]
    assert strip.state.session.steps[1:] == ("Paste clips", "Duplicate clips", "Cut clips", "Paste clips")


def test_split_join_and_delete(strip: ArrangementStrip) -> None:
    strip.viewport.set_playhead(2 * BAR)
    key(strip, Qt.Key.Key_S)
    assert clips(strip) == [(0, 2), (2, 8)]
    key(strip, Qt.Key.Key_A, CTRL)
    assert len(strip.selection) == 4
    strip.select(frozenset(c.id for c in strip.state.document.tracks[0].clips))
    key(strip, Qt.Key.Key_J)
    assert clips(strip) == [(0, 8)]
    key(strip, Qt.Key.Key_Delete)
    assert clips(strip) == []
    assert strip.selection == frozenset()


def test_arrows_nudge_and_move_to_another_track(strip: ArrangementStrip) -> None:
    key(strip, Qt.Key.Key_Right)
    assert strip.state.document.tracks[0].clips[0].start == 960
    key(strip, Qt.Key.Key_Left)
    assert clips(strip) == [(0, 8)]
    key(strip, Qt.Key.Key_Down)
    assert (clips(strip), [c.id for c in strip.state.document.tracks[1].clips]) == ([], [21])


def test_rename_where_it_is(strip: ArrangementStrip) -> None:
    key(strip, Qt.Key.Key_F2)
    assert strip.field.isVisible()
    QTest.keyClicks(strip.field, "Theme")
    QTest.keyClick(strip.field, Qt.Key.Key_Return)
    assert strip.state.document.tracks[0].clips[0].name == "Theme"
    assert not strip.field.isVisible()
    key(strip, Qt.Key.Key_F2)
    QTest.keyClicks(strip.field, "Other")
    QTest.keyClick(strip.field, Qt.Key.Key_Escape)
    assert strip.state.document.tracks[0].clips[0].name == "Theme"


def test_the_menu_of_a_clip_and_of_the_ground(strip: ArrangementStrip) -> None:
    def menu(tick: int, row: int):
        spot = strip.spot(_point(strip, tick, row), NONE)
        return {a.text(): a for a in strip.commands.menu(spot, strip.track_at(spot.y)).actions() if a.text()}

    of_clip = menu(BAR, 0)
    of_clip["Set the loop to it"].trigger()
    assert strip.state.document.loop == (0, 8 * BAR)
    assert not of_clip["Join"].isEnabled() and not of_clip["Paste at the playhead"].isEnabled()
    of_clip["Delete"].trigger()
    assert clips(strip) == []
    menu(9 * BAR, 1)["New clip here"].trigger()
    assert clips(strip, 1) == [(0, 8), (9, 10)]


def test_without_a_selection_keys_are_left_to_the_window(strip: ArrangementStrip) -> None:
    strip.select(frozenset())
    before = strip.state.document
    for code in (Qt.Key.Key_Delete, Qt.Key.Key_S, Qt.Key.Key_Left):
        key(strip, code)
    assert strip.state.document is before


def _point(strip: ArrangementStrip, tick: int, row: int):
    from PySide6.QtCore import QPointF

    return QPointF(strip.viewport.x_at(tick), strip.row_top(row) + strip.row_height() / 2)
