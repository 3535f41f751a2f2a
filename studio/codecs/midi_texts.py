"""Free texts in a MIDI file's first chunk, where the studio notes where written music comes from."""

import io
from pathlib import Path

import mido

_HEADER = 14
_TEXT_BYTES = 1 << 20


def midi_texts(path: Path | str) -> tuple[str, ...]:
    """The texts (meta event 1) of the first chunk; none where the file is no MIDI file or cannot be read.

    Only that chunk is read: the notes of a long song would take mido seconds.
    """
    try:
        with Path(path).open("rb") as stream:
            header = stream.read(_HEADER)
            name, length = stream.read(4), int.from_bytes(stream.read(4), "big")
            if header[:4] != b"MThd" or name != b"MTrk" or length > _TEXT_BYTES:
                return ()
            body = stream.read(length)
        alone = header[:10] + (1).to_bytes(2, "big") + header[12:] + name + length.to_bytes(4, "big") + body
        file = mido.MidiFile(file=io.BytesIO(alone))
    except (OSError, EOFError, ValueError, IndexError, KeyError):
        return ()
    return tuple(message.text for track in file.tracks for message in track if message.type == "text")
