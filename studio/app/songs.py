"""Songs in files: which kinds there are, opening any of them, writing the notes."""

from pathlib import Path

from studio.codecs.files import write_whole
from studio.codecs.midi import ImportResult, read_midi, write_midi
from studio.codecs.project import load_project
from studio.engines.own_names import PREFIX, titles
from studio.music.document import Document

SONG = ".studio"
MIDI = (".mid", ".midi", ".smf", ".kar")


def read_song(path: Path) -> ImportResult:
    """The song in a project or MIDI file, and what was lost.

    Raises:
        StudioError: it is neither, or cannot be read.
    """
    if path.suffix.lower() == SONG:
        document = load_project(path)
        return ImportResult(document, missing_instruments(document))
    return read_midi(path)


def missing_instruments(document: Document) -> tuple[str, ...]:
    """A sentence for each track whose own instrument is not on this computer."""
    own = [track for track in document.tracks if track.instrument.startswith(PREFIX)]
    known = titles() if own else {}
    return tuple(
        f"The instrument of '{track.name}' is not on this computer, so another one plays it."
        for track in own
        if track.instrument not in known
    )


def export_midi(document: Document, path: Path, texts: tuple[str, ...] = ()) -> None:
    """Write the active takes as a MIDI file with ``texts`` at its head, whole or not at all.

    Raises:
        StudioError: the file cannot be written, or the song is too long for MIDI.
    """
    write_whole(path, write_midi(document, texts))
