"""Rows of sound, made once for each different note; and whole songs, block by block.

:func:`render_song` gives a song's samples with memory that does not grow with the song. The mixer and the rows are those of
playback (:mod:`studio.app.rendering_ahead`), so an export has the samples that were heard.
"""

import threading
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np

from studio.app.heaps import give_back
from studio.app.sounding import (
    NONE_SHAPED,
    SHAPED,
    Ints,
    Shaped,
    Sounding,
    batch_of,
    events_of,
    is_heard,
    lengths_of_all,
    scene_of,
    sounding_of,
)
from studio.app.tapes import Piece, sounds_by_id
from studio.audio.effects import Load, Plugin, Racks
from studio.audio.mixer import MixStream, tail_frames
from studio.audio.strips import BLOCK, Wave
from studio.engines.api import Audio, Context, Quiet, Renderer, WholeNotes
from studio.errors import Cancelled
from studio.music.document import Document
from studio.music.effects import Effect

AT_ONCE = 32  # notes that are rendered between two looks at what is wanted most
_SONG_AT_ONCE = 128
_FIRST_SECONDS, _AHEAD_SECONDS = 1.0, 3.0  # for which rows are made at once, at the start and later
_LOOK_SECONDS = 0.05
_MIXED_AT_ONCE = 8  # blocks
_REACH = (_MIXED_AT_ONCE + 2) * BLOCK  # frames after the one that is asked for, for which the mixer needs rows
_ROWS_BYTES = 64 << 20
_PADDING = 1.5  # within a batch the longest row is at most so much longer than the shortest

_locks: "weakref.WeakKeyDictionary[Renderer, threading.Lock]" = weakref.WeakKeyDictionary()


def lock_of(renderer: Renderer) -> threading.Lock:
    """The lock under which ``renderer`` renders: playback, export and single keys share it, and it serves one at a time."""
    return _locks.setdefault(renderer, threading.Lock())


def make_rows(
    renderer: Renderer,
    numbers: Ints,
    lengths: Ints,
    rate: int,
    ctx: Context,
    at_once: int = AT_ONCE,
    shaped: Shaped = NONE_SHAPED,
) -> Iterator[list[tuple[int, Wave]]]:
    """Rows by number, a few at a time. Notes of like length go together, so that little is rendered for nothing."""
    whole = isinstance(renderer, WholeNotes)  # then nothing ever is
    tapes = [(n, piece) for n in numbers.tolist() if n & SHAPED and isinstance(piece := shaped[n], Piece)]
    for number, piece in tapes:
        yield [(number, piece.samples())]
        ctx.progress(0.0)
    if tapes:
        notes = ~np.isin(numbers, [number for number, _ in tapes])
        numbers, lengths = numbers[notes], lengths[notes]
    order = np.argsort(lengths, kind="stable")
    low = 0
    while low < len(order):
        limit = max(1.0, float(lengths[order[low]])) * _PADDING
        high = low + 1
        while high < min(len(order), low + at_once) and (whole or lengths[order[high]] <= limit):
            high += 1
        which = order[low:high]
        with lock_of(renderer):
            batch = batch_of(numbers[which], shaped)
            if isinstance(renderer, WholeNotes):
                sound: Sequence[Wave] = renderer.whole(batch, rate, ctx)
            else:
                sound = list(renderer.render(batch, rate, 0, int(lengths[which].max()), ctx))
        yield [(int(numbers[i]), row[: int(lengths[i])]) for row, i in zip(sound, which, strict=True)]
        low = high


class _Stoppable(Quiet):
    """A context for the thread that makes rows: stops when told, and passes on what the renderer has to say."""

    def __init__(self, ctx: Context) -> None:
        self.stopped = threading.Event()
        self._ctx = ctx

    def progress(self, fraction: float, message: str = "") -> None:
        if self.stopped.is_set():
            raise Cancelled

    def notice(self, message: str) -> None:
        self._ctx.notice(message)


