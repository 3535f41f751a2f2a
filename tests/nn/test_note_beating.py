import numpy as np
import pytest

from studio.nn.note_beating import beating

RATE = 44100


def strings(f0: float, share: float, cents: float, seconds: float = 4.0) -> tuple[np.ndarray, np.ndarray]:
    """(a note of six partials with a second string of that share and so many cents off, the first string's partials in Hz)."""
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = f0 * np.arange(1, 7)
    off = frequency * 2 ** (cents / 1200)
    waves = [
        (np.cos(2 * np.pi * f * t) + share * np.cos(2 * np.pi * g * t)) * 10 ** (-8 * t / 20) / (k + 1)
        for k, (f, g) in enumerate(zip(frequency, off, strict=True))
    ]
    return np.sum(waves, 0), frequency


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_it_finds_how_far_and_how_often_two_strings_beat(share):
    sound, frequency = strings(440.0, share, 4.0)
    deviation, cents = beating(sound, RATE, frequency)
    assert deviation == pytest.approx(20 / np.log(10) / np.sqrt(2) * share, rel=0.35)
    assert cents == pytest.approx(4.0, rel=0.3)


def test_one_string_does_not_beat():
    sound, frequency = strings(440.0, 0.0, 0.0)
    assert beating(sound, RATE, frequency)[0] < 0.1


def test_what_is_too_short_says_nothing():
    sound, frequency = strings(440.0, 0.5, 4.0, 0.5)
    assert np.isnan(beating(sound, RATE, frequency)).all()
