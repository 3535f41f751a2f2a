"""What waveform and spectrogram look at, and how they keep up with it without holding anything up."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.jobs import Job, Jobs
from studio.app.overview import MixOverview

Samples = npt.NDArray[np.float32]
Range = tuple[int, int]


class MixSource(Protocol):
    """The mix as it sounds. ``samples`` may be asked for from a worker thread and gives silence where nothing is rendered."""

    @property
    def rate(self) -> int:
        """Frames a second."""

    @property
    def frames(self) -> int:
        """Length of the song in frames."""

    def samples(self, start: int, end: int) -> Samples:
        """Frames [start, end) as [frames, channels]."""

    def subscribe(self, changed: Callable[[int, int], None]) -> Callable[[], None]:
        """Call ``changed(start, end)`` (from any thread) when frames are new; returns a function that ends it."""


class MixFollower(QObject):
    """Has new stretches of the mix looked at on a worker, piece by piece, what is seen first; hands the results on.

    ``work(samples, first)`` runs on a worker with the frames of one piece (``margin`` frames more on either side,
    zeros past the ends) and the index of the piece's first frame; ``take(result)`` gets what it returned, on the main thread.
    Pieces begin on multiples of ``unit`` frames.
    """

    _arrived = Signal(int, int)

    def __init__(
        self,
        key: str,
        source: MixSource,
        jobs: Jobs,
        work: Callable[[Samples, int], Any],
        take: Callable[[Any], None],
        *,
        unit: int,
        piece: int,
        margin: int = 0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._key, self._source, self._jobs = key, source, jobs
        self._work, self._take = work, take
        self._unit, self._piece, self._margin = unit, piece // unit * unit, margin
        self._stale: list[Range] = []
        self._running: Job | None = None
        self.seen: Callable[[], Range] = lambda: (0, 0)
        self.active = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(60)
        self._timer.timeout.connect(self._next)
        self._arrived.connect(self._note)
        self._unsubscribe = source.subscribe(self._arrived.emit)
        self._note(0, source.frames)

    def close(self) -> None:
        """Stop following."""
        self._unsubscribe()
        self._stale.clear()
        self._timer.stop()
        if self._running is not None:
            self._running.cancel()

    def set_active(self, active: bool) -> None:
        """Rest while nobody looks; what changed meanwhile is made up for afterwards."""
        self.active = active
        if active and self._stale:
            self._timer.start()

    def _note(self, start: int, end: int) -> None:
        if end > start:
            first = start // self._unit * self._unit
            last = -(-end // self._unit) * self._unit
            self._stale = _joined([*self._stale, (first, last)])
            if self.active and self._running is None and not self._timer.isActive():
                self._timer.start()

    def _next(self) -> None:
        if not self._stale or not self.active or self._running is not None:
            return
        start, end = self._first_wanted()
        self._stale = [r for old in self._stale for r in _without(old, (start, end))]
        source, margin, work = self._source, self._margin, self._work

        def look(job: Job) -> Any:
            samples = mono_with_margin(source, start - margin, end + margin)
            job.progress(0.5)
            return work(samples, start)

        self._running = self._jobs.start(self._key, "", look, self._done, self._failed)

    def _first_wanted(self) -> Range:
        """A piece of what is stale: from the part that is seen, if there is one."""
        seen_start, seen_end = self.seen()
        for start, end in self._stale:
            if start < seen_end and seen_start < end:
                first = max(start, seen_start // self._unit * self._unit)
                return first, min(end, first + self._piece)
        start, end = self._stale[0]
        return start, min(end, start + self._piece)

    def _done(self, result: Any) -> None:
        self._running = None
        self._take(result)
        self._next()

    def _failed(self) -> None:
        self._running = None


def mono_with_margin(source: MixSource, start: int, end: int) -> Samples:
    """The mean of the channels over [start, end), zeros before the beginning and past the end: [end - start]."""
    a, b = max(0, start), max(0, min(end, source.frames))
    mono = np.zeros(end - start, np.float32)
    if b > a:
        got = source.samples(a, b)
        mono[a - start : a - start + len(got)] = got.mean(axis=1)
    return mono


def _joined(ranges: list[Range]) -> list[Range]:
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def _without(whole: Range, part: Range) -> list[Range]:
    pieces = [(whole[0], min(whole[1], part[0])), (max(whole[0], part[1]), whole[1])]
    return [p for p in pieces if p[0] < p[1]]


class MixOfSong:
    """The song's sound as waveform and spectrogram want it: one channel, as a column."""

    def __init__(self, overview: MixOverview) -> None:
        self._overview = overview
        self.subscribe = overview.subscribe

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self._overview.rate

    @property
    def frames(self) -> int:
        """Length of the song in frames."""
        return self._overview.length

    def samples(self, start: int, end: int) -> npt.NDArray[np.float32]:
        """Frames [start, end) as [frames, 1]."""
        return self._overview.samples(start, end)[:, np.newaxis]
