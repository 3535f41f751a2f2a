"""Songs in files: which kinds there are, opening any of them, writing the notes."""

from pathlib import Path

from studio.codecs.files import write_whole
from studio.codecs.midi import ImportResult, read_midi, write_midi
from studio.codecs.project import load_project
from studio.engines.own_names import PREFIX, playable, titles
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
    """A sentence for each track whose own instrument is not on this computer, or cannot be played any more."""
    lost = [track for track in document.tracks if track.instrument.startswith(PREFIX) and track.instrument not in playable()]
    known = titles() if lost else {}
    return tuple(
        f"The instrument of '{track.name}' was made for older models, so another one plays it. Make it once more."
        if track.instrument in known
        else f"The instrument of '{track.name}' is not on this computer, so another one plays it."
        for track in lost
    )


def export_midi(document: Document, path: Path, texts: tuple[str, ...] = ()) -> None:
    """Write the active takes as a MIDI file with ``texts`` at its head, whole or not at all.

    Raises:
        StudioError: the file cannot be written, or the song is too long for MIDI.
    """
    write_whole(path, write_midi(document, texts))
