"""Songs and their files: new, open, import, save, close. What takes time runs as a job; what fails becomes a notice."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.app.jobs import Job
from studio.app.session import Song
from studio.app.studio import Studio
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Sound, Track
from studio.paths import resources, user_state
from studio.ui.dialogs import ask_replace, ask_unsaved
from studio.ui.texts import t, told, verbatim

if TYPE_CHECKING:
    from studio.codecs.midi import ImportResult  # its readers are loaded when a file is opened, after the first paint

SONG = ".studio"
MIDI = (".mid", ".midi", ".smf", ".kar")
SOUND = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
_PATTERNS = "*.mid *.midi *.smf *.kar"
DEMO = "demo.studio"
Then = Callable[[], None]


def song_name(song: Song) -> str:
    """What a song is called in the title bar and on its tab."""
    return song.path.stem if song.path else song.committed.title or t("Untitled")


class Files:
    """The songs' files, and everything that comes in. ``imported()`` is called after tracks came into the song."""

    def __init__(self, studio: Studio, window: QWidget, imported: Then) -> None:
        self._studio = studio
        self._session = studio.session
        self._window = window
        self._imported = imported
        self.ask_unsaved = ask_unsaved
        self.ask_replace = ask_replace

    @property
    def name(self) -> str:
        """What the current song is called."""
        return song_name(self._session.song)

    # ------------------------------------------------------------ leaving

    def leave(self, song: Song, then: Then) -> None:
        """Do ``then`` once ``song`` may go: it is saved, or the user does not mind."""
        if not song.dirty:
            then()
            return
        self._session.switch(song)
        answer = self.ask_unsaved(self._window, song_name(song))
        if answer == "discard":
            then()
        elif answer == "save":
            self.save(lambda: self.leave(song, then))

    def leave_all(self, then: Then) -> None:
        """Do ``then`` once all songs may go."""

        def next_one(songs: tuple[Song, ...]) -> None:
            if songs:
                self.leave(songs[0], lambda: next_one(songs[1:]))
            else:
                then()

        next_one(self._session.songs)

    def close(self, song: Song | None = None) -> None:
        """Close a song, by default the current one."""
        song = song or self._session.song
        self.leave(song, lambda: self._session.close(song))

    def step(self, places: str) -> None:
        """Go to the song ``places`` (a whole number as text) further right, round and round."""
        songs = self._session.songs
        self._session.switch(songs[(songs.index(self._session.song) + int(places)) % len(songs)])

    # ------------------------------------------------------------ opening

    def new(self) -> None:
        """Start an empty song."""
        self._session.add(Document())

    def open(self) -> None:
        """Ask for a file and open it."""
        kinds = f"{t('Songs and MIDI files')} (*{SONG} {_PATTERNS});;{t('All files')} (*)"
        if path := self.ask_open(t("Open"), kinds):
            self.open_path(path)

    def recent_menu(self, menu: QMenu) -> None:
        """Fill ``menu`` with the files used last, those that are still there."""
        menu.clear()
        menu.setToolTipsVisible(True)
        for name in self._studio.settings.recent:
            path = Path(name)
            if path.exists():
                entry = menu.addAction(verbatim(path.name))
                entry.setToolTip(name)
                entry.triggered.connect(lambda _=False, p=path: self.open_path(p))
        if menu.isEmpty():
            menu.addAction(t("Nothing yet")).setEnabled(False)

    def open_demo(self) -> None:
        """Open the song of the first start."""
        self._session.add(load_demo())

    def open_path(self, path: Path) -> None:
        """Open a song or a MIDI file, on a worker thread; one that is open already comes to the front."""
        if there := next((s for s in self._session.songs if s.path and s.path.resolve() == path.resolve()), None):
            self._session.switch(there)
            return

        def done(result: "ImportResult") -> None:
            own = path.suffix.lower() == SONG
            self._session.add(result.document if own else _titled(result.document, path), path if own else None)
            self._studio.remember(path)
            self._tell_losses(path, result)

        self._studio.jobs.start(f"open {path}", f"Opening {path.name}", lambda job: _read_song(path), done)

    def drop(self, paths: list[Path]) -> None:
        """What was dropped: songs are opened, MIDI files come into the song that is there, sound files become tracks of it."""
        songs = [p for p in paths if p.suffix.lower() == SONG]
        midi = [p for p in paths if p.suffix.lower() in MIDI]
        sounds = [p for p in paths if p.suffix.lower() in SOUND]
        self.place_paths(sounds)
        for path in songs:
            self.open_path(path)
        for path in midi:
            (self.import_path if self._session.document.note_count else self.open_path)(path)
        if not songs and not midi and not sounds:
            self._studio.notices.tell("Partita cannot read this file.", "Drop a MIDI file, a sound file or a .studio song.")

    def import_midi(self) -> None:
        """Ask for a MIDI file and add its tracks."""
        if path := self.ask_open(t("Import MIDI into the song"), f"{t('MIDI files')} ({_PATTERNS});;{t('All files')} (*)"):
            self.import_path(path)

    def import_sound(self) -> None:
        """Ask for a sound file, and add its tune as a track."""
        if path := self.ask_sound(t("Import a tune from a sound file")):
            self.hear_path(path)

    def import_recording(self) -> None:
        """Ask for a sound file, and add a track that plays it."""
        if path := self.ask_sound(t("Import a sound file as a track")):
            self.place_paths([path])

    def ask_sound(self, title: str) -> Path | None:
        """Ask for a sound file to read."""
        return self.ask_open(title, f"{t('Sound files')} ({' '.join('*' + kind for kind in SOUND)});;{t('All files')} (*)")

    def place_paths(self, paths: list[Path]) -> None:
        """Add tracks that play sound files, from the playhead's bar on, in this order, each as one step."""
        song, tick = self._session.song, self._bar_of_playhead()

        def place(left: list[Path]) -> None:
            if not left:
                return
            path, *others = left

            def work(job: Job) -> Sound:
                from studio.app.tapes import read_sound

                return read_sound(path, job)

            def done(sound: Sound) -> None:
                self._session.commit(f"Import {path.name}", edits.add_sound(song.committed, sound, tick), song)
                place(others)

            self._studio.jobs.start(f"place {path}", f"Reading {path.name}", work, done, lambda: place(others))

        place(paths)

    def _bar_of_playhead(self) -> int:
        meter = self._session.committed.meter
        return meter.bar_start(meter.bar_of(self._studio.playback.position))

    def hear_path(self, path: Path) -> None:
        """Add the tune in a sound file as a track from the playhead's bar on, as one step."""
        song, tick = self._session.song, self._bar_of_playhead()

        def work(job: Job) -> Track:
            from studio.app.hearing import with_heard

            return with_heard(Document(tempo=song.committed.tempo, meter=song.committed.meter), path, job, tick).tracks[0]

        def done(track: Track) -> None:
            self._session.commit(f"Import {path.name}", edits.add_track(song.committed, track), song)

        self._studio.jobs.start(f"hear {path}", f"Listening to {path.name}", work, done)

    def import_path(self, path: Path) -> None:
        """Add a MIDI file's tracks to the song, as one step; the song keeps its own tempo and signatures."""
        song = self._session.song

        def done(result: "ImportResult") -> None:
            fresh = not song.committed.note_count
            document = _titled(result.document, path) if fresh else song.committed
            for track in () if fresh else result.document.tracks:
                document = edits.add_track(document, track)
            self._session.commit(f"Import {path.name}", document, song)
            if song is self._session.song:
                self._imported()
            self._studio.remember(path)
            self._tell_losses(path, result)
            if not fresh and (result.document.tempo, result.document.meter) != (document.tempo, document.meter):
                self._studio.notices.tell(
                    f"{path.name} plays in this song's tempo and metre, not in its own.",
                    "Open the file instead to have it as it is.",
                )

        self._studio.jobs.start(f"import {path}", f"Importing {path.name}", lambda job: _read_song(path), done)

    # ------------------------------------------------------------ saving

    def save(self, then: Then = lambda: None) -> None:
        """Save the song where it lies, or ask where; ``then`` follows when it is saved."""
        path = self._session.path
        if path:
            self._save_to(path, then)
        else:
            self.save_as(then)

    def save_as(self, then: Then = lambda: None) -> None:
        """Ask where, and save."""
        if path := self.ask_save(t("Save the song"), SONG, f"{t('Songs')} (*{SONG})"):
            self._save_to(path, then)

    def _save_to(self, path: Path, then: Then) -> None:
        song, document = self._session.song, self._session.committed

        def work(job: Job) -> None:
            from studio.codecs.project import save_project

            save_project(document, path)

        def done(_: None) -> None:
            self._session.saved(document, path, song)
            self._studio.remember(path)
            self._studio.notices.tell(f"Saved {path.name}.")
            then()

        self._studio.jobs.start(f"save {path}", f"Saving {path.name}", work, done)

    def rescue(self, report: str = "") -> str:
        """Put a copy of the song aside, and ``report`` beside it; where it lies, empty when even that failed."""
        from studio.codecs.project import save_project

        path = user_state() / f"rescued-{datetime.now():%Y%m%d-%H%M%S}{SONG}"
        try:
            path.with_suffix(".txt").write_text(report, "utf-8")
            save_project(self._session.committed, path)
        except (StudioError, OSError):
            return ""
        return str(path)

    # ------------------------------------------------------------ asking

    def ask_open(self, title: str, kinds: str) -> Path | None:
        """Ask for a file to read."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, self.folder(), kinds)
        return Path(name) if name else None

    def ask_save(self, title: str, suffix: str, kinds: str) -> Path | None:
        """Ask for a file to write; where its name has no ending it gets that of the chosen kind, or ``suffix``."""
        proposed = str(Path(self.folder()) / f"{self.name}{suffix}")
        name, kind = QFileDialog.getSaveFileName(self._window, title, proposed, kinds)
        if not name:
            return None
        path, found = Path(name), re.search(r"\*(\.\w+)", kind)
        chosen = found[1] if found else suffix
        if path.suffix.lower() == suffix != chosen:  # as it was proposed, before another kind was chosen
            path = path.with_suffix("")
        elif path.suffix.lower() in (SONG, *MIDI, *SOUND):  # "Op. 12" ends in none of them
            return path
        path = path.with_name(path.name + chosen)  # the dialog could not say that this is there
        return path if not path.exists() or self.ask_replace(self._window, path.name) else None

    def ask_folder(self, title: str) -> Path | None:
        """Ask for a folder."""
        name = QFileDialog.getExistingDirectory(self._window, title, self.folder())
        return Path(name) if name else None

    def folder(self) -> str:
        """Where the user was last."""
        recent = [Path(p).parent for p in self._studio.settings.recent]
        return str(next((p for p in recent if p.is_dir()), Path.home()))

    def _tell_losses(self, path: Path, result: "ImportResult") -> None:
        if result.lost:
            lost = " ".join(map(told, result.lost))  # each by itself: told knows single sentences
            self._studio.notices.tell(f"{path.name} was opened with losses.", lost)


def _titled(document: Document, path: Path) -> Document:
    """A song out of a file that names none is called like the file."""
    return replace(document, title=document.title or path.stem)


def _read_song(path: Path) -> "ImportResult":
    from studio.app.songs import read_song

    return read_song(path)


def load_demo() -> Document:
    """The song of the first start."""
    from studio.codecs.project import load_project

    return load_project(resources() / "demo" / DEMO)
