"""A document -> a standard MIDI file of type 1 at 960 ticks a quarter note; the same document gives the same bytes."""

from io import BytesIO

import numpy as np
from mido import Message, MetaMessage, MidiFile, MidiTrack
from mido.midifiles.meta import UnknownMetaMessage

from studio.music.document import DRUM_CHANNEL, Document, Track
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE
from studio.music.pitch import SCALES, Key
from studio.music.time import TICKS_PER_QUARTER

_PITCHED = tuple(c for c in range(16) if c != DRUM_CHANNEL)
_BANK = (0, 32)
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


def write_midi(document: Document) -> bytes:
    """The document's active takes as a MIDI file: a conductor track, then a track chunk for each track."""
    file = MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(_conductor(document))
    channels = assign_channels(document.tracks)
    file.tracks.extend(_chunk(track, channel) for track, channel in zip(document.tracks, channels, strict=True))
    stream = BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def assign_channels(tracks: tuple[Track, ...]) -> list[int]:
    """A channel for each track: its own where it has one that fits, 9 for drums, else a free one.

    Tracks without a channel that play the same program share one; so do the rest when all fifteen are taken.
    """
    chosen = [_own_channel(t) for t in tracks]
    by_program: dict[int, int] = {}
    free = [c for c in _PITCHED if c not in chosen]
    spread = 0
    for i, track in enumerate(tracks):
        if chosen[i] is not None:
            continue
        if track.program not in by_program:
            if free:
                by_program[track.program] = free.pop(0)
            else:
                by_program[track.program] = _PITCHED[spread % len(_PITCHED)]
                spread += 1
        chosen[i] = by_program[track.program]
    return [c if c is not None else 0 for c in chosen]


def _own_channel(track: Track) -> int | None:
    if track.drums:
        return DRUM_CHANNEL
    return track.channel if track.channel in _PITCHED else None


def key_signature_name(key: Key) -> str:
    """The signature that mido knows by name: MIDI has major and minor only, so other scales keep tonic and third."""
    steps = SCALES[key.scale]
    return (_MINOR_NAMES if 3 in steps and 4 not in steps else _MAJOR_NAMES)[key.tonic]


def _text(kind: int, text: str) -> UnknownMetaMessage:
    # mido's own text messages take their encoding from a global, which two threads would fight over.
    return UnknownMetaMessage(kind, text.encode("utf-8", "replace"))


def _conductor(document: Document) -> MidiTrack:
    events: list[tuple[int, MetaMessage]] = []
    if document.title:
        events.append((0, _text(0x03, document.title)))
    for s in document.meter.signatures:
        events.append((s.tick, MetaMessage("time_signature", numerator=s.numerator, denominator=s.denominator)))
    events.extend((k.tick, MetaMessage("key_signature", key=key_signature_name(k.key))) for k in document.keys)
    events.extend((c.tick, MetaMessage("set_tempo", tempo=c.micros)) for c in document.tempo.changes)
    events.extend((m.tick, _text(0x06, m.name)) for m in document.markers)
    return _timed(sorted(events, key=lambda e: e[0]), document.end)


def _chunk(track: Track, channel: int) -> MidiTrack:
    notes, controls = track.notes, track.controls
    # (tick, rank, message): at one tick ends come first, then banks, programs, other controls, and new notes last.
    events: list[tuple[int, int, Message]] = [(0, -1, _text(0x03, track.name))] if track.name else []
    events.append((0, 2, Message("program_change", channel=channel, program=track.program)))
    for tick, number, value in zip(controls.tick.tolist(), controls.number.tolist(), controls.value.tolist(), strict=True):
        events.append((tick, *_control(channel, number, value)))
    columns = zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), notes.velocity.tolist(), strict=True)
    for start, end, pitch, velocity in columns:
        events.append((start, 4, Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((end, 0, Message("note_off", channel=channel, note=pitch, velocity=0)))
    return _timed(sorted(events, key=lambda e: e[:2]), max(track.end, notes.last_end))


def _control(channel: int, number: int, value: int) -> tuple[int, Message]:
    if number == PITCH_BEND:
        return 3, Message("pitchwheel", channel=channel, pitch=int(np.clip(value, -8192, 8191)))
    if number == CHANNEL_PRESSURE:
        return 3, Message("aftertouch", channel=channel, value=value)
    if number == PROGRAM_CHANGE:
        return 2, Message("program_change", channel=channel, program=value)
    return 1 if number in _BANK else 3, Message("control_change", channel=channel, control=number, value=value)


def _timed(events: list, end: int) -> MidiTrack:  # type: ignore[type-arg]
    track, now = MidiTrack(), 0
    for event in events:
        message = event[-1]
        message.time = event[0] - now
        now = event[0]
        track.append(message)
    track.append(MetaMessage("end_of_track", time=max(0, end - now)))
    return track
