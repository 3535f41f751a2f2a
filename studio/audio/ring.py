"""The ring between desk and player: sound, and a block of numbers that says where everything stands.

One process writes each number. The desk writes sound and ``WRITTEN``; the player reads sound, writes ``READ`` and the
clock. Frames in the ring are counted from its start and never wrap; :class:`Segments` tell which frame of the song a
frame of the ring is. Beside the ring lie single sounds that the player adds at once, :mod:`studio.audio.slots`.
"""

from time import perf_counter_ns

import numpy as np
import numpy.typing as npt

from studio.audio import shared
from studio.audio.meters import Levels
from studio.audio.slots import FADE, NUMBERS, SLOT_SECONDS, SLOTS, SlotReader, Slots

Sound = npt.NDArray[np.float32]

METER_BLOCKS = 32
METER_STRIPS = 64
_SEGMENTS = 64

# Indices into the block of numbers. Written by the desk:
WRITTEN, SKIP_TO, SKIPS, PLAYING, END_AT, SEGMENTS, METERS, DONE, DESK_ALIVE = range(1, 10)
# by the player:
READ, MISSING, GAPS, CLOCK, CLOCK_FRAME, CLOCK_NS, CLOCK_FRAMES, PLAYER_ALIVE, CALLED_NS, OPEN = range(16, 26)
# by the window's process, once:
CAPACITY, RATE = 30, 31
_NUMBERS = 64