class _SongRows(dict[int, Wave]):
    """Rows of a song that is rendered from its start to its end: made a few seconds ahead, dropped after their last use.

    They are made on a thread of their own while the mixer works on those before; the first ones even before :meth:`know` is told
    how long all notes are. To be closed.
    """

    def __init__(self, parts: list[Sounding], rate: int, renderer: Renderer, ctx: Context) -> None:
        super().__init__()
        self._renderer, self._rate = renderer, rate
        start = np.concatenate([np.zeros(0, np.int64), *(p.start for p in parts)])
        self._order = np.argsort(start, kind="stable")
        self._start = start[self._order]
        self._number = np.concatenate([np.zeros(0, np.int64), *(p.number for p in parts)])[self._order]
        self._shaped: Shaped = {number: note for p in parts for number, note in p.shaped.items()}
        self._made_to = self._asked_to = 0
        self._coming: deque[tuple[int, Future[dict[int, Wave]]]] = deque()  # with the frame up to which they reach
        self._due: set[int] = set()  # numbers of the rows that are coming
        self._thread, self._before = ThreadPoolExecutor(1, "song-rows"), ThreadPoolExecutor(1, "song-rows-before")
        self._ctx = _Stoppable(ctx)
        self._take(self._first_lengths(parts))
        self._ask()

    def _first_lengths(self, parts: list[Sounding]) -> list[Ints]:
        """Lengths of the notes that start in the first seconds, and nothing for others."""
        lengths = [np.zeros(len(p.start), np.int64) for p in parts]
        first = [slice(0, int(np.searchsorted(p.start, int(_FIRST_SECONDS * self._rate)))) for p in parts]
        batches = [p.batch.select(early) for p, early in zip(parts, first, strict=True)]
        for all_of_it, early, known in zip(lengths, first, lengths_of_all(self._renderer, batches, self._rate), strict=True):
            all_of_it[early] = known
        return lengths

    def _take(self, lengths: list[Ints]) -> None:
        self._length = np.concatenate([np.zeros(0, np.int64), *lengths])[self._order]

    def know(self, lengths: list[Ints]) -> None:
        """Learn how long all notes are; nothing can be reached before."""
        self._take(lengths)
        unique, last = np.unique(self._number[::-1], return_index=True)
        at = len(self._number) - 1 - last
        self._over = dict(zip(unique.tolist(), (self._start[at] + self._length[at]).tolist(), strict=True))
        self._ask()

    def close(self) -> None:
        """End the thread."""
        self._ctx.stopped.set()
        self._before.shutdown(cancel_futures=True)
        self._thread.shutdown(cancel_futures=True)

    def reach(self, frame: int, ctx: Context) -> None:
        """Have the rows of all notes that start before ``frame``."""
        while frame > self._made_to:
            end, coming = self._coming[0]
            try:
                rows = coming.result(timeout=_LOOK_SECONDS)
            except TimeoutError:
                ctx.progress(0.0)
                continue
            self._coming.popleft()
            self._drop(frame - _REACH)
            self.update(rows)
            self._due -= rows.keys()
            self._made_to = end
            self._ask()

    def _ask(self) -> None:
        """Have the rows made that start in the next seconds, or are the next so many, and are neither there nor coming."""
        end = self._asked_to + int((_AHEAD_SECONDS if self._asked_to else _FIRST_SECONDS) * self._rate)
        low = int(np.searchsorted(self._start, self._asked_to))
        if low + _SONG_AT_ONCE < len(self._start):
            end = min(end, max(int(self._start[low + _SONG_AT_ONCE]), self._asked_to + 1))
        high = int(np.searchsorted(self._start, end))
        self._asked_to = end
        numbers, first = np.unique(self._number[low:high], return_index=True)
        new = np.array([n not in self and n not in self._due for n in numbers.tolist()], bool)
        self._due.update(numbers[new].tolist())
        foretold = self._before.submit(self._foretell, numbers[new])
        self._coming.append((end, self._thread.submit(self._make, numbers[new], self._length[low:high][first[new]], foretold)))

    def _foretell(self, numbers: Ints) -> None:
        """What the renderer can work out while rows before these are made."""
        if isinstance(self._renderer, WholeNotes):
            notes = [n for n in numbers.tolist() if not isinstance(self._shaped.get(n), Piece)]
            self._renderer.foretell(batch_of(notes, self._shaped), self._rate)

    def _make(self, numbers: Ints, lengths: Ints, foretold: "Future[None]") -> dict[int, Wave]:
        foretold.result()
        made = make_rows(self._renderer, numbers, lengths, self._rate, self._ctx, _SONG_AT_ONCE, self._shaped)
        kept = isinstance(self._renderer, WholeNotes)  # rows of their own; others are views of much more
        return {n: row if kept else np.array(row) for rows in made for n, row in rows}

    def _drop(self, frame: int) -> None:
        """Forget rows whose last note is over; should they be too many, also those that will come again later."""
        for number in [n for n in self if self._over[n] <= frame]:
            del self[number]
        low, high = np.searchsorted(self._start, [frame - int(self._length.max(initial=0)), self._asked_to])
        needed = set(self._number[low:high].tolist())
        size = sum(row.nbytes for row in self.values())
        for number in [n for n in self if n not in needed]:
            if size <= _ROWS_BYTES:
                break
            size -= self.pop(number).nbytes


