"""The spectrogram's numbers: levels on a scale of pitch.

Three FFT lengths are joined so that low notes are told apart and high ones stay sharp in time.

A constant-Q transform in effect (Brown 1991), made of short-time spectra as in Dressler's multi-resolution FFT (2006):
each row takes its level from the shortest FFT whose bins are narrower than the row's neighbours at that pitch.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from studio.music.pitch import frequency

HOP = 1_024
LOWEST, HIGHEST = 24, 120  # C1 to C9
ROWS_A_SEMITONE = 3
ROWS = (HIGHEST - LOWEST) * ROWS_A_SEMITONE
SIZES = (16_384, 4_096, 1_024)  # frames at 44.1 and 48 kHz
MARGIN = SIZES[0] // 2
FLOOR_DB, CEILING_DB = -76.0, -14.0
_BATCH = 64

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Columns:
    """Levels 0..255 of columns from number ``first`` on: [n, ROWS], the lowest pitch first. A column is :data:`HOP` frames."""

    first: int
    levels: Bytes


@dataclass(frozen=True, eq=False)
class _Bank:
    """One FFT length: its window, the rows it serves, and for each the bins to be interpolated between, or looked through."""

    size: int
    window: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int64]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    share: npt.NDArray[np.float32]


@lru_cache(maxsize=4)
def _banks(rate: int) -> tuple[_Bank, ...]:
    row = np.arange(ROWS)
    hertz = np.array([frequency(LOWEST + r / ROWS_A_SEMITONE) for r in row.tolist()])
    spacing = hertz * (2 ** (1 / 12) - 1)
    wanted = np.full(ROWS, len(SIZES) - 1)
    for k in reversed(range(len(SIZES) - 1)):
        wanted[spacing < 1.6 * rate / SIZES[k + 1]] = k
    banks = []
    for k, size in enumerate(SIZES):
        rows = np.flatnonzero(wanted == k)
        window = np.hanning(size + 1)[:-1]
        at = np.minimum(hertz[rows] * size / rate, size // 2 - 2)
        low = np.floor(at).astype(np.int64)
        high = np.maximum(low + 1, np.ceil(at * 2 ** (1 / (12 * ROWS_A_SEMITONE))).astype(np.int64))
        share = (at - low).astype(np.float32)
        banks.append(_Bank(size, (window * 2 / window.sum()).astype(np.float32), rows, low, np.minimum(high, size // 2), share))
    return tuple(banks)


def columns_of(samples: npt.NDArray[np.float32], first_frame: int, rate: int) -> Columns:
    """The columns of mono samples [MARGIN + n * HOP + MARGIN] whose column 0 begins at ``first_frame``, a multiple of HOP."""
    count = (len(samples) - 2 * MARGIN) // HOP
    levels = np.zeros((count, ROWS), np.uint8)
    for start in range(0, count, _BATCH):
        stop = min(count, start + _BATCH)
        power = np.zeros((stop - start, ROWS), np.float32)
        for bank in _banks(rate):
            power[:, bank.rows] = _row_power(samples, bank, start, stop)
        decibels = 10 * np.log10(power + 1e-12)
        levels[start:stop] = np.clip((decibels - FLOOR_DB) * (255 / (CEILING_DB - FLOOR_DB)), 0, 255)
    return Columns(first_frame // HOP, levels)


def _row_power(samples: npt.NDArray[np.float32], bank: _Bank, start: int, stop: int) -> npt.NDArray[np.float32]:
    every = 2 if bank.size == SIZES[0] else 1  # long windows change slowly
    middle = MARGIN + HOP // 2 + np.arange(start, stop, every) * HOP
    frames = np.lib.stride_tricks.sliding_window_view(samples, bank.size)[middle - bank.size // 2]
    spectrum = np.fft.rfft(frames * bank.window, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    between = power[:, bank.low] * (1 - bank.share) + power[:, bank.low + 1] * bank.share
    several = bank.high - bank.low > 1
    if several.any():
        pairs = np.stack([bank.low[several], bank.high[several] + 1], axis=1).ravel()
        pairs = np.minimum(pairs, power.shape[1] - 1)
        between[:, several] = np.maximum.reduceat(power, pairs, axis=1)[:, ::2]
    return np.repeat(between, every, axis=0)[: stop - start]


class ColumnStore:
    """All columns, and the loudest of every two of them, and so on, for when many fall on one pixel."""

    def __init__(self) -> None:
        self._levels: list[Bytes] = [np.zeros((0, ROWS), np.uint8) for _ in range(8)]

    def resize(self, count: int) -> None:
        """Hold ``count`` columns: silence is added at the end, or what lies past it goes."""
        for k, old in enumerate(self._levels):
            size = -(-count // 2**k)
            if size != len(old):
                self._levels[k] = np.zeros((size, ROWS), np.uint8)
                self._levels[k][: min(size, len(old))] = old[:size]

    def put(self, new: Columns) -> None:
        """Set some columns; what lies past the end is left out."""
        first, last = new.first, min(new.first + len(new.levels), len(self._levels[0]))
        if last <= first:
            return
        self._levels[0][first:last] = new.levels[: last - first]
        for below, here in zip(self._levels, self._levels[1:], strict=False):
            first, last = first // 2, -(-last // 2)
            even, odd = below[2 * first : 2 * last : 2], below[2 * first + 1 : 2 * last : 2]
            here[first:last] = even
            here[first : first + len(odd)] = np.maximum(even[: len(odd)], odd)

    def at(self, edges: npt.NDArray[np.int64]) -> Bytes:
        """What is seen between each two of rising frames ``edges`` [n + 1]: [n, ROWS]; silence outside the song."""
        width = float(edges[-1] - edges[0]) / max(1, len(edges) - 1) / HOP
        level = min(len(self._levels) - 1, max(0, int(np.log2(max(1.0, width)))))
        columns = self._levels[level]
        if not len(columns):
            return np.zeros((len(edges) - 1, ROWS), np.uint8)
        middle = (edges[:-1] + edges[1:]) // 2 // (HOP * 2**level)
        shown = columns[np.clip(middle, 0, len(columns) - 1)]
        shown[(middle < 0) | (middle >= len(columns))] = 0
        return shown