class Ring:
    """The memory and its parts. ``numbers`` int64; ``sound`` [capacity, 2]; ``slots``: single sounds; see the module."""

    def __init__(self, name: str = "", *, rate: int = 0, seconds: float = 4.0) -> None:
        """Open the ring ``name``, or make one for ``rate`` frames a second."""
        self.owner = not name
        if self.owner:
            capacity, slot = int(rate * seconds), int(rate * SLOT_SECONDS)
            self._memory = shared.create(self._layout(capacity, slot)[-1])
        else:
            self._memory = shared.attach(name)
            head = shared.view(self._memory, np.int64, (_NUMBERS,))
            capacity, rate = int(head[CAPACITY]), int(head[RATE])
            slot = int(rate * SLOT_SECONDS)
        at, memory = self._layout(capacity, slot), self._memory
        self.numbers = shared.view(memory, np.int64, (_NUMBERS,))
        self.segments = shared.view(memory, np.int64, (_SEGMENTS, 3), at[0])
        slot_numbers = shared.view(memory, np.int64, (SLOTS, NUMBERS), at[1])
        self.meter_frames = shared.view(memory, np.int64, (METER_BLOCKS,), at[2])
        self.meters = shared.view(memory, np.float64, (METER_BLOCKS, 1 + METER_STRIPS, 5), at[3])
        self.slots = Slots(slot_numbers, shared.view(memory, np.float32, (SLOTS, slot), at[4]))
        self.sound = shared.view(memory, np.float32, (capacity, 2), at[5])
        self.capacity, self.rate = capacity, rate
        if self.owner:
            self.numbers[[CAPACITY, RATE, END_AT]] = capacity, rate, -1

    @staticmethod
    def _layout(capacity: int, slot: int) -> list[int]:
        """Byte offsets of the parts after the numbers, and the whole size."""
        sizes = [_NUMBERS * 8, _SEGMENTS * 24, SLOTS * NUMBERS * 8, METER_BLOCKS * 8, METER_BLOCKS * (1 + METER_STRIPS) * 40]
        return [int(x) for x in np.cumsum([*sizes, SLOTS * slot * 4, capacity * 8])]

    @property
    def name(self) -> str:
        """By which another process opens it."""
        return self._memory.name

    def close(self) -> None:
        """Let go of the memory; whoever made it removes it. Who still asks where it stands gets the last answer."""
        (shared.remove if self.owner else shared.release)(self._memory)

    # ------------------------------------------------------------ the desk's side

    @property
    def reading(self) -> int:
        """The frame that the player takes next."""
        return int(max(self.numbers[READ], self.numbers[SKIP_TO]))

    def write(self, sound: Sound, at: int | None = None) -> None:
        """Write frames [n, 2] at frame ``at``, by default behind what is written; the caller sees to it that they fit."""
        n = self.numbers
        begin = int(n[WRITTEN]) if at is None else at
        first = begin % self.capacity
        head = min(len(sound), self.capacity - first)
        self.sound[first : first + head] = sound[:head]
        self.sound[: len(sound) - head] = sound[head:]
        n[WRITTEN] = max(int(n[WRITTEN]), begin + len(sound))

    def written(self, at: int, count: int) -> Sound:
        """A copy of ``count`` frames from ``at`` on."""
        return self.sound[np.arange(at, at + count) % self.capacity]

    def add_segment(self, song_frame: int, jump: bool, at: int | None = None) -> None:
        """Frame ``at``, by default the next behind what is written, is ``song_frame`` of the song.

        ``jump``: the listener asked for it (no loop's wrap).
        """
        n = self.numbers
        count = int(n[SEGMENTS])
        self.segments[count % _SEGMENTS] = int(n[WRITTEN]) if at is None else at, song_frame, jump
        n[SEGMENTS] = count + 1

    def skip(self, frame: int) -> None:
        """Let the player go on at ``frame`` of the ring at once."""
        n = self.numbers
        n[SKIP_TO] = frame
        n[SKIPS] += 1

    # ------------------------------------------------------------ the window's side

    def heard(self, at_ns: int = 0) -> int:
        """The frame of the ring that leaves the loudspeaker now, or at ``at_ns`` of the performance counter."""
        n = self.numbers
        for _ in range(100):
            before = int(n[CLOCK])
            frame, ns, frames = int(n[CLOCK_FRAME]), int(n[CLOCK_NS]), int(n[CLOCK_FRAMES])
            if before % 2 == 0 and before == int(n[CLOCK]):
                break
        if frames == 0:
            return int(n[READ])
        return min(int(n[READ]), frame + ((at_ns or perf_counter_ns()) - ns) * self.rate // 1_000_000_000)

    def levels(self, frame: int) -> tuple[Levels, dict[int, Levels]]:
        """Levels at ``frame`` of the ring: of the master, and of the strips that sound, by id (below 0 is no track's)."""
        age = frame - self.meter_frames
        fitting = [i for i in range(METER_BLOCKS) if self.meter_frames[i] >= 0 and age[i] >= 0]
        if not fitting:
            return Levels(), {}
        table = self.meters[min(fitting, key=lambda i: age[i])].copy()
        rows = [(int(t[0]), Levels((t[1], t[2]), (t[3], t[4]))) for t in table.tolist()]
        return rows[0][1], {strip: levels for strip, levels in rows[1:] if strip >= 0}

    def song_frame(self, frame: int) -> int | None:
        """The frame of the song at ``frame`` of the ring, None before anything was played."""
        count = int(self.numbers[SEGMENTS])
        for i in range(count - 1, max(-1, count - _SEGMENTS), -1):
            start, song, jump = (int(x) for x in self.segments[i % _SEGMENTS])
            if frame >= start:
                return song + frame - start
            if jump:  # asked for, but not heard yet: show where it is going
                return song
        return None


_UP = ((np.arange(FADE) + 1) / FADE).astype(np.float32)[:, None]
_DOWN = (1 - _UP).astype(np.float32)


class Reader:
    """The player's side: copies, counts what was missing, and keeps to memory that it already has."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._skips = int(ring.numbers[SKIPS])
        self._was_playing = False
        self.resting = False  # fades out and stays where it is, until this is False again
        self._fading = np.zeros((FADE, 2), np.float32)
        self._slots = SlotReader(ring.slots.numbers, ring.slots.sound)

    def fill(self, out: Sound, heard_ns: int) -> None:
        """Fill ``out`` [frames, 2], whose first frame will be heard at ``heard_ns`` of the performance counter."""
        n = self._ring.numbers
        frames = len(out)
        playing = bool(n[PLAYING]) and not self.resting
        skips = int(n[SKIPS])
        fade = 0
        if self._was_playing and (skips != self._skips or not playing):
            fade = min(FADE, frames, max(0, int(n[WRITTEN] - n[READ])))
            self._copy(self._fading[:fade], int(n[READ]))
            self._fading[:fade] *= _DOWN[:fade]
        rise = playing and (skips != self._skips or not self._was_playing)
        if skips != self._skips:
            n[READ] = n[SKIP_TO]
            self._skips = skips
        first = int(n[READ])
        got = self._take(out, first) if playing else 0
        out[got:] = 0.0
        if rise:
            m = min(FADE, frames)
            out[:m] *= _UP[:m]
        if fade:
            out[:fade] += self._fading[:fade]
        self._was_playing = playing
        self._slots.add(out)
        if got:
            n[CLOCK] += 1
            n[CLOCK_FRAME], n[CLOCK_NS], n[CLOCK_FRAMES] = first, heard_ns, got
            n[CLOCK] += 1

    def _take(self, out: Sound, first: int) -> int:
        """Copy what there is, count what is missing; returns the frames copied."""
        n = self._ring.numbers
        got = max(0, min(len(out), int(n[WRITTEN]) - first))
        self._copy(out[:got], first)
        n[READ] = first + got
        if got < len(out) and not 0 <= n[END_AT] <= first + got:
            n[MISSING] += len(out) - got
            n[GAPS] += 1
        return got

    def _copy(self, out: Sound, first: int) -> None:
        at = first % self._ring.capacity
        head = min(len(out), self._ring.capacity - at)
        out[:head] = self._ring.sound[at : at + head]
        if head < len(out):
            out[head:] = self._ring.sound[: len(out) - head]
