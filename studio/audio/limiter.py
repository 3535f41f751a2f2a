"""A look-ahead limiter for the end of the mix: keeps true peaks under a ceiling and touches nothing below it.

Attenuation is worked out in decibels: what each sample needs, held over the look-ahead, released linearly, then averaged
over the look-ahead so that it is fully there when the peak comes and moves without a corner. Peaks between samples are
found by interpolating four times (ITU-R BS.1770-5, Annex 2, in short form). The release is linear because then its memory ends:
after :data:`MEMORY_SECONDS` the limiter does the same whatever was before, so a seek gives the samples of the whole song.
"""

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float32]

CEILING_DB = -1.0
RELEASE_DB_A_SECOND = 40.0
MOST_DB = 24.0
MEMORY_SECONDS = MOST_DB / RELEASE_DB_A_SECOND
LOOK_AHEAD_SECONDS = 0.005
_TAPS = 12
_CEILING = 10.0 ** (CEILING_DB / 20.0)


def _interpolators() -> npt.NDArray[np.float32]:
    """Windowed-sinc filters for the points 1/4, 1/2 and 3/4 between two samples, shape [3, taps]."""
    at = np.arange(_TAPS) - (_TAPS / 2 - 1)
    filters = []
    for fraction in (0.25, 0.5, 0.75):
        x = at - fraction
        window = np.cos(np.pi * x / (_TAPS + 1)) ** 2
        filters.append(np.sinc(x) * window)
    return np.array(filters, np.float32)


_FILTERS = _interpolators()


class Limiter:
    """Works on blocks of one fixed length, one block behind: give a block, get the one before.

    All channels get the same attenuation, so the image does not move.
    """

    def __init__(self, rate: int, block: int) -> None:
        self._look = round(LOOK_AHEAD_SECONDS * rate)
        self._smooth = self._look - 8  # interpolated peaks are seen up to 6 samples late
        self._slope = RELEASE_DB_A_SECOND / rate
        self._ramp = self._slope * np.arange(1, block + 1)
        self._tail = np.zeros((_TAPS - 1, 2), np.float32)
        self._top = 0.0  # of the last block
        self._waiting: Block | None = None
        self._none = np.zeros(block)  # what a block needs that is quiet
        self._nothing = np.zeros(self._smooth - 1)
        self._need = self._none
        self._carry = 0.0
        self._past: npt.NDArray[np.float64] | None = None

    def process(self, block: Block) -> Block | None:
        """The block given before, limited; None at the first call. Shapes [frames, 2]."""
        need = self._needed(block)
        before, self._waiting = self._waiting, block
        out = None if before is None else self._apply(before, self._need, need)
        self._need = need
        return out

    def _needed(self, block: Block) -> npt.NDArray[np.float64]:
        """Decibels above the ceiling of every frame, 0 where there are none."""
        tail, self._tail = self._tail, block[-(_TAPS - 1) :].copy()
        before, self._top = self._top, max(float(block.max()), -float(block.min()))
        if max(before, self._top) <= 0.5 * _CEILING:
            return self._none  # band-limited sound this low has no peak above the ceiling between samples
        from studio.nn.mix_kernels import raise_to_peaks

        size = np.abs(block)
        peak = np.maximum(size[:, 0], size[:, 1])
        raise_to_peaks(peak, np.ascontiguousarray(np.concatenate([tail, block]).T), _FILTERS)
        if float(peak.max()) <= _CEILING:
            return self._none
        return np.minimum(20.0 * np.log10(np.maximum(peak, _CEILING) / _CEILING), MOST_DB)

    def _apply(self, block: Block, need: npt.NDArray[np.float64], ahead: npt.NDArray[np.float64]) -> Block:
        if self._past is None:  # the beginning: as if it had been seen coming
            first = _sliding_max(np.concatenate([np.zeros(self._look), need[: self._look]]), self._look + 1)
            self._past = first[: self._look][-(self._smooth - 1) :]
            if not self._past.any():
                self._past = self._nothing
        if need is self._none and self._past is self._nothing and (ahead is need or not ahead[: self._look].any()):
            return block
        n = len(block)
        held = _sliding_max(np.concatenate([need, ahead[: self._look]]), self._look + 1)[:n]
        released = np.maximum.accumulate(np.maximum(held + self._ramp, self._carry)) - self._ramp
        released[released < 1e-9] = 0.0
        self._carry = float(released[-1])
        context = np.concatenate([self._past, released])
        self._past = context[-(self._smooth - 1) :]
        if self._carry == 0.0 and not self._past.any():
            self._past = self._nothing
        sums = np.cumsum(np.concatenate([[0.0], context]))
        attenuation = (sums[self._smooth :] - sums[: -self._smooth]) / self._smooth
        factors = (10.0 ** (-attenuation / 20.0)).astype(np.float32)
        return np.clip(block * factors[:, None], -1.0, 1.0)


def _sliding_max(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Maximum of ``width`` values from each place on, by doubling; shape [n - width + 1]."""
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.maximum(values[:-step], values[step:])
        done += step
    return values
