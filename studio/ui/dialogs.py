"""The few pages that are windows of their own: shortcuts, about, unsaved changes, and what went wrong. None stops the music."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
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
from studio.ui.actions import ACTIONS, MENUS, Action
from studio.ui.icons import app_icon
from studio.ui.widgets import label, named, rule

_MOUSE = (
    ("Wheel", "Scroll the pitches"),
    ("Shift+Wheel", "Scroll the time"),
    ("Ctrl+Wheel", "Zoom the time"),
    ("Ctrl+Shift+Wheel", "Zoom the pitches"),
    ("Alt while dragging", "Leave the grid"),
    ("1 to 8 in Takes", "Listen to a take"),
    ("Enter in Takes", "Keep the take"),
    ("Backspace in Takes", "Drop the take"),
)


def key_text(action: Action) -> str:
    """The shortcuts of a row as people read them."""
    return "  or  ".join(QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in action.keys)


class _Page(QDialog):
    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setModal(False)


class ShortcutSheet(_Page):
    """Every shortcut of the table on one page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Shortcuts")
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(40)
        sides = (("File", "Play", "View", "Help"), ("Edit",), ("Write", "Track", ""))
        for side in sides:
            column = QVBoxLayout()
            column.setSpacing(4)
            for menu in side:
                rows = [(key_text(a), a.text.rstrip(".")) for a in ACTIONS if a.menu == menu and a.keys and menu in MENUS]
                column.addLayout(_sheet(menu or "Mouse and takes", rows or list(_MOUSE)))
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
        self.resize(min(1240, hint.width() + 24), min(760, hint.height() + 8))


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
        super().__init__(parent, "About Partita")
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
        texts.addWidget(label(f"Version {__version__}. Free software under the GNU GPL, version 3 or later.", "muted"))
        head.addLayout(texts, 1)
        page.addLayout(head)
        page.addWidget(rule())
        text = QPlainTextEdit("\n\n".join(_card_text(card) for card in cards) or "No models are installed.")
        text.setReadOnly(True)
        named(text, "Models and credits")
        page.addWidget(text, 1)


def _card_text(card: Card) -> str:
    lines = [card.title, card.summary, f"Weights {card.sha256[:16]}", "Learned from:"]
    lines += [" ".join(f"{d.get(k, '')}" for k in ("name", "licence", "credit")).strip() for d in card.data]
    return "\n".join(line for line in lines if line)


class CrashPage(_Page):
    """Something unforeseen: what was saved where, and a report to copy."""

    def __init__(self, parent: QWidget, report: str, saved: str) -> None:
        super().__init__(parent, "Something went wrong")
        self.resize(640, 420)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 20)
        page.setSpacing(8)
        page.addWidget(label("Something went wrong inside Partita", "title"))
        where = f"A copy of your song lies in {saved}. " if saved else ""
        told = label(f"{where}You can go on working. The report below helps to mend it.", "muted")
        told.setWordWrap(True)
        page.addWidget(told)
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        named(text, "Report")
        page.addWidget(text, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        copy, close = QPushButton("Copy the report"), QPushButton("Go on")
        named(copy, "Copy the report")
        named(close, "Go on", "Close this page and go on")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        close.clicked.connect(self.close)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        page.addLayout(buttons)


def ask_unsaved(parent: QWidget, title: str) -> str:
    """Ask what to do with unsaved changes: ``save``, ``discard`` or ``cancel``."""
    box = QMessageBox(parent)
    box.setWindowTitle("Partita")
    box.setText(f"Save the changes to “{title}”?")
    box.setInformativeText("They are lost if you do not save them.")
    save = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.exec()
    clicked = box.clickedButton()
    return "save" if clicked is save else "discard" if clicked is discard else "cancel"
