"""Meters."""

import numpy as np
import pytest

from studio.audio.meters import FALL_DB_A_SECOND, Levels, Meter, levels_of


def test_peak_and_rms() -> None:
    sound = np.array([[0.5, -1.0, 0.5, 0.0], [0.1, 0.1, 0.1, 0.1]], np.float32)
    levels = levels_of(sound, 2.0)
    assert levels.peak == pytest.approx((2.0, 0.2))
    assert levels.rms == pytest.approx((2 * np.sqrt(1.5 / 4), 0.2))
    assert levels_of(sound[:1]).peak == (1.0, 1.0)


def test_the_needle_falls_slowly_and_remembers_clipping() -> None:
    meter = Meter()
    meter.update(Levels((1.5, 0.5), (1.0, 0.2)), 0.1)
    assert meter.peak == (1.5, 0.5)
    assert meter.clipped
    meter.update(Levels(), 1.0)
    assert meter.peak[0] == pytest.approx(1.5 * 10 ** (-FALL_DB_A_SECOND / 20))
    assert meter.clipped
    meter.reset()
    meter.update(Levels((0.9, 0.9), (0.5, 0.5)), 0.1)
    assert not meter.clipped
