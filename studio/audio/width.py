"""Stereo width for tracks that are mono: what is added to the left is taken from the right.

A mono sound is spread by a side signal, itself delayed by a few sparse taps of either sign ("velvet noise", Alary, Politis and
Valimaki 2017, section 3), so that it is unlike the middle and colours little. The sum of both channels is the mono sound again.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]

_TAPS = 12
_SECONDS = 0.018
_DECAY = 0.85
_DEPTH = 0.8  # the side's level at full width


@lru_cache(maxsize=4)
def _taps(rate: int) -> tuple[tuple[int, np.float32], ...]:
    """Delays in frames and factors; the sum of the factors' squares is 1."""
    rng = np.random.default_rng(3)
    cell = _SECONDS * rate / _TAPS
    delays = [int((k + rng.uniform(0.15, 0.95)) * cell) + 1 for k in range(_TAPS)]
    factors = rng.choice([-1.0, 1.0], _TAPS) * _DECAY ** np.arange(_TAPS)
    factors /= np.sqrt((factors**2).sum())
    return tuple((d, np.float32(f)) for d, f in zip(delays, factors, strict=True))


def side_of(bus: Wave, past: Wave | None, rate: int) -> Wave:
    """The side signal of some frames [n], ``past`` being those before them (None where they were silent), 18 ms or more."""
    n = len(bus)
    whole = np.concatenate([np.zeros(n, np.float32) if past is None else past, bus])
    begin = len(whole) - n
    side = np.zeros(n, np.float32)
    for delay, factor in _taps(rate):
        side += whole[begin - delay : begin - delay + n] * factor
    return side


def widened(bus: Wave, side: Wave, width: float | Wave) -> Wave:
    """Left, right, left, right [4, n] of some frames, ``width`` 0..1; as loud as these where they are unlike."""
    depth = np.float32(_DEPTH) * np.asarray(width, np.float32)
    norm = 1 / np.sqrt(1 + depth * depth)
    middle, edge = bus * norm, side * (depth * norm)
    left, right = middle + edge, middle - edge
    return np.stack([left, right, left, right])
