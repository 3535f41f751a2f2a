"""What the mixer adds up: tracks and their notes; and their sums, several blocks at once where nothing is live."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.audio.levels import pan_gains
from studio.audio.width import side_of, widened
from studio.music.effects import Effects

Block = npt.NDArray[np.float32]
Wave = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 2048
_FEW = 64  # notes that are looked at one by one more quickly than all at once


@dataclass(frozen=True, eq=False)
class Events:
    """A track's notes in order of start; every column has shape [n].

    ``start`` frame of the song, ``length`` frames until nothing of it sounds, ``gain`` factor, ``row`` number of its
    row; ``program``, ``pitch``, ``velocity`` and ``held`` frames are for the light voice.
    """

    start: Ints
    length: Ints
    gain: npt.NDArray[np.float32]
    row: Ints
    program: Ints
    pitch: Ints
    velocity: Ints
    held: Ints
    last_end: Ints = field(init=False)  # the latest end among this note and those before it

    def __post_init__(self) -> None:
        ends = np.maximum.accumulate(self.start + self.length) if len(self.start) else self.start
        object.__setattr__(self, "last_end", ends)

    def sounding(self, first: int, end: int) -> list[tuple[int, int, int, np.float32]]:
        """Index, start, row and gain of the notes that sound in [first, end), in order."""
        starts, ends, latest = self._lists
        low, high = bisect_right(latest, first), bisect_left(starts, end)
        if high - low > _FEW:
            inside = (np.flatnonzero(self.start[low:high] + self.length[low:high] > first) + low).tolist()
        else:
            inside = [i for i in range(low, high) if ends[i] > first]
        rows, gains = self.row, self.gain
        return [(i, starts[i], int(rows[i]), gains[i]) for i in inside]

    @cached_property
    def _lists(self) -> tuple[list[int], list[int], list[int]]:
        """Starts, ends and latest ends once more, for quick search."""
        return self.start.tolist(), (self.start + self.length).tolist(), self.last_end.tolist()


@dataclass(frozen=True)
class Strip:
    """A track in the mix: factors, not decibels. ``gain`` is 0 for a muted one, ``width`` 0 (mono) to 1.

    Its sum goes through ``effects``, then gain and pan.
    """

    id: int
    events: Events
    gain: float = 1.0
    pan: float = 0.0
    room: float = 0.0
    width: float = 0.0
    effects: Effects = ()

    @cached_property
    def factors(self) -> Block:
        """What the mono sum is multiplied with for left, right, and what both send to the room; shape [4, 1]."""
        left, right = pan_gains(self.pan)
        return np.array([[left], [right], [left * self.room], [right * self.room]], np.float32) * np.float32(self.gain)


def summed(events: Events, rows: Mapping[int, Wave], first: int, size: int) -> Wave | None:
    """The mono sum of a track's notes over ``size`` frames, as far as their rows are there; None when none sounds."""
    sounding = events.sounding(first, first + size)
    if not sounding:
        return None
    bus = np.zeros(size, np.float32)
    for _, onset, number, gain in sounding:
        start, row = onset - first, rows.get(number)
        if row is not None:
            low, high = max(0, start), min(size, start + len(row))
            if low < high:
                part = row[low - start : high - start]
                bus[low:high] += part if gain == 1.0 else part * gain
    return bus


@dataclass(frozen=True, eq=False)
class _Sum:
    """A strip's notes summed over some blocks from frame ``first`` on, None where there are none; ``heard``: in which blocks."""

    events: Events
    first: int
    sound: Wave | None
    heard: list[bool]


class Ahead:
    """Sums of several blocks at once, the same to the bit as those of one block at a time. All rows must be there."""

    def __init__(self, rows: Mapping[int, Wave], blocks: int, rate: int) -> None:
        self._rows, self._blocks, self._frames, self._rate = rows, blocks, blocks * BLOCK, rate
        self._sums: dict[int, _Sum] = {}  # of each strip
        self._places: dict[int, tuple[Wave, int]] = {}  # of rows that sounded last, by number: where their samples lie
        self._mixed: tuple[Sequence[Strip], int, Block] = ((), 0, np.zeros((4, 0), np.float32))

    def bus(self, strip: int, events: Events, first: int) -> Wave | None:
        """The mono sum of a track's notes in the block from ``first`` on, None when none sounds."""
        known = self._sums.get(strip)
        if known is None or known.events is not events or not known.first <= first < known.first + self._frames:
            sound = summed(events, self._rows, first, self._frames)
            known = self._sums[strip] = _Sum(events, first, sound, self._heard(events, first))
        k = (first - known.first) // BLOCK
        return known.sound[k * BLOCK : (k + 1) * BLOCK] if known.sound is not None and known.heard[k] else None

    def mix(self, strips: Sequence[Strip], first: int) -> Block | None:
        """The sum of all strips from frame ``first`` on, [4, one block or more]; None if one has effects. Not to be written to."""
        of, begin, mixed = self._mixed
        if of is not strips and any(s.effects for s in strips):
            return None
        if of is not strips or not begin <= first < begin + mixed.shape[1]:
            begin, mixed = first, np.zeros((4, self._frames), np.float32)
            self._add([s for s in strips if s.gain], first, mixed)
            self._mixed = strips, begin, mixed
        return mixed[:, first - begin :]

    def _add(self, strips: Sequence[Strip], first: int, mixed: Block) -> None:
        """Add all strips to ``mixed`` [4, frames], by one call of a compiled loop."""
        from studio.nn.mix_kernels import mix
        from studio.nn.vectors import address

        table, gains = np.zeros((len(strips), 3), np.int64), []
        plan: list[tuple[int, int, int]] = []
        spread = [self._spread(strip, first) if strip.width else None for strip in strips]
        places: dict[int, tuple[Wave, int]] = {}
        for k, (strip, wide) in enumerate(zip(strips, spread, strict=True)):
            before = len(plan)
            for _, onset, number, gain in () if strip.width else strip.events.sounding(first, first + self._frames):
                row = self._rows.get(number)
                if row is not None:
                    known = self._places.get(number)
                    places[number] = known if known is not None and known[0] is row else (row, address(row, np.float32))
                    plan.append((places[number][1], len(row), onset - first))
                    gains.append(gain)
            table[k] = before, len(plan), 0 if wide is None else address(wide, np.float32)
        self._places = places
        factors = np.array([s.factors[:, 0] for s in strips], np.float32).reshape(-1, 4)
        mix(mixed, table, factors, np.array(plan, np.int64).reshape(-1, 3), np.array(gains, np.float32))

    def _spread(self, strip: Strip, first: int) -> Block | None:
        """The sum of a strip that is spread [4, frames]; None when nothing sounds."""
        with_past = summed(strip.events, self._rows, first - BLOCK, BLOCK + self._frames)
        if with_past is None:
            return None
        past, bus = with_past[:BLOCK], with_past[BLOCK:]
        return widened(bus, side_of(bus, past, self._rate), strip.width)

    def _heard(self, events: Events, first: int) -> list[bool]:
        """In which blocks from frame ``first`` on any note sounds."""
        found = [False] * self._blocks
        for i, start, _, _ in events.sounding(first, first + self._frames):
            low, high = max(0, (start - first) // BLOCK), (start + int(events.length[i]) - first - 1) // BLOCK
            for k in range(low, min(high + 1, self._blocks)):
                found[k] = True
        return found
