from PySide6.QtCore import Qt

from tests.ui.roll.conftest import MELODY, Hands


def test_eraser_rubs_out_along_its_path_in_one_step(hands: Hands) -> None:
    hands.key(Qt.Key.Key_3)
    hands.drag(hands.at(100, 62), hands.at(4500, 62))
    assert hands.rows() == MELODY[1:3]
    assert hands.session.steps == ("Open", "Delete notes")
