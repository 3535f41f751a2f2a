from PySide6.QtCore import Qt

from tests.ui.roll.conftest import Hands, move


def test_knife_cuts_at_the_grid(hands: Hands) -> None:
    hands.key(Qt.Key.Key_4)
    hands.click(hands.at(490, 62))
    assert hands.rows()[:2] == [(0, 480, 62), (480, 480, 62)]
    assert hands.session.steps == ("Open", "Cut note")


def test_knife_cuts_the_selection_at_once(hands: Hands) -> None:
    hands.state.select([1, 4])
    hands.state.set_tool("knife")
    hands.click(hands.at(4320, 62))
    assert (3840, 480, 62) in hands.rows()
    assert (0, 960, 62) in hands.rows()


def test_knife_shows_where_it_would_cut(hands: Hands) -> None:
    hands.state.set_tool("knife")
    move(hands.roll, hands.at(490, 62))
    assert hands.roll.cursor().shape() == Qt.CursorShape.SplitHCursor
    assert hands.roll.grab().toImage().pixelColor(hands.at(480, 62)).lightness() > 200
