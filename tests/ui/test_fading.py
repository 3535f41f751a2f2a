import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from studio.ui.fading import FadingScroll
from studio.ui.theme import look


@pytest.fixture
def scroll(qtbot):
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for _ in range(10):
        row = QPushButton()
        row.setFixedHeight(30)
        row.setStyleSheet("border: none; background: #ff0000")
        column.addWidget(row)
    made = FadingScroll(inner)
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    qtbot.waitExposed(made)
    return made


def redness(scroll, y):
    return QColor(scroll.grab().toImage().pixel(20, y)).red()


def test_an_edge_fades_only_where_more_lies_beyond_it(scroll):
    panel = look().color("panel").red()
    bar = scroll.verticalScrollBar()
    hidden = scroll.widget().height() - 100  # a style sheet has its own mind about a button's height
    assert hidden > 100 and scroll.beyond == (0, hidden)
    assert redness(scroll, 1) == 255 and redness(scroll, 50) == 255 and redness(scroll, 99) < panel + 30
    bar.setValue(80)
    assert scroll.beyond == (80, hidden - 80)
    assert redness(scroll, 0) < panel + 30 and redness(scroll, 99) < panel + 30
    bar.setValue(hidden)
    assert redness(scroll, 0) < panel + 30 and redness(scroll, 98) == 255
    scroll.resize(200, 100 + hidden)
    assert scroll.beyond == (0, 0) and redness(scroll, 1) == redness(scroll, 98 + hidden) == 255


def test_what_fades_can_still_be_clicked(qtbot, scroll):
    pressed = []
    scroll.widget().layout().itemAt(3).widget().clicked.connect(lambda: pressed.append(3))
    at = QPoint(20, 96)
    QTest.mouseClick(scroll.window().windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert pressed == [3]
