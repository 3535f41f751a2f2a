"""Notes to be measured, and what by beside their spectral distance: decay, energy that was folded over, clicks."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import SoundBatch
from studio.engines.note_correction import sound_of_controls
from studio.nn.spectral import NOISE_BANDS, POINTS

Float = npt.NDArray[np.floating[Any]]
STEP_S = 0.02
FALL_DB = 20.0
CLICK_WINDOW_S = 0.02


def batch_of(notes: list[tuple[int, int, int, int]]) -> SoundBatch:
    """A batch from (program, pitch, velocity, frames held)."""
    columns = np.array(notes).reshape(-1, 4).T
    return SoundBatch(
        columns[0].astype(np.int16), columns[1].astype(np.int16), columns[2].astype(np.int16), columns[3].astype(np.int64)
    )


def one_of(program: int, pitch: float, velocity: int, frames: int) -> SoundBatch:
    """A batch of one note, whose pitch may lie between the keys."""
    return replace(batch_of([(program, 0, velocity, frames)]), pitch=np.array([pitch]))  # type: ignore[arg-type]


def decay_s(sound: Float, rate: int, fall_db: float = FALL_DB) -> float:
    """Seconds from a note's loudest 20 ms until what is left of its energy has fallen by ``fall_db``; nan if it never does.

    By the integral of the energy still to come (Schroeder, "New method of measuring reverberation time", JASA 37, 1965), less
    what a tail as loud as the end would add.
    """
    step = round(STEP_S * rate)
    power = (np.asarray(sound[: len(sound) // step * step], np.float64).reshape(-1, step) ** 2).mean(1)
    if len(power) < 5 or not power.max():
        return float("nan")
    power = power[int(power.argmax()) :]
    left = np.cumsum(power[::-1])[::-1]
    level = 10 * np.log10(left / left[0] + 1e-15)
    # Near the cut the integral bends down whatever the sound does: only what lies well before it counts.
    under = np.flatnonzero(level[: max(len(level) * 4 // 5, 1)] < -fall_db)
    return float(under[0] * STEP_S) if len(under) else float("nan")


def folded_db(partials: Float, sound: laws.Sound, pitch: float, rate: int) -> float:
    """Energy of a note's partials alone that lies where those over the Nyquist frequency are folded to, in dB of the whole.

    ``partials`` [POINTS, MAX_PARTIALS] in dB. Folds that fall on partials that are there are not counted.
    """
    there = laws.frequencies(sound, pitch)
    played = sound_of_controls(partials, np.full((POINTS, NOISE_BANDS), laws.FAINTEST_DB), there, rate, rate)
    power = np.abs(np.fft.rfft(played[rate // 10 :] * np.blackman(len(played) - rate // 10))) ** 2
    width = rate / (len(played) - rate // 10)
    beyond = partials_of(sound, pitch)
    folded = np.abs(beyond[beyond > rate / 2] - rate)
    energy = 0.0
    for f in folded[folded < rate / 2 - 50]:
        if np.abs(there - f).min() > 60:
            k = round(f / width)
            energy += float(power[max(k - 3, 0) : k + 4].sum())
    return float(10 * np.log10(energy / power.sum() + 1e-15))


def click_ratio(sound: Float, rate: int, after_s: float = 0.03) -> float:
    """The largest bend (second difference) of a note past its attack, over the largest 99.9th hundredth around it.

    A click is one sample that stands out of its neighbourhood: sines and noise stay under 6 or so.
    """
    bend = np.abs(np.diff(np.asarray(sound[round(after_s * rate) :], np.float64), 2))
    size = round(CLICK_WINDOW_S * rate)
    count = len(bend) // size
    if not count or not bend.any():
        return 0.0
    parts = bend[: count * size].reshape(count, size)
    usual = np.sqrt((parts**2).mean(1))
    smooth = np.maximum.reduce([np.roll(usual, 1), np.roll(usual, -1), np.full(count, 0.02 * usual.max())])
    return float((parts.max(1) / smooth)[1:-1].max()) if count > 2 else 0.0


def shifted(sound: Float, ratio: float, fine: int = 8) -> npt.NDArray[np.float64]:
    """A sound played ``ratio`` times as fast, nothing folded over: by its spectrum, cut, drawn out and read between samples."""
    spectrum = np.fft.rfft(np.asarray(sound, np.float64))
    keep = int(len(spectrum) / max(ratio, 1.0))
    spectrum[keep:] = 0
    dense = np.fft.irfft(spectrum, len(sound) * fine) * fine
    return np.interp(np.arange(0, len(sound) - 1, ratio) * fine, np.arange(len(dense)), dense)


def partials_of(sound: laws.Sound, pitch: float, highest: float = 60000.0) -> npt.NDArray[np.float64]:
    """Where the partials of a sound would lie, past the ones that are played too, in Hz up to ``highest``."""
    if sound.ratios:
        return np.asarray(laws.frequencies(sound, pitch)[: len(sound.ratios)], np.float64)
    base = laws.fundamental(pitch, sound.octave)
    b = laws.inharmonicity(sound, pitch)
    k = np.arange(1, int(highest / base) + 2)
    return np.asarray(base * k * np.sqrt((1 + b * k**2) / (1 + b)))
