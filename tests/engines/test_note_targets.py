import numpy as np
import pytest

from studio.engines.neural_instruments_laws import Sound
from studio.engines.note_targets import completed, found_in_noise, taken_db, target_of
from studio.nn.note_analysis import analyse_note, noise_levels, partial_levels
from studio.nn.spectral import NOISE_BANDS, POINTS, band_centres, control_times
from tests.train.notes import RATE, pipe

PIPE = Sound("", 0, "", 73, "recorded", True, 0, 0.1, 0.0, 60, 72, 50, 100)


def test_the_fit_finds_as_much_in_noise_as_is_reckoned():
    draw = np.random.default_rng(8)
    hiss = draw.normal(size=2 * 44100) * 0.1
    flat = np.full((POINTS, NOISE_BANDS), 10 * np.log10(0.1**2 / 22050))
    for fundamental in (60.0, 200.0, 500.0):
        frequency = fundamental * np.arange(1, 97)
        level, rest = partial_levels(hiss, 44100, frequency, fundamental, 2.0)
        used, under = frequency < 15000, band_centres() < min(frequency[-1], 15000)
        assert abs((level - found_in_noise(flat, frequency, fundamental))[8:, used].mean()) < 2.0
        assert abs((noise_levels(rest, 44100, 2.0) + taken_db(fundamental) - flat)[8:, under].mean()) < 1.0


def test_points_past_the_end_are_filled_in():
    times = control_times()[:POINTS]
    levels = np.where(times < 1.0, -20.0 * times, -500.0)[:, None]
    ringing = completed(levels, 1.0, steady=False)
    assert ringing[-1, 0] == pytest.approx(-20 * times[-1], abs=4)
    held = completed(levels, 1.0, steady=True)
    assert held[-1, 0] > -20
    assert completed(levels, 9.0, steady=True) is levels


def test_a_correction_is_taken_from_partials_and_noise():
    found = analyse_note(pipe(261.6, 0.5), RATE, 261.6, False, True)
    plain = target_of(found, 60, PIPE)
    quieter = target_of(found, 60, PIPE, np.full((POINTS, NOISE_BANDS), 3.0))
    assert (plain.partials - quieter.partials)[:, :6] == pytest.approx(3.0)
    assert (plain.noise - quieter.noise).max() == pytest.approx(3.0)
