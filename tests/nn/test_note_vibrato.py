import numpy as np
import pytest

from studio.nn.note_vibrato import NONE, pitch_of_note, vibrato

RATE = 20000
F0 = 220.0
PARTIALS = F0 * np.arange(1, 9.0)


def note(cents: np.ndarray, noise: float = 0.001) -> np.ndarray:
    phase = np.cumsum(F0 * 2 ** (cents / 1200)) / RATE
    sound = sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 8))
    return sound + noise * np.random.default_rng(0).standard_normal(len(cents))


def wavering(depth: float, hertz: float, from_s: float, seconds: float = 3.0) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return depth * np.clip((t - from_s) / 0.2, 0, 1) * np.sin(2 * np.pi * hertz * t)


@pytest.mark.parametrize(("depth", "hertz", "from_s"), [(12, 5.6, 0.5), (5, 4.5, 0.3), (30, 6.5, 0.8)])
def test_depth_rate_and_start_are_found(depth, hertz, from_s):
    found = vibrato(note(wavering(depth, hertz, from_s)), RATE, PARTIALS)
    assert found is not None
    assert found.cents == pytest.approx(depth, rel=0.06)
    assert found.hertz == pytest.approx(hertz, abs=0.1)
    assert found.start_s == pytest.approx(from_s + 0.1, abs=0.06)


def test_what_does_not_beat_at_one_rate_is_none():
    t = np.arange(3 * RATE) / RATE
    assert vibrato(note(np.zeros(3 * RATE)), RATE, PARTIALS) == NONE
    assert vibrato(note(-20 * t), RATE, PARTIALS) == NONE  # a drift
    assert vibrato(note(10 * np.sin(2 * np.pi * 1.5 * t)), RATE, PARTIALS) == NONE  # slower than players are


def test_short_notes_say_nothing():
    assert vibrato(note(wavering(12, 5.6, 0.1, seconds=0.9)), RATE, PARTIALS) is None


def test_the_pitch_is_followed():
    cents = pitch_of_note(note(wavering(20, 5.0, 0.0)), RATE, PARTIALS)
    assert len(cents) == 300
    assert np.abs(cents[30:-30] - wavering(20, 5.0, 0.0)[:: RATE // 100][30 : 300 - 30]).max() < 3
