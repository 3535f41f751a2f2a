from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.ui.roll.ruler import Ruler
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import LEFT, NONE, drag, move


@pytest.fixture
def ruler(qtbot, state: RollState) -> Ruler:
    made = Ruler(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def at(ruler: Ruler) -> Callable[[float, int], QPoint]:
    return lambda tick, y: QPoint(round(ruler.viewport.x_at(tick)), y)


def test_click_and_drag_seek_on_the_grid(ruler: Ruler, at) -> None:
    asked: list[int] = []
    ruler.seek = asked.append
    drag(ruler, at(3850, 20), at(5750, 20))
    assert asked[0] == 3840
    assert asked[-1] == 5760
    assert len(ruler.state.session.steps) == 1


def test_seek_moves_the_playhead_by_default(ruler: Ruler, at) -> None:
    QTest.mouseClick(ruler, LEFT, NONE, at(1920, 20))
    assert ruler.viewport.playhead == 1920


def test_drag_in_the_band_makes_a_loop_in_one_step(ruler: Ruler, at) -> None:
    drag(ruler, at(3840, 4), at(7690, 4))
    assert ruler.state.document.loop == (3840, 7680)
    assert ruler.state.session.steps == ("Open", "Set the loop")
    drag(ruler, at(7680, 4), at(5760, 4))
    assert ruler.state.document.loop == (3840, 5760)
    ruler.state.session.undo()
    assert ruler.state.document.loop == (3840, 7680)


def test_click_on_the_loop_toggles_it(ruler: Ruler, at) -> None:
    drag(ruler, at(3840, 4), at(7690, 4))
    before = ruler.grab().toImage().pixelColor(at(5760, 5))
    QTest.mouseClick(ruler, LEFT, NONE, at(5760, 4))
    assert not ruler.loop_on
    assert ruler.grab().toImage().pixelColor(at(5760, 5)).lightness() < before.lightness()
    assert ruler.state.document.loop == (3840, 7680)
    assert len(ruler.state.session.steps) == 2


def test_cursor_shows_the_loops_edges(ruler: Ruler, at) -> None:
    drag(ruler, at(3840, 4), at(7690, 4))
    move(ruler, at(7680, 4))
    assert ruler.cursor().shape() == Qt.CursorShape.SizeHorCursor
    move(ruler, at(7680, 20))
    assert ruler.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_shows_what_is_being_rendered(ruler: Ruler, at) -> None:
    before = ruler.grab().toImage().pixelColor(at(4000, ruler.height() - 2))
    ruler.set_rendering(((3840, 7680),))
    assert ruler.grab().toImage().pixelColor(at(4000, ruler.height() - 2)) != before


def test_the_loop_is_dragged_as_a_whole(ruler: Ruler, at) -> None:
    drag(ruler, at(3840, 4), at(7690, 4))
    move(ruler, at(5760, 4))
    assert ruler.cursor().shape() == Qt.CursorShape.SizeAllCursor
    drag(ruler, at(5760, 4), at(5760 - 1920, 4))
    assert ruler.state.document.loop == (1920, 5760)
    drag(ruler, at(3840, 4), at(0, 4))
    assert ruler.state.document.loop == (0, 3840)
    assert ruler.state.session.steps == ("Open", "Set the loop", "Set the loop", "Set the loop")


def test_menu(ruler: Ruler, at) -> None:
    def entry(text: str):
        return next(a for a in ruler.menu(at(5000, 4).x()).actions() if a.text() == text)

    entry("Loop this bar").trigger()
    assert ruler.state.document.loop == (3840, 7680)
    assert not entry("Loop the selected notes").isEnabled()
    ruler.state.select([1, 2])
    entry("Loop the selected notes").trigger()
    assert ruler.state.document.loop == (0, 1440)
    entry("Loop the whole song").trigger()
    assert ruler.state.document.loop == (0, 8 * 3840)
    entry("Remove the loop").trigger()
    assert ruler.state.document.loop is None
    entry("Add a marker here").trigger()
    assert len(ruler.state.document.markers) == 1
