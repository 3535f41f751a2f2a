"""The table of actions: no key twice, everything told, and the conventions that editors agree on."""

from collections import Counter

from PySide6.QtGui import QKeySequence

from studio.paths import resources
from studio.ui.actions import ACTIONS, MENUS, tooltip

BY_ID = {a.id: a for a in ACTIONS}


def test_no_shortcut_twice():
    keys = Counter(QKeySequence(k).toString() for a in ACTIONS for k in a.keys)
    assert [k for k, n in keys.items() if n > 1] == []
    assert "" not in keys


def test_ids_are_unique_and_menus_known():
    assert len(BY_ID) == len(ACTIONS)
    assert {a.menu for a in ACTIONS} <= set(MENUS)


def test_every_action_tells_what_it_does():
    for action in ACTIONS:
        assert action.text
        assert tooltip(action)
        assert "." in action.handler
        assert not action.icon or (resources() / "icons" / f"{action.icon}.svg").exists()


def test_conventions():
    expected = {
        "play.toggle": {"Space"},
        "play.stop": {"Return", "Home"},
        "play.loop": {"L"},
        "edit.undo": {"Ctrl+Z"},
        "edit.redo": {"Ctrl+Y", "Ctrl+Shift+Z"},
        "roll.pointer": {"1"},
        "roll.pencil": {"2"},
        "roll.eraser": {"3"},
        "roll.knife": {"4"},
        "roll.duplicate": {"Ctrl+D"},
        "roll.quantize": {"Q"},
        "roll.delete": {"Delete", "Backspace"},
        "help.keys": {"F1", "?"},
    }
    for name, keys in expected.items():
        assert keys <= set(BY_ID[name].keys), name
