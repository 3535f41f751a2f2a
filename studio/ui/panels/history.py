"""HISTORY: every step by its name, oldest on top; a click or Enter goes to any of them."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout

from studio.app.session import Session
from studio.ui.texts import t, told
from studio.ui.theme import look, ui_font
from studio.ui.widgets import label, named

Index = QModelIndex | QPersistentModelIndex


class StepModel(QAbstractListModel):
    """The session's steps. The current one has a mark, undone ones are slanted as well as paler."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._steps: tuple[str, ...] = session.steps
        self._at = session.position
        self._slanted = QFont(ui_font())
        self._slanted.setItalic(True)

    def follow(self) -> None:
        """Show the session's history as it is; rows that stay are left alone."""
        steps, at = self._session.steps, self._session.position
        if steps != self._steps:
            same = next((i for i, (a, b) in enumerate(zip(steps, self._steps, strict=False)) if a != b), None)
            same = min(len(steps), len(self._steps)) if same is None else same
            if same < len(self._steps):
                self.beginRemoveRows(QModelIndex(), same, len(self._steps) - 1)
                self._steps = self._steps[:same]
                self.endRemoveRows()
            if same < len(steps):
                self.beginInsertRows(QModelIndex(), same, len(steps) - 1)
                self._steps = steps
                self.endInsertRows()
        if at != self._at:
            self._at = at
            self.dataChanged.emit(self.index(0), self.index(max(0, len(steps) - 1)))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._steps)

    def data(self, index: Index, wanted: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if wanted == Qt.ItemDataRole.DisplayRole:
            return f"{'▸' if row == self._at else ' '} {told(self._steps[row])}"
        if wanted == Qt.ItemDataRole.ForegroundRole:
            return look().color("muted" if row > self._at else "text")
        if wanted == Qt.ItemDataRole.FontRole and row > self._at:
            return self._slanted
        if wanted == Qt.ItemDataRole.AccessibleTextRole:
            state = t("undone") if row > self._at else t("current step") if row == self._at else ""
            return ", ".join(text for text in (told(self._steps[row]), state) if text)
        return None


class _Steps(QListView):
    """Keeps the keys that move through a list to itself, and goes where Enter says."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class HistoryPanel(QFrame):
    """The history of the current song."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self.model = StepModel(session)
        self.list = _Steps()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        named(self.list, t("History"), t("Every step of this song: click one to go there, nothing is lost until you edit on"))
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        head = label(t("HISTORY"), "heading")
        head.setContentsMargins(12, 10, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.list, 1)

    def sizeHint(self) -> QSize:
        return QSize(296, 200)

    def refresh(self) -> None:
        """Show the history as it is, the current step in sight."""
        if self.isHidden():
            return
        self.model.follow()
        now = self.model.index(self._session.position)
        if now != self.list.currentIndex():
            self.list.setCurrentIndex(now)
            self.list.scrollTo(now)

    def _go(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() != self._session.position:
            self._session.go_to(index.row())
