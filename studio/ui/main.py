"""The way in: a window on screen first, everything heavy after it on a worker."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.app.settings import load_settings
from studio.app.studio import Studio
from studio.ui.files import load_demo
from studio.ui.poster import Poster
from studio.ui.shell import Shell
from studio.ui.texts import t
from studio.ui.theme import DARK, THEMES, Theme, apply_colors, apply_theme
from studio.ui.window import FIRST_WORDS, MainWindow

_LAST_SECONDS = 5.0  # for the last copy of the song, and for everything that runs


def run(argv: list[str]) -> int:
    """Open the window, with the song named in ``argv`` if one is; returns the exit status."""
    settings = load_settings()
    theme = THEMES.get(settings.theme, DARK)
    app = make_application(argv, dressed=False, theme=theme)
    poster = Poster()
    studio = Studio(poster.post, settings)
    shell = Shell(studio)
    window = shell.window
    open_first(studio, window, [a for a in argv if not a.startswith("-")])
    _catch_crashes(lambda report: shell.window.show_crash(report), poster)
    _end_when_told(studio)
    _FirstPaint(window, lambda: load_engines(studio, window))
    apply_theme(app, theme)
    window.show()
    status = app.exec()
    shell.close()
    poster.close()
    if not _done_within(_LAST_SECONDS, studio.close):
        os._exit(status)  # all songs are safe by now; a model that is being loaded, its loops compiled, cannot be stopped
    return status


def draw_anywhere() -> None:
    """Let the window be drawn unseen where there is no screen: for measurements."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def make_application(argv: list[str], dressed: bool = True, theme: Theme = DARK) -> QApplication:
    """The Qt application; ``dressed`` with its style sheet, or in its colours only."""
    QGuiApplication.setApplicationName("Partita")
    QGuiApplication.setDesktopFileName("partita")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["partita", *argv])
    (apply_theme if dressed else apply_colors)(app, theme)
    return app


def open_first(studio: Studio, window: MainWindow, files: list[str]) -> None:
    """Open the file that was asked for; at the first start the demo song with its one sentence; else an empty song."""
    if window.autosave.left_behind:
        studio.notices.tell("Partita ended unexpectedly last time. Its songs were kept, with their histories.", action="recover")
    if files:
        window.files.open_path(Path(files[0]))
    elif studio.settings.first_start:
        studio.session.open(load_demo())
        window.show_words(t(FIRST_WORDS))
        studio.change_settings(first_start=False)


def load_engines(studio: Studio, window: MainWindow) -> None:
    """Start the sound and load the networks."""
    window.load_engines()


class _FirstPaint(QObject):
    """Calls ``call()`` once, after the window has painted itself for the first time."""

    def __init__(self, window: MainWindow, call: Callable[[], None]) -> None:
        super().__init__(window)
        self._call = call
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._call)
        return False


def _done_within(seconds: float, work: Callable[[], None]) -> bool:
    """Do ``work`` on a thread; whether it came to its end within ``seconds``."""
    thread = threading.Thread(target=work, name="closing", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _end_when_told(studio: Studio) -> None:
    """A session that ends, or Ctrl+C in the terminal, ends the program as closing does, but asks nothing: a copy is kept."""

    def end(number: int, frame: FrameType | None) -> None:
        studio.recovery.sync(_LAST_SECONDS)
        QApplication.exit()  # quit() would ask the window first

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)


def _catch_crashes(show: Callable[[str], None], poster: Poster) -> None:
    """Whatever nobody caught becomes a page with a report; the window goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        report = "".join(traceback.format_exception(kind, error, trace))
        poster.post(lambda: show(report))

    sys.excepthook = hook
    threading.excepthook = lambda told: hook(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)
