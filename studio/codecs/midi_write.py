"""A document -> a standard MIDI file of type 1 at 960 ticks a quarter note; the same document gives the same bytes.

mido encodes the conductor's meta events. The notes are encoded here, a column at a time: one mido message for each was
measured to take some 60 times longer (`studio bench midi` gives the present figure for 200,000 notes).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from mido import MetaMessage
from mido.midifiles.meta import UnknownMetaMessage, encode_variable_int

from studio.codecs.midi_events import MARKER, OWN, SECTION, TEXT, TRACK_NAME
from studio.errors import StudioError
from studio.music.document import DRUM_CHANNEL, Document, Section, Track
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE
from studio.music.pitch import SCALES, Key
from studio.music.time import MAX_TICK, TICKS_PER_QUARTER

_PITCHED = tuple(c for c in range(16) if c != DRUM_CHANNEL)
_BANKS = (0, 32)
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")
_NOTE_OFF, _NOTE_ON, _CONTROL, _PROGRAM, _PRESSURE, _BEND = 0x80, 0x90, 0xB0, 0xC0, 0xD0, 0xE0


def write_midi(document: Document, texts: tuple[str, ...] = ()) -> bytes:
    """The document's active takes as a MIDI file: a conductor track, then a track chunk for each track.

    ``texts`` stand at the head of the conductor track. Sections without a marker of their own are written as markers, and
    where they end in events that others pass over.

    Raises:
        StudioError: the document is longer than a MIDI file can be.
    """
    if document.end > MAX_TICK or len(document.tracks) > 0xFFFE:
        raise StudioError("The song is too long for a MIDI file.", "Export it in parts.")
    chunks = [_conductor(document, texts)]
    channels = assign_channels(document.tracks)
    chunks.extend(_track_chunk(track, channel) for track, channel in zip(document.tracks, channels, strict=True))
    header = b"".join(n.to_bytes(2, "big") for n in (1, len(chunks), TICKS_PER_QUARTER))
    return _framed(b"MThd", header) + b"".join(_framed(b"MTrk", chunk) for chunk in chunks)


def assign_channels(tracks: tuple[Track, ...]) -> list[int]:
    """A channel for each track: 9 for drums; its own where it has one; else a free one.

    A channel plays one program at a time, so a track whose own channel another program has taken gets a free one too.
    Tracks of one program share a channel rather than take two. When all fifteen are taken, they are shared.
    """
    chosen: list[int | None] = [DRUM_CHANNEL if t.drums else None for t in tracks]
    program_on: dict[int, int] = {}
    for i, track in enumerate(tracks):
        own = track.channel
        if chosen[i] is None and own in _PITCHED and program_on.setdefault(own, track.program) == track.program:
            chosen[i] = own
    by_program = {program: channel for channel, program in reversed(program_on.items())}
    free = [c for c in _PITCHED if c not in program_on]
    for i, track in enumerate(tracks):
        if chosen[i] is None:
            if track.program not in by_program:
                by_program[track.program] = free.pop(0) if free else _PITCHED[i % len(_PITCHED)]
            chosen[i] = by_program[track.program]
    return [c or 0 for c in chosen]


def key_signature_name(key: Key) -> str:
    """The key signature by the name that mido knows. MIDI has major and minor only: other scales keep tonic and third."""
    steps = SCALES[key.scale]
    return (_MINOR_NAMES if 3 in steps and 4 not in steps else _MAJOR_NAMES)[key.tonic]


def _framed(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + body


def _text(kind: int, text: str) -> MetaMessage:
    # mido's own text messages take their encoding from a global, which two threads would fight over.
    return UnknownMetaMessage(kind, text.encode("utf-8", "replace"))


def _section(section: Section) -> MetaMessage:
    return UnknownMetaMessage(OWN, SECTION + f"{section.end - section.start} {section.name}".encode("utf-8", "replace"))


def _conductor(document: Document, texts: tuple[str, ...]) -> bytes:
    events: list[tuple[int, MetaMessage]] = [(0, _text(TRACK_NAME, document.title))] if document.title else []
    events.extend((0, _text(TEXT, text)) for text in texts)
    for s in document.meter.signatures:
        click = max(1, 96 // s.denominator)  # in MIDI clocks, 24 a quarter: one click a beat
        signature = {"numerator": s.numerator, "denominator": s.denominator, "clocks_per_click": click}
        events.append((s.tick, MetaMessage("time_signature", **signature)))
    events.extend((k.tick, MetaMessage("key_signature", key=key_signature_name(k.key))) for k in document.keys)
    events.extend((c.tick, MetaMessage("set_tempo", tempo=c.micros)) for c in document.tempo.changes)
    events.extend((m.tick, _text(MARKER, m.name)) for m in document.markers)
    events.extend((s.start, _section(s)) for s in document.sections)
    marked = {m.tick for m in document.markers}
    events.extend((s.start, _text(MARKER, s.name)) for s in document.sections if s.start not in marked)
    body, now = bytearray(), 0
    for tick, message in sorted(events, key=lambda e: e[0]):
        body += _event(tick - now, message)
        now = tick
    return bytes(body + _event(max(0, document.end - now), MetaMessage("end_of_track")))


def _event(delta: int, message: MetaMessage) -> bytes:
    return bytes(encode_variable_int(delta) + message.bytes())


def _track_chunk(track: Track, channel: int) -> bytes:
    tick, message, size = _channel_events(track)
    message[:, 0] |= channel
    name = _event(0, _text(TRACK_NAME, track.name)) if track.name else b""
    last = int(tick[-1])
    return name + _encode(tick, message, size) + _event(max(0, track.end - last), MetaMessage("end_of_track"))


def _channel_events(track: Track) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Ticks [n], status and data bytes [n, 3], and how many of these count [n], in the order of the file.

    At one tick: ends of notes, then controls in their order, then notes. The track's program stands at the start,
    behind the banks that are selected there.
    """
    notes = track.notes
    ticks, messages, sizes = _control_messages(track)
    n = len(notes)
    on = np.stack([np.full(n, _NOTE_ON), notes.pitch, notes.velocity], axis=1)
    off = np.stack([np.full(n, _NOTE_OFF), notes.pitch, np.zeros(n)], axis=1)
    tick = np.concatenate([notes.end, ticks, notes.start])
    rank = np.repeat([0, 1, 2], [n, len(ticks), n])
    order = np.lexsort((rank, tick))
    message = np.concatenate([off, messages, on]).astype(np.uint8)[order]
    size = np.concatenate([np.full(n, 3), sizes, np.full(n, 3)])[order]
    return tick[order], message, size


