from PySide6.QtCore import QPoint, Qt

from studio.ui.roll.tools.base import Hit, Pointer, hit
from tests.ui.roll.conftest import Hands, move


def test_the_cursor_tells_body_from_edge(hands: Hands) -> None:
    move(hands.roll, hands.at(480, 62))
    assert hands.roll.cursor().shape() == Qt.CursorShape.SizeAllCursor
    move(hands.roll, hands.at(0, 62) + QPoint(1, 0))
    assert hands.roll.cursor().shape() == Qt.CursorShape.SizeHorCursor
    move(hands.roll, hands.at(480, 70))
    assert hands.roll.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_hit_is_the_note_under_the_pointer_and_its_part(hands: Hands) -> None:
    def at(tick: float, pitch: int) -> Hit | None:
        view = hands.roll.viewport
        return hit(hands.state, Pointer(view.x_at(tick), 0, tick, pitch))

    assert at(480, 62) == Hit(0, 1, "body")
    assert at(5, 62) == Hit(0, 1, "left")
    assert at(940, 62) == Hit(0, 1, "right")
    assert at(480, 63) is None
    assert at(1500, 65) is None
