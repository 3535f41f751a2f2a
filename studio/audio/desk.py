"""The desk process: mixes rows into the ring a little ahead of the player. Imports numpy, and pedalboard once there are effects.

``python -m studio.audio.desk RING``, started by :class:`studio.audio.output.Output`, which says what sounds and where to play.
It plays on while the window's process is busy, frozen or gone astray.
"""

import gc
import queue
import sys
import threading
import traceback
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.audio import shared
from studio.audio.child import Parent, alive_until, ask_for_realtime
from studio.audio.effects import Racks
from studio.audio.meters import Levels
from studio.audio.mixer import Mixed, MixStream, Scene, make_ready, tail_frames
from studio.audio.pen import Pen
from studio.audio.ring import (
    DESK_ALIVE,
    DONE,
    END_AT,
    GAPS,
    METER_BLOCKS,
    METER_STRIPS,
    METERS,
    PLAYING,
    SEGMENTS,
    Ring,
)
from studio.audio.room import Room
from studio.audio.slots import FADE
from studio.audio.strips import BLOCK, Block, Events, Strip, Wave
from studio.music.effects import Effect, Effects

LEAD_SECONDS = 0.2
_REST = 2  # times what a renewal took are left between it and the next one
_FILLED_APART_NS = 60_000_000  # between two renewals for rows alone, which come a few at a time
_MOST_LEAD_SECONDS = 1.0
_IDLE = 0.5
_UP = np.linspace(0, 1, FADE, endpoint=False, dtype=np.float32)[:, None]


@dataclass(frozen=True)
class _Place:
    """Where the desk stood before it wrote a piece: in the ring, in the song, and in the mix."""

    cursor: int
    at: int
    counts_to: int | None
    segments: int
    block: Mixed | None
    stream: MixStream
    mark: tuple[Any, ...]


