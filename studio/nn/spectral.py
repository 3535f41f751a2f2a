"""Frame-wise additive synthesis of notes from sparse controls, the same to the bit whatever slice is asked for.

A note is partials of constant frequency under envelopes that are linear over hops of 128 or 256 samples, and noise
whose spectrum is drawn frame by frame. Because the frequencies stand still, one hop of all partials is a matrix product
with a table of the note's own sines and cosines; that needs no windows over the onset, over which the inverse-FFT
synthesis of Rodet and Depalle ("Spectral envelopes and inverse FFT synthesis", AES 93, 1992) smears an attack. Noise
is made their way: a spectrum a frame, inverted, windowed, overlapped and added.

Bits: everything runs on a grid of blocks of :data:`BLOCK` samples that starts at the note's onset. Blocks are computed
:data:`TOGETHER` at once, in operations of one fixed shape (a multiple of every vector width) that one thread runs alone,
so that a block's samples do not depend on where it stands or beside what. So neither slice, batch nor threads show.
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
BUCKETS = (16, 32, 64, 96)  # numbers of partials that blocks are computed for
MAX_PARTIALS = BUCKETS[-1]
TOGETHER = 8  # blocks computed at once
ONSET_S = 0.0007  # raised-cosine gate at the onset
FADE_S = 0.006  # and at the end
NEPER = float(np.log(10) / 20)  # a decibel
NYQUIST_SHARE = 0.45  # of the rate: partials above are left out
POINTS = 24  # control points in time, and one more far beyond them
LAST_POINT_S = 4.0
BEYOND_S = 64.0
FLOOR_DB = -150.0

Float = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
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

    Shapes: ``frequency`` (Hz), ``phase`` (radians) [p]; ``partials`` log amplitudes [POINTS + 1, p]; ``noise`` log amplitudes
    a root hertz [POINTS + 1, NOISE_BANDS]; ``damping`` [p] and ``noise_damping`` [NOISE_BANDS] what a second takes from
    these after the release. Log amplitudes are natural (:data:`NEPER` a decibel), float32. ``held`` and ``length`` are frames;
    ``key`` seeds the noise. Make with :func:`voice_of`.
    """

    frequency: Float
    phase: Float
    partials: npt.NDArray[np.float32]
    damping: npt.NDArray[np.float32]
    noise: npt.NDArray[np.float32]
    noise_damping: npt.NDArray[np.float32]
    held: int
    length: int
    key: int


def voice_of(
    frequency: Float,
    phase: Float,
    partials: Float,
    damping: Float,
    noise: Float,
    noise_damping: Float,
    held: int,
    length: int,
    key: int,
) -> Voice:
    """A voice from levels in dB (noise: of power a hertz) and damping in dB a second; shapes as in :class:`Voice`."""
    log = [(x * NEPER).astype(np.float32) for x in (partials, damping, noise, noise_damping)]
    return Voice(frequency, phase, log[0], log[1], log[2], log[3], held, length, key)


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


@lru_cache(maxsize=4)
def _noise_bank(device: torch.device) -> torch.Tensor:
    """Spectra of unit magnitude and random phase, [2048, bins] complex; a frame of noise is one of them, shaped."""
    rows, bins = 2048, NOISE_FFT // 2 + 1
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


@lru_cache(maxsize=4096)
def _grid(block: int, step: int, count: int, rate: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], Float]:
    """Where frames of ``block`` stand between the control points: (index of the point before, share of the next, seconds)."""
    times = (block * BLOCK + np.arange(count) * step) / rate
    points = control_times()
    index = np.clip(np.searchsorted(points, times, side="right") - 1, 0, POINTS - 1)
    share = (times - points[index]) / (points[index + 1] - points[index])
    return index, np.minimum(share, 1.0).astype(np.float32), times


@dataclass(frozen=True, eq=False)
class _Table:
    """A set of frequencies at one rate and hop: basis [4 p, hop], turn from frame to frame [BLOCK // hop, p] complex."""

    basis: torch.Tensor
    turn: torch.Tensor


def _powers(base: Complex, count: int) -> Complex:
    """``base`` to the powers 0 to ``count - 1``, shape [count, p]."""
    steps = np.repeat(base[None], count, axis=0)
    steps[0] = 1
    return np.asarray(np.multiply.accumulate(steps))


