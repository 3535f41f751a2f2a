"""A mix that tests make, and jobs whose results come to the main thread."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.app.jobs import Jobs


class Mix:
    """Mono sound as a mix of two equal channels."""

    def __init__(self, rate: int, sound: np.ndarray) -> None:
        self.rate = rate
        self.sound = sound
        self.asked = 0
        self._calls: list[Callable[[int, int], None]] = []

    @property
    def frames(self) -> int:
        return len(self.sound)

    def samples(self, start: int, end: int) -> np.ndarray:
        self.asked += 1
        return np.repeat(self.sound[start:end, None], 2, axis=1)

    def subscribe(self, call: Callable[[int, int], None]) -> Callable[[], None]:
        self._calls.append(call)
        return lambda: self._calls.remove(call)

    def tell(self, start: int, end: int) -> None:
        for call in self._calls:
            call(start, end)


class _Poster(QObject):
    call = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.call.connect(self._run)

    def _run(self, call: Callable[[], None]) -> None:
        call()


def main_thread_jobs() -> Jobs:
    poster = _Poster()
    jobs = Jobs(poster.call.emit)
    jobs.poster = poster  # type: ignore[attr-defined]
    return jobs


def tone(hertz: float, frames: int, rate: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)).astype(np.float32)
