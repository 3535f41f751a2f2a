"""How much the partials of a struck or plucked note swell and fade: its strings are hardly ever quite in tune with each other.

Two strings a little apart beat (Weinreich, "Coupled piano strings", JASA 62(6), 1977). The level of each low partial is
followed, what it loses over time is taken out, and what is left swings: how far, and how often.
"""

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

Float = npt.NDArray[np.float64]
PARTIALS = 6  # that are listened to
STEP_S = 0.01
LEAST_S, MOST_S = 0.8, 4.0  # of a partial that are of use
DEEPEST_DB = 45.0  # a partial is followed so far under its loudest
RATES_HZ = (0.3, 12.0)


def beating(sound: Float, rate: int, frequency: Float) -> tuple[float, float]:
    """How the partials at ``frequency`` [n] Hz swing: (deviation of their levels in dB, cents that the strings lie apart).

    Medians over the lowest :data:`PARTIALS` that last long enough; nan where none does.
    """
    sound = sound[: round(MOST_S * rate)]
    found = [swing for f in frequency[:PARTIALS] if f < 0.4 * rate and (swing := _swing(sound, rate, float(f), frequency[0]))]
    if not found:
        return float("nan"), float("nan")
    deviation, cents = np.array(found).T
    return float(np.median(deviation)), float(np.median(cents[deviation >= np.median(deviation)]))


def _swing(sound: Float, rate: int, frequency: float, fundamental: float) -> tuple[float, float] | None:
    """(deviation in dB, cents) of one partial; None if it is too short."""
    window = np.hanning(int(max(6 * rate / fundamental, 0.055 * rate)) | 1)
    turned = sound * np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / rate)
    level = 20 * np.log10(np.abs(fftconvolve(turned, window / window.sum(), "same"))[:: round(STEP_S * rate)] + 1e-9)
    edge = max(len(window) // round(2 * STEP_S * rate), 1)
    level = level[edge:-edge]
    deep = np.flatnonzero(level < level.max(initial=-np.inf) - DEEPEST_DB)
    level = level[: deep[0]] if len(deep) else level
    if len(level) * STEP_S < LEAST_S:
        return None
    t = np.arange(len(level)) * STEP_S
    course = np.stack([np.ones_like(t), t, t**2, np.exp(-t / 0.15)], 1)
    rest = level - course @ np.linalg.lstsq(course, level, rcond=None)[0]
    spectrum = np.abs(np.fft.rfft(rest * np.hanning(len(rest)), 1 << 12))
    hertz = np.fft.rfftfreq(1 << 12, STEP_S)
    inside = (hertz > RATES_HZ[0]) & (hertz < RATES_HZ[1])
    beats = float(hertz[inside][spectrum[inside].argmax()])
    return float(rest.std()), float(1200 * np.log2(1 + beats / frequency))