def _make_table(frequency: Float, phase: Float, rate: int, hop: int, device: torch.device) -> _Table:
    p, part = len(frequency), 16
    fine = _powers(np.exp(2j * np.pi * frequency / rate), part + 1)
    coarse = _powers(fine[-1], hop // part + 1)
    wave = (coarse[:-1, None] * fine[:-1]).astype(np.complex64).reshape(hop, p).T
    rise = (np.arange(hop) / hop).astype(np.float32)
    # Rows by partial, real and imaginary in turn; amplitudes of a hop's end belong to the phase of its start.
    basis = np.empty((2, p, 2, hop), np.float32)
    for half, share in enumerate((1 - rise, rise)):
        np.multiply(wave.real, share, out=basis[half, :, 0])
        np.multiply(wave.imag, -share, out=basis[half, :, 1])
    turn = (_powers(coarse[-1], BLOCK // hop) * np.exp(1j * phase)).astype(np.complex64)
    return _Table(torch.from_numpy(basis.reshape(4 * p, hop)).to(device), torch.from_numpy(turn).to(device))


class Synthesiser:
    """Makes sound from voices on one device. Keeps the tables of the frequencies it met last."""

    def __init__(self, device: torch.device, tables: int = 128) -> None:
        self.device = device
        self._tables: OrderedDict[tuple[bytes, bytes, int, int], _Table] = OrderedDict()
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
                groups.setdefault((len(voice.frequency), HOP if block else ONSET_HOP), []).append((v, block))
        chunks = [pairs[k : k + TOGETHER] for pairs in groups.values() for k in range(0, len(pairs), TOGETHER)]

        def work(chunk: list[tuple[int, int]]) -> None:
            sound = self._blocks([voices[v] for v, _ in chunk], [b for _, b in chunk], rate)
            for (v, block), samples in zip(chunk, sound, strict=False):
                _place(rows[v], samples, voices[v], block, rate, first)

        workers = min(cores(), len(chunks) // 2) if self.device.type == "cpu" else 1
        for done, _ in enumerate(_map(work, chunks, workers), 1):
            tick(done / len(chunks))

    def _blocks(self, voices: list[Voice], blocks: list[int], rate: int) -> npt.NDArray[np.float32]:
        """Blocks of voices with equally many partials, [len(voices), BLOCK], always computed :data:`TOGETHER` at once."""
        spare = TOGETHER - len(voices)
        voices, blocks = voices + voices[:1] * spare, blocks + blocks[:1] * spare
        with torch.inference_mode():
            return (self._partials(voices, blocks, rate) + self._noise(voices, blocks, rate)).cpu().numpy()

    def _envelopes(self, voices: list[Voice], blocks: list[int], rate: int, step: int, noise: bool) -> torch.Tensor:
        """Amplitudes at the frames of each block and at its end, [TOGETHER, BLOCK // step + 1, width], float32."""
        frames = BLOCK // step + 1
        grids = [_grid(b, step, frames, rate) for b in blocks]
        levels = torch.from_numpy(np.concatenate([v.noise if noise else v.partials for v in voices]))
        index = torch.from_numpy(np.concatenate([g[0] + (POINTS + 1) * k for k, g in enumerate(grids)]))
        share = torch.from_numpy(np.concatenate([g[1] for g in grids]))[:, None]
        here, there = levels.index_select(0, index).to(self.device), levels.index_select(0, index + 1).to(self.device)
        size = here.lerp_(there, share.to(self.device)).view(TOGETHER, frames, -1)
        if any((b + 1) * BLOCK > v.held for v, b in zip(voices, blocks, strict=True)):
            after = np.stack([np.maximum(g[2] - v.held / rate, 0) for g, v in zip(grids, voices, strict=True)]).astype(np.float32)
            damping = np.stack([v.noise_damping if noise else v.damping for v in voices])
            size -= torch.from_numpy(after[:, :, None]).to(self.device) * torch.from_numpy(damping[:, None]).to(self.device)
        return size.exp_()

    def _partials(self, voices: list[Voice], blocks: list[int], rate: int) -> torch.Tensor:
        hop = HOP if blocks[0] else ONSET_HOP
        size = self._envelopes(voices, blocks, rate, hop, noise=False)
        tables = [self._table(v, rate, hop) for v in voices]
        cycles = [np.mod(v.frequency * (b * BLOCK) / rate, 1.0) for v, b in zip(voices, blocks, strict=True)]
        start = torch.from_numpy(np.exp(2j * np.pi * np.stack(cycles)).astype(np.complex64)[:, None]).to(self.device)
        phase = torch.view_as_real(torch.stack([t.turn for t in tables]) * start)
        width = 2 * phase.shape[2]
        left = torch.empty(TOGETHER, BLOCK // hop, 2 * width, device=self.device)
        torch.mul(size[:, :-1, :, None], phase, out=left[..., :width].view(phase.shape))
        torch.mul(size[:, 1:, :, None], phase, out=left[..., width:].view(phase.shape))
        out = torch.empty(TOGETHER, BLOCK // hop, hop, device=self.device)
        for g, table in enumerate(tables):
            torch.mm(left[g], table.basis, out=out[g])
        return out.view(TOGETHER, BLOCK)

    def _noise(self, voices: list[Voice], blocks: list[int], rate: int) -> torch.Tensor:
        size = self._envelopes(voices, blocks, rate, NOISE_HOP, noise=True)
        weights, window, bank = _band_weights(rate, self.device), _noise_window(self.device), _noise_bank(self.device)
        shape = torch.stack([torch.mm(s, weights) for s in size])
        frames = np.arange(NOISE_FRAMES, dtype=np.uint64)
        keys = mix64(np.array([v.key for v in voices], np.uint64))[:, None]
        with np.errstate(over="ignore"):
            counters = keys + np.array(blocks, np.uint64)[:, None] * np.uint64(NOISE_FRAMES - 1) + frames
        pick = torch.from_numpy((mix64(counters) % np.uint64(len(bank))).astype(np.int64).ravel()).to(self.device)
        spectrum = bank.index_select(0, pick).view(*shape.shape) * shape
        wave = torch.fft.irfft(spectrum, n=NOISE_FFT)
        return (wave[:, :-1, NOISE_HOP:] * window[NOISE_HOP:] + wave[:, 1:, :NOISE_HOP] * window[:NOISE_HOP]).view(
            TOGETHER, BLOCK
        )

    def _table(self, voice: Voice, rate: int, hop: int) -> _Table:
        key = (voice.frequency.tobytes(), voice.phase.tobytes(), rate, hop)
        with self._lock:
            table = self._tables.pop(key, None)
        if table is None:
            table = _make_table(voice.frequency, voice.phase, rate, hop, self.device)
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
