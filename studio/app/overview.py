"""The sound of the whole song as far as it is rendered, for the waveform and the spectrogram.

For a view (all of it on the main thread; nothing here waits for sound):

    overview = studio.playback.overview
    end = overview.subscribe(changed)   # changed(first, end): these frames sound otherwise now; end() ends it
    overview.rate                       # frames a second; overview.length frames in all, a whole number of seconds
    overview.samples(first, end)        # mono float32 [end - first]; zeros where nothing is rendered yet or nothing lies

Gains, pan, mute and solo are in it; the room and the limiter are not. It is kept in pieces of a second; changed pieces are
summed anew on a thread, those near the playhead first, and told in one call for each run of neighbours. Pieces that lie
farther than the memory for rows reaches are summed as well: their rows are made, drawn and forgotten
(:meth:`MixOverview.far`, asked by :mod:`studio.app.rendering_ahead`).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from studio.app.jobs import Post
from studio.app.sounding import Ints
from studio.audio.mixer import Scene
from studio.audio.rows import RowStore
from studio.audio.strips import Events, Wave

Changed = Callable[[int, int], None]

_GATHER_SECONDS = 0.1  # what changes within so much is told at once
_AT_ONCE = 8
NO_ROWS: Mapping[int, Wave] = {}


@dataclass(frozen=True)
class Far:
    """A piece of the song that lacks rows; ``rows`` [n] are all that sound in it, of ``lengths`` frames [n]."""

    scene: Scene
    piece: int
    rows: Ints
    lengths: Ints


class MixOverview:
    """See the module. ``post`` runs calls on the main thread."""

    def __init__(self, store: RowStore, rate: int, post: Post) -> None:
        self.rate = rate
        self._store = store
        self._post = post
        self._subscribers: list[Changed] = []
        self._scene = Scene()
        self._pieces: dict[int, Wave] = {}
        self._dirty: set[int] = set()
        self._lacking: set[int] = set()  # pieces that were summed without some of their rows
        self._far: set[int] = set()  # pieces that were drawn with rows that are not in memory
        self._asked: int | None = None  # that of them whose rows are being made
        self._playhead = 0
        self._lock = threading.Condition()
        self._stop = threading.Event()
        self._working = False
        self._thread: threading.Thread | None = None

    @property
    def length(self) -> int:
        """Frames of the song, filled up to a whole second."""
        return -(-self._scene.end // self.rate) * self.rate

    @property
    def busy(self) -> bool:
        """Whether something is still to be summed."""
        return bool(self._dirty) or self._working

    @property
    def whole(self) -> bool:
        """Whether no piece lacks rows."""
        return not self._lacking

    def subscribe(self, changed: Changed) -> Callable[[], None]:
        """Call ``changed(first, end)`` with frames that sound otherwise now; returns a function that ends it."""
        self._subscribers.append(changed)
        return lambda: self._subscribers.remove(changed)

    def samples(self, first: int, end: int) -> Wave:
        """Frames ``first`` to ``end`` of the mix in mono, zeros where nothing is rendered or nothing lies."""
        out = np.zeros(max(0, end - first), np.float32)
        for k in range(max(0, first) // self.rate, -(-max(0, end) // self.rate)):
            piece = self._pieces.get(k)
            if piece is not None:
                low, high = max(first, k * self.rate), min(end, (k + 1) * self.rate)
                out[low - first : high - first] = piece[low - k * self.rate : high - k * self.rate]
        return out

    def set_playhead(self, frame: int) -> None:
        """Where it is looked at first."""
        self._playhead = frame

    def set_scene(self, scene: Scene) -> None:
        """The song sounds like ``scene`` now: pieces that differ are summed anew."""
        with self._lock:
            self._mark(self._scene, scene)
            self._scene = scene
            last = self.length // self.rate
            gone = sorted(k for k in self._pieces if k >= last)
            for k in gone:
                del self._pieces[k]
            for marked in (self._dirty, self._lacking, self._far):
                marked.difference_update([k for k in marked if k >= last])
            self._lock.notify()
            if self._thread is None and self._dirty:
                self._thread = threading.Thread(target=self._run, name="overview", daemon=True)
                self._thread.start()
        self._tell(gone)

    def set_rate(self, rate: int) -> None:
        """Begin anew with another rate."""
        with self._lock:
            self.rate = rate
            self._scene = Scene()
            self._pieces = {}  # another one: what is being summed at the old rate is told apart by it
            for marked in (self._dirty, self._lacking, self._far):
                marked.clear()
            self._asked = None

    def begin_anew(self) -> None:
        """Another song comes: nothing of this one is shown any more."""
        gone = sorted(self._pieces)
        self.set_rate(self.rate)
        self._tell(gone)

    def rows_came(self, numbers: Ints) -> None:
        """Rows of these numbers (as in the scene) can be had now."""
        with self._lock:
            for strip in self._scene.strips:
                if strip.gain:
                    self._mark_notes(strip.events, np.flatnonzero(np.isin(strip.events.row, numbers)))
            self._lock.notify()

    def far(self) -> Far | None:
        """The next piece that lacks rows, None where nothing is lacking; :meth:`draw` is to follow."""
        with self._lock:
            self._asked = next(iter(self._nearest(self._lacking - self._dirty)), None)
            piece, scene = self._asked, self._scene
        if piece is None:
            return None
        rows: dict[int, int] = {}
        for events in (s.events for s in scene.strips if s.gain):
            for i, _, number, _ in events.sounding(piece * self.rate, (piece + 1) * self.rate):
                rows[number] = int(events.length[i])
        return Far(scene, piece, np.array([*rows], np.int64), np.array([*rows.values()], np.int64))

    def draw(self, far: Far, rows: Mapping[int, Wave]) -> None:
        """Sum a piece with ``rows`` beside those in memory, unless it changed meanwhile. Rows missing even so stay out."""
        wave, _ = self._sum(far.scene, far.piece, rows)
        with self._lock:
            if self._asked != far.piece:
                return
            self._pieces[far.piece] = wave
            self._lacking.discard(far.piece)
            self._far.add(far.piece)
        self._tell([far.piece])

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        with self._lock:
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()

    def _mark(self, old: Scene, new: Scene) -> None:
        before = {s.id: s for s in old.strips}
        everything = old.gain != new.gain
        for strip in new.strips:
            was = before.pop(strip.id, None)
            if was is None or everything or (was.gain, was.pan) != (strip.gain, strip.pan):
                self._mark_notes(strip.events, np.arange(len(strip.events.start)))
                if was is not None:
                    self._mark_notes(was.events, np.arange(len(was.events.start)))
            elif was.events is not strip.events:
                self._mark_difference(was.events, strip.events)
        for gone in before.values():
            self._mark_notes(gone.events, np.arange(len(gone.events.start)))

    def _mark_difference(self, old: Events, new: Events) -> None:
        """Mark the pieces of notes that are in one and not in the other."""
        kind = np.dtype([("start", np.int64), ("row", np.int64), ("length", np.int64), ("gain", np.float32)])
        rows = []
        for events in (old, new):
            table = np.empty(len(events.start), kind)
            table["start"], table["row"], table["length"], table["gain"] = events.start, events.row, events.length, events.gain
            rows.append(table.view(f"V{kind.itemsize}"))
        common = set(rows[0].tolist()) & set(rows[1].tolist())
        for events, table in zip((old, new), rows, strict=True):
            self._mark_notes(events, np.array([i for i, row in enumerate(table.tolist()) if row not in common], np.int64))

    def _mark_notes(self, events: Events, which: Ints) -> None:
        first = events.start[which] // self.rate
        last = (events.start[which] + events.length[which] - 1) // self.rate
        for a, b in set(zip(first.tolist(), last.tolist(), strict=True)):
            self._dirty.update(range(a, b + 1))
        if self._asked in self._dirty:
            self._asked = None

    def _nearest(self, pieces: set[int]) -> list[int]:
        """Pieces in the order in which they are looked at."""
        here = self._playhead // self.rate - 1
        return sorted(pieces, key=lambda k: (k < here, abs(k - here)))

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                self._working = bool(self._dirty)
                if not self._working:
                    self._lock.wait()
                    continue
            self._stop.wait(_GATHER_SECONDS)
            with self._lock:
                order = self._nearest(self._dirty)[:_AT_ONCE]
                self._dirty.difference_update(order)
                scene, pieces = self._scene, self._pieces
            for k in order:
                if self._stop.is_set():
                    return
                wave, whole = self._sum(scene, k)
                with self._lock:
                    if pieces is not self._pieces:
                        break  # the rate is another by now
                    if k * self.rate >= self.length:
                        continue  # the song ends before it by now
                    (self._lacking.discard if whole else self._lacking.add)(k)
                    if whole or k not in self._far:  # else what was drawn stays until it is drawn anew
                        self._pieces[k] = wave
                        self._far.discard(k)
            self._tell(sorted(order))

    def _sum(self, scene: Scene, piece: int, rows: Mapping[int, Wave] = NO_ROWS) -> tuple[Wave, bool]:
        """The mix of a piece, and whether all of its rows are there."""
        first, whole = piece * self.rate, True
        total = np.zeros(self.rate, np.float32)
        for strip in scene.strips:
            if strip.gain == 0.0:
                continue
            bus = np.zeros(self.rate, np.float32)
            for _, onset, number, gain in strip.events.sounding(first, first + self.rate):
                row = self._store.get(number, rows.get(number))
                whole &= row is not None
                if row is not None:
                    start = onset - first
                    low, high = max(0, start), min(self.rate, start + len(row))
                    if low < high:
                        bus[low:high] += row[low - start : high - start] * gain
            total += bus * np.float32(scene.gain * float(strip.factors[:2].mean()))
        return total, whole

    def _tell(self, pieces: list[int]) -> None:
        low = 0
        for i, k in enumerate(pieces):
            if i + 1 == len(pieces) or pieces[i + 1] != k + 1:
                self._post(lambda a=pieces[low] * self.rate, b=(k + 1) * self.rate: self._changed(a, b))  # type: ignore[misc]
                low = i + 1

    def _changed(self, first: int, end: int) -> None:
        for call in tuple(self._subscribers):
            call(first, end)