class Desk:
    """What is played, and how far the ring is filled.

    What changes is heard at once, though the ring is filled ahead: the desk goes back to where the player is, mixes once more
    what lies before that, and writes it over the old mix, going over from one to the other (:meth:`_renew`).
    """

    def __init__(self, ring: Ring, parent: Parent) -> None:
        self._ring = ring
        self._parent = parent
        self._events: dict[int, Events] = {}
        self._slabs: dict[int, Any] = {}
        self._rows: dict[int, Wave] = {}
        self._in_slab: dict[int, list[int]] = {}
        self._scene = Scene()
        self._loop: tuple[int, int] | None = None
        self._stream: MixStream | None = None
        self._block: Mixed | None = None
        self._counts_to: int | None = None  # frame of the song up to which only the count-in sounds
        self._at = 0
        self._pen = Pen(ring)
        self._places: list[_Place] = []
        self._stale = self._filled = False  # something else should be heard than lies in the ring; rows came that it lacks
        self._renewing = False
        self._renewed_ns = self._rested_ns = 0
        self._lead = LEAD_SECONDS
        self._gaps = 0
        self._over = False
        self._asked: tuple[dict[str, Any], list[npt.NDArray[Any]], int] | None = None  # a jump that waits, and until when
        self._failed: queue.SimpleQueue[Effect] = queue.SimpleQueue()
        self._racks = Racks(ring.rate, BLOCK, wait=False, failed=self._failed.put)

    def run(self) -> None:
        """Obey and mix until the parent is gone."""
        while True:
            self._ring.numbers[DESK_ALIVE] = alive_until(3.0)
            got = self._parent.next(self._wait())
            waiting = []
            try:
                while got is not None:
                    waiting.append(got)
                    got = self._parent.next(0.0)
            finally:  # the window's process may end right behind its last words
                self._obey(waiting)
            while not self._failed.empty():
                effect = self._failed.get()
                self._parent.tell({"event": "no effect", "title": effect.title or effect.kind})
            self._step()

    def _step(self) -> None:
        """Do what is most urgent, if anything is."""
        if self._asked is not None and perf_counter_ns() >= self._asked[2]:
            self._jump()
        if self._stream is None:
            return
        if self._may_renew():
            self._renew()
        if not self._over and self._pen.ahead < self._lead:
            self._advance()
        if self._renewing and (self._over or self._pen.ahead >= self._lead):
            now = perf_counter_ns()
            self._renewing, self._rested_ns = False, now + _REST * (now - self._renewed_ns)

    def _wait(self) -> float:
        """Seconds until there is something to mix."""
        changed = self._stale or self._filled
        if self._asked is not None:
            return 0.002
        if self._stream is None or (self._over and not changed):
            return _IDLE
        over = self._pen.ahead - self._lead
        return 0.0 if over < 0 and not self._over else min(0.002 if changed else 0.02, max(0.0, over) + 0.002)

    # ------------------------------------------------------------ what the window's process says

    def _obey(self, messages: list[tuple[dict[str, Any], list[npt.NDArray[Any]]]]) -> None:
        """Do what is asked, but of several jumps only the last: somebody drags the playhead."""
        moves = [i for i, (message, _) in enumerate(messages) if message["do"] in ("play", "halt")]
        for i, (message, arrays) in enumerate(messages):
            if i not in moves[:-1]:
                getattr(self, f"_do_{message['do']}")(message, arrays)

    def _do_slab(self, message: dict[str, Any], _: list[npt.NDArray[Any]]) -> None:
        if message["id"] not in self._slabs:
            self._slabs[message["id"]] = shared.attach(message["name"])
            self._in_slab[message["id"]] = []

    def _do_rows(self, _: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> None:
        """Rows that lie ready: [n, 4] number, slab, offset, length."""
        for number, slab, offset, length in arrays[0].tolist():
            if slab in self._slabs:
                self._rows[number] = shared.view(self._slabs[slab], np.float32, (length,), 4 * offset)
                self._in_slab[slab].append(number)
        if self._stream is not None and self._stream.lacks(arrays[0][:, 0].tolist()):
            self._filled = True

    def _do_drop(self, message: dict[str, Any], _: list[npt.NDArray[Any]]) -> None:
        slab = message["id"]
        for number in self._in_slab.pop(slab, []):
            self._rows.pop(number, None)
        if slab in self._slabs:
            shared.release(self._slabs.pop(slab))
        self._parent.tell({"event": "dropped", "id": slab})

    def _do_events(self, message: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> None:
        """A track's notes: [7, n] start, length, row, program, pitch, velocity, held; and gains [n]."""
        self._events[message["key"]] = _events(arrays)

    def _do_scene(self, message: dict[str, Any], _: list[npt.NDArray[Any]]) -> None:
        self._events = {s["events"]: self._events[s["events"]] for s in message["strips"]}
        strips = tuple(
            Strip(**{**s, "events": self._events[s["events"]], "effects": _effects(s["effects"])}) for s in message["strips"]
        )
        rest = {k: message[k] for k in ("gain", "room", "room_seconds", "end")}
        self._scene = Scene(strips, **rest, effects=_effects(message["effects"]))
        Room(self._ring.rate, BLOCK, self._scene.room_seconds)  # made once and kept: before somebody waits for it
        self._stale = self._stream is not None
        if self._asked is not None:
            self._jump()

    def _do_loop(self, message: dict[str, Any], _: list[npt.NDArray[Any]]) -> None:
        self._loop = tuple(message["range"]) if message["range"] else None
        self._stale = self._stream is not None

    def _do_play(self, message: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> None:
        """Play from a frame of the song on: at once, whatever lies in the ring. With events, count in with those before it.

        Where another scene is on its way it is waited for, so that what begins there begins with all of its onset.
        """
        self._asked = message, arrays, perf_counter_ns() + int(message.get("patience", 0.0) * 1e9)
        if not message.get("patience"):
            self._jump()

    def _jump(self) -> None:
        """Do what was asked for last."""
        assert self._asked is not None
        (message, arrays, _), self._asked = self._asked, None
        n = self._ring.numbers
        self._at = message["frame"] - FADE  # faded in before it, so that it is wholly there when it begins
        self._counts_to = None
        if arrays:
            self._count_in(_events(arrays))
        else:
            self._open_stream()
        self._over = self._stale = self._filled = self._renewing = False
        self._places = []
        begin = self._pen.begin()
        self._ring.add_segment(self._at, jump=True)
        while not self._over and self._pen.cursor - begin < self._lead / 2 * self._ring.rate:
            self._advance()  # a device takes a good deal at once when it starts; the rest follows while that sounds
        self._ring.skip(begin)
        n[PLAYING] = 1
        n[DONE] = message["id"]

    def _do_halt(self, message: dict[str, Any], _: list[npt.NDArray[Any]]) -> None:
        self._ring.numbers[PLAYING] = 0
        self._stream = self._block = self._asked = None
        self._places = []
        self._ring.numbers[DONE] = message["id"]

    # ------------------------------------------------------------ what changed is heard at once

    def _may_renew(self) -> bool:
        """Whether there is something to renew, and it is time: not while a renewal is under way, and not all the time."""
        if self._renewing or not (self._stale or self._filled):
            return False
        now = perf_counter_ns()
        return now >= self._rested_ns and (self._stale or now >= self._renewed_ns + _FILLED_APART_NS)

    def _renew(self) -> None:
        """Let the newest scene, loop and rows be heard: from a moment ahead of the player on, if it has not come too far."""
        self._stale = self._filled = False
        place = self._place_before(self._pen.soonest)
        if place is None and self._just_begun():
            self._begin_anew(self._places[0])
            return
        if place is None:
            if self._stream is not None and self._counts_to is None:
                self._stream.set_scene(self._scene)
            self._over = False
            return
        self._at, self._counts_to = place.at, place.counts_to
        self._block, self._stream = place.block, place.stream
        self._stream.back(place.mark, self._stream.scene if self._counts_to is not None else self._scene)
        self._write_from(place)

    def _just_begun(self) -> bool:
        """Whether the player is still in the first piece after a jump, before which there is no place to go back to."""
        return len(self._places) > 1 and self._places[0].counts_to is None and self._pen.can_go_back

    def _begin_anew(self, place: _Place) -> None:
        """Jump to where the last jump went once more."""
        self._places, self._at = [], place.at
        self._open_stream()
        self._write_from(place)

    def _write_from(self, place: _Place) -> None:
        n = self._ring.numbers
        n[SEGMENTS], n[END_AT], self._over = place.segments, -1, False
        gone = self._ring.meter_frames >= place.cursor
        self._ring.meter_frames[gone] = -1
        n[METERS] -= np.count_nonzero(gone)
        self._pen.back(place.cursor)
        self._renewing, self._renewed_ns = True, perf_counter_ns()

    def _place_before(self, frame: int) -> _Place | None:
        """The last place from which the newest scene is mixed by ``frame`` of the ring; it is taken off, with all behind it.

        The piece that is written there is the old scene's still: the limiter looks ahead by a block.
        """
        for i in range(len(self._places) - 2 if self._pen.can_go_back else -1, -1, -1):
            if self._places[i + 1].cursor <= frame:
                place = self._places[i]
                del self._places[i:]
                return place
        return None

    def _remember_place(self) -> None:
        assert self._stream is not None
        while len(self._places) > 2 and self._places[2].cursor <= self._ring.reading:
            del self._places[0]
        segments = int(self._ring.numbers[SEGMENTS])
        marked = self._stream.mark()
        self._places.append(_Place(self._pen.cursor, self._at, self._counts_to, segments, self._block, self._stream, marked))

    # ------------------------------------------------------------ mixing

    def _count_in(self, events: Events) -> None:
        """Play ``events`` alone, up to the place where the song sets in."""
        self._counts_to, self._at = self._at, int(events.start[0]) - FADE
        scene = Scene((Strip(0, events, 1.0),), self._scene.gain, end=self._counts_to)
        self._stream = MixStream(scene, {}, self._ring.rate, self._at, light=True, dry=True)
        self._block = None

    def _open_stream(self) -> None:
        self._stream = MixStream(self._scene, self._rows, self._ring.rate, self._at, light=True, measure=True, racks=self._racks)
        self._block = None

    def _advance(self) -> None:
        """Write one piece: a block, or what is left of it before the loop's or the song's end."""
        if self._ring.numbers[GAPS] > self._gaps:
            self._gaps = int(self._ring.numbers[GAPS])
            self._lead = min(_MOST_LEAD_SECONDS, self._lead * 1.25)
        loop = self._loop if self._loop is not None and self._at < self._loop[1] else None
        if loop is None and self._at >= self._scene.end + tail_frames(self._scene, self._ring.rate):
            self._pen.end()
            self._ring.numbers[END_AT] = self._pen.cursor
            self._over = True
            return
        self._remember_place()
        block = self._piece()
        if loop is not None and self._at < loop[1] < self._at + FADE:
            block = np.concatenate([block, self._piece()])  # the fade into the loop's start must lie in one piece
        if loop is not None and self._at >= loop[1]:
            block = self._wrap(block[: len(block) - (self._at - loop[1])], loop)
        self._pen.write(block)
        self._ring.numbers[END_AT] = -1

    def _piece(self) -> Block:
        """The rest of the current block, or the next one; moves on behind it."""
        if self._counts_to is not None and self._at >= self._counts_to:
            self._counts_to = None
            self._open_stream()
        assert self._stream is not None
        if self._block is None or self._at >= self._block.first + BLOCK:
            self._block = self._stream.next()
            self._show_levels(self._block)
        piece = self._block.sound[self._at - self._block.first :]
        if self._counts_to is not None:
            piece = piece[: self._counts_to - self._at]
        self._at += len(piece)
        return piece

    def _wrap(self, end: Block, loop: tuple[int, int]) -> Block:
        """The loop's last piece, with what comes before the loop's start faded in below its end."""
        self._at = loop[0] - FADE
        self._open_stream()
        lead = self._piece()
        while len(lead) < FADE:
            lead = np.concatenate([lead, self._piece()])
        fade = min(FADE, len(end))
        into, rest = lead[FADE - fade : FADE], lead[FADE:]
        joined = end.copy()
        joined[len(end) - fade :] = end[len(end) - fade :] * (1 - _UP[FADE - fade :]) + into * _UP[FADE - fade :]
        self._pen.write(joined)
        self._ring.add_segment(loop[0], jump=False, at=self._pen.cursor)
        return rest

    def _show_levels(self, block: Mixed) -> None:
        """Put a block's levels where the window's process finds them when it is heard."""
        n = self._ring.numbers
        at = int(n[METERS]) % METER_BLOCKS
        self._ring.meter_frames[at] = -1
        table = self._ring.meters[at]
        table[:, 0] = -1
        table[0] = (0, *_flat(block.master))
        for i, (strip, levels) in enumerate(list(block.strips.items())[:METER_STRIPS]):
            table[1 + i] = (strip, *_flat(levels))
        self._ring.meter_frames[at] = self._pen.cursor
        n[METERS] += 1


def _events(arrays: list[npt.NDArray[Any]]) -> Events:
    start, length, *rest = arrays[0]
    return Events(start, length, arrays[1], *rest)


def _effects(rows: list[dict[str, Any]]) -> Effects:
    return tuple(Effect(**{**row, "values": tuple((n, v) for n, v in row["values"])}) for row in rows)


def _flat(levels: Levels) -> tuple[float, ...]:
    return (*levels.peak, *levels.rms)


def main(arguments: list[str] | None = None) -> None:
    """Run the process: the ring's name."""
    name = (sys.argv[1:] if arguments is None else arguments)[0]
    parent, ring = Parent(), Ring(name)
    threading.Thread(target=make_ready, args=(ring.rate,), daemon=True).start()  # before: it does not run first
    ask_for_realtime(29)  # below the player; a few hundredths of a core, and what it misses is heard
    desk = Desk(ring, parent)
    gc.freeze()
    try:
        desk.run()
    except Exception:
        parent.tell({"event": "failed", "reason": traceback.format_exc()})
        raise


if __name__ == "__main__":
    main()
