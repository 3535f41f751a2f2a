"""A standard MIDI file -> a document: ticks exact wherever the file's resolution divides ours, else rounded once.

One track of ours is one (track chunk, channel, program), except that drums stay together. Controls of a channel go to all
its tracks. What a document has no place for is left behind: system exclusive messages, sequencer specific events,
copyright and free text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from mido.midifiles.meta import KeySignatureError, build_meta_message

from studio.codecs.midi_events import (
    CUE,
    KEY,
    LYRIC,
    MARKER,
    MAX_TRACKS,
    OWN,
    SECTION,
    SIGNATURE,
    TEMPO,
    TRACK_NAME,
    Losses,
    RawFile,
    RawTrack,
    read_chunks,
)
from studio.codecs.midi_parts import Part
from studio.codecs.texts import decode_text
from studio.errors import StudioError
from studio.music.document import Clip, Document, KeyChange, Marker, Provenance, Section, Take, Track
from studio.music.notes import Controls, IntColumn, Notes
from studio.music.pitch import Key
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import MAX_TICK, TICKS_PER_QUARTER, Meter, TimeSignature

MAX_BYTES = 32 << 20
MAX_NOTES = 2_000_000
MAX_CONTROLS = 4_000_000
MAX_SECONDS = 24 * 3600


@dataclass(frozen=True)
class ImportResult:
    """What was read, and one sentence for each kind of thing that was lost.

    ``kind`` is the MIDI file's type, ``resolution`` its ticks a quarter note (0 where it counts seconds).
    """

    document: Document
    lost: tuple[str, ...]
    kind: int = 1
    resolution: int = TICKS_PER_QUARTER


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
    return ImportResult(document, losses.sentences(), file.kind, 0 if file.timecode else file.division)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise StudioError(f"There is no file '{path}'.", "Check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StudioError(f"The file '{path}' cannot be read: {reason}.", "Check its name and permissions.") from error


class _Import:
    """One import: the file's chunks become tracks, its meta events the conductor's lanes."""

    def __init__(self, file: RawFile, losses: Losses) -> None:
        self._file = file
        self._losses = losses
        self._next_id = 1
        self._room = MAX_NOTES
        self._control_room = MAX_CONTROLS
        self._title = ""
        self._names: list[str] = []
        self._tempi = {0: 500_000}
        self._signatures = {0: TimeSignature()}
        self._keys: dict[int, Key] = {}
        self._markers: list[Marker] = []
        self._sections: list[Section] = []
        self._offsets: list[int] = []

    def document(self) -> Document:
        """The document; chunks of a type 2 file follow each other."""
        self._cut_endless()
        offset = 0
        for raw in self._file.tracks:
            self._offsets.append(offset)
            self._read_metas(raw, offset)
            if self._file.kind == 2:
                offset = min(offset + int(self._ticks(raw.end)), MAX_TICK)
        tempo = TempoMap(tuple(TempoChange(t, m) for t, m in sorted(self._tempi.items())))
        meter = Meter(tuple(s for _, s in sorted(self._signatures.items())))
        limit = min(MAX_TICK, int(tempo.ticks_at_seconds(MAX_SECONDS)))
        named = {(s.start, s.name) for s in self._sections}  # these markers are the sections, for those who know no others
        return Document(
            title=self._title,
            tempo=tempo,
            meter=meter,
            keys=tuple(KeyChange(t, k) for t, k in sorted(self._keys.items())),
            markers=tuple(sorted((m for m in self._markers if (m.tick, m.name) not in named), key=lambda m: m.tick)),
            sections=tuple(sorted(self._sections, key=lambda s: s.start)),
            tracks=tuple(self._tracks(meter, limit)),
            next_id=self._next_id,
        )

    def _cut_endless(self) -> None:
        limit = int(MAX_TICK / self._file.scale)
        for raw in self._file.tracks:
            kept = int(np.searchsorted(raw.tick, limit))
            metas = [m for m in raw.metas if m.tick < limit]
            beyond = len(raw.tick) - kept + len(raw.metas) - len(metas)
            self._losses.add("{n} event{s} more than a day into the piece {was} left out.", beyond)
            for column in ("tick", "status", "first", "second"):
                setattr(raw, column, getattr(raw, column)[:kept])
            raw.metas, raw.end = metas, min(raw.end, limit)

    def _ticks(self, ticks: npt.ArrayLike) -> IntColumn:
        """Our ticks of the file's: multiplied first, rounded once, halves up."""
        up, down = self._file.scale.as_integer_ratio()
        return np.asarray((2 * np.asarray(ticks, np.int64) * up + down) // (2 * down), np.int64)

    def _read_metas(self, raw: RawTrack, offset: int) -> None:
        name = ""
        for meta in raw.metas:
            tick = min(offset + int(self._ticks(meta.tick)), MAX_TICK)
            if meta.kind == TRACK_NAME:
                name = name or decode_text(meta.data)
            elif meta.kind in (LYRIC, MARKER, CUE):
                text = decode_text(meta.data)
                if text:
                    self._markers.append(Marker(tick, text))
            elif meta.kind == OWN:
                self._read_section(meta.data.removeprefix(SECTION), tick)
            elif meta.kind in (TEMPO, SIGNATURE, KEY) and not self._read_conductor(meta.kind, meta.data, tick):
                self._losses.add("{n} change{s} of tempo, time or key signature could not be understood.")
        self._names.append(name)
        if len(self._names) == 1 and (self._file.kind == 0 or not len(raw.tick)):
            self._title = name

    def _read_section(self, data: bytes, tick: int) -> None:
        """A section as the studio writes it: its length, a space, its name. One that overlaps another is passed over."""
        length, _, name = data.partition(b" ")
        end = tick + int(self._ticks(int(length))) if length.isdigit() and len(length) < 10 else 0
        if tick < end <= MAX_TICK and all(s.end <= tick or end <= s.start for s in self._sections):
            self._sections.append(Section(tick, end, decode_text(name)))

    def _read_conductor(self, kind: int, data: bytes, tick: int) -> bool:
        try:
            message = build_meta_message(kind, data)
            if kind == SIGNATURE:
                self._signatures[tick] = TimeSignature(tick, message.numerator, message.denominator)
            elif kind == KEY:
                self._keys[tick] = Key.parse(message.key)
            elif self._file.timecode:
                self._losses.add("The file counts seconds, so its changes of tempo have no meaning and were left out.")
            elif message.tempo:
                self._tempi[tick] = message.tempo
            return kind != TEMPO or message.tempo > 0
        except (IndexError, ValueError, KeySignatureError):
            return False

    def _parts(self) -> Iterator[Part]:
        for raw, name, offset in zip(self._file.tracks, self._names, self._offsets, strict=True):
            tick, end = self._ticks(raw.tick) + offset, int(self._ticks(raw.end)) + offset
            channels, kind = raw.status & 0x0F, raw.status & 0xF0
            for channel in np.flatnonzero(np.bincount(channels)).tolist():
                mine = channels == channel
                columns = tick[mine], kind[mine], raw.first[mine], raw.second[mine]
                yield Part(name if self._file.kind else "", channel, *columns, end=end)

    def _tracks(self, meter: Meter, limit: int) -> Iterator[Track]:
        parts = list(self._parts())
        sounding = {p.channel for p in parts if p.sounding}
        silent = [p for p in parts if not p.sounding and p.channel in sounding]
        lent = {
            c: Controls.concat(p.controls(limit, self._losses) for p in silent if p.channel == c)
            for c in {p.channel for p in silent}
        }
        changes = {c: _program_changes([p for p in parts if p.channel == c]) for c in {p.channel for p in parts}}
        made = 0
        for part in parts:
            if not part.sounding and part.channel in sounding:
                continue
            controls = self._within_room(lent.get(part.channel), part.controls(limit, self._losses))
            first = _program_at(part.first_onset, part.program_changes, changes[part.channel])
            for program, notes in part.notes(first, limit, self._room, self._losses) or [(first, Notes.empty())]:
                made += 1
                if made <= MAX_TRACKS:
                    self._room -= len(notes)
                    yield self._track(part, program, notes, controls, meter)
        self._losses.add(f"Only the first {MAX_TRACKS:,} tracks were read.", max(0, made - MAX_TRACKS))
        if not self._room:
            self._losses.add(f"Only the first {MAX_NOTES:,} notes were read.")

    def _within_room(self, lent: Controls | None, own: Controls) -> Controls:
        if len(own) + (len(lent) if lent else 0) > self._control_room:
            self._losses.add("There are too many controllers, and those of {n} track{s} {was} left out.")
            return Controls.empty()
        controls = Controls.concat([lent, own]) if lent else own
        self._control_room -= len(controls)
        return controls

    def _track(self, part: Part, program: int, notes: Notes, controls: Controls, meter: Meter) -> Track:
        track_id = self._new_ids(1)
        clips = self._clips(notes, meter)
        return Track(track_id, part.name, track_id - 1, program, part.drums, part.channel, clips=clips, controls=controls)

    def _new_ids(self, count: int) -> int:
        self._next_id += count
        return self._next_id - count

    def _clips(self, notes: Notes, meter: Meter) -> tuple[Clip, ...]:
        if not len(notes):
            return ()
        start = meter.bar_start(meter.bar_of(int(notes.start[0])))
        length = min(meter.bar_ceiling(notes.last_end), MAX_TICK) - start
        clip_id = self._new_ids(1)
        notes = notes.shifted(-start).with_ids_from(self._new_ids(len(notes)))
        return (Clip(clip_id, start, length, (Take(notes, provenance=Provenance("imported")),)),)


def _program_changes(parts: list[Part]) -> tuple[IntColumn, IntColumn]:
    """One channel's program changes in all chunks, rising ticks and programs."""
    ticks, programs = (np.concatenate(columns) for columns in zip(*(p.program_changes for p in parts), strict=True))
    order = np.argsort(ticks, kind="stable")
    return ticks[order], programs[order]


def _program_at(tick: int, *lanes: tuple[IntColumn, IntColumn]) -> int:
    """The program at ``tick`` by the first of ``lanes`` that sets one: the chunk's own, else what other chunks set."""
    for ticks, programs in lanes:
        before = int(np.searchsorted(ticks, tick, "right"))
        if before:
            return int(programs[before - 1])
    return 0
