"""Analysis by synthesis: what a note's controls, once they sound, still lack against the recording (band by band, over time).

An analysis window smears an attack, and means over windows are not what the synthesiser makes of two points and a line
between them. So the controls are played, compared with the recording in decibels, and moved by the mean difference
(George and Smith, "Analysis-by-synthesis/overlap-add sinusoidal modeling", JAES 40(6), 1992, close the loop partial by partial).
Random parts differ at random and are not moved: only means over a band and a stretch of time are.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines import neural_instruments_laws as laws
from studio.engines.spectral_distance import FLOOR, aligned, magnitudes
from studio.nn.counter import uniform
from studio.nn.runtime import choose_device
from studio.nn.spectral import NOISE_BANDS, POINTS, Synthesiser, band_centres, control_times, voices_of

Float = npt.NDArray[np.floating[Any]]
SECONDS = 2.0
ROUNDS, SHARE, MOST_DB = 2, 0.8, 12.0
SIZES = ((256, 0.0, 0.02), (1024, 0.02, 0.15), (2048, 0.15, 9.0))  # window, and the control points (s) that it is for


def sound_of_controls(
    partials: Float, noise: Float, frequency: Float, rate: int, frames: int, key: int = 1
) -> npt.NDArray[np.float64]:
    """Controls [POINTS, ...] in dB as sound [frames]; partials at ``frequency`` in Hz, those at 0 or near Nyquist left out.

    ``key`` seeds the noise.
    """
    used = np.where(frequency < 0.45 * rate, frequency, 0.0)
    levels = np.where(used > 0, partials, laws.FAINTEST_DB)
    far = [np.concatenate([x, x[-1:]])[None] for x in (laws.quiet(levels), laws.quiet(noise))]
    voice = voices_of(
        used[None],
        uniform(laws.MODE_PHASES, len(used))[None],
        far[0],
        np.zeros((1, len(used))),
        far[1],
        np.zeros((1, NOISE_BANDS)),
        [key],
    )[0]
    rows = np.zeros((1, frames), np.float32)
    Synthesiser(choose_device("cpu")).render([replace(voice, held=frames, length=frames)], rate, 0, rows)
    return rows[0].astype(np.float64)


def lacking(sound: Float, recorded: Float, rate: int, spread: float) -> Float:
    """How many dB louder ``sound`` is than ``recorded`` around the control points and bands, [POINTS, NOISE_BANDS].

    Onsets aligned and RMS matched; ``spread`` Hz is the least width of a band, so that each holds a partial.
    """
    a, b = (aligned(np.asarray(x, np.float64), rate) for x in (sound, recorded))
    n = max(min(len(b), round(SECONDS * rate)), SIZES[-1][0])
    a, b = (np.pad(x[:n], (0, max(n - len(x), 0))) for x in (a, b))
    a = a * np.sqrt((b**2).mean() / max((a**2).mean(), 1e-20))
    points, centres = control_times()[:POINTS], band_centres()
    found = np.zeros((POINTS, NOISE_BANDS))
    for size, low, high in SIZES:
        mine, theirs = magnitudes(a, size), magnitudes(b, size)
        gap = 20 * np.log10(mine / theirs.max() + FLOOR) - 20 * np.log10(theirs / theirs.max() + FLOOR)
        at = (np.arange(len(gap)) * (size // 4) + size / 2) / rate
        width = np.maximum(np.gradient(centres), max(1.5 * rate / size, spread))
        weights = np.exp(-0.5 * ((np.fft.rfftfreq(size, 1 / rate)[:, None] - centres) / width) ** 2)
        weights /= weights.sum(0)
        for k in np.flatnonzero((points >= low) & (points < high)):
            inside = np.abs(at - max(points[k], at[0])) <= max(0.3 * points[k], size / rate / 2)
            if not inside.any():
                inside = np.arange(len(at)) == np.abs(at - points[k]).argmin()
            found[k] = gap[inside].mean(0) @ weights
    return found


def moved(partials: Float, noise: Float, frequency: Float, excess: Float) -> tuple[Float, Float]:
    """Controls without the ``excess`` [POINTS, NOISE_BANDS] in dB that :func:`lacking` finds."""
    where = np.log(np.maximum(frequency, 30.0))
    return partials - np.stack([np.interp(where, np.log(band_centres()), row) for row in excess]), noise - excess


def correction(partials: Float, noise: Float, frequency: Float, recorded: Float, rate: int, spread: float) -> Float:
    """What to take from the controls so that they sound as ``recorded``, [POINTS, NOISE_BANDS] in dB."""
    total = np.zeros((POINTS, NOISE_BANDS))
    frames = min(len(recorded), round(SECONDS * rate))
    best, least = total, np.inf
    for _ in range(ROUNDS + 1):
        sound = sound_of_controls(*moved(partials, noise, frequency, total), frequency, rate, frames)
        found = lacking(sound, recorded, rate, spread)
        if np.abs(found).mean() < least:
            best, least = total, float(np.abs(found).mean())
        total = total + SHARE * np.clip(found, -MOST_DB, MOST_DB)
    return best
