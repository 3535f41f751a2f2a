"""Pages of their own: all shortcuts, credits, reports; the question about unsaved changes."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPlainTextEdit, QPushButton, QWidget

from studio.engines.cards import Card
from studio.ui.actions import ACTIONS
from studio.ui.dialogs import AboutPage, CrashPage, ShortcutSheet, ask_remove, ask_replace, ask_unsaved
from studio.ui.shortcuts import all_keys, key_text


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_the_sheet_shows_every_shortcut_of_the_table(parent):
    keys = all_keys({"play.loop": ("Ctrl+Alt+G",)})
    sheet = ShortcutSheet(parent, keys)
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    for action in ACTIONS:
        if action.keys:
            assert key_text(keys[action.id]) in texts, action.id
    assert "Ctrl+Alt+G" in texts
    assert "Ctrl+Wheel" in texts


def test_credits_are_told(parent):
    card = Card("m", "e", "A model", "0" * 64, "Plays.", data=[{"name": "Bells", "licence": "CC0", "credit": "A. Ringer"}])
    text = AboutPage(parent, (card,)).findChild(QPlainTextEdit).toPlainText()
    assert "A model" in text
    assert "Bells CC0 A. Ringer" in text


def test_a_report_can_be_copied(parent):
    page = CrashPage(parent, "Traceback: here", "/home/me/rescued.studio")
    assert "/home/me/rescued.studio" in page.findChildren(QLabel)[1].text()
    buttons = {b.text(): b for b in page.findChildren(QPushButton)}
    buttons["Copy the report"].click()
    assert QGuiApplication.clipboard().text() == "Traceback: here"


def press_soon(button):
    def press():
        box = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible())
        next(b for b in box.buttons() if b.text() == button).click()

    QTimer.singleShot(50, press)


@pytest.mark.parametrize(("button", "answer"), [("Save", "save"), ("Discard", "discard"), ("Cancel", "cancel")])
def test_unsaved_changes(parent, button, answer):
    press_soon(button)
    assert ask_unsaved(parent, "Song") == answer


@pytest.mark.parametrize("button", ["Replace", "Remove", "Cancel"])
def test_what_cannot_be_undone_is_asked(parent, button):
    press_soon(button)
    ask = ask_remove if button == "Remove" else ask_replace
    assert ask(parent, "Viola") is (button != "Cancel")
