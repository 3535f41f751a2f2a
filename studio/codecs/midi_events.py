"""Bytes of a standard MIDI file -> chunks -> events, forgiving whatever can be forgiven.

Why not mido's reader: one bad byte makes it refuse the whole file, it loses the delta time of meta events that it does
not know (mido 1.3.3, ``build_meta_message``), so that everything behind them moves, and it takes 7 microseconds an event.
mido still decodes the meta events (:mod:`studio.codecs.midi_read`) and writes the files.

Source: Standard MIDI Files 1.0 (RP-001), chunks, delta times, running status.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from studio.errors import StudioError
from studio.music.time import TICKS_PER_QUARTER

MAX_TRACKS = 1024
MAX_METAS = 50_000  # of a file
TEXT, TRACK_NAME, LYRIC, MARKER, CUE, TEMPO, SIGNATURE, KEY, OWN = 0x01, 0x03, 0x05, 0x06, 0x07, 0x51, 0x58, 0x59, 0x7F
SECTION = b"\x7dPartita section "  # heads a sequencer specific event; 7D is the number for those without a manufacturer's
_KEPT = frozenset((TRACK_NAME, LYRIC, MARKER, CUE, TEMPO, SIGNATURE, KEY, OWN))
END_OF_TRACK = 0x2F
_BAD_EVENTS_BORNE = 64
_COMMON_LENGTHS = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # the other system messages carry no data


class Losses:
    """What could not be understood, counted by kind, told as sentences."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, sentence: str, count: int = 1) -> None:
        """Count a loss. In ``sentence`` {n} becomes the count, {s} an s and {was} were for several."""
        if count:
            self._counts[sentence] += count

    def sentences(self) -> tuple[str, ...]:
        """One sentence a kind of loss, in the order in which they were met."""
        return tuple(
            text.format(n=f"{n:,}", s="" if n == 1 else "s", was="was" if n == 1 else "were") for text, n in self._counts.items()
        )


@dataclass(frozen=True)
class Meta:
    """A meta event: tick of the file, type byte, data."""

    tick: int
    kind: int
    data: bytes


@dataclass
class RawTrack:
    """A track chunk's channel events in file order, columns of shape [n], ticks of the file, and its meta events."""

    tick: npt.NDArray[np.int64]
    status: npt.NDArray[np.uint8]
    first: npt.NDArray[np.uint8]
    second: npt.NDArray[np.uint8]
    metas: list[Meta]
    end: int


@dataclass
class RawFile:
    """A file's chunks. ``scale`` turns its ticks into ours; ``timecode`` says that they count seconds, not quarters."""

    kind: int
    division: int
    scale: Fraction
    timecode: bool
    tracks: list[RawTrack] = field(default_factory=list)


def read_chunks(data: bytes, losses: Losses) -> RawFile:
    """All tracks of a MIDI file (types 0, 1, 2; RIFF wrapping allowed), as far as they can be understood.

    Raises:
        StudioError: there is no MIDI in it.
    """
    at = data.find(b"MThd", 0, 4096)
    first = data.find(b"MTrk")
    if at < 0 and first < 0:
        raise StudioError("This is not a MIDI file.", "Choose a file that ends in .mid, .midi or .kar.")
    if at < 0 or len(data) < at + 14 or 0 <= first < at + 14:
        losses.add("The file's header is damaged, so 480 ticks a quarter note were assumed.")
        file, at, promised = RawFile(1, 480, Fraction(2), False), max(first, 0), 0
    else:
        file, promised = _header(data[at + 8 : at + 14], losses)
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        at = at + 8 + length if _is_chunk(data, at + 8 + length) else first
    found = _read_tracks(data, at, file, losses) if at >= 0 else 0
    losses.add("{n} track{s} that the file's header promises could not be found.", max(0, promised - found))
    return file


def _header(fields: bytes, losses: Losses) -> tuple[RawFile, int]:
    kind, count = int.from_bytes(fields[:2], "big"), int.from_bytes(fields[2:4], "big")
    division = int.from_bytes(fields[4:], "big")
    if kind > 2:
        losses.add("The file's type is unknown, so its tracks were read as playing together.")
        kind = 1
    if division & 0x8000:
        rate, per_frame = 256 - (division >> 8), division & 0xFF
        if rate in (24, 25, 29, 30) and per_frame:
            frames = Fraction(30_000, 1001) if rate == 29 else Fraction(rate)
            # At 120 quarter notes a minute a second is 1,920 of our ticks.
            return RawFile(kind, division, 2 * TICKS_PER_QUARTER / (frames * per_frame), True), count
        division = 0
    if not division:
        losses.add("The file's resolution is damaged, so 480 ticks a quarter note were assumed.")
        division = 480
    return RawFile(kind, division, Fraction(TICKS_PER_QUARTER, division), False), count


