"""Small controls: which keys they leave to the window, one drag one step, wrapping."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from studio.ui.widgets import Choice, Elided, Fader, FloatField, Flow, IntField, Segments, TextField, icon_button, role

LEFT = Qt.MouseButton.LeftButton


def keeps(widget, key, modifiers=Qt.KeyboardModifier.NoModifier, text=""):
    """Whether a shortcut's key stays with the widget."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers, text)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_text_keeps_space_and_letters_but_not_commands(qtbot):
    field = TextField()
    qtbot.addWidget(field)
    field.show()
    assert keeps(field, Qt.Key.Key_Space, text=" ")
    assert keeps(field, Qt.Key.Key_L, text="l")
    assert keeps(field, Qt.Key.Key_Return)
    assert not keeps(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_numbers_leave_space_to_the_transport(qtbot):
    for field in (IntField(0, 10, 5), FloatField(0, 10, 5)):
        qtbot.addWidget(field)
        assert not keeps(field, Qt.Key.Key_Space, text=" ")
        assert keeps(field, Qt.Key.Key_1, text="1")
        assert keeps(field, Qt.Key.Key_Return)


def test_escape_takes_back_what_was_typed(qtbot):
    field = TextField()
    qtbot.addWidget(field)
    field.setText("before")
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "xyz")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "before"


def test_one_drag_settles_once(qtbot):
    fader = Fader(0, 100, 50, str)
    qtbot.addWidget(fader)
    fader.resize(114, 24)
    fader.show()
    dragged, settled = [], []
    fader.dragged.connect(dragged.append)
    fader.settled.connect(settled.append)
    QTest.mousePress(fader, LEFT, pos=QPoint(57, 12))
    for x in (60, 70, 87):
        QTest.mouseMove(fader, QPoint(x, 12))
    fader.set_quietly(3)
    assert fader.value() == 80
    QTest.mouseRelease(fader, LEFT, pos=QPoint(87, 12))
    assert settled == [80]
    assert dragged[-1] == 80
    QTest.mouseDClick(fader, LEFT, pos=QPoint(20, 12))
    assert fader.value() == 50


def test_fader_by_keys(qtbot):
    fader = Fader(0, 100, 50, str, centred=True)
    qtbot.addWidget(fader)
    fader.show()
    fader.setFocus()
    settled = []
    fader.settled.connect(settled.append)
    QTest.keyClick(fader, Qt.Key.Key_Right)
    assert settled == [51]
    fader.grab()


def test_flow_wraps(qtbot):
    inner = QWidget()
    qtbot.addWidget(inner)
    flow = Flow(inner)
    for _ in range(6):
        box = QWidget()
        box.setFixedSize(50, 20)
        flow.addWidget(box)
    assert flow.heightForWidth(1000) == 20
    assert flow.heightForWidth(110) == 3 * 20 + 2 * 4
    assert flow.takeAt(99) is None


def test_segments(qtbot):
    segments = Segments(("a", "b"), ("A", "B"), "Which")
    qtbot.addWidget(segments)
    picked = []
    segments.picked.connect(picked.append)
    QTest.mouseClick(segments.findChildren(QPushButton)[1], LEFT)
    assert picked == [1]
    assert segments.index == 1


def test_elided_and_choice_and_role(qtbot):
    text, choice, button = Elided("a long text that does not fit"), Choice("ab"), icon_button("plus", "Add")
    for widget in (text, choice, button):
        qtbot.addWidget(widget)
    text.resize(40, 20)
    assert not text.grab().isNull()
    role(button, "small")
    assert button.accessibleName() == "Add"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_who_has_typed_goes_on_where_the_window_is_at_home(qtbot, key) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field, home = TextField(window), QPushButton(window)
    window.setFocusProxy(home)
    window.show()
    window.activateWindow()  # a screen without a window manager gives the focus to nobody by itself
    QTest.qWaitForWindowActive(window)
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(field, key)
    assert home.hasFocus()
