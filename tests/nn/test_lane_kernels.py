"""Sixteen transforms at once, beside numpy's."""

import numpy as np
import pytest

from studio.nn.counter import uniform
from studio.nn.lane_kernels import Real, invert, turns
from studio.nn.vectors import LANES


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 8, 12, 256, 384, 2048])
def test_they_are_numpys(size):
    values = (uniform(size, 2 * size * LANES).reshape(2, size, LANES) - 0.5).astype(np.float32)
    expected = np.fft.ifft(values[0] + 1j * values[1], axis=0) * size
    made = invert(values, np.zeros_like(values), turns(size))
    assert np.abs(made[0] + 1j * made[1] - expected).max() < 1e-6 * np.abs(expected).max()


def test_each_signal_has_bits_of_its_own():
    values = (uniform(3, 2 * 384 * LANES).reshape(2, 384, LANES) - 0.5).astype(np.float32)
    alone = np.zeros_like(values)
    alone[:, :, 11] = values[:, :, 2]
    together = invert(values, np.zeros_like(values), turns(384))[:, :, 2].tobytes()
    assert invert(alone, np.zeros_like(values), turns(384))[:, :, 11].tobytes() == together


@pytest.mark.parametrize("half", [16, 48, 1024, 2048])
def test_real_signals_go_there_and_back(half):
    both = Real(half)
    sound = (uniform(half, LANES * 2 * half).reshape(LANES, 2 * half) - 0.5).astype(np.float32)
    both.sound[:] = sound
    both.forward()
    expected = np.fft.rfft(sound)
    made = both.spectra[:, 0, : half + 1] + 1j * both.spectra[:, 1, : half + 1]
    assert np.abs(made - expected).max() < 1e-6 * np.abs(expected).max()
    assert not both.spectra[:, :, half + 1 :].any()
    both.backward()
    assert np.abs(both.sound[:, :half] / (2 * half) - sound[:, half:]).max() < 1e-6
