from PySide6.QtCore import Qt

from tests.ui.roll.conftest import CTRL, Hands


def test_box_selects_what_it_touches(hands: Hands) -> None:
    hands.drag(hands.at(3000, 72), hands.at(900, 64))
    assert hands.state.selection == {2, 3}
    hands.drag(hands.at(3600, 64), hands.at(4200, 60), keys=CTRL)
    assert hands.state.selection == {2, 3, 4}


def test_escape_gives_the_old_selection_back(hands: Hands) -> None:
    hands.state.select([4])
    hands.drag(hands.at(3000, 72), hands.at(900, 64), release=False)
    assert hands.state.selection == {2, 3}
    hands.key(Qt.Key.Key_Escape)
    assert hands.state.selection == {4}


def test_the_box_is_drawn(hands: Hands) -> None:
    before = hands.roll.grab().toImage()
    hands.drag(hands.at(3000, 72), hands.at(900, 64), release=False)
    corner = hands.at(3000, 72)
    assert hands.roll.grab().toImage().pixelColor(corner).lightness() > before.pixelColor(corner).lightness() + 40
