"""The typing keyboard as a piano, by real key events in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.typing_keys import LETTERS
from studio.ui.window import MainWindow


@pytest.fixture
def said(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    heard: list[tuple] = []
    keyboard = window.studio.keyboard
    monkeypatch.setattr(keyboard, "note_on", lambda pitch, velocity, at_ns: heard.append(("on", pitch)))
    monkeypatch.setattr(keyboard, "note_off", lambda pitch, at_ns: heard.append(("off", pitch)))
    return heard


def test_letters_are_notes_while_the_mode_is_on_and_shortcuts_else(window: MainWindow, said: list[tuple]) -> None:
    roll = window.column.roll
    QTest.keyClick(roll, Qt.Key.Key_C)  # the metronome's shortcut
    assert window.studio.settings.metronome
    assert said == []
    QTest.keyClick(roll, Qt.Key.Key_F7)
    assert window.actions_by_id["play.typing"].isChecked()
    QTest.keyPress(roll, Qt.Key.Key_C)
    QTest.keyPress(roll, Qt.Key.Key_Q)
    assert said == [("on", 52), ("on", 60)]
    QTest.keyRelease(roll, Qt.Key.Key_C)
    QTest.keyRelease(roll, Qt.Key.Key_Q)
    assert said[2:] == [("off", 52), ("off", 60)]
    assert window.studio.settings.metronome
    said.clear()
    QTest.keyClick(roll, Qt.Key.Key_Equal)
    QTest.keyClick(roll, Qt.Key.Key_Z)
    assert said == [("on", 60), ("off", 60)]
    QTest.keyClick(roll, Qt.Key.Key_F7)
    QTest.keyClick(roll, Qt.Key.Key_Z)
    assert len(said) == 2


def test_fields_and_commands_keep_their_keys(window: MainWindow, said: list[tuple]) -> None:
    window.recording.toggle_typing()
    name = window.mixer.row(window.state.track_id).name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "xyz")
    assert name.text() == "xyz"
    QTest.keyClick(window.column.roll, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert said == []
    window.column.roll.setFocus()
    QTest.keyClick(window.column.roll, Qt.Key.Key_Space)
    assert said == []
    window.transport.stop()
    window.recording.toggle_typing()


def test_what_is_held_comes_up_with_the_mode(window: MainWindow, said: list[tuple]) -> None:
    window.recording.toggle_typing()
    QTest.keyPress(window.column.roll, Qt.Key.Key_Z)
    window.recording.toggle_typing()
    assert said == [("on", 48), ("off", 48)]
    QTest.keyRelease(window.column.roll, Qt.Key.Key_Z)


def test_two_octaves_without_a_gap() -> None:
    assert sorted(set(LETTERS.values())) == list(range(29))
