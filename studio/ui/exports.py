"""What goes out: notes as MIDI, sound as WAV or FLAC, the whole song, each track, or what is selected. All as jobs."""

from pathlib import Path

from studio.app.jobs import Job
from studio.app.plugins import on_main
from studio.app.provenance_notes import note_texts
from studio.app.studio import Studio
from studio.music.document import Document
from studio.ui.files import Files
from studio.ui.roll.state import RollState
from studio.ui.texts import t


class Exports:
    """Asks where, and writes there on a worker thread."""

    def __init__(self, studio: Studio, files: Files, state: RollState) -> None:
        self._studio = studio
        self._files = files
        self._state = state

    def midi(self) -> None:
        """Ask where, and write the notes."""
        if path := self._files.ask_save(t("Export MIDI"), ".mid", f"{t('MIDI files')} (*.mid)"):
            self.midi_to(path)

    def wav(self) -> None:
        """Ask where, and write the sound as WAV."""
        if path := self._files.ask_save(t("Export WAV"), ".wav", f"{t('WAV files')} (*.wav)"):
            self.sound_to(path)

    def flac(self) -> None:
        """Ask where, and write the sound as FLAC."""
        if path := self._files.ask_save(t("Export FLAC"), ".flac", f"{t('FLAC files')} (*.flac)"):
            self.sound_to(path)

    def stems(self) -> None:
        """Ask for a folder, and write each track as a WAV file."""
        if folder := self._files.ask_folder(t("Export stems into a folder")):
            self.stems_to(folder)

    def selection(self) -> None:
        """Ask where, and write what is selected: as MIDI or as sound, as the name of the file says."""
        if self.selected() is None:
            self._studio.notices.tell("Nothing is selected.", "Select notes in the roll, or mark a loop in the ruler.")
            return
        kinds = f"{t('MIDI files')} (*.mid);;{t('WAV files')} (*.wav);;{t('FLAC files')} (*.flac)"
        if path := self._files.ask_save(t("Export the selection"), ".mid", kinds):
            self.selection_to(path)

    def selected(self) -> Document | None:
        """The song of what is selected: the selected notes, else the loop in all tracks; None where there is neither."""
        from studio.app.excerpts import excerpt, excerpt_of_notes

        document = self._studio.session.committed
        if self._state.selection and self._state.track:
            return excerpt_of_notes(document, self._state.track_id, self._state.selection)
        return excerpt(document, *document.loop) if document.loop else None

    def selection_to(self, path: Path) -> None:
        """Write what is selected, the kind taken from the name."""
        document = self.selected()
        if document and path.suffix.lower() in (".wav", ".flac"):
            self.sound_to(path, document)
        elif document:
            self.midi_to(path, document)

    def midi_to(self, path: Path, document: Document | None = None) -> None:
        """Write the notes of ``document`` (the song by default) as a MIDI file."""
        song = document or self._studio.session.committed

        def work(job: Job) -> None:
            from studio.app.songs import export_midi

            export_midi(song, path, note_texts(song))

        self._studio.jobs.start(f"export {path}", f"Exporting {path.name}", work, lambda _: self._exported(path))

    def sound_to(self, path: Path, document: Document | None = None) -> None:
        """Write the mix of ``document`` (the song by default) as an audio file, the kind taken from the name."""
        song, rate = document or self._studio.session.committed, self._studio.settings.sample_rate

        def work(job: Job) -> None:
            from studio.app.exporting import export_sound

            export_sound(song, self._studio.shelf.renderer(), path, rate=rate, ctx=job, load=on_main(job))

        self._studio.jobs.start(f"export {path}", f"Exporting {path.name}", work, lambda _: self._exported(path))

    def stems_to(self, folder: Path) -> None:
        """Write each track as a WAV file into ``folder``."""
        document, rate = self._studio.session.committed, self._studio.settings.sample_rate

        def work(job: Job) -> int:
            from studio.app.exporting import export_stems

            return len(export_stems(document, self._studio.shelf.renderer(), folder, rate=rate, ctx=job, load=on_main(job)))

        def done(count: int) -> None:
            if count:
                self._studio.notices.tell(f"Exported {count} stems.", f"They lie in {folder}.")
            else:
                self._studio.notices.tell(
                    "No stem was written: no track can be heard.", "Write some notes, or switch off mute and solo."
                )

        self._studio.jobs.start(f"export {folder}", "Exporting stems", work, done)

    def _exported(self, path: Path) -> None:
        self._studio.notices.tell(f"Exported {path.name}.", f"It lies in {path.parent}.")
