"""The keys of the actions: those of the table, changed by the user's own, and where two actions want the same key."""

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QAction, QKeySequence

from studio.ui.actions import ACTIONS, tooltip

Keys = tuple[str, ...]
_FORMAT = QKeySequence.SequenceFormat.NativeText


def stored(changed: Mapping[str, Keys]) -> tuple[str, ...]:
    """Changed keys as the settings keep them."""
    return tuple("\t".join((name, *keys)) for name, keys in sorted(changed.items()))


def changed_keys(lines: Iterable[str]) -> dict[str, Keys]:
    """The changed keys that the settings keep; actions that are no more are passed over."""
    known = {row.id for row in ACTIONS}
    parts = (line.split("\t") for line in lines)
    return {name: tuple(k for k in keys if not QKeySequence(k).isEmpty()) for name, *keys in parts if name in known}


def all_keys(changed: Mapping[str, Keys]) -> dict[str, Keys]:
    """Every action's keys by its id."""
    return {row.id: changed.get(row.id, row.keys) for row in ACTIONS}


def key_text(keys: Keys) -> str:
    """Keys as people read them."""
    return "  /  ".join(QKeySequence(key).toString(_FORMAT) for key in keys)


def holders(keys: Mapping[str, Keys], key: str) -> list[str]:
    """The ids of the actions that have ``key``."""
    wanted = QKeySequence(key)
    return [name for name, held in keys.items() if any(QKeySequence(k) == wanted for k in held)] if key else []


def conflicts(keys: Mapping[str, Keys]) -> dict[str, list[str]]:
    """Keys that several actions want, with the ids of these."""
    every = {QKeySequence(k).toString() for held in keys.values() for k in held}
    found = {key: holders(keys, key) for key in sorted(every)}
    return {key: names for key, names in found.items() if len(names) > 1}


def apply_keys(actions: Mapping[str, QAction], keys: Mapping[str, Keys]) -> None:
    """Let ``actions`` have ``keys``; tooltips tell them."""
    for row in ACTIONS:
        action = actions[row.id]
        action.setShortcuts([QKeySequence(key) for key in keys[row.id]])
        action.setToolTip(tooltip(row, keys[row.id]))
