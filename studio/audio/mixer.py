"""The mixer: sums rows of samples into stereo blocks.

Everything happens on a grid of :data:`BLOCK` frames that starts with the song, so the samples are the same to the bit
whichever way they are asked for: from anywhere, in pieces of any size, live or into a file. After a jump the mixer runs
unheard over what came before for as long as the room and the limiter remember.

A change of gain, pan, room or notes while it sounds is a new :class:`Scene`; the change is spread over one block.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studio.audio.effects import LIVE_MEMORY_SECONDS, Racks, memory_seconds
from studio.audio.limiter import MEMORY_SECONDS, Limiter
from studio.audio.meters import Levels, levels_of
from studio.audio.room import AT_ONCE, Mark, Room
from studio.audio.strips import BLOCK, Ahead, Block, Events, Strip, Wave, summed
from studio.audio.voice import light_voice
from studio.audio.width import side_of, widened
from studio.music.effects import Effects

_WHOLE = -1  # where the effects of the whole mix stand among those of the strips
_UP = ((np.arange(BLOCK) + 1) / BLOCK).astype(np.float32)
_DOWN = (1 - _UP).astype(np.float32)


@dataclass(frozen=True)
class Scene:
    """All that sounds. ``room`` and ``gain`` are factors, ``end`` the frame at which the song is over.

    ``effects`` are the whole mix's, before its gain and the limiter.
    """

    strips: tuple[Strip, ...] = ()
    gain: float = 1.0
    room: float = 0.0
    room_seconds: float = 1.4
    end: int = 0
    effects: Effects = ()

    @property
    def chains(self) -> tuple[Effects, ...]:
        """The effects of the whole mix, and of each strip that sounds."""
        return self.effects, *(s.effects for s in self.strips if s.gain)


@dataclass
class Mixed:
    """One block: frame it begins at, sound [BLOCK, 2], levels of the master and of the strips by id."""

    first: int
    sound: Block
    master: Levels
    strips: dict[int, Levels]


@dataclass
class _Stretch:
    """Blocks that the room took in at once: the first frame, the room's marks after each, their sound [2, frames] once it is asked for."""

    first: int
    marks: list[Mark]
    sound: Block | None = None