def _control_messages(track: Track) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    controls = track.controls
    number, value = controls.number.astype(np.int64), controls.value.astype(np.int64)
    banks = np.flatnonzero((controls.tick == 0) & np.isin(number, _BANKS))
    at = int(banks[-1]) + 1 if len(banks) else 0
    tick = np.insert(controls.tick, at, 0)
    number, value = np.insert(number, at, PROGRAM_CHANGE), np.insert(value, at, track.program)
    bend = number == PITCH_BEND
    alone = (number == PROGRAM_CHANGE) | (number == CHANNEL_PRESSURE)
    status = np.select([bend, number == PROGRAM_CHANGE, number == CHANNEL_PRESSURE], [_BEND, _PROGRAM, _PRESSURE], _CONTROL)
    wheel = np.clip(value, -8192, 8191) + 8192
    plain = np.clip(value, 0, 127)
    first = np.select([bend, alone], [wheel & 0x7F, plain], number)
    second = np.where(bend, wheel >> 7, plain)
    return tick, np.stack([status, first, second], axis=1), np.where(alone, 2, 3)


def _encode(tick: npt.NDArray[np.int64], message: npt.NDArray[np.uint8], size: npt.NDArray[np.int64]) -> bytes:
    """Delta times and messages with running status: rows of 4 + 3 bytes, of which a mask keeps the written ones."""
    delta = np.diff(tick, prepend=0)
    rows = np.empty((len(tick), 7), np.uint8)
    kept = np.empty((len(tick), 7), np.bool_)
    for column, shift in enumerate((21, 14, 7, 0)):
        rows[:, column] = delta >> shift & 0x7F | (0x80 if shift else 0)
        kept[:, column] = (delta >> shift > 0) | (shift == 0)
    rows[:, 4:] = message
    kept[:, 4] = np.diff(message[:, 0], prepend=np.uint8(0)) != 0
    kept[:, 5] = True
    kept[:, 6] = size == 3
    return rows[kept].tobytes()
