from PySide6.QtCore import Qt

from tests.ui.roll.conftest import MELODY, Hands


def test_pencil_draws_with_the_last_length_and_a_drag_sets_it(hands: Hands) -> None:
    hands.key(Qt.Key.Key_2)
    assert hands.state.tool == "pencil"
    hands.click(hands.at(4850, 70))
    assert (4800, 480, 70) in hands.rows()
    hands.drag(hands.at(5780, 67), hands.at(5780 + 1420, 67))
    assert (5760, 1440, 67) in hands.rows()
    hands.click(hands.at(7700, 65))
    assert (7680, 1440, 65) in hands.rows()
    assert hands.session.steps == ("Open", "Draw note", "Draw note", "Draw note")
    ids = hands.notes.id.tolist()
    assert len(set(ids)) == len(ids)


def test_pencil_escape_leaves_nothing(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.drag(hands.at(4850, 70), hands.at(5850, 70), release=False)
    assert len(hands.notes) == 5
    hands.key(Qt.Key.Key_Escape)
    assert hands.rows() == MELODY
    assert not hands.session.can_undo
