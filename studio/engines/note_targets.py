"""What the control network is to say of an analysed note, and how much each value counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines.neural_instruments_laws import Sound, bandwidths, frequencies
from studio.engines.note_correction import moved
from studio.nn.note_analysis import LATE_S, Analysis, window_size
from studio.nn.spectral import FLOOR_DB, MAX_PARTIALS, POINTS, band_centres, control_times
from studio.nn.timbre_playing import band_position

Float = npt.NDArray[np.floating[Any]]
AROUND, HEARD_DB = 2, 6.0  # a partial counts half that stands so far over what is found in noise, in the mean of five points
# What the fit of evenly spaced partials takes of the noise, in dB by the fundamental in Hz; measured in white noise.
TAKEN_DB = ((60.0, 4.5), (110.0, 4.8), (200.0, 5.0), (330.0, 3.0), (500.0, 2.0), (800.0, 1.2), (1600.0, 0.5))
GIVEN_BACK = 0.6  # of it, to the noise that sounds: the partials that were fitted to noise sound too


def completed(levels: Float, seconds: float, steady: bool, quickest: float = -150.0) -> Float:
    """``levels`` [POINTS, w] with the points past the note's end filled in: the late mean held, or on down at the late slope."""
    times = control_times()[:POINTS]
    known = times <= max(seconds, times[6])
    last = int(np.flatnonzero(known)[-1])
    if last == POINTS - 1:
        return levels
    filled = levels.copy()
    if steady:
        late = (times[: last + 1] > 0.4 * seconds) | (np.arange(last + 1) >= last - 1)
        filled[last + 1 :] = levels[: last + 1][late].mean(0)
        return filled
    back = max(int(np.searchsorted(times, 0.35 * times[last])), 0)
    slope = np.clip((levels[last] - levels[back]) / (times[last] - times[back]), quickest, -3.0)
    filled[last + 1 :] = levels[last] + slope * (times[last + 1 :] - times[last])[:, None]
    return filled


@dataclass(frozen=True, eq=False)
class Target:
    """What the network is to say of one note, and how much each value counts."""

    partials: Float
    noise: Float
    partial_weight: Float
    noise_weight: Float
    position: npt.NDArray[np.float32]


def target_of(a: Analysis, pitch: float, sound: Sound, correction: Float | None = None) -> Target:
    """The target of a note analysed as ``a``; ``correction`` as :func:`studio.engines.note_correction.correction` finds it.

    Partials that drown in their own noise count little; control points count by the time they stand for.
    """
    frequency = frequencies(sound, pitch)
    partials, noise = completed(a.partials, a.seconds, sound.steady), completed(a.noise, a.seconds, sound.steady)
    taken = (
        np.zeros(len(band_centres()))
        if sound.ratios
        else taken_db(a.fundamental) * (band_centres() < MAX_PARTIALS * a.fundamental)
    )
    # In noise alone the fit finds now more, now less; a partial stands over it for some time.
    excess = partials - found_in_noise(noise + taken, frequency, a.fundamental if not sound.ratios else 110.0)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(excess, ((AROUND, AROUND), (0, 0)), "edge"), 2 * AROUND + 1, axis=0)
    shown = 1 / (1 + np.exp(-(around.mean(2) - HEARD_DB) / 2))
    there = (partials.max(0) > FLOOR_DB + 5) & (frequency > 0)
    times = control_times()[:POINTS]
    stretch = np.gradient(times)
    by_time = 0.5 + 0.5 * stretch / stretch[times < 3].max()
    by_time = np.where(times <= max(a.seconds, times[6]), np.minimum(by_time, 1.5), 0.15)
    noise = noise + GIVEN_BACK * taken
    if correction is not None:
        partials, noise = moved(partials, noise, frequency, correction)
    return Target(
        np.maximum(partials, partials.max() - 110), np.maximum(noise, -140.0), (0.03 + shown) * there * by_time[:, None],
        by_time[:, None] * np.sqrt(bandwidths() / bandwidths().mean()), band_position(np.maximum(frequency, 1.0)),
    )  # fmt: skip


def taken_db(fundamental: float) -> float:
    """:data:`TAKEN_DB` at a fundamental in Hz."""
    at, taken = np.array(TAKEN_DB).T
    return float(np.interp(np.log(fundamental), np.log(at), taken))


def found_in_noise(noise: Float, frequency: Float, fundamental: float, rate: float = 44100.0) -> Float:
    """The mean level in dB that the fit finds at frequencies where there is nothing but noise, [POINTS, len(frequency)].

    ``noise`` in dB of power a hertz, [POINTS, NOISE_BANDS]. A Hann window of T seconds takes in 1.5 / T hertz of it, and a
    sinusoid of that power has twice as much in its amplitude squared.
    """
    seconds = [window_size(rate, fundamental, bool(t >= LATE_S)) / rate for t in control_times()[:POINTS]]
    at = np.stack([np.interp(frequency, band_centres(), row) for row in noise])
    return np.asarray(at + 10 * np.log10(3.0 / np.array(seconds))[:, None])
