"""A copy of the unsaved song, every half minute, so that a power cut or a crash costs little."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from studio.app.jobs import Job
from studio.app.studio import Studio
from studio.music.document import Document
from studio.paths import user_state

INTERVAL_MS = 30_000


class Autosave(QObject):
    """Keeps ``autosave.studio`` in the user's state folder while there is something unsaved."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._kept: Document | None = None
        self.path: Path = user_state() / "autosave.studio"
        self.left_behind: Path | None = None
        if self.path.exists():  # by an earlier start that did not end well: put aside, so that this one may not write over it
            self.left_behind = self.path.replace(self.path.with_name("last-time.studio"))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.keep)
        self._timer.start(INTERVAL_MS)

    def keep(self) -> None:
        """Write the copy on a worker, if there is anything new to keep."""
        session = self._studio.session
        document = session.committed
        if not session.dirty or document is self._kept:
            return
        self._kept = document

        def work(job: Job) -> None:
            from studio.codecs.project import save_project

            save_project(document, self.path)

        self._studio.jobs.start("autosave", "", work)

    def forget(self) -> None:
        """The song is safe or given up: no copy is needed."""
        self._timer.stop()
        self._studio.jobs.cancel("autosave")
        self.path.unlink(missing_ok=True)
