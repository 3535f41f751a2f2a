"""Notes on the processor: a few blocks of a note at a time, by compiled loops (:mod:`studio.nn.spectral_kernels`).

The sound is the one that :mod:`studio.nn.spectral` describes, to the rounding. A hop is here made of both frames around it, one
played on and one played backwards, crossfaded: for partials that stand still this is the envelope's line, and since cosines are
even and sines odd, each frame is two products of its partials with half a table instead of four with a whole one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

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
_AT_ONCE = 16  # blocks that are made at once, at most


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


class _Frames:
    """Room for frames of noise of one kind: spectra as torch and numpy see them, and their waves."""

    def __init__(self, hop: int, most: int) -> None:
        self.size = hop + noise.FADE
        spectra, self._waves = torch.zeros(most, self.size + 2), torch.zeros(most, self.size)
        self._complex = torch.view_as_complex(spectra.view(most, -1, 2))
        self.spectra, self.waves = spectra.numpy(), self._waves.numpy()

    def invert(self, count: int) -> None:
        """Make waves of the first ``count`` spectra."""
        with torch.inference_mode():
            torch.fft.irfft(self._complex[:count], n=self.size, out=self._waves[:count])


class _Space:
    """Room to work in, for one thread at a time."""

    def __init__(self) -> None:
        self.out = np.empty((_AT_ONCE, BLOCK), np.float32)
        self.work = np.empty((4, MOST_FRAMES, HOP), np.float32)
        self.short = _Frames(noise.SHORT, _AT_ONCE * noise.SHORT_FRAMES)
        self.long = _Frames(noise.LONG, _AT_ONCE * noise.LONG_FRAMES)


class _Piece(NamedTuple):
    """Blocks of a note from the ``first`` on: their samples, and which of them are noisy."""

    voice: "Voice"
    first: int
    out: Wave
    noisy: Ints


class Blocks:
    """Makes blocks of notes; any threads may. ``tables`` keeps those of frequencies."""

    AT_ONCE = _AT_ONCE

    def __init__(self, tables: ByteCache[_Tables], points: Float) -> None:
        self.tables = tables
        self._points = points
        self._spaces: list[_Space] = []  # that nobody works in

    def warm_up(self) -> None:
        """Make two blocks of a short note that hisses."""
        from studio.nn.spectral import voices_of

        levels = np.full((1, len(self._points), GROUP), -20.0)
        hiss, still = np.full((1, len(self._points), noise.BANDS), -60.0), np.zeros((1, 1))
        voice = voices_of(np.full((1, GROUP), 440.0), np.zeros((1, GROUP)), levels, still, hiss, still, [1])[0]
        with self.made([(replace(voice, held=BLOCK, length=2 * BLOCK), range(2))], 48000):
            pass

    def extents(self, voice: "Voice", first: int, count: int, rate: int) -> tuple[Ints, Ints]:
        """How many partials are computed in ``count`` blocks from ``first`` on, and whether noise is (0 or 1), [count] each."""
        widths, noisy = np.empty(count, np.int64), np.empty(count, np.int64)
        place = np.array([first, voice.held, rate], np.int64)
        audible, hiss = np.array(voice.audible), np.array(voice.hiss)
        kernels.extents(widths, noisy, voice.levels, audible, hiss, voice.faint, self._points, place)
        return widths, noisy

    @contextmanager
    def made(self, pieces: Sequence[tuple["Voice", range]], rate: int) -> Iterator[Wave]:
        """Samples of the blocks of voices, at most :data:`AT_ONCE` of them together, [blocks, BLOCK]: inside of it, not after."""
        try:
            space = self._spaces.pop()
        except IndexError:
            space = _Space()
        try:
            at, noisy_ones = 0, []
            for voice, blocks in pieces:
                widths, noisy = self.extents(voice, blocks[0], len(blocks), rate)
                piece = _Piece(voice, blocks[0], space.out[at : at + len(blocks)], noisy)
                self._tones(piece, widths, space, rate)
                at += len(blocks)
                if noisy.any():
                    noisy_ones.append(piece)
            self._add_noise(noisy_ones, space, rate)
            yield space.out[:at]
        finally:
            self._spaces.append(space)

    def _tones(self, piece: _Piece, widths: Ints, space: _Space, rate: int) -> None:
        voice = piece.voice
        frequency = voice.frequency / rate
        tables = self.tables.get((voice.tune, rate, len(frequency)), lambda: _Tables(frequency))
        place, tuning = np.array([piece.first, voice.held, rate], np.int64), np.stack([frequency, voice.phase])
        kernels.tones(piece.out, voice.levels, widths, place, self._points, tuning, tables.waves, tables.turns, space.work)

    def _add_noise(self, pieces: list[_Piece], space: _Space, rate: int) -> None:
        """Add noise to the blocks that are noisy. All frames of a kind are inverted at once."""
        rise, fall = _fades()
        short, long, onsets, others = space.short, space.long, 0, 0
        laid = []  # of each piece: where its short and long frames begin and end
        for piece in pieces:
            late = int(piece.first == 0)  # the first of these blocks that is made of long frames
            hops = (piece.first + late - 1) * (BLOCK // noise.LONG)
            end = others + max(int(piece.noisy.nonzero()[0][-1]) + 1 - late, 0) * (BLOCK // noise.LONG) + 1
            times = noise.long_times(hops, end - others, rate)
            self._spectra(long, others, piece.voice, noise.SHORT_FRAMES + hops, times, rate)
            laid.append((late, onsets, slice(others, end)))
            others = end
            if late and piece.noisy[0]:
                self._spectra(short, onsets, piece.voice, 0, noise.short_times(rate), rate)
                onsets += noise.SHORT_FRAMES
        for frames, count in ((long, others), (short, onsets)):
            if count:
                frames.invert(count)
        for piece, (late, onset, span) in zip(pieces, laid, strict=True):
            wave = long.waves[span]
            kernels.lay_long(piece.out, wave, piece.noisy, late, rise, fall)
            if late and piece.noisy[0]:
                kernels.lay_short(piece.out[0], short.waves[onset : onset + noise.SHORT_FRAMES], wave[0], rise, fall)

    def _spectra(self, frames: _Frames, at: int, voice: "Voice", number: int, times: Float, rate: int) -> None:
        """Spectra of a voice's frames from the ``number``-th on at ``times``, to stand from ``at`` on."""
        hop = frames.size - noise.FADE
        kernels.spectra(
            frames.spectra[at : at + len(times)], voice.levels, times, voice.held / rate, self._points, *_bins(rate, hop),
            _bank(hop), noise.rows_of(voice.key + number, len(times)),
        )  # fmt: skip


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
