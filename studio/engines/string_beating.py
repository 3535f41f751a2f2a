"""Strings that beat: each of a note's low partials gets a softer twin a little out of tune, as a second string would be.

The control network foretells mean levels, which do not swing. How deep partials swing and how far strings lie apart is measured
in the training notes (:mod:`studio.nn.note_beating`) and kept as two lines over the pitch; which partial swings how is drawn for
each key. Both strings start together and lose step with each other: their sum is as loud as the one string was at the onset, and
later in the mean of decibels, which is what the network was taught (log |1 + r exp(i x)| has a mean of 0 over x for r below 1).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from studio.engines.neural_instruments_laws import Float, Sound
from studio.nn.counter import uniform
from studio.nn.spectral import MAX_PARTIALS, control_times

TWINS = 4  # of the lowest partials: most of what is heard of it; each costs as much as a partial
MOST = 0.7  # amplitude of the second string beside the first
DB_OF_ALL = 6.14  # deviation in dB of the level of two strings, over the second's share: 20 / ln(10) / sqrt(2)
LEAST_DB = 0.5  # what swings less is left alone
USUAL_DB = 1.5  # an instrument whose notes swing less, in their median, has no strings that beat
MOST_CENTS = 8.0
FEWEST = 4
_ORDER = np.concatenate([np.repeat(np.arange(TWINS), 2), np.arange(TWINS, MAX_PARTIALS - TWINS)])
_FIRST, _TWIN = slice(0, 2 * TWINS, 2), slice(1, 2 * TWINS, 2)


def law_of(pitches: Sequence[float], deviations: Sequence[float], cents: Sequence[float]) -> tuple[float, ...]:
    """Lines over (pitch - 60) / 24: of the deviation in dB, and of the log of the cents, slope first; empty where too few swing."""
    p, deep, apart = (np.asarray(x, np.float64) for x in (pitches, deviations, cents))
    known = np.isfinite(deep) & np.isfinite(apart)
    x = (p[known] - 60) / 24
    if len(x) < FEWEST or np.median(deep[known]) < USUAL_DB:
        return ()
    return (*_line(x, deep[known]), *_line(x, np.log(np.clip(apart[known], 0.2, MOST_CENTS))))


def _line(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Slope and height of a robust line."""
    weight = np.ones(len(x))
    slope = height = 0.0
    for _ in range(8):
        design = np.stack([x, np.ones_like(x)], 1) * weight[:, None]
        slope, height = np.linalg.lstsq(np.concatenate([design, [[0.5, 0.0]]]), np.append(y * weight, 0.0), rcond=None)[
            0
        ].tolist()
        weight = 1 / np.sqrt(np.maximum(np.abs(y - slope * x - height), 0.1))
    return slope, height


def strings(sound: Sound, pitch: float) -> tuple[float, float]:
    """(share of the second string, cents that it lies off) at a key; (0, 0) where nothing beats."""
    if not sound.beating:
        return 0.0, 0.0
    x = (float(np.clip(pitch, sound.low, sound.high)) - 60) / 24
    deep = sound.beating[0] * x + sound.beating[1]
    if deep < LEAST_DB:
        return 0.0, 0.0
    return min(deep / DB_OF_ALL, MOST), float(np.clip(np.exp(sound.beating[2] * x + sound.beating[3]), 0.2, MOST_CENTS))


def with_twins(
    frequency: Float, partials: Float, phase: Float, sound: Sound, pitch: float, seed: int
) -> tuple[Float, Float, Float]:
    """Frequencies [MAX_PARTIALS] in Hz, levels [points, MAX_PARTIALS] in dB and phases of a note whose low partials have twins.

    They stand beside each other, and the highest partials make room. ``seed`` is the key's.
    """
    drawn = _drawn(sound, pitch, seed)
    if drawn is None:
        return frequency, partials, phase
    softer, other, apart = drawn
    made, levels = frequency[_ORDER], partials.take(_ORDER, 1)
    made[_TWIN] *= apart
    together = np.exp(-((2 * (made[_TWIN] - made[_FIRST]) * control_times()[: len(levels), None]) ** 2))
    first = -together * 20 * softer
    levels[:, _FIRST] += first.astype(levels.dtype)
    levels[:, _TWIN] += (first + other).astype(levels.dtype)
    return made, levels, phase[_ORDER]


@lru_cache(maxsize=512)
def _drawn(sound: Sound, pitch: float, seed: int) -> tuple[Float, Float, Float] | None:
    """Of a key's twins: log10 of one and their share, the share in dB, and the ratio of the frequencies, [TWINS]; None: it has none."""
    share, cents = strings(sound, pitch)
    if not share:
        return None
    drawn = uniform(seed, 3 * TWINS).reshape(3, TWINS)
    shares = np.minimum(share * (0.5 + drawn[0]), MOST)
    apart = cents * 2 ** (2 * drawn[1] - 1) * np.where(drawn[2] < 0.5, -1.0, 1.0)
    return np.log10(1 + shares), 20 * np.log10(shares), 2 ** (apart / 1200)
