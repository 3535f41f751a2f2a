"""Tools and grid."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

LEFT = Qt.MouseButton.LeftButton


def test_tools_and_grid(window):
    strip = window.transport_panel.findChild(QToolButton, "button-pencil").parent()
    QTest.mouseClick(strip.findChild(QToolButton, "button-pencil"), LEFT)
    assert window.state.tool == "pencil"
    assert window.actions_by_id["roll.pencil"].isChecked()
    assert not window.actions_by_id["roll.pointer"].isChecked()
    assert strip.grid.text().endswith("auto")
    next(a for a in strip.menu.actions() if a.text() == "1/16").trigger()
    strip.triplets.trigger()
    assert strip.grid.text() == "1/16T"
    assert window.state.grid_ticks() == 160
    QTest.mouseClick(strip.snap, LEFT)
    assert not window.state.grid.snap
