"""The sound of voices by torch, on a graphics processor: what :mod:`studio.nn.spectral` describes.

:mod:`studio.nn.spectral_compiled` makes it on the processor.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from studio.nn import spectral_noise
from studio.nn.byte_cache import ByteCache
from studio.nn.devices import cores
from studio.nn.side_by_side import side_by_side
from studio.nn.spectral import (
    BLOCK,
    FADE_S,
    HOP,
    LEAST,
    NOISE_BANDS,
    ONSET_HOP,
    ONSET_S,
    POINTS,
    TOGETHER,
    Float,
    Rows,
    Tick,
    Voice,
    bucket_of,
    control_times,
)


@lru_cache(maxsize=2048)
def _grid(block: int, hop: int, rate: int) -> tuple[npt.NDArray[np.float32], Float]:
    """Frames of ``block`` and the one at its end, as weights of the control points [frames, POINTS + 2], and in seconds.

    ``hop`` 0: the frames of noise.
    """
    times = (block * BLOCK + np.arange(BLOCK // hop + 1) * hop) / rate if hop else spectral_noise.frame_times(block, rate)
    points = control_times()
    index = np.clip(np.searchsorted(points, times, side="right") - 1, 0, POINTS - 1)
    share = np.minimum((times - points[index]) / (points[index + 1] - points[index]), 1.0)
    weights = np.zeros((len(times), POINTS + 2), np.float32)
    rows = np.arange(len(times))
    weights[rows, index], weights[rows, index + 1] = 1 - share, share
    return weights, times


@lru_cache(maxsize=1024)
def _points_around(block: int, rate: int) -> slice:
    """The control points between which a block lies."""
    low, high = np.searchsorted(control_times(), [block * BLOCK / rate, (block + 1) * BLOCK / rate])
    return slice(max(int(low) - 1, 0), int(high) + 1)


def extent_of(voice: Voice, block: int, rate: int) -> tuple[int, bool]:
    """How many partials are computed in a block, and whether noise is: what can be heard at the control points around it."""
    around = _points_around(block, rate)
    width, hiss = int(voice.audible[around].max()), float(voice.hiss[around].max())
    gone = (block * BLOCK - voice.held) / rate
    if gone > 0:  # the release has taken more
        hiss += gone * float(voice.levels[-1, :NOISE_BANDS].max())
        partials = slice(NOISE_BANDS, NOISE_BANDS + width)
        left = voice.levels[around, partials].max(0) + voice.levels[-1, partials] * np.float32(gone)
        heard = np.flatnonzero(left > voice.faint)
        width = int(heard[-1]) + 1 if len(heard) else 0
    return min(bucket_of(width), len(voice.frequency)), hiss > voice.faint


@lru_cache(maxsize=8)
def _count(numbers: int, device: torch.device) -> torch.Tensor:
    return torch.arange(numbers, dtype=torch.float32).to(device)


class Blocks:
    """Makes blocks of notes on one device. ``tables`` keeps those of frequencies."""

    def __init__(self, tables: ByteCache[Any], device: torch.device) -> None:
        self.device = device
        self.tables = tables

    def make(self, voices: list[Voice], spans: Sequence[range], rows: Rows, rate: int, first: int, tick: Tick) -> None:
        """Write what lies in the slice from frame ``first`` on of the blocks in ``spans`` of voices into their rows."""
        groups: dict[tuple[int, bool, bool], list[tuple[int, int]]] = {}
        for v, (voice, span) in enumerate(zip(voices, spans, strict=True)):
            for block in span:
                width, hiss = extent_of(voice, block, rate)
                groups.setdefault((width, hiss, block == 0), []).append((v, block))
        chunks = [
            (width, hiss, pairs[k : k + TOGETHER])
            for (width, hiss, _), pairs in groups.items()
            for k in range(0, len(pairs), TOGETHER)
        ]

        def work(chunk: tuple[int, bool, list[tuple[int, int]]]) -> None:
            width, hiss, pairs = chunk
            sound = self._blocks([voices[v] for v, _ in pairs], [b for _, b in pairs], width, hiss, rate)
            for (v, block), samples in zip(pairs, sound, strict=True):
                _place(rows[v], samples, voices[v], block, rate, first)

        workers = cores() if self.device.type == "cpu" else 1
        for done, _ in enumerate(side_by_side(work, chunks, workers), 1):
            tick(done / len(chunks))

    def _blocks(self, voices: list[Voice], blocks: list[int], width: int, hiss: bool, rate: int) -> npt.NDArray[np.float32]:
        """Blocks of voices, of each the first ``width`` partials, [len(voices), BLOCK]; all of them onsets, or none."""
        with torch.inference_mode():
            out = torch.empty(len(voices), BLOCK, device=self.device)
            if width:
                self._partials(out, voices, blocks, width, rate)
            else:
                out.zero_()
            if hiss:
                size = self._envelopes(voices, blocks, slice(NOISE_BANDS), 0, rate)
                spectral_noise.add_noise(out, size, [v.key for v in voices], blocks, rate)
            return out.cpu().numpy()

    def _envelopes(self, voices: list[Voice], blocks: list[int], part: slice, hop: int, rate: int) -> torch.Tensor:
        """Amplitudes of a part of the levels, [len(voices), frames, width]: at hops and the block's end, or as noise has them."""
        grids = [_grid(b, hop, rate) for b in blocks]
        weights = self._stack([g[0] for g in grids])
        for row, grid, voice, block in zip(weights.numpy(), grids, voices, blocks, strict=True):
            if (block + 1) * BLOCK + spectral_noise.LONG > voice.held:
                row[:, -1] = np.maximum(grid[1] - voice.held / rate, 0)
        levels = self._stack([v.levels[:, part] for v in voices])
        return torch.bmm(weights.to(self.device), levels.to(self.device)).clamp_(min=LEAST).exp_()

    @staticmethod
    def _stack(arrays: list[npt.NDArray[np.float32]]) -> torch.Tensor:
        """One tensor [n, ...] of arrays of one shape, in memory of torch's own."""
        stacked = torch.empty(len(arrays), *arrays[0].shape)
        np.stack(arrays, out=stacked.numpy())
        return stacked

    def _partials(self, out: torch.Tensor, voices: list[Voice], blocks: list[int], width: int, rate: int) -> None:
        """Sums of ``width`` partials into ``out`` [len(voices), BLOCK]: each hop a product with a table of sines."""
        hop = HOP if blocks[0] else ONSET_HOP
        size = self._envelopes(voices, blocks, slice(NOISE_BANDS, NOISE_BANDS + width), hop, rate)
        frames = BLOCK // hop
        turns = np.stack([v.frequency[:width] for v in voices]) / rate
        start = turns * (np.array(blocks)[:, None] * BLOCK) + np.stack([v.phase[:width] for v in voices])
        cycles = np.stack([start, turns * hop])
        cycles -= np.floor(cycles)
        begin, step = torch.from_numpy((cycles * (2 * np.pi)).astype(np.float32)).to(self.device)[:, :, None]
        angle = torch.addcmul(begin, step, _count(frames, self.device)[:, None])
        real, imaginary = angle.cos(), angle.sin()
        here = size[:, :-1]
        rise = torch.sub(size[:, 1:], here).mul_(HOP / hop)
        left = torch.empty(len(voices), frames, 4, width, device=self.device)
        for k, (amount, wave) in enumerate(((here, real), (here, imaginary), (rise, real), (rise, imaginary))):
            torch.mul(amount, wave, out=left[:, :, k])
        for one, voice, samples in zip(
            left.view(len(voices), frames, -1), voices, out.view(len(voices), frames, hop), strict=True
        ):
            torch.mm(one, self._table(voice, width, rate)[:, :hop], out=samples)

    def _table(self, voice: Voice, width: int, rate: int) -> torch.Tensor:
        """Sines of the first ``width`` partials over a hop, [4 width, HOP]: cos, -sin, and both rising from 0 to 1."""
        widest = len(voice.frequency)
        if width == widest:
            return self.tables.get((voice.tune, rate, width), lambda: self._new_table(voice.frequency / rate))
        return self.tables.get(
            (voice.tune, rate, width),
            lambda: self._table(voice, widest, rate).view(4, -1, HOP)[:, :width].reshape(4 * width, HOP),
        )

    def _new_table(self, turns: Float) -> torch.Tensor:
        angle = (
            (torch.from_numpy(turns).to(self.device)[:, None] * torch.arange(HOP, device=self.device))
            .frac_()
            .float()
            .mul_(2 * np.pi)
        )
        table = torch.empty(4, len(turns), HOP, device=self.device)
        torch.cos(angle, out=table[0])
        torch.sin(angle, out=table[1]).neg_()
        torch.mul(table[:2], _count(HOP, self.device) / HOP, out=table[2:])
        return table.view(-1, HOP)


def _place(
    row: npt.NDArray[np.float32], samples: npt.NDArray[np.float32], voice: Voice, block: int, rate: int, first: int
) -> None:
    """Put the part of blocks from ``block`` on that lies in the slice into ``row``, gated at the note's onset and end."""
    start = block * BLOCK
    low, high = max(first, start, 0), min(first + len(row), start + len(samples), voice.length)
    part = row[low - first : high - first]
    part[:] = samples[low - start : high - start]
    rise, fall = round(ONSET_S * rate), round(FADE_S * rate)
    if low < rise:
        at = np.arange(low, min(rise, high))
        part[: len(at)] *= (0.5 - 0.5 * np.cos(np.pi * at / rise)).astype(np.float32)
    if high > voice.length - fall:
        at = voice.length - np.arange(max(low, voice.length - fall), high)
        part[len(part) - len(at) :] *= (0.5 - 0.5 * np.cos(np.pi * at / fall)).astype(np.float32)
