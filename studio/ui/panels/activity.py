"""The line at the bottom: what is being worked on, with cancel; at the right what there is to tell, in plain words."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.app.jobs import Progress
from studio.app.notices import Notice
from studio.ui.icons import icon
from studio.ui.texts import t, told
from studio.ui.widgets import Elided, icon_button, label, named

HEIGHT = 28
_FRESH_MS = 15_000


def notice_text(notice: Notice) -> str:
    """What happened, and what to do next."""
    return f"{told(notice.message)} {told(notice.hint)}".strip()


class JobLine(QWidget):
    """One running job: what it does, how far it is, and a cross that stops it."""

    def __init__(self, progress: Progress, cancel: Callable[[str], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.text = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(96)
        self.stop = icon_button("close", t("Cancel: {work}", work=told(progress.title)), kind="small")
        self.stop.clicked.connect(lambda: cancel(progress.key))
        named(self.bar, t("Progress: {work}", work=told(progress.title)))
        for widget in (self.text, self.bar, self.stop):
            row.addWidget(widget)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the job is."""
        text = told(progress.message or progress.title)
        percent = f" {progress.fraction:.0%}".replace("%", " %") if progress.fraction > 0 and "%" not in text else ""
        self.text.setText(text + percent)
        self.bar.setValue(round(progress.fraction * 1000))


class ActivityPanel(QFrame):
    """Jobs at the left, the latest notice at the right, the older ones a click away."""

    cancelled = Signal(str)

    def __init__(self, notices: Callable[[], list[Notice]]) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedHeight(HEIGHT)
        self._notices = notices
        self._jobs: dict[str, JobLine] = {}
        self._page: _NoticePage | None = None
        self._row = QHBoxLayout()
        self._row.setSpacing(16)
        self.idle = label(t("Ready"), "hint")
        self._row.addWidget(self.idle)
        self.notice = _NoticeLine()
        self.notice.clicked.connect(self.show_all)
        self.action = QPushButton(t("Act"))
        named(self.action, t("Act"), t("What can be done about the notice"))
        self.action.setProperty("role", "quiet")
        self.action.hide()
        self._deed: Callable[[], None] = lambda: None
        self.action.clicked.connect(self._act)
        self.all = icon_button("list", t("All notices"), t("Everything that was told so far"), kind="small")
        self.all.clicked.connect(self.show_all)
        self._age = QTimer(self)
        self._age.setSingleShot(True)
        self._age.setInterval(_FRESH_MS)
        self._age.timeout.connect(self._grow_old)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 8, 0)
        line.setSpacing(8)
        line.addLayout(self._row)
        line.addStretch(1)
        line.addWidget(self.notice, 4)
        line.addWidget(self.action)
        line.addWidget(self.all)

    def show_progress(self, progress: Progress) -> None:
        """Show a job's state; an ended job goes."""
        line = self._jobs.get(progress.key)
        if progress.finished:
            if line:
                del self._jobs[progress.key]
                self._row.removeWidget(line)
                line.deleteLater()
        else:
            if not line:
                line = self._jobs[progress.key] = JobLine(progress, self.cancelled.emit)
                self._row.addWidget(line)
            line.show_progress(progress)
        self.idle.setVisible(not self._jobs)

    def show_hint(self, text: str) -> None:
        """Say something about what is pointed at, where nothing is being worked on."""
        self.idle.setText(text or t("Ready"))

    def show_notice(self, notice: Notice, action: str = "", deed: Callable[[], None] = lambda: None) -> None:
        """Show a sentence, with one thing to do about it where that makes sense."""
        self.notice.show_notice(notice)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        named(self.action, action or t("Act"))
        self._deed = deed
        self._age.start()

    def rest(self) -> None:
        """The window goes: stop the clock."""
        self._age.stop()

    def show_all(self) -> None:
        """Open the list of past notices."""
        self._page = _NoticePage(self, self._notices())
        corner = self.mapToGlobal(QPoint(self.width() - self._page.width() - 8, -self._page.height() - 8))
        self._page.move(corner)
        self._page.show()

    def _act(self) -> None:
        self.action.hide()
        self._deed()

    def _grow_old(self) -> None:
        self.notice.clear()
        self.action.hide()


class _NoticeLine(Elided):
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, t("Notice"), t("The latest notice"))

    def show_notice(self, notice: Notice) -> None:
        text = notice_text(notice)
        self.setText(text)
        named(self, t("Notice: {text}", text=text), text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class _NoticePage(QFrame):
    """Past notices, the newest on top."""

    def __init__(self, parent: QWidget, notices: list[Notice]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.resize(480, min(420, 64 + 48 * max(1, len(notices))))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        if not notices:
            column.addWidget(label(t("Nothing to tell so far."), "muted"))
        for notice in reversed(notices):
            row = QHBoxLayout()
            mark = QLabel()
            mark.setPixmap(icon("info", "muted").pixmap(16, 16))
            mark.setAlignment(Qt.AlignmentFlag.AlignTop)
            text = QLabel(notice_text(notice))
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row.addWidget(mark)
            row.addWidget(text, 1)
            column.addLayout(row)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
