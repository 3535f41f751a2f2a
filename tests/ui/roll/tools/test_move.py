import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.roll.conftest import ALT, CTRL, MELODY, NONE, Hands


def test_body_drag_moves_on_the_grid_in_one_step(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 970, 64))
    assert (960, 960, 64) in hands.rows()
    assert hands.session.steps == ("Open", "Move note")
    hands.session.undo()
    assert hands.rows() == MELODY
    hands.session.redo()
    assert (960, 960, 64) in hands.rows()


def test_a_drag_takes_the_whole_selection(hands: Hands) -> None:
    hands.key(Qt.Key.Key_A, CTRL)
    hands.drag(hands.at(300, 62), hands.at(300, 60))
    assert [p for _, _, p in hands.rows()] == [60, 63, 67, 60]
    assert hands.state.selection == {1, 2, 3, 4}
    assert len(hands.session.steps) == 2


def test_pitch_sounds_while_dragging(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300, 64))
    assert hands.heard[0] == (62, 80)
    assert (64, 80) in hands.heard
    assert hands.heard[-1][1] == 0


def test_alt_bypasses_the_grid(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 130, 62), keys=ALT)
    start = next(s for s, _, p in hands.rows() if p == 62)
    assert start == pytest.approx(130, abs=8)
    assert start % hands.state.grid_ticks()


def test_escape_cancels_a_gesture_then_clears_the_selection(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(2300, 67), release=False)
    assert hands.rows() != MELODY
    hands.key(Qt.Key.Key_Escape)
    assert hands.rows() == MELODY
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, hands.at(2300, 67))
    assert hands.rows() == MELODY
    assert len(hands.session.steps) == 1
    assert hands.state.selection == {1}
    hands.key(Qt.Key.Key_Escape)
    assert hands.state.selection == set()
