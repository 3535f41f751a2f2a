"""Songs and files: new, open, save, import, export. What takes time runs as a job; what fails becomes a notice."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.app.jobs import Job
from studio.app.studio import Studio
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document
from studio.paths import resources, user_state
from studio.ui.dialogs import ask_unsaved

if TYPE_CHECKING:
    from studio.codecs.midi import ImportResult  # its readers are loaded when a file is opened, after the first paint

SONG = ".studio"
MIDI = (".mid", ".midi", ".smf", ".kar")
_OPEN_FILTER = "Songs and MIDI files (*.studio *.mid *.midi *.smf *.kar);;All files (*)"
DEMO = "demo.studio"


class Files:
    """The song's file, and everything that comes in or goes out. ``opened()`` is called after another song is there."""

    def __init__(self, studio: Studio, window: QWidget, opened: Callable[[], None]) -> None:
        self._studio = studio
        self._window = window
        self._opened = opened
        self.ask_unsaved = ask_unsaved

    @property
    def name(self) -> str:
        """What the song is called in the title bar."""
        path = self._studio.session.path
        return path.stem if path else self._studio.session.document.title or "Untitled"

    def may_leave(self) -> bool:
        """Whether the song may be closed: saved, or the user does not mind."""
        if not self._studio.session.dirty:
            return True
        answer = self.ask_unsaved(self._window, self.name)
        return answer == "discard" or (answer == "save" and self.save())

    def new(self) -> None:
        """Start an empty song."""
        if self.may_leave():
            self._show(Document(), None)

    def open(self) -> None:
        """Ask for a file and open it."""
        if self.may_leave() and (path := self._ask_open("Open", _OPEN_FILTER)):
            self.open_path(path)

    def recent_menu(self, menu: QMenu) -> None:
        """Fill ``menu`` with the files used last, those that are still there."""
        menu.clear()
        for name in self._studio.settings.recent:
            path = Path(name)
            if path.exists():
                entry = menu.addAction(path.name)
                entry.setToolTip(name)
                entry.triggered.connect(lambda _=False, p=path: self._open_if_free(p))
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    def _open_if_free(self, path: Path) -> None:
        if self.may_leave():
            self.open_path(path)

    def open_demo(self) -> None:
        """Open the song of the first start."""
        if self.may_leave():
            self._show(load_demo(), None)

    def open_path(self, path: Path) -> None:
        """Open a song or a MIDI file, on a worker thread."""

        def done(result: "ImportResult") -> None:
            is_song = path.suffix.lower() == SONG
            self._show(result.document, path if is_song else None)
            self._studio.remember(path)
            self._tell_losses(path, result)

        self._studio.jobs.start("file", f"Opening {path.name}", lambda job: _read_song(path), done)

    def drop(self, paths: list[Path]) -> None:
        """What was dropped on the window: the first song is opened, MIDI files come into the song that is there."""
        songs = [p for p in paths if p.suffix.lower() == SONG]
        midi = [p for p in paths if p.suffix.lower() in MIDI]
        if songs or (midi and not self._studio.session.document.note_count):
            if self.may_leave():
                self.open_path((songs or midi)[0])
        elif midi:
            for path in midi:
                self.import_path(path)
        else:
            self._studio.notices.tell("Partita cannot read this kind of file.", "Drop a MIDI file or a .studio song.")

    def import_midi(self) -> None:
        """Ask for a MIDI file and add its tracks."""
        if path := self._ask_open("Import MIDI into the song", "MIDI files (*.mid *.midi *.smf *.kar);;All files (*)"):
            self.import_path(path)

    def import_path(self, path: Path) -> None:
        """Add a MIDI file's tracks to the song, as one step; the song keeps its own tempo and signatures."""

        def done(result: "ImportResult") -> None:
            session = self._studio.session
            fresh = not session.document.note_count
            document = result.document if fresh else session.document
            for track in () if fresh else result.document.tracks:
                document = edits.add_track(document, track)
            session.commit(f"Import {path.name}", document)
            self._opened()
            self._studio.remember(path)
            self._tell_losses(path, result)

        self._studio.jobs.start(f"import {path}", f"Importing {path.name}", lambda job: _read_song(path), done)

    def save(self) -> bool:
        """Save the song where it lies, or ask where; False when it is not saved."""
        path = self._studio.session.path
        return self._save_to(path) if path else self.save_as()

    def save_as(self) -> bool:
        """Ask where, and save."""
        path = self._ask_save("Save the song", SONG, "Songs (*.studio)")
        return self._save_to(path) if path else False

    def _save_to(self, path: Path) -> bool:
        from studio.codecs.project import save_project

        document = self._studio.session.committed
        try:
            save_project(document, path)
        except StudioError as error:
            self._studio.notices.tell_error(error)
            return False
        self._studio.session.saved(document, path)
        self._studio.remember(path)
        self._studio.notices.tell(f"Saved {path.name}.")
        return True

    def recover(self, path: Path) -> None:
        """Open the copy that an earlier start left behind; it counts as unsaved."""

        def done(result: "ImportResult") -> None:
            self._studio.session.commit("Recover", result.document)
            self._opened()

        if self.may_leave():
            self._studio.jobs.start("file", "Opening the copy", lambda job: _read_song(path), done)

    def rescue(self, report: str = "") -> str:
        """Put a copy of the song aside, and ``report`` beside it; where it lies, empty when even that failed."""
        from studio.codecs.project import save_project

        path = user_state() / f"rescued-{datetime.now():%Y%m%d-%H%M%S}{SONG}"
        try:
            path.with_suffix(".txt").write_text(report, "utf-8")
            save_project(self._studio.session.committed, path)
        except (StudioError, OSError):
            return ""
        return str(path)

    def export_midi(self) -> None:
        """Ask where, and write the notes."""
        if path := self._ask_save("Export MIDI", ".mid", "MIDI files (*.mid)"):
            self.export_midi_to(path)

    def export_midi_to(self, path: Path) -> None:
        """Write the notes as a MIDI file."""
        document = self._studio.session.committed

        def work(job: Job) -> None:
            from studio.app.songs import export_midi

            export_midi(document, path)

        self._studio.jobs.start("export midi", f"Exporting {path.name}", work, lambda _: self._exported(path))

    def export_wav(self) -> None:
        """Ask where, and write the sound as WAV."""
        if path := self._ask_save("Export WAV", ".wav", "WAV files (*.wav)"):
            self.export_sound_to(path)

    def export_flac(self) -> None:
        """Ask where, and write the sound as FLAC."""
        if path := self._ask_save("Export FLAC", ".flac", "FLAC files (*.flac)"):
            self.export_sound_to(path)

    def export_stems(self) -> None:
        """Ask for a folder, and write each track as a WAV file."""
        folder = QFileDialog.getExistingDirectory(self._window, "Export stems into a folder", self._folder())
        if folder:
            self.export_stems_to(Path(folder))

    def export_sound_to(self, path: Path) -> None:
        """Write the whole mix as an audio file, the kind taken from the name."""
        document, rate = self._studio.session.committed, self._studio.settings.sample_rate

        def work(job: Job) -> None:
            from studio.app.exporting import export_sound

            export_sound(document, self._studio.shelf.renderer(), path, rate=rate, ctx=job)

        self._studio.jobs.start(f"export {path}", f"Exporting {path.name}", work, lambda _: self._exported(path))

    def export_stems_to(self, folder: Path) -> None:
        """Write each track as a WAV file into ``folder``."""
        document, rate = self._studio.session.committed, self._studio.settings.sample_rate

        def work(job: Job) -> int:
            from studio.app.exporting import export_stems

            return len(export_stems(document, self._studio.shelf.renderer(), folder, rate=rate, ctx=job))

        def done(count: int) -> None:
            self._studio.notices.tell(f"Exported {count} stems.", f"They lie in {folder}.")

        self._studio.jobs.start(f"export {folder}", "Exporting stems", work, done)

    def _exported(self, path: Path) -> None:
        self._studio.notices.tell(f"Exported {path.name}.", f"It lies in {path.parent}.")

    def _show(self, document: Document, path: Path | None) -> None:
        self._studio.session.open(document, path)
        self._opened()

    def _tell_losses(self, path: Path, result: "ImportResult") -> None:
        if result.lost:
            self._studio.notices.tell(f"{path.name} was opened with losses.", " ".join(result.lost))

    def _folder(self) -> str:
        recent = [Path(p).parent for p in self._studio.settings.recent]
        return str(next((p for p in recent if p.is_dir()), Path.home()))

    def _ask_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._folder(), kinds)
        return Path(name) if name else None

    def _ask_save(self, title: str, suffix: str, kinds: str) -> Path | None:
        proposed = str(Path(self._folder()) / f"{self.name}{suffix}")
        name, _ = QFileDialog.getSaveFileName(self._window, title, proposed, kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(suffix)


def _read_song(path: Path) -> "ImportResult":
    from studio.app.songs import read_song

    return read_song(path)


def load_demo() -> Document:
    """The song of the first start."""
    from studio.codecs.project import load_project

    return load_project(resources() / "demo" / DEMO)
