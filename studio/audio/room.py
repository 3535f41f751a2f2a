"""A room: early reflections of a small hall and a diffuse tail, by partitioned convolution.

The response is made, not recorded: first and second reflections of a box (image sources, Allen and Berkley 1979), then
noise whose bands decay at their own pace, high ones faster (Moorer 1979). It is finite, so the sound at a place depends
on a known stretch before it, and a seek gives the very samples of the whole song. Convolution is uniformly partitioned,
overlap-save, with a frequency-domain delay line (Wefers 2015, section 4.2).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from studio.nn.lane_kernels import Real

Block = npt.NDArray[np.float32]
Planes = npt.NDArray[np.float32]  # spectra, real and imaginary parts apart

_SIZE = (17.0, 11.0, 6.5)  # metres
_SOURCE = (7.3, 4.1, 1.6)
_EARS = ((10.8, 5.6, 1.7), (10.8, 6.9, 1.7))
_SOUND = 343.0
_EARLY_SECONDS = 0.08
_BANDS = ((0, 1.15), (180, 1.1), (500, 1.0), (1_400, 0.92), (3_000, 0.75), (6_000, 0.52), (11_000, 0.33))
_ENERGY = 4.0  # of the whole response: with the usual send and level the room lies 14 dB under the dry sound
SHORTEST, LONGEST = 0.2, 6.0
MOST_BACK = 48  # blocks by which a room can be put back
AT_ONCE = 8  # blocks that it takes in at once, at most
_ROOM = 32  # numbers that spectra have room for beside those of the block's length; as loops take them, so many at once


@lru_cache(maxsize=4)
def response(rate: int, seconds: float) -> tuple[Block, Block]:
    """Impulse responses (mid to left and right, side to left and right), shapes [frames, 2] and [early frames, 2].

    ``seconds`` is the time in which the middle of the spectrum decays by 60 dB.
    """
    seconds = min(LONGEST, max(SHORTEST, seconds))
    frames = int((0.03 + 1.1 * seconds) * rate)
    early_frames = int(_EARLY_SECONDS * rate)
    late = np.stack([_tail(rate, seconds, frames, seed) for seed in (11, 12)], 1)
    early_mid, early_side = _early(rate, early_frames)
    late *= np.sqrt(0.72 * _ENERGY / (late**2).sum(0))
    early_mid *= np.sqrt(0.28 * _ENERGY / (early_mid**2).sum(0))
    early_side *= np.sqrt(0.28 * _ENERGY / (early_side**2).sum(0))
    late[: min(frames, early_frames)] += early_mid[:frames]
    return late.astype(np.float32), early_side.astype(np.float32)


def _tail(rate: int, seconds: float, frames: int, seed: int) -> npt.NDArray[np.float64]:
    """Noise that decays by 60 dB in ``seconds``, times each band's factor."""
    size = 1 << (frames - 1).bit_length()
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(size))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / rate), 20.0))
    edges = np.log2([max(f, 20.0) for f, _ in _BANDS])
    time = np.arange(frames) / rate
    sound = np.zeros(frames)
    for i, (_, factor) in enumerate(_BANDS):
        place = np.zeros(len(_BANDS))
        place[i] = 1.0
        band = np.fft.irfft(spectrum * np.interp(octaves, edges, place))[:frames]
        sound += band * np.exp(-6.91 * time / (seconds * factor))
    rise = np.clip((time - 0.012) / 0.05, 0.0, 1.0)  # the tail comes up as the reflections grow dense
    end = np.clip((time[-1] - time) / (0.1 * time[-1]), 0.0, 1.0)
    return np.asarray(sound * rise * end)


