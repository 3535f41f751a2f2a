"""What the window tells: notices, the progress of work, crashes, one sentence above the roll, and the pages of Help."""

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.app.generating import JOB
from studio.app.jobs import Progress
from studio.app.notices import Notice
from studio.ui.dialogs import AboutPage, CrashPage, ShortcutSheet
from studio.ui.shortcuts import all_keys, changed_keys
from studio.ui.texts import t

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class Telling:
    """Takes what the services have to say, and shows it where the window has a place for it."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        studio = window.studio
        studio.notices.on_notice = self.show_notice
        studio.jobs.on_progress = self.show_progress
        studio.jobs.on_crash = self.show_crash

    def show_notice(self, notice: Notice) -> None:
        """Show a sentence, with what can be done about it."""
        deeds = {
            "devices": (t("Choose device"), self._window.devices.open),
            "recover": (t("Open them"), self._window.autosave.recover),
        }
        self._window.activity.show_notice(notice, *deeds.get(notice.action, ()))

    def show_progress(self, progress: Progress) -> None:
        """Show how far a job is."""
        window = self._window
        if progress.key == JOB:
            progress = replace(progress, message=window.writing.told())
            busy = not progress.finished or window.studio.generating.writing
            window.write_panel.show_busy(busy, progress.fraction, progress.message)
        window.activity.show_progress(progress)

    def show_crash(self, report: str) -> None:
        """Something unforeseen happened: put the song aside, say so once, and go on."""
        if not any(page.isVisible() for page in self._window.findChildren(CrashPage)):
            CrashPage(self._window, report, self._window.files.rescue(report)).show()

    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        ShortcutSheet(self._window, all_keys(changed_keys(self._window.studio.settings.shortcuts))).show()

    def show_about(self) -> None:
        """Open the page on this program."""
        AboutPage(self._window, self._window.studio.shelf.cards).show()
