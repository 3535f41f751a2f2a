"""Notes on the processor: a few blocks of a note at a time, by compiled loops (:mod:`studio.nn.spectral_kernels`).

The sound is the one that :mod:`studio.nn.spectral` describes, to the rounding. A hop is here made of both frames around it, one
played on and one played backwards, crossfaded: for partials that stand still this is the envelope's line, and since cosines are
even and sines odd, each frame is two products of its partials with half a table instead of four with a whole one.
"""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from studio.nn import spectral_kernels as kernels
from studio.nn import spectral_noise as noise
from studio.nn.byte_cache import ByteCache
from studio.nn.spectral_kernels import GROUP, HOP, MOST_FRAMES, ONSET_HOP

if TYPE_CHECKING:
    from studio.nn.spectral import Voice

Wave = npt.NDArray[np.float32]
Float = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.uint32]

BLOCK = noise.BLOCK
_AT_ONCE = 8  # blocks of a note that are made at once, at most
_MOST_FRAMES = _AT_ONCE * BLOCK // noise.LONG + 1  # of noise


class _Tables:
    """Of a note's frequencies: ``waves`` [2, p, HOP] and ``turns`` [2, MOST_FRAMES, p] as the kernels take them."""

    def __init__(self, cycles: Float) -> None:
        width = -(-max(len(cycles), 1) // GROUP) * GROUP
        self.waves = np.zeros((2, width, HOP), np.float32)
        self.turns = np.zeros((2, MOST_FRAMES, width), np.float32)
        over = cycles[:, None] * np.arange(HOP)
        later = cycles * (np.arange(MOST_FRAMES) * ONSET_HOP)[:, None]
        for table, at in ((self.waves[:, : len(cycles)], over), (self.turns[:, :, : len(cycles)], later)):
            angle = ((at - np.floor(at)) * (2 * np.pi)).astype(np.float32)
            np.cos(angle, out=table[0])
            np.sin(angle, out=table[1])

    @property
    def nbytes(self) -> int:
        return self.waves.nbytes + self.turns.nbytes


class _Space(threading.local):
    """A thread's own room to work in."""

    def __init__(self) -> None:
        self.out = np.empty((_AT_ONCE, BLOCK), np.float32)
        self.work = np.empty((4, MOST_FRAMES, HOP), np.float32)
        self.noise = {
            hop: (torch.zeros(frames, hop + noise.FADE + 2), torch.zeros(frames, hop + noise.FADE))
            for hop, frames in ((noise.SHORT, noise.SHORT_FRAMES), (noise.LONG, _MOST_FRAMES))
        }


class Blocks:
    """Makes blocks of notes; any threads may. ``tables`` keeps those of frequencies."""

    AT_ONCE = _AT_ONCE

    def __init__(self, tables: ByteCache[_Tables], points: Float) -> None:
        self.tables = tables
        self._points = points
        self._space = _Space()

    def extents(self, voice: "Voice", first: int, count: int, rate: int) -> tuple[Ints, Ints]:
        """How many partials are computed in ``count`` blocks from ``first`` on, and whether noise is (0 or 1), [count] each."""
        widths, noisy = np.empty(count, np.int64), np.empty(count, np.int64)
        place = np.array([first, voice.held, rate], np.int64)
        audible, hiss = np.array(voice.audible), np.array(voice.hiss)
        kernels.extents(widths, noisy, voice.levels, audible, hiss, voice.faint, self._points, place)
        return widths, noisy

    def make(self, voice: "Voice", first: int, count: int, rate: int) -> Wave:
        """Samples of ``count`` blocks (at most :data:`AT_ONCE`) from block ``first`` on, [count * BLOCK], until the next call."""
        widths, noisy = self.extents(voice, first, count, rate)
        out = self._space.out[:count]
        frequency = voice.frequency / rate
        key = (voice.tune, rate, len(frequency))
        tables = self.tables.get(key, lambda: _Tables(frequency))
        place = np.array([first, voice.held, rate], np.int64)
        tuning = np.stack([frequency, voice.phase])
        work = self._space.work
        kernels.tones(out, voice.levels, widths, place, self._points, tuning, tables.waves, tables.turns, work)
        if noisy.any():
            self._add_noise(out, voice, noisy, first, rate)
        return out.reshape(-1)

    def _add_noise(self, out: Wave, voice: "Voice", noisy: Ints, first: int, rate: int) -> None:
        """Add noise to the blocks ``out`` that are ``noisy``."""
        rise, fall = _fades()
        late = int(first == 0)  # the first of these blocks that is made of long frames
        hops = (first + late - 1) * (BLOCK // noise.LONG)
        frames = max(int(noisy.nonzero()[0][-1]) + 1 - late, 0) * (BLOCK // noise.LONG) + 1
        number = voice.key + noise.SHORT_FRAMES + hops
        wave = self._frames(voice, number, noise.long_times(hops, frames, rate), noise.LONG, rate)
        kernels.lay_long(out, wave, noisy, late, rise, fall)
        if late and noisy[0]:
            short = self._frames(voice, voice.key, noise.short_times(rate), noise.SHORT, rate)
            kernels.lay_short(out[0], short, wave[0], rise, fall)

    def _frames(self, voice: "Voice", number: int, times: Float, hop: int, rate: int) -> Wave:
        """Frames of noise before they are faded, [frames, hop + FADE], the first of them the ``number``-th of the order."""
        frames, (spectra, waves) = len(times), self._space.noise[hop]
        kernels.spectra(
            spectra.numpy(), voice.levels, times, voice.held / rate, self._points, *_bins(rate, hop), _bank(hop),
            noise.rows_of(number, frames),
        )  # fmt: skip
        with torch.inference_mode():
            torch.fft.irfft(torch.view_as_complex(spectra[:frames].view(frames, -1, 2)), n=hop + noise.FADE, out=waves[:frames])
        return waves.numpy()[:frames]


@lru_cache(maxsize=4)
def _bank(hop: int) -> Wave:
    return noise.bank(hop, torch.device("cpu")).numpy()


@lru_cache(maxsize=1)
def _fades() -> tuple[Wave, Wave]:
    rise, fall = noise.fades(torch.device("cpu"))
    return rise.numpy(), fall.numpy()


@lru_cache(maxsize=8)
def _bins(rate: int, hop: int) -> tuple[Wave, Ints32]:
    """What both bands around it count in a bin, [2, bins], and the lower one's number."""
    size, centres = hop + noise.FADE, noise.band_centres()
    frequency = np.arange(size // 2 + 1) * rate / size
    band = np.clip(np.searchsorted(centres, frequency, side="right") - 1, 0, len(centres) - 1)
    above = np.minimum(band + 1, len(centres) - 1)
    share = np.clip((frequency - centres[band]) / np.maximum(centres[above] - centres[band], 1.0), 0.0, 1.0)
    share[band == above] = 0.0
    weights = np.stack([1 - share, share]) * np.sqrt(rate * size / 2)
    return weights.astype(np.float32), band.astype(np.uint32)
