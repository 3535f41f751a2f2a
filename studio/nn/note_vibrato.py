"""How the pitch of a held note wavers: how far, how often, and from when on.

The pitch is followed as the mean of the strong low partials' frequencies, what it drifts is taken out, and what is left is taken
for vibrato where most of it beats at one rate that fingers, lips and breath can do.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

Float = npt.NDArray[np.float64]
PARTIALS = 6
STEP_S = 0.01
ATTACK_S = 0.15  # is not listened to for the rate
LEAST_S = 1.0  # of a note that are of use
RATES_HZ = (4.0, 8.5)
AROUND_HZ = (1.5, 15.0)  # what else may move the pitch
NEAR_HZ = 1.2  # what belongs to a rate
LEAST_SHARE = 0.5  # of all that moves the pitch, that lies there
WIDEST_CENTS = 80.0  # more is taken for an error of the following


class Vibrato(NamedTuple):
    """Cents to either side, times a second, and seconds from the onset until half of the depth is there."""

    cents: float
    hertz: float
    start_s: float


NONE = Vibrato(0.0, 0.0, 0.0)


def pitch_of_note(sound: Float, rate: int, frequency: Float) -> Float:
    """Cents off its usual pitch at every :data:`STEP_S`, by the partials at ``frequency`` [n] Hz, each as loud as it is."""
    window = np.hanning(int(max(4 * rate / frequency[0], 0.03 * rate)) | 1)
    window /= window.sum()
    t = np.arange(len(sound)) / rate
    step = round(STEP_S * rate)
    top, bottom = np.zeros(-(-len(sound) // step)), np.full(-(-len(sound) // step), 1e-12)
    for k, f in enumerate(frequency[:PARTIALS], 1):
        if f > 0.4 * rate:
            break
        z = fftconvolve(sound * np.exp(-2j * np.pi * f * t), window, "same")
        drift = np.diff(np.unwrap(np.angle(z)), prepend=np.angle(z[0])) * rate / (2 * np.pi) / f
        power = (np.abs(z) ** 2 * k)[::step]
        top, bottom = top + power * drift[::step], bottom + power
    cents = 1200 * np.log2(np.maximum(1 + top / bottom, 0.5))
    return np.asarray(np.clip(cents - np.median(cents), -WIDEST_CENTS, WIDEST_CENTS))


def vibrato(sound: Float, rate: int, frequency: Float) -> Vibrato | None:
    """The vibrato of a note whose low partials lie at ``frequency`` [n] Hz: none of it where it has none; None if it is too short."""
    cents = pitch_of_note(sound, rate, frequency)
    if len(cents) * STEP_S < LEAST_S + ATTACK_S:
        return None
    t = np.arange(len(cents)) * STEP_S
    cents = cents - fftconvolve(np.pad(cents, 30, "edge"), np.hanning(61) / np.hanning(61).sum(), "valid")
    late = cents[t >= ATTACK_S]
    spectrum = np.abs(np.fft.rfft(late * np.hanning(len(late)), 1 << 12)) ** 2
    hertz = np.fft.rfftfreq(1 << 12, STEP_S)
    inside = (hertz > RATES_HZ[0]) & (hertz < RATES_HZ[1])
    best = int(spectrum[inside].argmax())
    f = float(hertz[inside][best])
    around = (hertz > AROUND_HZ[0]) & (hertz < AROUND_HZ[1])
    beside = best in (0, int(inside.sum()) - 1)  # the foot of something slower or faster
    if beside or spectrum[np.abs(hertz - f) < NEAR_HZ].sum() < LEAST_SHARE * spectrum[around].sum():
        return NONE
    length = round(1.5 / f / STEP_S) | 1
    window = np.hanning(length + 2)[1:-1]
    there = fftconvolve(np.ones(len(cents)), window, "same")
    depth = 2 * np.abs(fftconvolve(cents * np.exp(-2j * np.pi * f * t), window, "same")) / there
    full = float(np.median(depth[len(depth) // 3 :]))
    low = np.flatnonzero(depth[: len(depth) // 3] < full / 2)
    return Vibrato(full, f, float(low[-1] + 1) * STEP_S if len(low) else 0.0)
