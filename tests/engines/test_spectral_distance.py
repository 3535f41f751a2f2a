import numpy as np
import pytest

from studio.engines.spectral_distance import aligned, distance, pitch_of
from tests.train.notes import RATE, string


def test_the_same_sound_is_no_distance_away_at_any_level_or_delay():
    a = string(220.0)
    moved = np.concatenate([np.zeros(777), 0.3 * a])
    assert distance(moved, a, RATE)["all"] < 0.01


def test_two_noises_are_six_decibels_apart():
    draw = np.random.default_rng(0)
    found = distance(draw.normal(size=RATE), draw.normal(size=RATE), RATE, align=False)
    assert found["all"] == pytest.approx(6.0, abs=0.2)


def test_other_notes_are_farther():
    a = string(220.0)
    near = distance(string(220.0, decay=14.0), a, RATE)
    far = distance(string(247.0), a, RATE)
    assert near["active"] < 0.5 * far["active"]
    assert set(near) == {"all", "active", "start"}


def test_alignment_and_pitch():
    a = np.concatenate([np.zeros(500), string(220.0, stiffness=0)])
    assert len(a) - len(aligned(a, RATE)) >= 500
    assert pitch_of(a[500:], RATE, 220.0) == pytest.approx(0, abs=0.5)
    assert pitch_of(a[500:], RATE, 221.0) == pytest.approx(-7.85, abs=0.5)
