"""Recording: what is played while the song runs, laid where it was heard, becomes a take when it stops.

The place of a key is the frame of the song that left the loudspeaker when it was pressed, as the player's clock tells it: so
the device's latency is taken out, whatever it is.
"""

import threading
from dataclasses import dataclass, field
from time import perf_counter_ns

from studio.app.playback import Playback
from studio.app.session import Session
from studio.music import edits
from studio.music.notes import SUSTAIN, Controls, Notes, Origin
from studio.music.time import TICKS_PER_QUARTER

STEP = "Record"
_EARLY = TICKS_PER_QUARTER // 2  # so much before the song sets in a key still counts as its first


@dataclass
class _Pass:
    """One time through: closed notes as (start, end, pitch, velocity), open ones by pitch, controllers."""

    notes: list[tuple[int, int, int, int]] = field(default_factory=list)
    open: dict[int, tuple[int, int]] = field(default_factory=dict)
    controls: list[tuple[int, int, int]] = field(default_factory=list)


class Recorder:
    """Listens to a keyboard while it is on. What a keyboard says may come on any thread; all else on the main one."""

    def __init__(self, session: Session, playback: Playback) -> None:
        self._session, self._playback = session, playback
        self._lock = threading.Lock()
        self._passes: list[_Pass] = []
        self._from = self._latest = 0
        self._sounding = 0  # passes that are heard while the next one is played
        self.on = False
        self.track_id = 0
        self.overdub = True

    def start(self, track_id: int, tick: int, *, overdub: bool) -> None:
        """Record into a track from ``tick`` on; the song plays, or is about to."""
        with self._lock:
            self.track_id, self.overdub = track_id, overdub
            self._from = self._latest = tick
            self._passes, self._sounding = [_Pass()], 0
            self.on = True
        self._playback.set_endless(True)

    def finish(self) -> bool:
        """Make what was played a take, as one step; whether there was anything. The playback may already stand."""
        if not self.on:
            return False
        with self._lock:
            self.on = False
            for one in self._passes:
                self._close(one, self._latest)
            passes = [(_notes(p), _controls(p)) for p in self._passes]
            self._passes = []
        self._playback.set_endless(False)
        document = self._session.committed
        if not any(t.id == self.track_id for t in document.tracks):
            return False
        done = edits.record(document, self.track_id, passes, overdub=self.overdub)
        if done is document:
            return False
        self._session.commit(STEP, done)
        return True

    def follow(self) -> None:
        """Called now and then while the song runs: keys that are down grow, and a loop that turns begins a new pass.

        With overdub the passes before are heard from then on.
        """
        with self._lock:
            if not self.on:
                return
            self._place(perf_counter_ns())
            before = self._passes[:-1] if self.overdub else []
            if len(before) <= self._sounding:
                return
            self._sounding = len(before)
            passes = [(_notes(p), _controls(p)) for p in before]
        document = self._session.committed
        if any(t.id == self.track_id for t in document.tracks):
            self._playback.set_document(edits.record(document, self.track_id, passes, overdub=True))

    def shown(self) -> Notes:
        """What was played in this pass so far (with overdub: in all), keys that are still down up to now; from the song's start."""
        with self._lock:
            passes = self._passes if self.overdub else self._passes[-1:]
            rows = [row for p in passes for row in p.notes]
            for p in passes:
                rows += [(start, max(start + 1, self._latest), pitch, velocity) for pitch, (start, velocity) in p.open.items()]
        return _rows(rows)

    # ------------------------------------------------------------ what the keyboard says

    def note_on(self, pitch: int, velocity: int, at_ns: int) -> None:
        """A key goes down."""
        with self._lock:
            tick = self._place(at_ns) if self.on else None
            if tick is None:
                return
            now = self._passes[-1]
            if pitch in now.open:
                self._end(now, pitch, tick)
            now.open[pitch] = (tick, velocity)

    def note_off(self, pitch: int, at_ns: int) -> None:
        """A key comes up."""
        with self._lock:
            tick = self._place(at_ns) if self.on else None
            if tick is None or pitch not in self._passes[-1].open:
                return
            self._end(self._passes[-1], pitch, tick)

    def control(self, number: int, value: int, at_ns: int) -> None:
        """A controller moves."""
        with self._lock:
            tick = self._place(at_ns) if self.on else None
            if tick is not None:
                self._passes[-1].controls.append((tick, number, value))

    def _place(self, at_ns: int) -> int | None:
        """The tick that was heard at a time, None where nothing was, or the count-in; with the lock."""
        frame = self._playback.heard_frame(at_ns)
        if frame is None:
            return None
        tick = self._playback.tick_of(frame)
        if tick < self._from - _EARLY and not self._looped(tick):
            return None
        if tick < self._latest - TICKS_PER_QUARTER and self._looped(tick):  # the loop has turned
            loop = self._session.committed.loop
            self._close(self._passes[-1], loop[1] if loop else self._latest)
            self._passes.append(_Pass())
            self._from = min(self._from, tick)
            self._latest = tick
        tick = max(tick, self._from)
        self._latest = max(self._latest, tick)
        return tick

    def _looped(self, tick: int) -> bool:
        loop = self._session.committed.loop
        return self._playback.looping and loop is not None and loop[0] <= tick < loop[1] <= self._latest + 2 * TICKS_PER_QUARTER

    def _close(self, one: _Pass, tick: int) -> None:
        """End what is still open: keys, and the pedal."""
        for pitch in tuple(one.open):
            self._end(one, pitch, tick)
        pedal = [value for _, number, value in one.controls if number == SUSTAIN]
        if pedal and pedal[-1]:
            one.controls.append((max(tick, one.controls[-1][0]), SUSTAIN, 0))

    @staticmethod
    def _end(one: _Pass, pitch: int, tick: int) -> None:
        start, velocity = one.open.pop(pitch)
        one.notes.append((start, max(start + 1, tick), pitch, velocity))


def _rows(rows: list[tuple[int, int, int, int]]) -> Notes:
    if not rows:
        return Notes.empty()
    start, end, pitch, velocity = zip(*rows, strict=True)
    duration = [b - a for a, b in zip(start, end, strict=True)]
    return Notes.of(start, duration, pitch, velocity, origin=int(Origin.PLAYED))


def _notes(one: _Pass) -> Notes:
    return _rows(one.notes)


def _controls(one: _Pass) -> Controls:
    return Controls.of(*zip(*one.controls, strict=True)) if one.controls else Controls.empty()
