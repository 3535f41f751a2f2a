"""The few pages that are windows of their own: shortcuts, about, unsaved changes, and what went wrong. None stops the music."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio import __version__
from studio.engines.cards import Card
from studio.ui.actions import ACTIONS, MENUS
from studio.ui.icons import app_icon
from studio.ui.shortcuts import key_text
from studio.ui.texts import noted, t
from studio.ui.widgets import label, named, rule

_COLUMNS = 4
_MOUSE = (
    (noted("Wheel"), noted("Scroll the pitches")),
    (noted("Shift+Wheel"), noted("Scroll the time")),
    (noted("Ctrl+Wheel"), noted("Zoom the time")),
    (noted("Ctrl+Shift+Wheel"), noted("Zoom the pitches")),
    (noted("Alt while dragging"), noted("Leave the grid")),
    (noted("Ctrl+Drag"), noted("Copy a clip; box")),
    (noted("A clip's end, above"), noted("Drag to loop it")),
    (noted("A clip's edge, below"), noted("Drag: longer, shorter")),
    (noted("Double click"), noted("Open a clip; new clip")),
    (noted("1 to 8 in Takes"), noted("Listen to a take")),
    (noted("Enter in Takes"), noted("Keep the take")),
    (noted("Backspace in Takes"), noted("Drop the take")),
)


class _Page(QDialog):
    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setModal(False)


class ShortcutSheet(_Page):
    """Every shortcut of the table on one page, as the user has set them; the preferences change them."""

    def __init__(self, parent: QWidget, keys: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(parent, t("Shortcuts"))
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(28)
        for side in _sides(keys):
            column = QVBoxLayout()
            column.setSpacing(4)
            for title, rows in side:
                column.addLayout(_sheet(title, rows))
                column.addSpacing(12)
            column.addStretch(1)
            columns.addLayout(column)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(scroll)
        hint = inner.sizeHint()
        room = self.screen().availableGeometry()
        self.resize(min(room.width() - 40, hint.width() + 24), min(room.height() - 60, hint.height() + 16))


Sheet = tuple[str, list[tuple[str, str]]]


def _sides(keys: Mapping[str, tuple[str, ...]]) -> list[list[Sheet]]:
    """The sheets of the page in columns of about the same height."""
    sheets: list[Sheet] = []
    for menu in MENUS:
        rows = [(key_text(keys[a.id]), t(a.text).rstrip(".")) for a in ACTIONS if a.menu == menu and keys[a.id]]
        if rows:
            sheets.append((t(menu), rows))
    sheets.append((t("Mouse and takes"), [(t(key), t(text)) for key, text in _MOUSE]))
    room = sum(len(rows) + 2 for _, rows in sheets) / _COLUMNS
    sides: list[list[Sheet]] = [[]]
    filled = 0.0
    for sheet in sheets:
        if filled + (len(sheet[1]) + 2) / 2 > room and len(sides) < _COLUMNS:
            sides.append([])
            filled = 0.0
        sides[-1].append(sheet)
        filled += len(sheet[1]) + 2
    return sides


def _sheet(title: str, rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(5)
    grid.setHorizontalSpacing(16)
    grid.addWidget(label(title.upper(), "heading"), 0, 0, 1, 2)
    for i, (keys, text) in enumerate(rows, 1):
        grid.addWidget(label(text), i, 0)
        grid.addWidget(label(keys, "muted"), i, 1)
    grid.setColumnStretch(0, 1)
    return grid


class AboutPage(_Page):
    """What this is, its models and whom they are owed to."""

    def __init__(self, parent: QWidget, cards: tuple[Card, ...]) -> None:
        super().__init__(parent, t("About Partita"))
        self.resize(560, 480)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 20)
        page.setSpacing(8)
        head = QHBoxLayout()
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(56, 56))
        head.addWidget(picture)
        head.addSpacing(8)
        texts = QVBoxLayout()
        texts.addWidget(label("Partita", "title"))
        texts.addWidget(
            label(t("Version {version}. Free software under the GNU GPL, version 3 or later.", version=__version__), "muted")
        )
        head.addLayout(texts, 1)
        page.addLayout(head)
        page.addWidget(rule())
        text = QPlainTextEdit("\n\n".join(_card_text(card) for card in cards) or t("No models are installed."))
        text.setReadOnly(True)
        named(text, t("Models and credits"))
        page.addWidget(text, 1)


def _card_text(card: Card) -> str:
    lines = [card.title, card.summary, t("Weights {hash}", hash=card.sha256[:16]), t("Learned from:")]
    lines += [" ".join(f"{d.get(k, '')}" for k in ("name", "licence", "credit")).strip() for d in card.data]
    return "\n".join(line for line in lines if line)


class CrashPage(_Page):
    """Something unforeseen: what was saved where, and a report to copy."""

    def __init__(self, parent: QWidget, report: str, saved: str) -> None:
        super().__init__(parent, t("Something went wrong"))
        self.resize(640, 420)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 20)
        page.setSpacing(8)
        page.addWidget(label(t("Something went wrong inside Partita"), "title"))
        where = t("A copy of your song lies in {folder}.", folder=saved) + " " if saved else ""
        told = label(where + t("You can go on working. The report below helps to mend it."), "muted")
        told.setWordWrap(True)
        page.addWidget(told)
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        named(text, t("Report"))
        page.addWidget(text, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        copy, close = QPushButton(t("Copy the report")), QPushButton(t("Go on"))
        named(copy, t("Copy the report"))
        named(close, t("Go on"), t("Close this page and go on"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        close.clicked.connect(self.close)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        page.addLayout(buttons)


def ask_unsaved(parent: QWidget, title: str) -> str:
    """Ask what to do with unsaved changes: ``save``, ``discard`` or ``cancel``."""
    box = QMessageBox(parent)
    box.setWindowTitle("Partita")
    box.setText(t("Save the changes to “{title}”?", title=title))
    box.setInformativeText(t("They are lost if you do not save them."))
    save = box.addButton(t("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(t("Discard"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(t("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.exec()
    clicked = box.clickedButton()
    return "save" if clicked is save else "discard" if clicked is discard else "cancel"


def ask_replace(parent: QWidget, name: str) -> bool:
    """Ask whether a file that is there shall be replaced."""
    asked = t("“{name}” is there already. Replace it?", name=name)
    return _sure(parent, asked, t("What it holds now is lost if you do."), t("Replace"))


def ask_remove(parent: QWidget, name: str) -> bool:
    """Ask whether an instrument of one's own shall go."""
    asked = t("Remove “{name}” from your own instruments?", name=name)
    more = t("This cannot be undone. Songs that use it are played by another instrument from then on.")
    return _sure(parent, asked, more, t("Remove"))


def _sure(parent: QWidget, asked: str, more: str, deed: str) -> bool:
    box = QMessageBox(parent)
    box.setWindowTitle("Partita")
    box.setText(asked)
    box.setInformativeText(more)
    yes = box.addButton(deed, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(t("Cancel"), QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is yes