def _is_chunk(data: bytes, at: int) -> bool:
    return at == len(data) or (len(data) - at >= 8 and data[at : at + 4].isalpha())


def _read_tracks(data: bytes, at: int, file: RawFile, losses: Losses) -> int:
    while at < len(data):
        if len(file.tracks) == MAX_TRACKS:
            losses.add(f"Only the first {MAX_TRACKS:,} tracks were read.")
            break
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        end = at + 8 + length
        sound = _is_chunk(data, end) or (end < len(data) and data.find(b"MTrk", at + 4) < 0)
        if not sound:  # the length is wrong: the track ends where the next one starts
            following = data.find(b"MTrk", at + 4)
            end = following if following >= 0 else len(data)
        if sum(a == b for a, b in zip(name, b"MTrk", strict=False)) >= 2:  # also a name that was damaged
            room = MAX_METAS - sum(len(t.metas) for t in file.tracks)
            file.tracks.append(read_events(data[at + 8 : end], losses, sound, room))
        at = end
    return len(file.tracks)


def read_events(body: bytes, losses: Losses, sound: bool = True, room: int = MAX_METAS) -> RawTrack:
    """The events of one track chunk, and at most ``room`` meta events of the kinds that are kept.

    ``sound``: the chunk's length can be trusted, so events behind its end mark are read.
    """
    scan = _Scan(room)
    try:
        scan.run(body, sound)
    except IndexError:
        losses.add("{n} track{s} broke off in the middle of an event; what followed is missing.")
        scan.ended = True
    losses.add("{n} event{s} could not be understood and {was} left out.", scan.bad)
    losses.add("There are too many texts and changes of tempo, and {n} of them {was} left out.", scan.dropped)
    if scan.bad == _BAD_EVENTS_BORNE:
        losses.add("{n} track{s} could not be read to the end.")
    elif not scan.ended:
        losses.add("{n} track{s} had no end mark.")
    return scan.track()


class _Scan:
    """A walk through a chunk's bytes; running off their end raises IndexError, and what was read so far stays."""

    def __init__(self, room: int) -> None:
        self.ticks = array("q")
        self.statuses, self.firsts, self.seconds = bytearray(), bytearray(), bytearray()
        self.metas: list[Meta] = []
        self.end = self.bad = self.dropped = 0
        self._room = room
        self.ended = False

    def run(self, body: bytes, sound: bool) -> None:
        pos = tick = running = 0
        while pos < len(body) and self.bad < _BAD_EVENTS_BORNE:
            delta = body[pos]
            pos += 1
            if delta >= 0x80:
                delta, pos = _long_number(body, pos, delta)
            tick += delta
            self.end = tick
            status = body[pos]
            if status < 0x80:
                status = running
            else:
                pos += 1
            if 0x80 <= status < 0xF0:
                running = status
                if 0xC0 <= status < 0xE0:
                    self._add(tick, status, body[pos], 0)
                    pos += 1
                else:
                    self._add(tick, status, body[pos], body[pos + 1])
                    pos += 2
            elif status:
                pos = self._system_event(body, pos, status)
                if self.ended:
                    running = 0
                    if not sound or not any(body[pos:]):
                        break
            else:  # a data byte, and no status that it could run on
                pos += 1
                self.bad += 1

    def _add(self, tick: int, status: int, first: int, second: int) -> None:
        if first < 0x80 and (second < 0x80 or status < 0xA0):
            self.ticks.append(tick)
            self.statuses.append(status)
            self.firsts.append(first)
            self.seconds.append(min(second, 127))  # velocities over 127 are a sloppy writer's
        else:
            self.bad += 1

    def _system_event(self, body: bytes, pos: int, status: int) -> int:
        kind = -1
        if status == 0xFF:
            kind = body[pos]
            pos += 1
        elif status not in (0xF0, 0xF7):
            return pos + _COMMON_LENGTHS.get(status, 0)
        length = body[pos]
        pos += 1
        if length >= 0x80:
            length, pos = _long_number(body, pos, length)
        if pos + length > len(body):
            raise IndexError
        if kind == END_OF_TRACK:
            self.ended = True
        elif kind == OWN and not body.startswith(SECTION, pos):
            pass
        elif kind in _KEPT and len(self.metas) >= self._room:
            self.dropped += 1
        elif kind in _KEPT:
            self.metas.append(Meta(self.end, kind, bytes(body[pos : pos + length])))
        return pos + length

    def track(self) -> RawTrack:
        a, b, c = (np.frombuffer(bytes(c), np.uint8) for c in (self.statuses, self.firsts, self.seconds))
        return RawTrack(np.array(self.ticks, np.int64), a, b, c, self.metas, self.end)


def _long_number(body: bytes, pos: int, byte: int) -> tuple[int, int]:
    number = byte & 0x7F
    for _ in range(3):
        byte = body[pos]
        pos += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number, pos
