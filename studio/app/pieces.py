"""A song's sound for pictures, second by second, in 16 bits: half the memory of float32.

Each second has steps of its own, so that what is lost lies some 100 dB under its loudest sample. Many lie in one piece of memory,
and so nowhere between the rows that are made and forgotten meanwhile: there each would keep a hole from being given back.
"""

import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from studio.audio.strips import Wave

_TOGETHER = 64
_STEPS = 32_767


class Pieces:
    """Pieces of ``frames`` frames by their numbers. Any threads put and take."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._slabs: dict[int, npt.NDArray[np.int16]] = {}
        self._steps: dict[int, float] = {}
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        return iter(tuple(self._steps))

    def put(self, number: int, wave: Wave) -> None:
        """Keep ``wave`` [frames]."""
        step = max(float(np.abs(wave).max(initial=0.0)) / _STEPS, 1e-30)
        whole = np.rint(wave / np.float32(step)).astype(np.int16)
        slab, row = divmod(number, _TOGETHER)
        with self._lock:
            if slab not in self._slabs:
                self._slabs[slab] = np.zeros((_TOGETHER, self._frames), np.int16)
            self._slabs[slab][row] = whole
            self._steps[number] = step

    def part(self, number: int, low: int, high: int) -> Wave | None:
        """Frames ``low`` to ``high`` of that piece, None where there is none."""
        slab, row = divmod(number, _TOGETHER)
        with self._lock:
            step = self._steps.get(number)
            return None if step is None else self._slabs[slab][row, low:high] * np.float32(step)

    def drop(self, numbers: list[int]) -> None:
        """Forget those pieces."""
        with self._lock:
            for number in numbers:
                del self._steps[number]
            used = {number // _TOGETHER for number in self._steps}
            for slab in [slab for slab in self._slabs if slab not in used]:
                del self._slabs[slab]
