import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from studio.ui.roll.column import EditorColumn
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.theme import DARK
from tests.ui.roll.conftest import drag


def test_all_widgets_have_one_time_axis(qtbot, state: RollState) -> None:
    column = EditorColumn(state, DARK)
    qtbot.addWidget(column)
    column.resize(900, 700)
    column.show()
    qtbot.waitExposed(column)
    column.controls.show()
    parts = (column.arrangement, column.ruler, column.chords, column.roll, column.velocity, column.controls, column.minimap)
    assert {part.mapTo(column, QPoint(0, 0)).x() for part in parts} == {0}
    assert {part.width() for part in parts} == {900} == {state.viewport.width}
    assert state.viewport.height == column.roll.height()


def test_mini_map_moves_the_view(qtbot, state: RollState) -> None:
    column = EditorColumn(state, DARK)
    qtbot.addWidget(column)
    column.resize(900, 700)
    column.show()
    qtbot.waitExposed(column)
    bar = column.minimap
    start = bar.frame().center().toPoint()
    drag(bar, start, start + QPoint(150, 0))
    assert state.viewport.left > 0
    assert bar.frame().left() > 200


@pytest.mark.parametrize("step", [(7, 0), (-5, 0), (0, 9), (13, -6), (450, 0)])
def test_what_scrolling_shifts_is_what_painting_anew_gives(qtbot, state: RollState, step: tuple[int, int]) -> None:
    column = EditorColumn(state, DARK)
    qtbot.addWidget(column)
    column.resize(900, 700)
    column.show()
    qtbot.waitExposed(column)
    state.viewport.scroll(300, 0)
    state.viewport.set_playhead(6000)
    state.select([4])
    qtbot.wait(30)
    for k in range(5):
        state.viewport.scroll(*step)
        if k % 2:
            state.viewport.set_playhead(6000 + 333 * k, playing=True, follow="page" if k == 3 else "")
        qtbot.wait(10)
    shown = column.screen().grabWindow(column.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    for part in column.findChildren(TimeWidget):
        part.repaint_all()
    anew = column.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    different = [(x, y) for x in range(900) for y in range(0, 700, 3) if shown.pixel(x, y) != anew.pixel(x, y)]
    assert different == []
