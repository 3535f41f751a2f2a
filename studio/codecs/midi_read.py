"""A standard MIDI file -> a document: ticks exact wherever the file's resolution divides ours, else rounded once.

One track of ours is one (track chunk, channel). What a document has no place for is left behind: system exclusive
messages, sequencer specific events, copyright and free text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from mido.midifiles.meta import KeySignatureError, build_meta_message

from studio.codecs.midi_events import Losses, RawFile, RawTrack, read_chunks
from studio.codecs.texts import decode_text
from studio.errors import StudioError
from studio.music.document import DRUM_CHANNEL, Clip, Document, KeyChange, Marker, Provenance, Take, Track
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE, Controls, Notes, Origin
from studio.music.pitch import Key
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import MAX_TICK, Meter, TimeSignature

MAX_BYTES = 32 << 20
MAX_NOTES = 2_000_000
MAX_SECONDS = 24 * 3600
_TRACK_NAME, _LYRIC, _MARKER, _CUE, _TEMPO, _SIGNATURE, _KEY = 0x03, 0x05, 0x06, 0x07, 0x51, 0x58, 0x59
_MODE_MESSAGES = 120  # controllers from here on (all notes off, local control, ...) are commands, not settings


@dataclass(frozen=True)
class ImportResult:
    """What was read, and one sentence for each kind of thing that was lost."""

    document: Document
    lost: tuple[str, ...]


def read_midi(source: Path | str | bytes) -> ImportResult:
    """Read a MIDI file of type 0, 1 or 2 from a path or from its bytes, as far as it can be understood.

    Raises:
        StudioError: it is no MIDI file, is too large, or cannot be read at all.
    """
    data = source if isinstance(source, bytes) else _bytes_of(Path(source))
    if len(data) > MAX_BYTES:
        raise StudioError(f"The MIDI file is larger than {MAX_BYTES >> 20} MB.", "Split it into smaller files.")
    losses = Losses()
    file = read_chunks(data, losses)
    document = _Import(file, losses).document()
    return ImportResult(document, losses.sentences())


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise StudioError(f"There is no file '{path}'.", "Check its name and folder.") from None
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise StudioError(f"The file '{path}' cannot be read: {reason}.", "Check its permissions.") from error


class _Import:
    """One import: the file's chunks become tracks, its meta events the conductor's lanes."""

    def __init__(self, file: RawFile, losses: Losses) -> None:
        self._file = file
        self._losses = losses
        self._next_id = 1
        self._title = ""
        self._names: list[str] = []
        self._tempi = {0: 500_000}
        self._signatures = {0: TimeSignature()}
        self._keys: dict[int, Key] = {}
        self._markers: list[Marker] = []

    def document(self) -> Document:
        """The document; chunks of a type 2 file follow each other."""
        self._cut_endless()
        offset = 0
        starts = []
        for raw in self._file.tracks:
            starts.append(offset)
            self._read_metas(raw, offset)
            offset += self._ticks([raw.end])[0] if self._file.kind == 2 else 0
        tempo = TempoMap(tuple(TempoChange(t, m) for t, m in sorted(self._tempi.items())))
        meter = Meter(tuple(s for _, s in sorted(self._signatures.items())))
        limit = min(MAX_TICK, int(tempo.ticks_at_seconds(MAX_SECONDS)))
        self._note_room = MAX_NOTES
        tracks = [
            track
            for index, (raw, start) in enumerate(zip(self._file.tracks, starts, strict=True))
            for track in self._tracks(index, raw, start, meter, limit)
        ]
        return Document(
            title=self._title,
            tempo=tempo,
            meter=meter,
            keys=tuple(KeyChange(t, k) for t, k in sorted(self._keys.items())),
            markers=tuple(sorted(self._markers, key=lambda m: m.tick)),
            tracks=tuple(tracks),
            next_id=self._next_id,
        )

    def _cut_endless(self) -> None:
        limit = int(MAX_TICK / self._file.scale)
        beyond = "{n} event{s} lay more than a day into the piece and were left out."
        for raw in self._file.tracks:
            kept = int(np.searchsorted(raw.tick, limit))
            metas = [m for m in raw.metas if m.tick < limit]
            self._losses.add(beyond, len(raw.tick) - kept + len(raw.metas) - len(metas))
            for column in ("tick", "status", "first", "second"):
                setattr(raw, column, getattr(raw, column)[:kept])
            raw.metas, raw.end = metas, min(raw.end, limit)

    def _ticks(self, ticks: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Our ticks of the file's: multiplied first, rounded once, halves up."""
        up, down = self._file.scale.as_integer_ratio()
        return np.asarray((2 * np.asarray(ticks, np.int64) * up + down) // (2 * down), np.int64)

    def _read_metas(self, raw: RawTrack, offset: int) -> None:
        name = ""
        for meta in raw.metas:
            tick = offset + int(self._ticks(meta.tick))
            if meta.kind == _TRACK_NAME:
                name = name or decode_text(meta.data)
            elif meta.kind in (_LYRIC, _MARKER, _CUE):
                text = decode_text(meta.data)
                if text:
                    self._markers.append(Marker(tick, text))
            elif meta.kind in (_TEMPO, _SIGNATURE, _KEY) and not self._read_conductor(meta.kind, meta.data, tick):
                self._losses.add("{n} change{s} of tempo, time or key signature could not be understood.")
        self._names.append(name)
        if len(self._names) == 1 and (self._file.kind == 0 or not len(raw.tick)):
            self._title = name

    def _read_conductor(self, kind: int, data: bytes, tick: int) -> bool:
        try:
            message = build_meta_message(kind, data)
            if kind == _SIGNATURE:
                self._signatures[tick] = TimeSignature(tick, message.numerator, message.denominator)
            elif kind == _KEY:
                self._keys[tick] = Key.parse(message.key)
            elif self._file.timecode:
                self._losses.add("The file counts seconds, so its changes of tempo have no meaning and were left out.")
            elif message.tempo:
                self._tempi[tick] = message.tempo
            return kind != _TEMPO or message.tempo > 0
        except (IndexError, ValueError, KeySignatureError):
            return False

    def _tracks(self, index: int, raw: RawTrack, offset: int, meter: Meter, limit: int) -> Iterator[Track]:
        channels = raw.status & 0x0F
        for channel in np.unique(channels).tolist():
            mine = channels == channel
            kind = raw.status[mine] & 0xF0
            tick, first, second = raw.tick[mine], raw.first[mine], raw.second[mine]
            notes = self._notes(tick, kind, first, second, raw.end, offset, limit)
            controls, program = self._controls(tick, kind, first, second, offset, limit)
            track_id = self._new_ids(1)
            yield Track(
                id=track_id,
                name="" if self._file.kind == 0 else self._names[index],
                color=track_id % 12,
                program=program,
                drums=channel == DRUM_CHANNEL,
                channel=channel,
                clips=self._clips(notes, meter),
                controls=controls,
            )

    def _new_ids(self, count: int) -> int:
        self._next_id += count
        return self._next_id - count

    def _notes(
        self,
        tick: npt.NDArray[np.int64],
        kind: npt.NDArray[np.uint8],
        pitch: npt.NDArray[np.uint8],
        velocity: npt.NDArray[np.uint8],
        last: int,
        offset: int,
        limit: int,
    ) -> Notes:
        on = (kind == 0x90) & (velocity > 0)
        of_note = on | (kind == 0x90) | (kind == 0x80)
        start, end, which, hanging = pair_notes(tick[of_note], on[of_note], pitch[of_note], last)
        start, end = self._ticks(start) + offset, self._ticks(end) + offset
        kept = start < limit
        self._losses.add("{n} note{s} lay more than a day into the piece and were left out.", int((~kept).sum()))
        room = max(0, self._note_room)
        if kept.sum() > room:
            self._losses.add(f"Only the first {MAX_NOTES:,} notes were read; {{n}} more were left out.", int(kept.sum()) - room)
            kept[np.flatnonzero(kept)[room:]] = False
        self._note_room -= int(kept.sum())
        self._losses.add("{n} note{s} never ended and were closed at the end of the track.", hanging)
        start, end = start[kept], np.minimum(end[kept], limit)
        return Notes.of(
            start,
            np.maximum(end - start, 1),
            pitch[of_note][which[kept]],
            velocity[of_note][which[kept]],
            origin=int(Origin.IMPORTED),
        )

    def _controls(
        self,
        tick: npt.NDArray[np.int64],
        kind: npt.NDArray[np.uint8],
        first: npt.NDArray[np.uint8],
        second: npt.NDArray[np.uint8],
        offset: int,
        limit: int,
    ) -> tuple[Controls, int]:
        self._losses.add("Pressure on single keys ({n} event{s}) was left out.", int((kind == 0xA0).sum()))
        number = np.full(len(tick), -1, np.int64)
        value = first.astype(np.int64)
        is_control = (kind == 0xB0) & (first < _MODE_MESSAGES)
        number[is_control], value[is_control] = first[is_control], second[is_control]
        bend = kind == 0xE0
        number[bend], value[bend] = PITCH_BEND, (first[bend] | second[bend].astype(np.int64) << 7) - 8192
        number[kind == 0xD0] = CHANNEL_PRESSURE
        number[kind == 0xC0] = PROGRAM_CHANGE
        changes = np.flatnonzero(kind == 0xC0)
        sounding = tick[(kind == 0x90) & (second > 0)]
        program = 0
        if len(changes):
            # The program in force at the first note is the track's; those before it never sound.
            ahead = changes[tick[changes] <= sounding[0]] if len(sounding) else changes[:1]
            if len(ahead):
                program = int(first[ahead[-1]])
                number[ahead] = -1
        at = self._ticks(tick) + offset
        kept = (number >= 0) & (at < limit)
        return Controls.of(at[kept], number[kept], value[kept]), program

    def _clips(self, notes: Notes, meter: Meter) -> tuple[Clip, ...]:
        if not len(notes):
            return ()
        start = meter.bar_start(meter.bar_of(int(notes.start[0])))
        length = meter.bar_ceiling(notes.last_end) - start
        clip_id = self._new_ids(1)
        notes = notes.shifted(-start).with_ids_from(self._new_ids(len(notes)))
        return (Clip(clip_id, start, length, (Take(notes, provenance=Provenance("imported")),)),)


def pair_notes(
    tick: npt.NDArray[np.int64], on: npt.NDArray[np.bool_], pitch: npt.NDArray[np.uint8], last: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[Any], int]:
    """Starts, ends and indices (among the events) of one channel's notes, and how many never ended.

    Events come in file order, shape [n]. Of several notes of one pitch the oldest ends first. An end without a note is
    nothing; a note without an end lasts until ``last``.
    """
    order = np.argsort(pitch, kind="stable")
    step = np.where(on[order], 1, -1)
    new_pitch = np.concatenate([[True], np.diff(pitch[order].astype(np.int64)) != 0]) if len(order) else np.zeros(0, bool)
    group = np.cumsum(new_pitch) - 1
    sounding = np.cumsum(step)
    before = (sounding - step)[new_pitch]
    # How many sound within the pitch; falling far from one pitch to the next, so that one running minimum serves all.
    level = sounding - before[group] - 2 * (len(order) + 1) * group
    floor = np.minimum.accumulate(np.concatenate([[0], level]))[:-1]
    floor = np.minimum(floor, -2 * (len(order) + 1) * group)
    real = (step > 0) | (level >= floor)
    ons, offs = order[real & (step > 0)], order[real & (step < 0)]
    off_of = np.full(len(ons), -1, np.int64)
    # Within a pitch the k-th end belongs to the k-th note.
    first_on = np.searchsorted(pitch[ons], pitch[offs])
    first_off = np.searchsorted(pitch[offs], pitch[offs])
    off_of[first_on + np.arange(len(offs)) - first_off] = offs
    hanging = off_of < 0
    ends = np.where(hanging, last, tick[off_of]) if len(offs) else np.full(len(ons), last, np.int64)
    return tick[ons], ends, ons, int(hanging.sum())
