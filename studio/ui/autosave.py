"""What keeps the songs safe: stored every half minute and after each generation, and opened again after a crash."""

from PySide6.QtCore import QObject, QTimer

from studio.app.jobs import Job
from studio.app.session import Proposal
from studio.app.studio import Studio
from studio.codecs.journal import Journal
from studio.errors import StudioError

INTERVAL_MS = 30_000


class Autosave(QObject):
    """Has :mod:`studio.app.recovery` record the songs for as long as the window lives."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._writing = False
        studio.recovery.start(studio.session)
        self._end_subscription = studio.session.subscribe(self._look)
        self._timer = QTimer(self)
        self._timer.timeout.connect(studio.recovery.sync)
        self._timer.start(INTERVAL_MS)

    @property
    def left_behind(self) -> bool:
        """Whether the last run ended badly, and left songs behind."""
        return self._studio.recovery.left_behind

    def recover(self) -> None:
        """Open the songs that were left behind, each with its history, beside those that are open."""

        def work(job: Job) -> list[tuple[Journal, Proposal | None]]:
            from studio.app.recovery import lost_songs, read_lost

            found, paths = [], lost_songs()
            for k, path in enumerate(paths):
                job.progress(k / len(paths))
                try:
                    found.append(read_lost(path))
                except StudioError as error:
                    job.notice(str(error))
            return found

        self._studio.jobs.start("recover", "Opening the songs of last time", work, self._bring_back)

    def _bring_back(self, found: list[tuple[Journal, Proposal | None]]) -> None:
        from studio.app.recovery import bring_back, forget_lost

        session = self._studio.session
        missed_by_nobody = session.song if session.song.untouched else None
        for journal, proposal in found:
            bring_back(session, journal, proposal)
        if not found:
            self._studio.notices.tell("There are no songs of last time.")
            return
        if missed_by_nobody:
            session.close(missed_by_nobody)
        if self._studio.recovery.sync(wait=5.0):
            forget_lost()

    def rest(self) -> None:
        """The window goes, the songs stay."""
        self._timer.stop()
        self._end_subscription()
        self._end_subscription = lambda: None

    def forget(self) -> None:
        """All songs are safe or given up: nothing needs to be kept."""
        self.rest()
        self._studio.recovery.close(forget=True)

    def _look(self) -> None:
        proposal = self._studio.session.proposal
        writing = proposal is not None and proposal.writing
        if self._writing and not writing:
            self._studio.recovery.sync()
        self._writing = writing