class _Part(Quiet):
    """A context whose progress is that of the whole song, while the renderer counts its own batch."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.fraction = 0.0

    def progress(self, fraction: float, message: str = "") -> None:
        self._ctx.progress(self.fraction, message)

    def notice(self, message: str) -> None:
        self._ctx.notice(message)


def _racks(rate: int, ctx: Context, load: Load) -> Racks:
    def failed(effect: Effect) -> None:
        ctx.notice(f"The effect {effect.title or effect.kind} cannot be used, so the sound passes it by.")

    return Racks(rate, BLOCK, failed=failed, load=load)


def render_song(
    document: Document, renderer: Renderer, rate: int, ctx: Context | None = None, *, dry: bool = False, load: Load = Plugin
) -> Iterator[Audio]:
    """The whole song's mix as blocks [frames, 2] of at most :data:`studio.audio.mixer.BLOCK` frames, from its start on.

    The same samples as playback plays, to the bit (with reverb, delay or plug-ins, as nearly as they forget the past).
    ``dry``: no room, no limiter, no effects. ``load`` makes plug-ins, on the main thread.
    """
    for blocks in render_stems(document, renderer, rate, ctx, dry=dry, whole=True, load=load):
        yield blocks[0]


def render_stems(
    document: Document, renderer: Renderer, rate: int, ctx: Context | None = None, *,
    dry: bool = False, whole: bool = False, load: Load = Plugin,
) -> Iterator[dict[int, Audio]]:  # fmt: skip
    """Each track by itself, as blocks [frames, 2] by track id; muted tracks are left out. ``whole``: the mix, under 0.

    Each stem goes through its own room and limiter, so that it sounds as it does alone.
    """
    part = _Part(ctx or Quiet())
    part.progress(0.0)
    sounds = sounds_by_id(document)
    soundings = {t.id: sounding_of(t, document.tempo, rate, sounds) for t in document.tracks}
    heard = [t.id for t in document.tracks if is_heard(document, t)]
    with closing(_SongRows([soundings[k] for k in heard], rate, renderer, part)) as rows:
        found = lengths_of_all(renderer, [s.batch for s in soundings.values()], rate)
        lengths = dict(zip(soundings, found, strict=True))
        rows.know([lengths[k] for k in heard])
        scene = scene_of(document, {k: events_of(s, lengths[k]) for k, s in soundings.items()}, rate)
        scenes = {0: scene} if whole else {s.id: replace(scene, strips=(s,)) for s in scene.strips if s.gain > 0.0}
        end = scene.end + (0 if dry else tail_frames(scene, rate))
        streams = {
            k: MixStream(s, rows, rate, dry=dry, racks=_racks(rate, part, load), ahead=_MIXED_AT_ONCE) for k, s in scenes.items()
        }
        for first in range(0, end, BLOCK):
            part.fraction = first / end
            part.progress(part.fraction)
            rows.reach(min(end, first + _REACH), part)
            count = min(BLOCK, end - first)
            yield {k: stream.next().sound[:count] for k, stream in streams.items()}
    give_back()
