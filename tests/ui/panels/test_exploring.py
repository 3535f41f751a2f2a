"""The map and the sliders."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.exploring import Surroundings
from studio.ui.panels.exploring import REACH, ExploreRows, value_text

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LINE = Surroundings(
    (("density", 2.0), ("syncopation", 0.5), ("register", 64.2), ("leaps", 3.0)), (("density", 1), ("register", -1))
)


@pytest.fixture
def rows(qtbot):
    made = ExploreRows()
    qtbot.addWidget(made)
    made.resize(300, 420)
    made.show_surroundings(LINE)
    made.show()
    made.asked = []
    made.wanted.connect(lambda afresh: made.asked.append((made.map.place, afresh)))
    return made


def click(rows, across, up):
    """Where -1 to 1 is from edge to edge of the room."""
    room = rows.map._room()
    x = room.center().x() + across * room.width() / 2
    QTest.mouseClick(rows.map, LEFT, NONE, QPoint(round(x), round(room.center().y() - up * room.height() / 2)))


def test_a_click_goes_there_and_is_remembered(rows):
    assert not rows.away and not rows.keep.isEnabled()
    click(rows, 0.5, -0.5)
    (x, y), afresh = rows.asked[0]
    assert afresh and x == pytest.approx(REACH / 2, abs=0.05) and y == pytest.approx(-REACH / 2, abs=0.05)
    assert rows.map.visited == [rows.map.place] and rows.keep.isEnabled()
    click(rows, 9, 9)
    assert rows.map.place == (REACH, REACH)
    click(rows, 0.51, -0.49)
    assert rows.map.place == (x, y), "a click beside a mark goes to the mark"


def test_a_drag_asks_without_beginning_anew(rows):
    at = rows.map._room().center().toPoint() + QPoint(40, 0)
    QTest.mousePress(rows.map, LEFT, NONE, at)
    QTest.mouseMove(rows.map, at + QPoint(20, 10))
    QTest.mouseRelease(rows.map, LEFT, NONE, at + QPoint(20, 10))
    assert [afresh for _, afresh in rows.asked][:2] == [True, False]


def test_arrow_keys_walk_and_the_place_is_said(rows):
    rows.map.setFocus()
    QTest.keyClick(rows.map, Qt.Key.Key_Right)
    QTest.keyClick(rows.map, Qt.Key.Key_Up)
    assert rows.map.place == (0.25, 0.25)
    assert rows.map.accessibleName() == "Map: +0.25, +0.25 (denser, lower)"


def test_enter_keeps_and_escape_goes_back(rows):
    kept, left = [], []
    rows.kept.connect(lambda: kept.append(True))
    rows.left.connect(lambda: left.append(True))
    QTest.keyClick(rows.map, Qt.Key.Key_Return)
    assert not kept
    click(rows, 0.5, 0)
    QTest.keyClick(rows.map, Qt.Key.Key_Return)
    assert kept == [True]
    QTest.keyClick(rows.map, Qt.Key.Key_Escape)
    assert left == [True] and not rows.away and len(rows.map.visited) == 1


def test_sliders_ask_for_deviations_and_show_values(rows):
    fader = rows.sliders["leaps"]
    fader.setFocus()
    QTest.keyClick(fader, Qt.Key.Key_Right)
    assert rows.amounts == (("leaps", 0.1),) and rows.asked == [((0.0, 0.0), True)]
    rows.show_values((("density", 1.26), ("register", 60.4)))
    assert rows._texts["density"].text() == "1.3 a beat" and rows._texts["register"].text() == "C4"
    assert value_text("leaps", 2.04) == "2.0 semitones"


def test_drums_have_two_sliders(rows):
    rows.show_surroundings(Surroundings((("density", 4.0), ("syncopation", 0.0)), (("syncopation", 1), ("density", -1))))
    assert [name for name, fader in rows.sliders.items() if fader.isVisible()] == ["density", "syncopation"]


def test_what_cannot_be_walked_around_says_why(rows):
    click(rows, 0.5, 0)
    rows.show_why_not("There are no notes in these bars.")
    assert rows.why.isVisible() and not rows.map.isVisible() and not rows.keep.isEnabled()
    rows.show_why_not("")
    assert not rows.why.isVisible() and rows.map.isVisible()
