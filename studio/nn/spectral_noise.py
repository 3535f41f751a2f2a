"""The noise of notes: frames of random phase whose magnitudes follow the noise bands, crossfaded.

A note's first block is made of short frames, so that its beginning is as sharp as it was; later ones of longer frames, which
stand still for half a frame and are crossfaded as the short ones are (sine and cosine: the power stays). Which of the
bank's spectra a frame takes, and at which of its samples it begins, is a pure function of the note's key and the frame's number:
sixteen frames, a later block's, take spectra that lie together.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.nn.counter import uniform

if TYPE_CHECKING:
    import torch

Float = npt.NDArray[np.float64]

BLOCK = 8192  # samples a block
BANDS = 48
FADE = 256  # samples over which a frame comes and goes
SHORT, LONG = 256, 512  # samples between two frames: in a note's first block, and later
ROUND = 1 << 16  # groups after which their order comes again
GROUP = 16  # frames that take the bank's spectra together
_FIRST = 16  # groups after the bank's others: frames of the note with key 1, each drawn by itself
_ROWS = {SHORT: 1024, LONG: 1024}  # different spectra
LONG_FRAMES = BLOCK // LONG + 1  # a later block needs the next one's first frame
SHORT_FRAMES = BLOCK // SHORT  # the first block's last frame is a long one


@lru_cache(maxsize=1)
def band_centres() -> Float:
    """Centres of the noise bands in Hz, shape [BANDS]: evenly spaced in mel from 30 Hz to 20 kHz."""
    mel = np.linspace(2595 * np.log10(1 + 30 / 700), 2595 * np.log10(1 + 20000 / 700), BANDS)
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


def frame_times(block: int, rate: int) -> Float:
    """Seconds from the onset to the middles of the frames that a block is made of."""
    if block:
        return long_times((block - 1) * (LONG_FRAMES - 1), LONG_FRAMES, rate)
    return np.append(short_times(rate), frame_times(1, rate)[0])


def short_times(rate: int) -> Float:
    """Seconds from the onset to the middles of the short frames."""
    return np.asarray(np.arange(SHORT_FRAMES) * SHORT / rate)


def long_times(first: int, count: int, rate: int) -> Float:
    """Seconds from the onset to the middles of ``count`` long frames from the ``first`` on, which begins the second block."""
    return np.asarray((BLOCK + (first + np.arange(count)) * LONG + (LONG - FADE) / 2) / rate)


def add_noise(out: "torch.Tensor", size: "torch.Tensor", keys: list[int], blocks: list[int], rate: int) -> None:
    """Add noise to blocks ``out`` [n, BLOCK], all of them first ones, or none.

    ``size`` [n, frames, BANDS]: amplitudes a root hertz at :func:`frame_times`. ``keys`` are the notes'.
    """
    n, device = len(keys), out.device
    rise, fall = fades(device)
    if blocks[0]:
        first = [SHORT_FRAMES + (b - 1) * (LONG_FRAMES - 1) for b in blocks]
        wave = _frames(size, keys, first, LONG, rate)
        cells = out.view(n, BLOCK // LONG, 2, FADE)
        cells[:, :, 0].add_(wave[:, :-1, FADE : 2 * FADE])
        late = cells[:, :, 1]
        late.addcmul_(wave[:, :-1, 2 * FADE :], fall)
        late.addcmul_(wave[:, 1:, :FADE], rise)
        return
    wave = _frames(size[:, :-1], keys, [0] * n, SHORT, rate)
    next_one = _frames(size[:, -1:], keys, [SHORT_FRAMES] * n, LONG, rate)
    hops = out.view(n, SHORT_FRAMES, SHORT)
    hops.addcmul_(wave[:, :, FADE:], fall)
    hops[:, :-1].addcmul_(wave[:, 1:, :FADE], rise)
    hops[:, -1].addcmul_(next_one[:, 0, :FADE], rise)


def _frames(size: "torch.Tensor", keys: list[int], first: list[int], hop: int, rate: int) -> "torch.Tensor":
    """Frames before they are faded, [n, frames, hop + FADE]; ``first`` [n] numbers each note's first."""
    import torch

    n, frames = size.shape[:2]
    weights, unit, length = _weights(rate, hop, size.device), bank(hop, size.device), hop + FADE
    shape = torch.bmm(size, weights.expand(n, -1, -1)).view(n * frames, -1)
    rows, later = (
        torch.from_numpy(np.concatenate(x)).to(size.device)
        for x in zip(*(places(k, f, frames, length) for k, f in zip(keys, first, strict=True)), strict=True)
    )
    shape.mul_(unit.index_select(0, rows))
    spectrum = torch.view_as_complex(shape.view(n * frames, -1, 2))
    at = (torch.arange(length, device=size.device) - later[:, None]) % length
    return torch.fft.irfft(spectrum, n=length).gather(1, at).view(n, frames, length)


