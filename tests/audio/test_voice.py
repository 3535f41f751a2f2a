"""The light voice: a pure function of note and time, in tune, louder when struck harder."""

import numpy as np
import pytest

from studio.audio.voice import DRUMS, light_length, light_voice

RATE = 48_000


@pytest.mark.parametrize("program", [0, 19, 40, 80, DRUMS])
def test_any_slice_gives_the_same_samples(program: int) -> None:
    length = light_length(program, 20_000, RATE)
    whole = light_voice(program, 60, 90, 20_000, RATE, 0, length)
    pieces = [light_voice(program, 60, 90, 20_000, RATE, k, 777) for k in range(0, length, 777)]
    np.testing.assert_array_equal(np.concatenate(pieces)[:length], whole)
    assert 0.005 < np.abs(whole).max() < 1.0
    assert np.abs(whole[-50:]).max() < 0.01
    assert not light_voice(program, 60, 90, 20_000, RATE, length, 100).any()
    assert not light_voice(program, 60, 90, 20_000, RATE, -100, 100).any()


@pytest.mark.parametrize("pitch", [33, 60, 88])
def test_in_tune(pitch: int) -> None:
    sound = light_voice(0, pitch, 100, RATE, RATE, 0, RATE)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(RATE)))
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    near = np.arange(int(frequency * 0.9), int(frequency * 1.1) + 1)
    assert abs(near[np.argmax(spectrum[near])] - frequency) < 1.0


def test_harder_is_louder_and_drums_differ() -> None:
    soft, hard = (np.abs(light_voice(0, 60, v, RATE, RATE, 0, 9600)).max() for v in (30, 120))
    assert hard > 3 * soft
    kick, snare, hat = (light_voice(DRUMS, p, 100, 0, RATE, 0, 9600) for p in (36, 38, 42))
    assert not np.array_equal(kick, snare)
    assert not np.array_equal(snare, hat)


def test_the_highest_keys_do_not_fold() -> None:
    sound = light_voice(80, 120, 100, RATE, RATE, 0, RATE)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(RATE)))
    assert spectrum[: int(0.9 * 8372)].max() < 0.05 * spectrum.max()
