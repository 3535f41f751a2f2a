"""The table of shortcuts in the preferences."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from studio.ui.shortcut_page import ShortcutPage


@pytest.fixture
def page(qtbot) -> ShortcutPage:
    kept: list[tuple[str, ...]] = []
    made = ShortcutPage((), kept.append)
    made.kept = kept
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    return made


def keys(page, name: str) -> str:
    return page._items[name].text(1)


def test_keys_are_changed_by_pressing_them(page):
    page.choose("play.loop")
    assert page.edit.keySequence() == QKeySequence("L")
    page.edit.setFocus()
    QTest.keyClick(page.edit, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    page.edit.editingFinished.emit()
    assert page.kept[-1] == ("play.loop\tCtrl+Alt+J",) and keys(page, "play.loop") == "Ctrl+Alt+J"
    assert page._items["play.loop"].font(0).bold()
    page.reset.click()
    assert page.kept[-1] == () and keys(page, "play.loop") == "L"


def test_a_key_that_is_taken_is_told(page):
    page.choose("play.loop")
    page.edit.setKeySequence(QKeySequence("Ctrl+S"))
    page.edit.editingFinished.emit()
    assert "“Save”" in page.told.text() and "taken twice" in keys(page, "file.save") and "taken twice" in keys(page, "play.loop")
    page.clear.click()
    assert page.kept[-1] == ("play.loop",) and keys(page, "play.loop") == "" and "taken" not in keys(page, "file.save")
    page.reset_all.click()
    assert page.kept[-1] == () and keys(page, "play.loop") == "L"


def test_actions_and_keys_are_found(page):
    page.search.setText("ctrl+s")
    shown = {name for name, item in page._items.items() if not item.isHidden()}
    assert "file.save" in shown and "play.loop" not in shown
    page.search.setText("loop")
    assert not page._items["play.loop"].isHidden() and page._items["file.save"].isHidden()
    page.search.setText("")
    assert not any(item.isHidden() for item in page._items.values())
