"""Frame-wise additive synthesis of notes from sparse controls, the same to the bit whatever slice is asked for.

A note is partials of constant frequency under envelopes that are linear over hops of 128 or 256 samples, and noise
whose spectrum is drawn frame by frame. Because the frequencies stand still, one hop of all partials is a matrix product
with a table of the note's own sines and cosines; that needs no windows over the onset, over which the inverse-FFT
synthesis of Rodet and Depalle ("Spectral envelopes and inverse FFT synthesis", AES 93, 1992) smears an attack. Noise
is made their way: a spectrum a frame, inverted, windowed, overlapped and added (:mod:`studio.nn.spectral_noise`).

Bits: everything runs on a grid of blocks of :data:`BLOCK` samples that starts at the note's onset. Many blocks are computed
at once, but every product of matrices is one block's, of one shape, run by one thread, between tensors that torch has
laid out (64 bytes apart: what MKL asks for before it promises the same bits twice); the rest goes sample by sample over
multiples of every vector width. So a block's samples do not depend on where it stands or beside what: neither slice, batch
nor threads show.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.nn import spectral_noise
from studio.nn.byte_cache import ByteCache
from studio.nn.devices import cores

if TYPE_CHECKING:
    import torch

    from studio.nn.spectral_compiled import Blocks

BLOCK = spectral_noise.BLOCK  # samples a block
ONSET_HOP, HOP = 128, 256  # samples between two values of a partial's envelope: in a note's first block, and later
NOISE_BANDS = spectral_noise.BANDS
BUCKETS = (0, 8, 16, 32, 48, 64, 80, 96)  # numbers of partials that blocks are computed for
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
Rows = npt.NDArray[np.float32] | Sequence[npt.NDArray[np.float32]]


@lru_cache(maxsize=1)
def control_times() -> Float:
    """Times of the control points in seconds, shape [POINTS + 1]: 0, then log-spaced from 3 ms to 4 s, then 64 s."""
    return np.concatenate([[0.0], np.geomspace(0.003, LAST_POINT_S, POINTS - 1), [BEYOND_S]])


band_centres = spectral_noise.band_centres


@dataclass(frozen=True, eq=False)
class Voice:
    """One note, ready to be synthesised.

    Shapes: ``frequency`` (Hz), ``phase`` (cycles) [p]; ``levels`` [POINTS + 2, NOISE_BANDS + p]: log amplitudes of the noise a
    root hertz and of the partials, at the control points, the far one, and last what a second takes from them after the
    release. ``audible`` [POINTS + 1]: how many partials, the lowest, can be heard at each control point; ``hiss``: the log
    amplitude of all noise there; ``faint``: the one below which nothing is heard beside the note's strongest. Log amplitudes
    are natural (:data:`NEPER` a decibel), float32. ``held`` and ``length`` are frames; ``key`` seeds the noise, ``tune`` stands
    for the frequencies. Make with :func:`voices_of`.
    """

    frequency: Float
    phase: Float
    levels: npt.NDArray[np.float32]
    audible: npt.NDArray[np.int64]
    hiss: Float
    faint: float
    held: int
    length: int
    key: int
    tune: bytes

    def lasting(self, held: int, length: int) -> "Voice":
        """The same for so many frames: what :func:`dataclasses.replace` does, twenty times as fast."""
        return _voice(**{**self.__dict__, "held": held, "length": length})


def voices_of(
    frequency: Float, phase: Float, partials: Levels, damping: Levels, noise: Levels, noise_damping: Levels, keys: list[int]
) -> list[Voice]:
    """Voices of no length. Shapes as in :class:`Voice`, all with a first axis for the notes; phases in cycles.

    ``partials`` and ``noise`` are in dB (of power a hertz), without the last row; it is made of damping in dB a second.
    """
    log = np.empty((len(keys), POINTS + 2, NOISE_BANDS + partials.shape[2]), np.float32)
    for at, levels, lost in ((slice(NOISE_BANDS), noise, noise_damping), (slice(NOISE_BANDS, None), partials, damping)):
        np.multiply(levels, NEPER, out=log[:, :-1, at])
        log[:, -1, at] = lost * -NEPER
    hiss = np.log((np.exp(2 * log[:, :-1, :NOISE_BANDS]) * band_widths()).sum(2) + np.float32(1e-30)) / 2
    faint = np.maximum(hiss.max(1), log[:, :-1, NOISE_BANDS:].max((1, 2))) + AUDIBLE_DB * NEPER
    heard = (frequency > 0)[:, None] & (log[:, :-1, NOISE_BANDS:] > faint[:, None, None])
    audible = (heard * np.arange(1, frequency.shape[1] + 1, dtype=np.uint8)).max(2).astype(np.int64)  # MAX_PARTIALS fit
    widths = [min(bucket_of(most), frequency.shape[1]) for most in audible.max(1).tolist()]
    frequency, phase = frequency.astype(np.float64), phase.astype(np.float64)  # of which parts are given away
    loud = hiss.astype(np.float64)
    return [
        _voice(
            frequency=frequency[n, :w], phase=phase[n, :w], levels=log[n, :, : NOISE_BANDS + w].copy(), audible=audible[n],
            hiss=loud[n], faint=under, held=0, length=0, key=key, tune=frequency[n].tobytes(),
        )
        for n, (key, w, under) in enumerate(zip(keys, widths, faint.tolist(), strict=True))
    ]  # fmt: skip


def _voice(**values: Any) -> Voice:
    """What the class makes of all of its values, several times as fast."""
    made = object.__new__(Voice)
    made.__dict__.update(values)
    return made


def bucket_of(partials: int) -> int:
    """The smallest number of partials that blocks are computed for and that holds ``partials``."""
    return BUCKETS[bisect_left(BUCKETS, min(partials, MAX_PARTIALS))]


@lru_cache(maxsize=1)
def band_widths() -> npt.NDArray[np.float32]:
    """Widths of the noise bands in Hz, [NOISE_BANDS]."""
    return np.gradient(band_centres()).astype(np.float32)


class Synthesiser:
    """Makes sound from voices on one device. Keeps the tables of the frequencies it met last, up to so many bytes.

    On the processor compiled loops do it, elsewhere torch; ``compiled`` says otherwise.
    """

    def __init__(self, device: "torch.device | str", tables_bytes: int = 48 << 20, compiled: bool | None = None) -> None:
        self.tables: ByteCache[Any] = ByteCache(tables_bytes)
        self._loops: Blocks | None = None
        if str(device) == "cpu" if compiled is None else compiled:
            from studio.nn import spectral_compiled

            self._loops = spectral_compiled.Blocks(self.tables, control_times())
        else:
            import torch

            from studio.nn import spectral_torch

            self._torch = spectral_torch.Blocks(self.tables, torch.device(device))

    def warm_up(self) -> None:
        """Have what is compiled compiled, or read from the disk, that of the mixer too: seconds the first time on a machine."""
        if self._loops is not None:
            from studio.nn import mix_kernels

            mix_kernels.ready()
            self._loops.warm_up()

    def render(self, voices: list[Voice], rate: int, first: int, rows: Rows, tick: Tick = lambda share: None) -> None:
        """Write frames from ``first`` on of every voice into its row; frames outside the notes stay as they are.

        ``tick`` is called with the share done, between blocks; what it raises ends the work.
        """
        spans = []
        for v, voice in enumerate(voices):
            low, high = max(first, 0), min(first + len(rows[v]), voice.length)
            spans.append(range(low // BLOCK, -(-high // BLOCK) if high > low else 0))
        if self._loops is not None:
            self._loops.make(voices, spans, rows, rate, first, max(cores() - 1, 1), tick)  # one works out the next voices
        else:
            self._torch.make(voices, spans, rows, rate, first, tick)
