import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.ui.roll.column import EditorColumn
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import ALT, drag


@pytest.fixture
def widget(qtbot, state: RollState) -> SeekWidget:
    made = SeekWidget(state, DARK)
    qtbot.addWidget(made)
    made.resize(900, 60)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(widget: SeekWidget, tick: float) -> QPoint:
    return QPoint(round(widget.viewport.x_at(tick)), 20)


def test_press_and_drag_seek_on_the_grid_or_freely(widget: SeekWidget) -> None:
    asked: list[int] = []
    widget.seek = asked.append
    drag(widget, at(widget, 1930), at(widget, 3850))
    assert (asked[0], asked[-1]) == (1920, 3840)
    asked.clear()
    drag(widget, at(widget, 1970), at(widget, 1990), keys=ALT)
    assert asked[0] % 120
    asked.clear()
    drag(widget, QPoint(20, 20), QPoint(30, 20))
    assert asked == []


def test_a_column_has_one_seek(qtbot, state: RollState) -> None:
    widget = SeekWidget(state, DARK)
    column = EditorColumn(state, DARK, ((widget, 60),))
    qtbot.addWidget(column)
    asked: list[int] = []
    column.set_seek(asked.append)
    for part in (column.ruler, *column.arrangement.parts, widget):
        part.seek(5)
    assert asked == [5, 5, 5, 5]


def test_with_the_focus_the_arrows_move_the_playhead(widget: SeekWidget, state: RollState) -> None:
    widget.setFocus()
    widget.seek(0)
    grid = state.grid_ticks()
    for key, modifier, tick in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, grid),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, grid + 3840),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 3840),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, 0),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0),
    ):
        QTest.keyClick(widget, key, modifier)
        assert state.viewport.playhead == tick
