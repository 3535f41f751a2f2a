from PySide6.QtCore import Qt

from tests.ui.roll.conftest import CTRL, MELODY, RIGHT, Hands, move


def test_pencil_moves_a_note_it_is_pressed_on_and_boxes_with_ctrl(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.drag(hands.at(300, 62), hands.at(300, 63))
    assert (0, 960, 63) in hands.rows()
    hands.drag(hands.at(3000, 72), hands.at(900, 64), keys=CTRL)
    assert hands.state.selection == {1, 2, 3}
    assert len(hands.notes) == 4


def test_pencil_right_click_deletes(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.click(hands.at(300, 62), RIGHT)
    assert hands.rows() == MELODY[1:]
    hands.click(hands.at(300, 62), RIGHT)
    assert hands.session.steps == ("Open", "Delete note")


def test_pencil_shows_what_a_click_would_draw(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    at = hands.at(4900, 70)
    before = hands.roll.grab().toImage().pixelColor(at)
    move(hands.roll, at)
    assert hands.roll.cursor().shape() == Qt.CursorShape.CrossCursor
    assert hands.roll.grab().toImage().pixelColor(at).lightness() > before.lightness() + 10
    assert len(hands.notes) == 4
