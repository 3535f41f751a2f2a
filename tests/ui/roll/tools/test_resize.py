from PySide6.QtCore import QPoint

from tests.ui.roll.conftest import Hands


def test_edges_resize(hands: Hands) -> None:
    hands.drag(hands.at(960, 62) - QPoint(2, 0), hands.at(1440, 62) - QPoint(2, 0))
    assert hands.rows()[0] == (0, 1440, 62)
    hands.drag(hands.at(1920, 69) + QPoint(1, 0), hands.at(2400, 69) + QPoint(1, 0))
    assert (2400, 480, 69) in hands.rows()
    assert hands.session.steps == ("Open", "Resize note", "Resize note")


def test_no_note_becomes_shorter_than_the_grid(hands: Hands) -> None:
    hands.drag(hands.at(960, 62) - QPoint(2, 0), hands.at(0, 62) - QPoint(20, 0))
    assert hands.rows()[0] == (0, hands.state.grid_ticks(), 62)


def test_the_selection_changes_by_as_much(hands: Hands) -> None:
    hands.state.select([1, 2])
    hands.drag(hands.at(960, 62) - QPoint(2, 0), hands.at(1440, 62) - QPoint(2, 0))
    assert hands.rows()[:2] == [(0, 1440, 62), (960, 960, 65)]


def test_a_resize_is_remembered_as_the_pencils_length(hands: Hands) -> None:
    hands.drag(hands.at(960, 62) - QPoint(2, 0), hands.at(1440, 62) - QPoint(2, 0))
    assert hands.state.last_length == 1440
