from PySide6.QtCore import Qt

from tests.ui.roll.conftest import CTRL, Hands, move


def test_eraser_selects_with_ctrl_and_tells_by_its_cursor(hands: Hands) -> None:
    hands.state.set_tool("eraser")
    move(hands.roll, hands.at(300, 62))
    assert hands.roll.cursor().shape() == Qt.CursorShape.PointingHandCursor
    hands.drag(hands.at(3000, 72), hands.at(900, 64), keys=CTRL)
    assert hands.state.selection == {2, 3}
    assert len(hands.notes) == 4
