"""Peaks of the sound at several resolutions, so that any stretch is drawn from about as many values as it has pixels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCK = 32
STEP = 4
LEVELS = 8
SCALE = 32_767

Peaks = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class BlockPeaks:
    """Lowest and highest value, 16 bits, of each block of :data:`BLOCK` frames from block ``first`` on; columns [n, 2]."""

    first: int
    peaks: Peaks


def block_peaks(samples: npt.NDArray[np.float32], first_frame: int) -> BlockPeaks:
    """The peaks of samples [n] (n and ``first_frame`` multiples of :data:`BLOCK`)."""
    blocks = samples.reshape(-1, BLOCK)
    both = np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=1)
    return BlockPeaks(first_frame // BLOCK, np.rint(np.clip(both, -1, 1) * SCALE).astype(np.int16))


class Pyramid:
    """Peaks a block, and of every :data:`STEP` of those, and so on."""

    def __init__(self) -> None:
        self._levels: list[Peaks] = [np.zeros((0, 2), np.int16) for _ in range(LEVELS)]

    def resize(self, frames: int) -> None:
        """Hold ``frames`` frames: silence is added at the end, or what lies past it goes."""
        blocks = -(-frames // BLOCK)
        for level, old in enumerate(self._levels):
            count = -(-blocks // STEP**level)
            if count != len(old):
                self._levels[level] = np.zeros((count, 2), np.int16)
                self._levels[level][: min(count, len(old))] = old[:count]

    def put(self, new: BlockPeaks) -> None:
        """Set the peaks of some blocks; what lies past the end is left out."""
        first, last = new.first, min(new.first + len(new.peaks), len(self._levels[0]))
        if last <= first:
            return
        self._levels[0][first:last] = new.peaks[: last - first]
        for below, here in zip(self._levels, self._levels[1:], strict=False):
            first, last = first // STEP, -(-last // STEP)
            starts = np.arange(first * STEP, min(last * STEP, len(below)), STEP)
            part = below[: last * STEP]
            here[first:last, 0] = np.minimum.reduceat(part[:, 0], starts)
            here[first:last, 1] = np.maximum.reduceat(part[:, 1], starts)

    def peaks(self, edges: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Lowest and highest value -1..1 between each two of rising frames ``edges`` [n + 1]: [n, 2]."""
        width = float(np.median(np.diff(edges))) if len(edges) > 1 else BLOCK
        level = 0
        while level < LEVELS - 1 and BLOCK * STEP ** (level + 1) * 2 <= width:
            level += 1
        values = self._levels[level]
        if not len(values):
            return np.zeros((len(edges) - 1, 2), np.float32)
        silent = np.concatenate([values, np.zeros((1, 2), np.int16)])
        at = np.clip(edges // (BLOCK * STEP**level), 0, len(values))
        result = np.stack([np.minimum.reduceat(silent[:, 0], at)[:-1], np.maximum.reduceat(silent[:, 1], at)[:-1]], axis=1)
        result[(edges[1:] <= 0) | (edges[:-1] >= len(values) * BLOCK * STEP**level)] = 0
        return result.astype(np.float32) / np.float32(SCALE)
