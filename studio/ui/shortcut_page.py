"""The shortcuts as a table that can be searched and changed; two actions with one key are told at once."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import ACTIONS, MENUS, Action
from studio.ui.shortcuts import Keys, all_keys, changed_keys, conflicts, holders, key_text, stored
from studio.ui.texts import t
from studio.ui.widgets import TextField, label, named

_ID = Qt.ItemDataRole.UserRole


def action_text(row: Action) -> str:
    """What an action is called in lists."""
    return t(row.text).rstrip(".…")


class ShortcutPage(QWidget):
    """Every action with its keys. ``store(lines)`` is called with what the settings shall keep."""

    def __init__(self, lines: Iterable[str], store: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__()
        self._store = store
        self._changed = changed_keys(lines)
        self._rows = {row.id: row for row in ACTIONS}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self._make()
        self._fill()
        self.tree.currentItemChanged.connect(lambda *_: self._choose())
        self.search.textChanged.connect(self._filter)
        self.edit.editingFinished.connect(self._take)
        self.reset.clicked.connect(lambda: self._set(None))
        self.clear.clicked.connect(lambda: self._set(()))
        self.reset_all.clicked.connect(self._reset_all)
        self.tree.setCurrentItem(self._items["file.new"])

    def _make(self) -> None:
        self.search = TextField()
        self.search.setPlaceholderText(t("Search an action or a key"))
        named(self.search, t("Search shortcuts"), t("Search an action or a key"))
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([t("Action"), t("Shortcut")])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        named(self.tree, t("Shortcuts"), t("All actions and their keys"))
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setClearButtonEnabled(True)
        named(self.edit, t("New shortcut"), t("Press the keys that shall do this"))
        self.reset = QPushButton(t("Reset"))
        named(self.reset, t("Reset"), t("Back to the keys that this action came with"))
        self.clear = QPushButton(t("No shortcut"))
        named(self.clear, t("No shortcut"), t("Let this action have no shortcut"))
        self.reset_all = QPushButton(t("Reset all"))
        named(self.reset_all, t("Reset all"), t("Back to the keys that all actions came with"))
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setProperty("role", "hint")
        row = QHBoxLayout()
        row.addWidget(label(t("New shortcut"), "muted"))
        row.addWidget(self.edit, 1)
        for button in (self.reset, self.clear, self.reset_all):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(row)
        column.addWidget(self.told)

    def _fill(self) -> None:
        for menu in (*MENUS, ""):
            rows = [row for row in ACTIONS if row.menu == menu]
            if not rows:
                continue
            group = QTreeWidgetItem(self.tree, [t(menu) if menu else t("Other")])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setExpanded(True)
            for row in rows:
                item = QTreeWidgetItem(group, [action_text(row), ""])
                item.setData(0, _ID, row.id)
                self._items[row.id] = item
            self._groups.append((group, [self._items[row.id] for row in rows]))
        self._show()

    @property
    def chosen(self) -> str:
        """The id of the chosen action, empty for none."""
        item = self.tree.currentItem()
        return str(item.data(0, _ID) or "") if item else ""

    def choose(self, name: str) -> None:
        """Choose an action by its id."""
        self.tree.setCurrentItem(self._items[name])

    def _choose(self) -> None:
        keys = all_keys(self._changed).get(self.chosen, ())
        self.edit.setEnabled(bool(self.chosen))
        self.edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        self._tell()

    def _take(self) -> None:
        key = self.edit.keySequence().toString()
        keys = all_keys(self._changed).get(self.chosen, ())
        if self.chosen and key != (QKeySequence(keys[0]).toString() if keys else ""):
            self._set((key,) if key else ())

    def _set(self, keys: Keys | None) -> None:
        name = self.chosen
        if not name:
            return
        if keys is None or keys == self._rows[name].keys:
            self._changed.pop(name, None)
        else:
            self._changed[name] = keys
        self._keep()

    def _reset_all(self) -> None:
        self._changed = {}
        self._keep()

    def _keep(self) -> None:
        self._show()
        self._choose()
        self._store(stored(self._changed))

    def _show(self) -> None:
        keys = all_keys(self._changed)
        twice = {name for names in conflicts(keys).values() for name in names}
        for name, item in self._items.items():
            item.setText(1, key_text(keys[name]) + (f"  ({t('taken twice')})" if name in twice else ""))
            font = item.font(0)
            font.setBold(name in self._changed)
            item.setFont(0, font)

    def _tell(self) -> None:
        """Who else wants the keys of the chosen action."""
        keys = all_keys(self._changed)
        for key in keys.get(self.chosen, ()):
            others = [action_text(self._rows[name]) for name in holders(keys, key) if name != self.chosen]
            if others:
                text = t("{key} also means “{other}”: neither works until one of them gets another key.")
                shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                self.told.setText(text.format(key=shown, other=", ".join(others)))
                return
        self.told.setText(t("Changed shortcuts are bold. They hold at once."))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().strip()
        for item in self._items.values():
            item.setHidden(wanted not in f"{item.text(0)} {item.text(1)}".casefold())
        for group, items in self._groups:
            group.setHidden(all(item.isHidden() for item in items))
