"""The line to type into, over what it changes."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.ui.arrangement.field import InlineField


@pytest.fixture
def field(qtbot) -> InlineField:
    parent = QWidget()
    parent.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(parent)
    parent.resize(300, 60)
    parent.show()
    parent.activateWindow()
    qtbot.waitExposed(parent)
    made = InlineField(parent)
    made.kept = parent  # type: ignore[attr-defined]
    return made


def test_enter_takes_and_escape_does_not(field: InlineField) -> None:
    got: list[str] = []

    def typed(text: str) -> str:
        got.append(text)
        return ""

    field.ask(QRect(10, 10, 100, 20), "old", "Name", typed)
    assert field.isVisible() and field.selectedText() == "old"
    QTest.keyClicks(field, "new")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert got == ["new"] and not field.isVisible()
    field.ask(QRect(10, 10, 100, 20), "old", "Name", typed)
    QTest.keyClicks(field, "other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert got == ["new"] and not field.isVisible()


def test_what_is_wrong_is_said_and_stays(field: InlineField) -> None:
    field.ask(QRect(10, 10, 100, 20), "x", "Name", lambda text: "" if text == "good" else "No.")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible() and field.property("role") == "inline-wrong"
    field.selectAll()
    QTest.keyClicks(field, "good")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()


def test_it_stays_within_its_parent(field: InlineField) -> None:
    field.ask(QRect(280, 50, 100, 20), "x", "Name", lambda text: "")
    assert field.parentWidget().rect().contains(field.geometry())