def _early(rate: int, frames: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Reflections at two ears of a source in the middle, and their difference when the source moves to a side."""
    mid, side = np.zeros((frames, 2)), np.zeros((frames, 2))
    direct = min(np.linalg.norm(np.subtract(_SOURCE, ear)) for ear in _EARS)
    for order in np.ndindex(5, 5, 3):
        images = np.subtract(order, (2, 2, 1))
        bounces = int(np.abs(images).sum())
        if not 1 <= bounces <= 3:
            continue
        place = [n * s + (x if n % 2 == 0 else s - x) for n, s, x in zip(images, _SIZE, _SOURCE, strict=True)]
        lean = np.tanh((place[1] - np.mean([e[1] for e in _EARS])) / 6.0)
        for ear, at in enumerate(_EARS):
            distance = float(np.linalg.norm(np.subtract(place, at)))
            frame = round((distance - direct) / _SOUND * rate)
            if frame + 24 < frames:
                level = (direct / distance) * 0.8**bounces
                dull = 0.35 + 0.15 * bounces
                shape = level * (1 - dull) * dull ** np.arange(24)  # walls take the highs
                mid[frame : frame + 24, ear] += shape
                side[frame : frame + 24, ear] += shape * lean
    return mid, side


class Room:
    """Convolves blocks of one fixed length; ``memory`` blocks after any state the output is that of the whole song.

    Several blocks can be taken in at once, up to :data:`AT_ONCE`: that is quicker, and the samples are the same.
    """

    def __init__(self, rate: int, block: int, seconds: float) -> None:
        self._block = block
        self._rate = rate
        self._seconds = seconds
        self._mid, self._side = _partitions(rate, block, seconds)
        self._lines = [_Line(part.shape[1], block, block + _ROOM) for part in (self._mid, self._side)]
        self._transforms: Real | None = None

    @property
    def memory(self) -> int:
        """Blocks of input that one block of output depends on."""
        return int(self._mid.shape[1])

    def push(self, send: Block) -> list["Mark"]:
        """Take in blocks [2, frames] of what is sent to the room; where it stands after each of them, for :meth:`back`."""
        count, size = send.shape[1] // self._block, self._block
        parts = [(send[0] + send[1]) * np.float32(0.5), (send[0] - send[1]) * np.float32(0.5)]
        blocks = [part.reshape(count, size) for part in parts]
        heard = [part.any(1).tolist() for part in blocks]
        ringing = [any(some) or line.sounding for some, line in zip(heard, self._lines, strict=True)]
        both = self._real()
        if any(ringing):
            for k, (line, part) in enumerate(zip(self._lines, parts, strict=True)):
                joined = np.concatenate([line.last, part])
                for n in range(count):
                    both.sound[2 * n + k] = joined[n * size : (n + 2) * size]
            both.forward()
        marks = []
        for n in range(count):
            for k, line in enumerate(self._lines):
                line.push(blocks[k][n], both.spectra[2 * n + k], heard[k][n])
            marks.append(self.mark())
        return marks

    def pull(self, count: int = 1) -> Block:
        """The room's sound for the ``count`` blocks pushed last and together, shape [2, frames]."""
        both = self._real()
        total = both.spectra[: 2 * count]
        total[:] = 0
        sums = total.reshape(count, 2, *total.shape[1:])
        heard = [line.convolve(part, sums) for line, part in zip(self._lines, (self._mid, self._side), strict=True)]
        if not any(heard):
            return np.zeros((2, count * self._block), np.float32)
        both.backward()
        halves = both.sound[: 2 * count, : self._block].reshape(count, 2, self._block)
        return np.concatenate(list(halves), 1)

    def _real(self) -> "Real":
        """What transforms: made when it is needed, for it takes the time of an import."""
        if self._transforms is None:
            from studio.nn.lane_kernels import Real

            self._transforms = Real(self._block)
        return self._transforms

    def mark(self) -> "Mark":
        """Where it stands, for :meth:`back`."""
        return tuple(line.mark() for line in self._lines)

    def back(self, marks: "Mark") -> None:
        """Stand where it stood, at most :data:`MOST_BACK` blocks ago."""
        for line, mark in zip(self._lines, marks, strict=True):
            line.back(mark)

    def changed(self, seconds: float) -> "Room":
        """This room with another decay time, its past kept as far as it reaches."""
        if seconds == self._seconds:
            return self
        other = Room(self._rate, self._block, seconds)
        for new, old in zip(other._lines, self._lines, strict=True):
            new.take_over(old)
        return other


_Mark = tuple[int, npt.NDArray[np.float32], int]  # blocks pushed, the last one, blocks since the last sound
Mark = tuple[_Mark, ...]


class _Line:
    """Spectra of the last inputs [times, 2, bins], newest first, always summed in that order."""

    def __init__(self, memory: int, block: int, bins: int) -> None:
        self._memory = memory
        self._pushed = 0
        self._spectra = np.zeros((2 * (memory + MOST_BACK) + 32, 2, bins), np.float32)
        self._at = len(self._spectra) - memory
        self.last = np.zeros(block, np.float32)
        self._silent = [memory] * AT_ONCE  # blocks since the last sound, after each of the blocks pushed last

    @property
    def sounding(self) -> bool:
        """Whether the last block was not silent."""
        return self._silent[-1] == 0

    def push(self, block: npt.NDArray[np.float32], spectrum: Planes, heard: bool) -> None:
        """Take in a block; ``spectrum`` is that of the last one and this, ``heard``: it is not silent."""
        if self._at == 0:
            kept = self._memory - 1 + MOST_BACK
            self._at = len(self._spectra) - kept - 1
            self._spectra[self._at + 1 :] = self._spectra[:kept]
        else:
            self._at -= 1
        self._pushed += 1
        self._spectra[self._at] = spectrum if heard or self.sounding else 0
        self._silent = [*self._silent[1:], 0 if heard else self._silent[-1] + 1]
        self.last = block

    def mark(self) -> _Mark:
        return self._pushed, self.last, self._silent[-1]

    def back(self, mark: _Mark) -> None:
        pushed, self.last, silent = mark
        assert self._pushed - pushed <= MOST_BACK
        self._at += self._pushed - pushed
        self._pushed, self._silent = pushed, [silent] * AT_ONCE

    def convolve(self, response: Planes, total: Planes) -> bool:
        """Add input spectra times the response's to ``total`` [blocks, 2 channels, 2, bins], of the blocks pushed last.

        ``response`` [tiles, memory, 2 channels, 2, _ROOM]. False when all is silent.
        """
        heard = np.array([silent <= self._memory for silent in self._silent[-len(total) :]])
        if not heard.any():
            return False
        from studio.nn.mix_kernels import convolve

        convolve(total, self._spectra, self._at, response, heard)
        return True

    def take_over(self, old: "_Line") -> None:
        kept = min(self._memory, old._memory)
        self._spectra[self._at : self._at + kept] = old._spectra[old._at : old._at + kept]
        self.last, self._silent = old.last, [min(old._silent[-1], self._memory + 1)] * AT_ONCE


@lru_cache(maxsize=4)
def _partitions(rate: int, block: int, seconds: float) -> tuple[Planes, Planes]:
    mid, side = response(rate, seconds)
    return _cut(mid, block), _cut(side, block)


def _cut(sound: Block, block: int) -> Planes:
    """Spectra of a response cut into blocks, shape [tiles, blocks, 2 channels, 2, _ROOM] of bins, with room as inputs have it.

    Divided by the length of a transform, which those of inputs are not.
    """
    count = -(-len(sound) // block)
    padded = np.zeros((2, count, 2 * block), np.float32)
    for channel in range(2):
        flat = np.zeros(count * block, np.float32)
        flat[: len(sound)] = sound[:, channel]
        padded[channel, :, :block] = flat.reshape(count, block)
    spectra = np.fft.rfft(padded, axis=2) / (2 * block)
    planes = np.zeros((2, count, 2, block + _ROOM), np.float32)
    planes[:, :, 0, : block + 1], planes[:, :, 1, : block + 1] = spectra.real, spectra.imag
    return np.ascontiguousarray(planes.reshape(2, count, 2, -1, _ROOM).transpose(3, 1, 0, 2, 4))
