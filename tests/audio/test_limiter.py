"""The limiter: transparent below its ceiling, true peaks kept under it, no corners."""

import numpy as np
import pytest

from studio.audio.limiter import CEILING_DB, LOOK_AHEAD_SECONDS, Limiter

RATE, BLOCK = 48_000, 2048
CEILING = 10 ** (CEILING_DB / 20)


def limited(sound: np.ndarray) -> np.ndarray:
    limiter = Limiter(RATE, BLOCK)
    blocks = [limiter.process(b) for b in sound.reshape(-1, BLOCK, 2)]
    return np.concatenate([b for b in blocks if b is not None])


def tone(frequency: float, level: float, blocks: int = 12, phase: float = 0.0) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * frequency * np.arange(blocks * BLOCK) / RATE + phase)
    return np.stack([wave, 0.5 * wave], 1).astype(np.float32)


def true_peak(sound: np.ndarray) -> float:
    """Peak of the sound interpolated 8 times through its spectrum."""
    spectrum = np.fft.rfft(sound[:, 0])
    return float(np.abs(np.fft.irfft(spectrum, 8 * len(sound))).max() * 8)


def test_what_is_below_stays_to_the_bit() -> None:
    sound = tone(1000, 0.88)
    np.testing.assert_array_equal(limited(sound), sound[:-BLOCK])


@pytest.mark.parametrize("level", [0.95, 2.0, 8.0])
@pytest.mark.parametrize("frequency", [60.0, 997.0, 11_990.0])
def test_peaks_stay_under_the_ceiling(level: float, frequency: float) -> None:
    out = limited(tone(frequency, level, phase=np.pi / 4))
    steady = out[4 * BLOCK : -4 * BLOCK]
    assert np.abs(out).max() <= CEILING * 1.001
    assert true_peak(steady * np.hanning(len(steady))[:, None]) < CEILING * 1.01
    assert np.abs(steady).max() > 0.6 * CEILING
    np.testing.assert_allclose(steady[:, 1], 0.5 * steady[:, 0], atol=1e-6)  # both sides alike


def test_it_is_ready_when_a_click_comes_and_lets_go_after() -> None:
    sound = tone(100, 0.1, blocks=30)
    sound[10 * BLOCK + 5] = 3.0
    out = limited(sound)
    ratio = out[:, 0] / np.where(np.abs(sound[: len(out), 0]) > 0.01, sound[: len(out), 0], np.nan)
    before = 10 * BLOCK + 5 - round(LOOK_AHEAD_SECONDS * RATE) * 2 - 20
    np.testing.assert_array_equal(out[:before], sound[:before])
    assert np.nanmin(ratio) == pytest.approx(CEILING / 3, rel=0.1)
    np.testing.assert_array_equal(out[-4 * BLOCK :], sound[len(out) - 4 * BLOCK : len(out)])
    gains = ratio[~np.isnan(ratio)]
    assert np.abs(np.diff(gains)).max() < 0.05  # no corner
