"""Decibels and the stereo field."""

import numpy as np
import pytest

from studio.audio.levels import SILENT_DB, decibels, gain, pan_gains


def test_decibels_and_back() -> None:
    for db in (-60.0, -6.0, 0.0, 12.0):
        assert float(decibels(gain(db))) == pytest.approx(db)
    assert gain(SILENT_DB) == 0.0
    assert float(decibels(0.0)) == SILENT_DB
    assert decibels([1.0, -0.5]).tolist() == pytest.approx([0.0, -6.0206], abs=1e-4)


@pytest.mark.parametrize("pan", [-1.0, -0.3, 0.0, 0.7, 1.0])
def test_pan_keeps_the_power(pan: float) -> None:
    left, right = pan_gains(pan)
    assert left**2 + right**2 == pytest.approx(1.0)
    assert np.sign(right - left) == np.sign(pan) or abs(right - left) < 1e-12


def test_pan_is_kept_inside() -> None:
    assert pan_gains(-5.0) == pan_gains(-1.0)
    assert pan_gains(1.0) == pytest.approx((0.0, 1.0))
