"""A part's own keys go before the window's, the others do not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.key_frame import KeyFrame


@pytest.mark.parametrize(("key", "done"), [(Qt.Key.Key_A, ["part"]), (Qt.Key.Key_B, ["window"])])
def test_own_keys_first(qtbot, key, done):
    said: list[str] = []

    class Part(KeyFrame):
        def _deed(self, event):
            return (lambda: said.append("part")) if event.key() == Qt.Key.Key_A else None

    window = QWidget()
    qtbot.addWidget(window)
    part = Part()
    part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    QVBoxLayout(window).addWidget(part)
    for letter in "AB":
        action = QAction(window)
        action.setShortcut(QKeySequence(letter))
        action.triggered.connect(lambda: said.append("window"))
        window.addAction(action)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    part.setFocus()
    QTest.keyClick(part, key)
    assert said == done
