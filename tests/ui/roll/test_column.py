from PySide6.QtCore import QPoint

from studio.ui.roll.column import EditorColumn
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import drag


def test_all_widgets_have_one_time_axis(qtbot, state: RollState) -> None:
    column = EditorColumn(state, DARK)
    qtbot.addWidget(column)
    column.resize(900, 700)
    column.show()
    qtbot.waitExposed(column)
    parts = (column.arrangement, column.ruler, column.roll, column.velocity)
    assert {part.mapTo(column, QPoint(0, 0)).x() for part in parts} == {0}
    assert {part.width() for part in parts} == {900} == {state.viewport.width}
    assert state.viewport.height == column.roll.height()


def test_scroll_bar_moves_the_view(qtbot, state: RollState) -> None:
    column = EditorColumn(state, DARK)
    qtbot.addWidget(column)
    column.resize(900, 700)
    column.show()
    qtbot.waitExposed(column)
    bar = column.scroll_bar
    start = bar.handle().center().toPoint()
    drag(bar, start, start + QPoint(150, 0))
    assert state.viewport.left > 0
    assert bar.handle().left() > 200