class MixStream:
    """The mix from one place on, block by block.

    ``rows`` gives a row by its number as mono float32, or nothing yet. With ``light`` a note without its row is played by
    the light voice, and the row takes over when it comes. ``dry``: no room, no limiter, no effects. ``measure``: work out
    levels. ``racks`` keep the effects from one stream to the next. ``ahead``: for so many blocks the notes of a track are summed
    at once; their rows must be there by then. The samples are the same.
    """

    def __init__(
        self, scene: Scene, rows: Mapping[int, Wave], rate: int, first: int = 0,
        *, light: bool = False, dry: bool = False, measure: bool = False, racks: Racks | None = None,
        ahead: int = 1,
    ) -> None:  # fmt: skip
        self._scene = self._heard = scene
        self._rows = rows
        self._rate = rate
        self._light = light
        self._measure = measure
        self._ahead = Ahead(rows, ahead, rate) if ahead > 1 and not light else None
        self._part = np.empty((4, BLOCK), np.float32)
        self._voices: set[tuple[int, int, int]] = set()  # strip, start and row of notes that the light voice plays
        self._room = None if dry else Room(rate, BLOCK, scene.room_seconds)
        self._limiter = None if dry else Limiter(rate, BLOCK)
        self._racks = None if dry else racks or Racks(rate, BLOCK)
        if self._racks is not None:
            self._racks.restart()
        self._past: dict[
            int, tuple[int, Wave | None]
        ] = {}  # of each strip that is widened: where its next block begins, its last one
        self._stretch: _Stretch | None = None
        self._waiting: Mixed | None = None
        self._at = first // BLOCK
        self._first = self._at * BLOCK
        if not dry:
            self._warm_up(self._at)

    @property
    def scene(self) -> Scene:
        """What will sound from the next block on."""
        return self._scene

    def set_scene(self, scene: Scene) -> None:
        """Sound like ``scene`` from the next block on, without a click."""
        self._scene = scene

    def mark(self) -> tuple[Any, ...]:
        """Where it stands, for :meth:`back`."""
        self._settle(self._at * BLOCK)
        room, limiter, racks = self._room, self._limiter, self._racks
        parts = (room, room and room.mark(), copy(limiter), racks and racks.mark())
        return self._at, self._waiting, set(self._voices), dict(self._past), parts

    def back(self, mark: tuple[Any, ...], scene: Scene) -> None:
        """Stand where it stood, but sound like ``scene`` from the next block on; what is not mixed anew has sounded as it did.

        Nothing is faded here: whoever goes back has the old sound, and goes over from it.
        """
        self._stretch = None
        self._at, self._waiting, voices, past, (self._room, room, limiter, racks) = mark
        self._voices, self._past, self._limiter = set(voices), dict(past), copy(limiter)
        self._scene = self._heard = scene
        if self._room is not None:
            self._room.back(room)
        if self._racks is not None:
            self._racks.back(racks)

    def lacks(self, rows: Iterable[int]) -> bool:
        """Whether the light voice has played notes of any of these rows."""
        return not {row for _, _, row in self._voices}.isdisjoint(rows)

    def next(self) -> Mixed:
        """The next block of the grid."""
        block = self._mix()
        if self._limiter is None:
            return block
        while True:
            limited = self._limiter.process(block.sound)
            done, self._waiting = self._waiting, block
            if limited is not None and done is not None and done.first >= self._first:
                return Mixed(done.first, limited, done.master, done.strips)
            block = self._mix()

    def _warm_up(self, block: int) -> None:
        """Run over what room, limiter and effects remember before ``block``; nothing sounds before frame 0.

        All of it is there, so several blocks are summed at once even where what follows is played live.
        """
        assert self._room is not None
        assert self._limiter is not None
        assert self._racks is not None
        light, measure, self._light, self._measure = self._light, self._measure, False, False
        lasting, self._ahead = self._ahead, self._ahead or Ahead(self._rows, AT_ONCE, self._rate)
        limiter = -(-int(MEMORY_SECONDS * self._rate) // BLOCK) + 1
        longest = np.inf if self._racks.wait else LIVE_MEMORY_SECONDS
        whole, *strips = (-(-int(min(memory_seconds(e), longest) * self._rate) // BLOCK) for e in self._scene.chains)
        self._at = max(min(0, block), block - limiter - whole - max([self._room.memory, *strips]))
        while self._at < block:
            full = self._at >= block - limiter
            mixed = self._mix(room_only=self._at < block - limiter - whole)
            if full:
                self._limiter.process(mixed.sound)
                self._waiting = mixed
        self._light, self._measure, self._ahead = light, measure, lasting

    def _mix(self, room_only: bool = False) -> Mixed:
        first = self._at * BLOCK
        self._at += 1
        old, new = self._heard, self._scene
        self._heard = new
        ahead = self._ahead if old is new and not self._measure else None
        levels: dict[int, Levels] = {}
        dry = None if ahead is None else self._mix_ahead(ahead, first, room_only)
        if dry is None:
            dry = self._mix_block(old, new, first, room_only, levels)
        if not room_only and self._racks is not None and (new.effects or old.effects):
            made = self._racks.apply(_WHOLE, new.effects, dry, first, changed=old is not new)
            dry = dry if made is None else made
        if old.gain != new.gain:
            dry = dry * (np.float32(old.gain) * _DOWN + np.float32(new.gain) * _UP)
        elif new.gain != 1.0:
            dry = dry * np.float32(new.gain)
        return Mixed(first, np.ascontiguousarray(dry.T), levels_of(dry) if self._measure else Levels(), levels)

    def _mix_block(self, old: Scene, new: Scene, first: int, room_only: bool, levels: dict[int, Levels]) -> Block:
        """A block with its room [2, BLOCK], moving from one scene to another."""
        sums = np.zeros((4, BLOCK), np.float32)  # left, right, and what is sent to the room from both
        before = {s.id: s for s in old.strips} if old is not new else {}
        for strip in new.strips:
            was = before.pop(strip.id, replace(strip, gain=0.0)) if old is not new else strip
            self._add(strip, was, first, sums, levels)
        for gone in before.values():
            self._add(replace(gone, gain=0.0), gone, first, sums, levels)
        if self._room is not None:
            self._settle(first)
            self._room.push(sums[2:])
            if not room_only:
                self._add_room(self._room, old, new, sums[:2])
        return sums[:2]

    def _mix_ahead(self, ahead: Ahead, first: int, room_only: bool) -> Block | None:
        """A block with its room [2, BLOCK], of several that are mixed at once; None where that cannot be."""
        mixed = ahead.mix(self._scene.strips, first)
        if mixed is None or self._room is None:
            return None if mixed is None else mixed[:2, :BLOCK]
        at = self._stretch
        if at is None or first >= at.first + len(at.marks) * BLOCK:
            at = self._stretch = _Stretch(first, self._room.push(mixed[2:, : AT_ONCE * BLOCK]))
        if room_only:
            return mixed[:2, :BLOCK]
        if at.sound is None:
            wet = self._room.pull(len(at.marks)) * np.float32(self._scene.room)
            from_there = ahead.mix(self._scene.strips, at.first)
            assert from_there is not None
            at.sound = from_there[:2, : wet.shape[1]] + wet
        return at.sound[:, first - at.first : first - at.first + BLOCK]

    def _settle(self, first: int) -> None:
        """Have the room stand where it stood before frame ``first``, should it be ahead."""
        if self._stretch is not None and self._room is not None:
            self._room.back(self._stretch.marks[(first - self._stretch.first) // BLOCK - 1])
            self._stretch = None

    def _add_room(self, room: Room, old: Scene, new: Scene, dry: Block) -> None:
        wet = room.pull()
        self._room = room.changed(new.room_seconds)
        if self._room is not room:
            wet = wet * _DOWN + self._room.pull() * _UP
        if old.room != new.room:
            wet *= np.float32(old.room) * _DOWN + np.float32(new.room) * _UP
        else:
            wet *= np.float32(new.room)
        dry += wet

    def _add(self, strip: Strip, was: Strip, first: int, sums: Block, levels: dict[int, Levels]) -> None:
        """Add a strip, moving from the gains and notes that it had to those it has."""
        if strip.gain == 0.0 and was.gain == 0.0:
            return
        bus = self._bus(strip.id, strip.events, first)
        if was.events is not strip.events:
            older = self._bus(strip.id, was.events, first)
            if older is not None:
                bus = older * _DOWN + (bus * _UP if bus is not None else 0)
            elif bus is not None:
                bus *= _UP
        if strip.width or was.width:
            bus = self._wide(strip, was, bus, first)
        if self._racks is not None and (strip.effects or was.effects):
            bus = self._affected(self._racks, strip, bus, first, changed=strip is not was)
        if bus is None:
            return
        now = strip.factors
        factors = now if was is strip or was.factors is now else was.factors * _DOWN + now * _UP
        used = 2 if self._room is None else 4
        part = np.multiply(bus[:used] if bus.ndim == 2 else bus, factors[:used], out=self._part[:used])
        sums[:used] += part
        if self._measure:
            levels[strip.id] = levels_of(part[:2])

    def _wide(self, strip: Strip, was: Strip, bus: Wave | None, first: int) -> Block | None:
        """A strip's mono sum spread over both sides [4, BLOCK], None when nothing sounds."""
        at, past = self._past.get(strip.id, (-1, None))
        if at != first:  # it was muted, or not wide
            light, self._light = self._light, False
            past = self._bus(strip.id, was.events, first - BLOCK)
            self._light = light
        self._past[strip.id] = (first + BLOCK, bus)
        if bus is None and past is None:
            return None
        now = bus if bus is not None else np.zeros(BLOCK, np.float32)
        width = strip.width if was.width == strip.width else was.width * _DOWN + strip.width * _UP
        return widened(now, side_of(now, past, self._rate), width)

    @staticmethod
    def _affected(racks: Racks, strip: Strip, bus: Block | None, first: int, *, changed: bool) -> Block | None:
        """A strip's sum, mono or spread, through its effects: [4, BLOCK], None when nothing sounds."""
        both = None if bus is None else bus[:2] if bus.ndim == 2 else np.stack([bus, bus])
        made = racks.apply(strip.id, strip.effects, both, first, changed=changed)
        return None if made is None else np.concatenate([made, made])

    def _bus(self, strip: int, events: Events, first: int) -> Wave | None:
        """The mono sum of a track's notes, None when none sounds."""
        if self._ahead is not None:
            return self._ahead.bus(strip, events, first)
        if not self._light:
            return summed(events, self._rows, first, BLOCK)
        sounding = events.sounding(first, first + BLOCK)
        if not sounding:
            return None
        bus = np.zeros(BLOCK, np.float32)
        for i, onset, number, _ in sounding:
            self._add_lively(bus, (strip, onset, number), events, i, onset - first, self._rows.get(number))
        return bus

    def _add_lively(self, bus: Wave, voice: tuple[int, int, int], events: Events, i: int, start: int, row: Wave | None) -> None:
        """Add a note by its row, by the light voice, or going over from one to the other."""
        playing = voice in self._voices
        if row is not None:
            low, high = max(0, start), min(BLOCK, start + len(row))
            part = row[low - start : high - start] * events.gain[i] if low < high else None
            if part is not None:
                bus[low:high] += part * _UP[low:high] if playing else part
            if not playing:
                return
            self._voices.discard(voice)
        else:
            self._voices.add(voice)
        low = max(0, start)
        light = light_voice(
            int(events.program[i]), int(events.pitch[i]), int(events.velocity[i]), int(events.held[i]),
            self._rate, low - start, BLOCK - low,
        )  # fmt: skip
        light *= events.gain[i]
        bus[low:] += light * _DOWN[low:] if row is not None else light


def tail_frames(scene: Scene, rate: int) -> int:
    """Frames after the last note's end until room and effects have faded."""
    whole, *strips = map(memory_seconds, scene.chains)
    return round((max([scene.room_seconds if scene.room else 0.0, *strips]) + whole) * rate)


def make_ready(rate: int) -> None:
    """Mix a moment that nobody hears: the loops of room and limiter are compiled, or found, before somebody waits."""
    one, frames = np.ones(1, np.int64), 4 * BLOCK
    events = Events(0 * one, frames * one, np.full(1, 4.0, np.float32), 0 * one, 0 * one, 60 * one, 90 * one, frames * one)
    loud = Scene((Strip(0, events, room=0.5),), room=0.5, end=frames)
    stream = MixStream(loud, {0: np.ones(frames, np.float32)}, rate, light=True, measure=True)
    for _ in range(frames // BLOCK):
        stream.next()
