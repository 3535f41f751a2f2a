"""Frame-wise additive synthesis of notes from sparse controls, the same to the bit whatever slice is asked for.

A note is partials of constant frequency under envelopes that are linear over hops of 128 or 256 samples, and noise
whose spectrum is drawn frame by frame. Because the frequencies stand still, one hop of all partials is a matrix product
with a table of the note's own sines and cosines; that needs no windows over the onset, over which the inverse-FFT
synthesis of Rodet and Depalle ("Spectral envelopes and inverse FFT synthesis", AES 93, 1992) smears an attack. Noise
is made their way: a spectrum a frame, inverted, windowed, overlapped and added.

Bits: everything runs on a grid of blocks of :data:`BLOCK` samples that starts at the note's onset. Many blocks are computed
at once, but every product of matrices is one block's, of one shape, run by one thread; the rest goes sample by sample over
multiples of every vector width. So a block's samples do not depend on where it stands or beside what: neither slice, batch
nor threads show.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from studio.nn.runtime import cores

BLOCK = 8192  # samples a block
ONSET_HOP, HOP = 128, 256  # samples between two values of a partial's envelope: in a note's first block, and later
NOISE_HOP = 256
NOISE_FFT = 2 * NOISE_HOP
NOISE_FRAMES = BLOCK // NOISE_HOP + 1  # a block needs the frame at its end too
NOISE_BANDS = 48
NOISE_ROWS, NOISE_ROUND = 2048, 1 << 16  # different frames of noise, and frames after which their order comes again
BUCKETS = (16, 32, 48, 64, 96)  # numbers of partials that blocks are computed for
MAX_PARTIALS = BUCKETS[-1]
TOGETHER = 24  # blocks computed at once, at most
ONSET_S = 0.0007  # raised-cosine gate at the onset
FADE_S = 0.006  # and at the end
NEPER = float(np.log(10) / 20)  # a decibel
LEAST = -220 * NEPER  # log amplitudes go no lower: products of numbers next to nothing take a hundred times as long
NYQUIST_SHARE = 0.45  # of the rate: partials above are left out
POINTS = 24  # control points in time, and one more far beyond them
LAST_POINT_S = 4.0
BEYOND_S = 64.0
FLOOR_DB = -150.0
AUDIBLE_DB = -92.0  # partials are not computed where they lie so far under the note's strongest

Float = npt.NDArray[np.float64]
Levels = npt.NDArray[np.floating[Any]]
Tick = Callable[[float], None]


@lru_cache(maxsize=1)
def control_times() -> Float:
    """Times of the control points in seconds, shape [POINTS + 1]: 0, then log-spaced from 3 ms to 4 s, then 64 s."""
    return np.concatenate([[0.0], np.geomspace(0.003, LAST_POINT_S, POINTS - 1), [BEYOND_S]])


@lru_cache(maxsize=1)
def band_centres() -> Float:
    """Centres of the noise bands in Hz, shape [NOISE_BANDS]: evenly spaced in mel from 30 Hz to 20 kHz."""
    mel = np.linspace(2595 * np.log10(1 + 30 / 700), 2595 * np.log10(1 + 20000 / 700), NOISE_BANDS)
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


@dataclass(frozen=True, eq=False)
class Voice:
    """One note, ready to be synthesised.

    Shapes: ``frequency`` (Hz), ``phase`` (cycles) [p]; ``levels`` [POINTS + 2, NOISE_BANDS + p]: log amplitudes of the noise a
    root hertz and of the partials, at the control points, the far one, and last what a second takes from them after the
    release. ``audible`` [POINTS + 1]: how many partials, the lowest, can be heard at each control point. Log amplitudes
    are natural (:data:`NEPER` a decibel), float32. ``held`` and ``length`` are frames; ``key`` seeds the noise.
    Make with :func:`voices_of`.
    """

    frequency: Float
    phase: Float
    levels: npt.NDArray[np.float32]
    audible: tuple[int, ...]
    held: int
    length: int
    key: int


def voices_of(
    frequency: Float, phase: Float, partials: Levels, damping: Levels, noise: Levels, noise_damping: Levels, keys: list[int]
) -> list[Voice]:
    """Voices of no length. Shapes as in :class:`Voice`, all with a first axis for the notes; phases in cycles.

    ``partials`` and ``noise`` are in dB (of power a hertz), without the last row; it is made of damping in dB a second.
    """
    log = np.empty((len(keys), POINTS + 2, NOISE_BANDS + partials.shape[2]), np.float32)
    for at, levels, lost in ((slice(NOISE_BANDS), noise, noise_damping), (slice(NOISE_BANDS, None), partials, damping)):
        log[:, :-1, at] = levels * NEPER
        log[:, -1, at] = lost * -NEPER
    heard = (frequency > 0)[:, None] & (partials > partials.max((1, 2), keepdims=True) + AUDIBLE_DB)
    audible = np.where(heard, np.arange(1, frequency.shape[1] + 1), 0).max(2).tolist()
    voices = []
    for n, key in enumerate(keys):
        w = min(bucket_of(max(audible[n])), frequency.shape[1])
        own: npt.NDArray[np.float32] = log[n, :, : NOISE_BANDS + w].copy()
        voices.append(Voice(frequency[n, :w].copy(), phase[n, :w].copy(), own, tuple(audible[n]), 0, 0, key))
    return voices


def bucket_of(partials: int) -> int:
    """The smallest number of partials that blocks are computed for and that holds ``partials``."""
    return next(b for b in BUCKETS if b >= min(partials, MAX_PARTIALS))


def mix64(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A counter's well-mixed 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""
    with np.errstate(over="ignore"):
        z = value + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(key: int, count: int) -> Float:
    """``count`` numbers in [0, 1), a pure function of ``key``."""
    counters = np.arange(count, dtype=np.uint64) + mix64(np.array([key], np.uint64))
    return np.asarray((mix64(counters) >> np.uint64(11)).astype(np.float64) / 2**53)


@lru_cache(maxsize=1)
def _noise_order() -> npt.NDArray[np.int64]:
    """Which row of the noise bank each frame takes: a long round, in which every note starts at a place of its own."""
    order = (uniform(2, NOISE_ROUND) * NOISE_ROWS).astype(np.int64)
    return np.concatenate([order, order[:NOISE_FRAMES]])


@lru_cache(maxsize=4)
def _noise_bank(device: torch.device) -> torch.Tensor:
    """Spectra of unit magnitude and random phase, [NOISE_ROWS, bins] complex; a frame of noise is one of them, shaped."""
    rows, bins = NOISE_ROWS, NOISE_FFT // 2 + 1
    angle = 2 * np.pi * uniform(1, rows * bins).reshape(rows, bins)
    bank = np.exp(1j * angle)
    bank[:, 0] = bank[:, -1] = 0
    return torch.from_numpy(bank.astype(np.complex64)).to(device)


@lru_cache(maxsize=8)
def _band_weights(rate: int, device: torch.device) -> torch.Tensor:
    """[NOISE_BANDS, bins]: from the bands' amplitudes a root hertz to the magnitudes of an unscaled spectrum."""
    frequency = np.arange(NOISE_FFT // 2 + 1) * rate / NOISE_FFT
    eye = np.eye(NOISE_BANDS)
    weights = np.stack([np.interp(frequency, band_centres(), row) for row in eye])
    return torch.from_numpy((weights * np.sqrt(rate * NOISE_FFT / 2)).astype(np.float32)).to(device)


@lru_cache(maxsize=4)
def _noise_window(device: torch.device) -> torch.Tensor:
    n = (np.arange(NOISE_FFT) + 0.5) / NOISE_FFT
    return torch.from_numpy(np.sin(np.pi * n).astype(np.float32)).to(device)


@lru_cache(maxsize=1024)
def _grid(block: int, step: int, rate: int) -> tuple[npt.NDArray[np.float32], Float]:
    """Frames of ``block`` and the one at its end, as weights of the control points [frames, POINTS + 2], and in seconds."""
    times = (block * BLOCK + np.arange(BLOCK // step + 1) * step) / rate
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


def _width(voice: Voice, block: int, rate: int) -> int:
    """How many partials are computed in a block: those that can be heard at the control points around it."""
    return bucket_of(max(voice.audible[_points_around(block, rate)]))


@lru_cache(maxsize=8)
def _count(numbers: int, device: torch.device) -> torch.Tensor:
    return torch.arange(numbers, dtype=torch.float32).to(device)


class Synthesiser:
    """Makes sound from voices on one device. Keeps the tables of the frequencies it met last."""

    def __init__(self, device: torch.device, tables: int = 256) -> None:
        self.device = device
        self._tables: OrderedDict[tuple[bytes, int], torch.Tensor] = OrderedDict()
        self._room = tables
        self._lock = threading.Lock()

    def render(
        self, voices: list[Voice], rate: int, first: int, rows: npt.NDArray[np.float32], tick: Tick = lambda share: None
    ) -> None:
        """Write frames from ``first`` on of every voice into ``rows`` [voices, count]; frames outside the notes stay as they are.

        ``tick`` is called with the share done, between blocks; what it raises ends the work.
        """
        count = rows.shape[1]
        groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for v, voice in enumerate(voices):
            low, high = max(first, 0), min(first + count, voice.length)
            for block in range(low // BLOCK, -(-high // BLOCK) if high > low else 0):
                groups.setdefault((_width(voice, block, rate), HOP if block else ONSET_HOP), []).append((v, block))
        chunks = [
            (width, pairs[k : k + TOGETHER]) for (width, _), pairs in groups.items() for k in range(0, len(pairs), TOGETHER)
        ]

        def work(chunk: tuple[int, list[tuple[int, int]]]) -> None:
            width, pairs = chunk
            sound = self._blocks([voices[v] for v, _ in pairs], [b for _, b in pairs], width, rate)
            for (v, block), samples in zip(pairs, sound, strict=True):
                _place(rows[v], samples, voices[v], block, rate, first)

        workers = min(cores(), len(chunks)) if self.device.type == "cpu" else 1
        for done, _ in enumerate(_map(work, chunks, workers), 1):
            tick(done / len(chunks))

    def _blocks(self, voices: list[Voice], blocks: list[int], width: int, rate: int) -> npt.NDArray[np.float32]:
        """Blocks of voices, of each the first ``width`` partials, [len(voices), BLOCK]; all of them onsets, or none."""
        hop = HOP if blocks[0] else ONSET_HOP
        with torch.inference_mode():
            size = self._envelopes(voices, blocks, NOISE_BANDS + width, rate, hop)
            out = self._partials(size[:, :, NOISE_BANDS:], voices, blocks, rate, hop)
            self._add_noise(out, size[:, :: NOISE_HOP // hop, :NOISE_BANDS], voices, blocks, rate)
            return out.view(len(voices), BLOCK).cpu().numpy()

    def _envelopes(self, voices: list[Voice], blocks: list[int], width: int, rate: int, hop: int) -> torch.Tensor:
        """Amplitudes at the hops of each block and at its end, [len(voices), BLOCK // hop + 1, width], float32."""
        grids = [_grid(b, hop, rate) for b in blocks]
        weights = np.stack([g[0] for g in grids])
        for row, grid, voice, block in zip(weights, grids, voices, blocks, strict=True):
            if (block + 1) * BLOCK > voice.held:
                row[:, -1] = np.maximum(grid[1] - voice.held / rate, 0)
        levels = np.stack([v.levels[:, :width] for v in voices])
        return torch.bmm(self._here(weights), self._here(levels)).clamp_(min=LEAST).exp_()

    def _here(self, array: npt.NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(array).to(self.device)

    def _partials(self, size: torch.Tensor, voices: list[Voice], blocks: list[int], rate: int, hop: int) -> torch.Tensor:
        """Sums of partials of amplitudes ``size``, [len(voices), BLOCK // hop, hop]: each hop a product with a table of sines."""
        frames, width = BLOCK // hop, size.shape[2]
        turns = np.stack([v.frequency[:width] for v in voices]) / rate
        start = turns * (np.array(blocks)[:, None] * BLOCK) + np.stack([v.phase[:width] for v in voices])
        cycles = np.stack([start, turns * hop])
        cycles -= np.floor(cycles)
        begin, step = self._here(cycles.astype(np.float32))[:, :, None]
        angle = torch.addcmul(begin, step, _count(frames, self.device)[:, None]).mul_(2 * np.pi)
        real, imaginary = angle.cos(), angle.sin()
        here = size[:, :-1]
        rise = (size[:, 1:] - here).mul_(HOP / hop)
        left = torch.empty(len(voices), frames, 4, width, device=self.device)
        for k, (amount, wave) in enumerate(((here, real), (here, imaginary), (rise, real), (rise, imaginary))):
            torch.mul(amount, wave, out=left[:, :, k])
        out = torch.empty(len(voices), frames, hop, device=self.device)
        for one, voice, samples in zip(left.view(len(voices), frames, -1), voices, out, strict=True):
            torch.mm(one, self._table(voice, width, rate)[:, :hop], out=samples)
        return out

    def _add_noise(self, out: torch.Tensor, size: torch.Tensor, voices: list[Voice], blocks: list[int], rate: int) -> None:
        """Add noise of the bands' amplitudes ``size`` [len(voices), NOISE_FRAMES, NOISE_BANDS]."""
        weights, window, bank = _band_weights(rate, self.device), _noise_window(self.device), _noise_bank(self.device)
        shape = torch.bmm(size, weights.expand(len(voices), -1, -1)).view(len(voices) * NOISE_FRAMES, -1)
        at = [(v.key + b * (NOISE_FRAMES - 1)) % NOISE_ROUND for v, b in zip(voices, blocks, strict=True)]
        pick = self._here(np.concatenate([_noise_order()[k : k + NOISE_FRAMES] for k in at]))
        spectrum = bank.index_select(0, pick).mul_(shape)
        wave = torch.fft.irfft(spectrum, n=NOISE_FFT).view(len(voices), NOISE_FRAMES, NOISE_FFT)
        hops = out.view(len(voices), NOISE_FRAMES - 1, NOISE_HOP)
        hops.addcmul_(wave[:, :-1, NOISE_HOP:], window[NOISE_HOP:])
        hops.addcmul_(wave[:, 1:, :NOISE_HOP], window[:NOISE_HOP])

    def _table(self, voice: Voice, width: int, rate: int) -> torch.Tensor:
        """Sines of the first ``width`` partials over a hop, [4 width, HOP]: cos, -sin, and both rising from 0 to 1."""
        turns = voice.frequency[:width] / rate
        key = (turns.tobytes(), width)
        with self._lock:
            table = self._tables.pop(key, None)
        if table is None:
            angle = (self._here(turns)[:, None] * torch.arange(HOP, device=self.device)).frac_().float().mul_(2 * np.pi)
            table = torch.empty(4, width, HOP, device=self.device)
            torch.cos(angle, out=table[0])
            torch.sin(angle, out=table[1]).neg_()
            torch.mul(table[:2], _count(HOP, self.device) / HOP, out=table[2:])
            table = table.view(4 * width, HOP)
        with self._lock:
            self._tables[key] = table
            if len(self._tables) > self._room:
                self._tables.popitem(last=False)
        return table


def _map(work: Callable[[Any], None], items: list[Any], workers: int) -> Iterator[None]:
    """``work`` done on every item, by threads that each run torch's operations alone: small products gain nothing from more."""
    if workers < 2:
        for item in items:
            work(item)
            yield
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _place(
    row: npt.NDArray[np.float32], samples: npt.NDArray[np.float32], voice: Voice, block: int, rate: int, first: int
) -> None:
    """Put the part of a block that lies in the slice into ``row``, gated at the note's onset and end."""
    start = block * BLOCK
    low, high = max(first, start, 0), min(first + len(row), start + BLOCK, voice.length)
    part = row[low - first : high - first]
    part[:] = samples[low - start : high - start]
    rise, fall = round(ONSET_S * rate), round(FADE_S * rate)
    if low < rise:
        at = np.arange(low, min(rise, high))
        part[: len(at)] *= (0.5 - 0.5 * np.cos(np.pi * at / rise)).astype(np.float32)
    if high > voice.length - fall:
        at = voice.length - np.arange(max(low, voice.length - fall), high)
        part[len(part) - len(at) :] *= (0.5 - 0.5 * np.cos(np.pi * at / fall)).astype(np.float32)
