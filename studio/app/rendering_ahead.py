"""The rows of the playing document, made on a thread of their own, what is heard next first.

Once all rows are there that fit into memory, those that do not are made as well, a few seconds of the song at a time, for its
picture alone.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from studio.app.heaps import give_back
from studio.app.overview import Far, MixOverview
from studio.app.rendering import AT_ONCE, make_rows
from studio.app.sounding import Ints, Shaped, Sounding, lengths_of, light_lengths
from studio.audio.rows import RowStore
from studio.audio.strips import Wave
from studio.engines.api import Quiet, Renderer, SoundBatch
from studio.errors import Cancelled, StudioError

log = logging.getLogger(__name__)

SALT_SHIFT = 54
_SOON_SECONDS = 2.0
_NEAR_SECONDS = 4.0
_AT_ONCE_SOON = 8
_LOOK_SECONDS = 0.5
_BEHIND = 1 << 40  # added to the starts of what lies behind the playhead
_SHARE_AHEAD = 0.7  # of the memory for rows is used ahead of the playhead
_FAR_BYTES = 32 << 20  # of rows that are made for the picture and not kept


class _Stop(Quiet):
    """Lets the renderer stop in the middle of a batch."""

    def __init__(self, stopped: Callable[[], bool], tell: Callable[[str], None]) -> None:
        self._stopped = stopped
        self._tell = tell

    def progress(self, fraction: float, message: str = "") -> None:
        if self._stopped():
            raise Cancelled

    def notice(self, message: str) -> None:
        self._tell(message)


class RenderingAhead:
    """Makes the rows that the playing document needs and that are not there, from the playhead on.

    ``done`` is called after each few rows with their numbers, on the rendering thread. ``rendered`` counts rows made:
    a change of gain, pan, room, mute or solo leaves it as it is.
    """

    def __init__(
        self,
        store: RowStore,
        rate: int,
        done: Callable[[Ints], None] = lambda _: None,
        tell: Callable[[str], None] = log.warning,
        failed: Callable[[StudioError], None] = lambda _: None,
        overview: MixOverview | None = None,
    ) -> None:
        self.store = store
        self.rate = rate
        self.rendered = 0
        self._done, self._tell, self._failed = done, tell, failed
        self._overview = overview
        self._drawn: dict[int, Wave] = {}  # rows that were made for the last pieces of the picture
        self._renderer: Renderer | None = None
        self._salt = 0
        self._lengths: dict[int, int] = {}
        self._start, self._number = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._shaped: Shaped = {}
        self._playhead = 0
        self._stale = False
        self._urgent = False  # something is wanted within a moment: what is made for later can wait
        self._queue, self._queued_at = np.zeros(0, np.int64), 0  # numbers, lengths and starts of rows to make [3, n]
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._idle = True
        self._thread: threading.Thread | None = None

    @property
    def renderer(self) -> Renderer | None:
        """What makes the sound, None while it is being loaded."""
        return self._renderer

    @property
    def salt(self) -> int:
        """What tells these weights and this rate apart in the numbers of rows; 0 as long as there is no renderer."""
        return self._salt

    @property
    def idle(self) -> bool:
        """Whether all rows that are wanted and fit into memory are there."""
        return self._idle

    def missing(self) -> Ints:
        """Stretches [2, n] (first frames, ends) of the song whose rows are still to be made, rising, none of them touching."""
        queue, at = self._queue, self._queued_at
        if self._idle or queue.ndim < 2 or at >= queue.shape[-1]:
            return np.zeros((2, 0), np.int64)
        first, length = queue[2, at:] & _BEHIND - 1, queue[1, at:]
        order = np.argsort(first, kind="stable")
        first, reach = first[order], np.maximum.accumulate((first + length)[order])
        heads = np.flatnonzero(np.concatenate([[True], first[1:] > reach[:-1] + self.rate]))
        return np.stack([first[heads], np.append(reach[heads[1:] - 1], reach[-1])])

    def set_renderer(self, renderer: Renderer) -> None:
        """Render with ``renderer`` from now on."""
        with self._changed:
            self._renderer = renderer
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rendering", daemon=True)
                self._thread.start()
            self._salt = (self._salt >> SALT_SHIFT) % 511 + 1 << SALT_SHIFT
            self._lengths.clear()
            self._number = np.zeros(0, np.int64)

    def set_rate(self, rate: int) -> None:
        """Render for another rate from now on."""
        with self._changed:
            self.rate = rate
        if self._renderer is not None:
            self.set_renderer(self._renderer)

    def near(self, start: Ints) -> npt.NDArray[np.bool_]:
        """Which of the notes that begin at ``start`` sound about the playhead, shape [n]."""
        return (start > self._playhead - _NEAR_SECONDS * self.rate) & (start < self._playhead + _NEAR_SECONDS * self.rate)

    def learn(self, batch: SoundBatch, numbers: Ints) -> None:
        """Find out the lengths of those notes; each is asked for once."""
        renderer = self._renderer
        unique, first = np.unique(numbers, return_index=True)
        new = [k for k, n in enumerate(unique.tolist()) if n not in self._lengths]
        if new and renderer is not None:
            found = lengths_of(renderer, batch.select(first[new]), self.rate)
            self._lengths.update(zip(unique[new].tolist(), found.tolist(), strict=True))

    def lengths(self, batch: SoundBatch, numbers: Ints) -> tuple[Ints, int]:
        """Lengths of those notes, and how many of them are the light voice's, because they were not learned."""
        known = np.fromiter((self._lengths.get(n, -1) for n in numbers.tolist()), np.int64, len(numbers))
        unknown = known < 0
        if unknown.any():
            known[unknown] = light_lengths(batch.select(np.flatnonzero(unknown)), self.rate)
        return known, int(np.count_nonzero(unknown))

    def want(self, soundings: Iterable[Sounding]) -> None:
        """Make the rows of these tracks; those whose lengths were not learned are left out."""
        parts = list(soundings)
        start = np.concatenate([np.zeros(0, np.int64), *(p.start for p in parts)])
        number = np.concatenate([np.zeros(0, np.int64), *(p.number for p in parts)])
        order = np.argsort(start, kind="stable")
        with self._changed:
            self._start, self._number = start[order], number[order]
            self._shaped = {number: note for p in parts for number, note in p.shaped.items()}
            self._stale, self._idle = True, False
            self._urgent = self._lacks_soon()
            self._changed.notify()

    def _lacks_soon(self) -> bool:
        """Whether rows are missing that sound about now."""
        low, high = np.searchsorted(self._start, self._playhead + np.array([-_SOON_SECONDS, _SOON_SECONDS]) * self.rate)
        return any(n in self._lengths and n | self._salt not in self.store for n in self._number[low:high].tolist())

    def set_playhead(self, frame: int) -> None:
        """What sounds from ``frame`` on is needed first."""
        if abs(frame - self._playhead) < self.rate:
            return
        self._playhead = frame
        self._stale = True
        if self._changed.acquire(blocking=False):  # the main thread does not wait; the rendering one looks by itself
            self._changed.notify()
            self._changed.release()

    def close(self) -> None:
        """Stop at once."""
        self._stop.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        tidied = 0  # rows had been made when memory was last given back
        while not self._stop.is_set():
            with self._changed:
                if self._stale:
                    self._sort()
                numbers, lengths, soon = self._take()
                renderer, salt, shaped = self._renderer, self._salt, self._shaped
                far, rests = None, False
                if not len(numbers) or renderer is None:
                    self._idle = not self._stale
                    far = self._overview.far() if self._overview and renderer and self._idle else None
                    if far is None:
                        self._drawn.clear()
                        rests = not self._changed.wait(_LOOK_SECONDS if len(self._number) else None)
                        renderer = None
            if renderer is not None and far is None:
                self._make(renderer, salt, numbers, lengths, shaped, soon)
            elif renderer is not None and far is not None:
                self._draw(far, renderer, salt, shaped)
            elif rests and self.rendered > tidied:
                tidied = self.rendered
                give_back()

    def _make(self, renderer: Renderer, salt: int, numbers: Ints, lengths: Ints, shaped: Shaped, soon: bool) -> None:
        """Make rows and keep them."""
        for rows in self._rows(renderer, numbers, lengths, shaped, soon):
            for number, row in rows:
                self.store.put(number | salt, row)
            self._done(np.array([number for number, _ in rows], np.int64))
            if self._stale and not soon:
                return  # something else is wanted by now; what is left here will be found missing again

    def _draw(self, far: Far, renderer: Renderer, salt: int, shaped: Shaped) -> None:
        """Make the rows far from the playhead that are not there, a bounded number of bytes, and draw them."""
        assert self._overview is not None
        fits = far.rows[np.cumsum(4 * far.lengths) <= _FAR_BYTES].tolist()
        self._drawn = {n: self._drawn[n] for n in fits if n in self._drawn}
        ours = [n for n in fits if n not in self._drawn and n not in self.store and n >> SALT_SHIFT == salt >> SALT_SHIFT]
        numbers = np.array([n ^ salt for n in ours], np.int64)
        lengths = np.array([self._lengths.get(n, 0) for n in numbers.tolist()], np.int64)
        for rows in self._rows(renderer, numbers[lengths > 0], lengths[lengths > 0], shaped):
            self._drawn.update((number | salt, np.array(row)) for number, row in rows)
            if self._stale:
                return  # what is heard goes before
        if self._renderer is renderer and not (self._stop.is_set() or self._urgent):
            self._overview.draw(far, self._drawn)

    def _rows(
        self, renderer: Renderer, numbers: Ints, lengths: Ints, shaped: Shaped, soon: bool = False
    ) -> Iterator[list[tuple[int, Wave]]]:
        """Rows as they are made, counted; ends early when it is to stop, or the renderer failed."""
        ctx = _Stop(lambda: self._stop.is_set() or (self._urgent and not soon), self._tell)
        try:
            for rows in make_rows(renderer, numbers, lengths, self.rate, ctx, shaped=shaped):
                self.rendered += len(rows)
                yield rows
        except Cancelled:
            return
        except StudioError as error:
            self._give_up(error)
        except Exception:
            log.exception("rendering failed")
            self._give_up(StudioError("The instruments failed, so a simple sound plays instead.", "Start Partita again."))

    def _give_up(self, error: StudioError) -> None:
        with self._changed:
            self._renderer = None
        self._failed(error)

    def _sort(self) -> None:
        """Line up the rows to make, the first needed first, as far as memory reaches ahead of the playhead."""
        self._stale = self._urgent = False
        self._queue, self._queued_at = np.zeros(0, np.int64), 0
        if self._renderer is None or not len(self._number):
            return
        at = int(np.searchsorted(self._start, self._playhead - self.rate))
        starts = np.concatenate([self._start[at:], self._start[:at] + _BEHIND])  # what lies behind can wait,
        numbers = np.concatenate([self._number[at:], self._number[:at]])
        lengths = np.fromiter((self._lengths.get(n, 0) for n in numbers.tolist()), np.int64, len(numbers))
        late = (starts >= _BEHIND) & (starts - _BEHIND + lengths > self._playhead)
        starts[late] -= _BEHIND  # but for what sounds on
        by_need = np.argsort(starts, kind="stable")
        starts, numbers, lengths = starts[by_need], numbers[by_need], lengths[by_need]
        unique, first = np.unique(numbers, return_index=True)
        order = np.argsort(first, kind="stable")
        unique, first = unique[order], first[order]
        lengths = lengths[first]
        fits = (lengths > 0) & (np.cumsum(4 * lengths) <= _SHARE_AHEAD * self.store.limit)
        missing = fits & ~self.store.touch(unique | self._salt)
        self._queue = np.stack([unique, lengths, starts[first]])[:, missing]

    def _take(self) -> tuple[Ints, Ints, bool]:
        """The next few numbers and lengths, and whether they are needed within a moment."""
        if self._queued_at >= self._queue.shape[-1]:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), False
        soon = bool(self._queue[2, self._queued_at] < self._playhead + _SOON_SECONDS * self.rate)
        part = self._queue[:, self._queued_at : self._queued_at + (_AT_ONCE_SOON if soon else AT_ONCE)]
        self._queued_at += part.shape[1]
        return part[0], part[1], soon