def places(key: int, first: int, frames: int, length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the bank that a note's frames of ``length`` samples take from the ``first`` on, and how far they are turned."""
    number = first + np.arange(frames)
    drawn = order()[(key % ROUND + number // GROUP) % ROUND]
    return (drawn >> 16) * GROUP + number % GROUP, ((drawn & 0xFFFF) * (length // GROUP) >> 16) * GROUP


@lru_cache(maxsize=1)
def order() -> npt.NDArray[np.int64]:
    """What is drawn for each group of frames, [ROUND]: times 65536 the group of the bank, and the part of a whole turn.

    Every note starts at a place of its own. Beside the noise of key 1 recorded drums were corrected, when each frame was drawn by
    itself; their modes and that noise partly cancel, so it stays what it was.
    """
    groups = min(_ROWS.values()) // GROUP
    drawn = (uniform(2, ROUND) * (groups * 65536)).astype(np.int64)
    drawn[1 : 1 + _FIRST] = (groups + np.arange(_FIRST)) << 16
    return drawn


def spectra(hop: int) -> npt.NDArray[np.float32]:
    """The bank: of unit magnitude and random phase, [rows, 2 bins]: real and imaginary by turns. The last are some of the others."""
    rows, bins = _ROWS[hop], (hop + FADE) // 2 + 1
    unit = np.exp(2j * np.pi * uniform(hop, rows * bins).reshape(rows, bins))
    unit[:, 0] = unit[:, -1] = 0
    unit = np.concatenate([unit, unit[(uniform(2, 1 + _FIRST * GROUP)[1:] * rows).astype(np.int64)]])
    return unit.astype(np.complex64).view(np.float32)


@lru_cache(maxsize=8)
def bank(hop: int, device: "torch.device") -> "torch.Tensor":
    """:func:`spectra` on a device."""
    import torch

    return torch.from_numpy(spectra(hop)).to(device)


@lru_cache(maxsize=8)
def _weights(rate: int, hop: int, device: "torch.device") -> "torch.Tensor":
    """[BANDS, 2 bins]: from amplitudes a root hertz to the magnitudes of an unscaled spectrum, each number twice."""
    import torch

    size = hop + FADE
    frequency = np.arange(size // 2 + 1) * rate / size
    weights: npt.NDArray[Any] = np.stack([np.interp(frequency, band_centres(), row) for row in np.eye(BANDS)])
    return torch.from_numpy(np.repeat((weights * np.sqrt(rate * size / 2)).astype(np.float32), 2, axis=1)).to(device)


def fade_lines() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """How a frame comes and goes, [FADE] each."""
    n = (np.arange(FADE) + 0.5) * np.pi / (2 * FADE)
    return np.sin(n).astype(np.float32), np.cos(n).astype(np.float32)


@lru_cache(maxsize=4)
def fades(device: "torch.device") -> "tuple[torch.Tensor, torch.Tensor]":
    """:func:`fade_lines` on a device."""
    import torch

    rise, fall = fade_lines()
    return torch.from_numpy(rise).to(device), torch.from_numpy(fall).to(device)
