"""Rows of samples in shared memory: written once by the window's process, read by the desk.

Memory comes in slabs that are filled from the start and given up as a whole, least lately used first. The desk is
told that a slab goes and confirms before its memory is used again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import shared_memory
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.audio import shared

Wave = npt.NDArray[np.float32]

SLAB_FRAMES = 1 << 22  # 16 MiB, 87 s at 48 kHz


@dataclass
class Slab:
    """A piece of shared memory and the numbers of the rows in it."""

    id: int
    memory: shared_memory.SharedMemory
    frames: int
    filled: int = 0
    used: int = 0  # when, in counts of the store
    rows: set[int] = field(default_factory=set)

    @property
    def sound(self) -> Wave:
        """All of its frames."""
        return shared.view(self.memory, np.float32, (self.frames,))


class RowStore(Mapping[int, Wave]):
    """Rows by number, up to a limit of bytes. One thread puts, any thread gets.

    ``told`` is called with what the desk has to know: ("slab", id, name, frames), ("row", number, slab, offset, length),
    ("drop", id); it may be exchanged.
    """

    def __init__(self, limit_bytes: int, told: Callable[[tuple[Any, ...]], None] | None = None) -> None:
        self.limit = min(limit_bytes, shared.free_bytes() // 2)
        self.told = told or self.nobody
        self._slabs: dict[int, Slab] = {}
        self._going: dict[int, Slab] = {}
        self._rows: dict[int, tuple[Slab, int, int]] = {}
        self._next = 0
        self._count = 0

    @property
    def bytes(self) -> int:
        """Bytes of all slabs, those included that the desk has not yet let go."""
        return sum(4 * s.frames for s in (*self._slabs.values(), *self._going.values()))

    def put(self, number: int, row: Wave) -> None:
        """Keep ``row``; the least lately used slabs make room."""
        if number in self._rows:
            return
        slab = next(reversed(self._slabs.values()), None)
        if slab is None or slab.filled + len(row) > slab.frames:
            slab = self._grow(max(SLAB_FRAMES, len(row)))
        offset = slab.filled
        slab.sound[offset : offset + len(row)] = row
        slab.filled += len(row)
        slab.rows.add(number)
        self._touch(slab)
        self._rows[number] = (slab, offset, len(row))
        self.told(("row", number, slab.id, offset, len(row)))

    def get(self, number: int, default: Wave | None = None) -> Wave | None:  # type: ignore[override]
        """The row of that number, or ``default``."""
        found = self._rows.get(number)
        if found is None:
            return default
        slab, offset, length = found
        self._touch(slab)
        return slab.sound[offset : offset + length]

    def touch(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these rows are there, shape [n]; they count as used now."""
        found = [self._rows.get(n) for n in numbers.tolist()]
        for slab in {id(f[0]): f[0] for f in reversed(found) if f}.values():
            self._touch(slab)
        return np.array([f is not None for f in found], bool)

    def __getitem__(self, number: int) -> Wave:
        row = self.get(number)
        if row is None:
            raise KeyError(number)
        return row

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __iter__(self) -> Iterator[int]:
        return iter(tuple(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def everything(self) -> Iterator[tuple[Any, ...]]:
        """All that a desk which starts anew has to be told."""
        for slab in tuple(self._slabs.values()):
            yield ("slab", slab.id, slab.memory.name, slab.frames)
        for number, (slab, offset, length) in tuple(self._rows.items()):
            yield ("row", number, slab.id, offset, length)

    def dropped(self, slab_id: int) -> None:
        """The desk has let a slab go: its memory is given back."""
        slab = self._going.pop(slab_id, None)
        if slab is not None:
            shared.remove(slab.memory)

    def forget_going(self) -> None:
        """The desk that still had slabs is gone: their memory is given back."""
        for slab in tuple(self._going):
            self.dropped(slab)

    def nobody(self, item: tuple[Any, ...]) -> None:
        """Without a desk, what goes is gone at once."""
        if item[0] == "drop":
            self.dropped(item[1])

    def clear(self) -> None:
        """Give up every row."""
        for slab in tuple(self._slabs.values()):
            self._drop(slab)

    def close(self) -> None:
        """Give back all memory; the desk has ended."""
        self._rows.clear()
        for slab in (*self._slabs.values(), *self._going.values()):
            shared.remove(slab.memory)
        self._slabs.clear()
        self._going.clear()

    def _touch(self, slab: Slab) -> None:
        self._count += 1
        slab.used = self._count

    def _grow(self, frames: int) -> Slab:
        while self._slabs and sum(4 * s.frames for s in self._slabs.values()) + 4 * frames > self.limit:
            self._drop(min(self._slabs.values(), key=lambda s: s.used))
        self._next += 1
        slab = Slab(self._next, shared.create(4 * frames), frames)
        self._slabs[slab.id] = slab
        self.told(("slab", slab.id, slab.memory.name, frames))
        return slab

    def _drop(self, slab: Slab) -> None:
        del self._slabs[slab.id]
        for number in slab.rows:
            self._rows.pop(number, None)
        self._going[slab.id] = slab
        self.told(("drop", slab.id))
