import numpy as np
import pytest

from studio.engines.neural_instruments_laws import Sound
from studio.nn.spectral import MAX_PARTIALS, POINTS
from studio.train.instruments_measures import click_ratio, decay_s, folded_db, partials_of, shifted

RATE = 44100
FLUTE = Sound("flute", 0, "", 73, "recorded", True, 0, 0.1, 0.0, 60, 96, 40, 110)


def test_how_long_a_note_rings():
    t = np.arange(2 * RATE) / RATE
    for seconds in (0.2, 0.5):
        assert decay_s(10 ** (-20 * t / seconds / 20) * np.sin(2000 * t), RATE) == pytest.approx(seconds, rel=0.1)
    assert np.isnan(decay_s(np.sin(2000 * t), RATE))


def test_a_click_stands_out():
    t = np.arange(RATE) / RATE
    sound = np.sin(2 * np.pi * 440 * t) + 0.01 * np.random.default_rng(1).normal(size=RATE)
    before = click_ratio(sound, RATE)
    sound[RATE // 2] += 0.5
    assert before < 6 < 12 < click_ratio(sound, RATE)


def test_what_is_folded_over_is_found():
    flat = np.full((POINTS, MAX_PARTIALS), -20.0)
    assert folded_db(flat, FLUTE, 100, RATE) < -70  # partials over the Nyquist frequency are left out


def test_partials_go_on_past_those_played():
    found = partials_of(FLUTE, 96)
    assert found[0] == pytest.approx(2093, abs=1)
    assert found[-1] > 60000


def test_a_shift_folds_nothing_over():
    t = np.arange(RATE) / RATE
    sound = np.sin(2 * np.pi * 1000 * t) + np.sin(2 * np.pi * 15000 * t)
    spectrum = np.abs(np.fft.rfft(shifted(sound, 2.0) * np.hanning(RATE // 2)))
    at = np.fft.rfftfreq(RATE // 2, 1 / RATE)
    assert at[spectrum.argmax()] == pytest.approx(2000, abs=3)
    folded = spectrum[np.abs(at - (RATE - 30000)) < 50].max()
    assert folded < 1e-3 * spectrum.max()
