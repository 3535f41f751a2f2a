"""The keys of the actions."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from studio.ui.actions import ACTIONS
from studio.ui.shortcuts import all_keys, changed_keys, conflicts, holders, key_text, stored


def test_no_two_actions_of_the_table_want_the_same_key():
    assert conflicts(all_keys({})) == {}


def test_changed_keys_survive_the_settings_and_unknown_ones_are_passed_over():
    changed = {"play.loop": ("Ctrl+Alt+L", "G"), "edit.undo": ()}
    assert changed_keys(stored(changed)) == changed
    assert changed_keys(("gone.action\tX", "play.loop\t\tG")) == {"play.loop": ("G",)}


def test_conflicts_are_found():
    keys = all_keys({"play.loop": ("Ctrl+Z",)})
    assert conflicts(keys) == {"Ctrl+Z": ["edit.undo", "play.loop"]}
    assert holders(keys, "ctrl+z") == ["edit.undo", "play.loop"] and holders(keys, "") == []
    assert key_text(("Ctrl+Z", "F1")) == "Ctrl+Z  /  F1"


def test_changed_keys_hold_at_once_and_the_tooltip_tells_them(window):
    session = window.studio.session
    window.actions_by_id["track.add"].trigger()
    window.studio.change_settings(shortcuts=stored({"edit.undo": ("Ctrl+Alt+B",), "play.loop": ("Ctrl+Alt+Y",)}))
    window.apply_shortcuts()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.position == 1
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert session.position == 0
    assert "Ctrl+Alt+Y" in window.actions_by_id["play.loop"].toolTip()
    window.studio.change_settings(shortcuts=())
    window.apply_shortcuts()
    assert window.actions_by_id["edit.undo"].shortcut() == QKeySequence("Ctrl+Z")


def test_every_action_can_be_remapped(window):
    changed = {row.id: (f"Ctrl+Alt+Shift+F{1 + k % 30}",) for k, row in enumerate(ACTIONS)}
    window.studio.change_settings(shortcuts=stored(changed))
    window.apply_shortcuts()
    for row in ACTIONS:
        assert [k.toString() for k in window.actions_by_id[row.id].shortcuts()] == [QKeySequence(changed[row.id][0]).toString()]
