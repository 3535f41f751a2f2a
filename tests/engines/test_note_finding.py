import numpy as np
import pytest

from studio.engines.note_finding import find_notes, track_pitch
from tests.train.notes import RATE, pipe, string


def hertz(key: float) -> float:
    return 440 * 2 ** ((key - 69) / 12)


@pytest.mark.parametrize("key", [33, 57, 69, 95])
def test_the_pitch_of_a_tone(key):
    f0, aperiodic, level = track_pitch(pipe(hertz(key), 0.5), RATE)
    middle = slice(15, 40)
    assert np.abs(1200 * np.log2(f0[middle] / hertz(key))).max() < 8
    assert aperiodic[middle].max() < 0.1
    assert len(f0) == len(aperiodic) == len(level)


def test_noise_has_no_pitch():
    _, aperiodic, _ = track_pitch(np.random.default_rng(1).normal(size=RATE // 2), RATE)
    assert np.median(aperiodic) > 0.5
    assert find_notes(np.random.default_rng(1).normal(size=RATE // 2), RATE) == []


def test_single_notes_with_silence_between():
    keys = (48, 55, 60, 64)
    gap = np.zeros(RATE // 5)
    sound = np.concatenate([np.concatenate([gap, string(hertz(k), 0.6)]) for k in keys])
    found = find_notes(sound, RATE)
    assert [n.key for n in found] == list(keys)
    starts = [len(gap) + k * (len(gap) + round(0.6 * RATE)) for k in range(len(keys))]
    assert [n.first for n in found] == pytest.approx(starts, abs=0.01 * RATE)
    assert all(abs(n.last - n.first - 0.6 * RATE) < 0.15 * RATE for n in found)


def test_a_phrase_without_gaps_and_a_key_struck_again():
    phrase = np.concatenate([pipe(hertz(k), 0.4) for k in (60, 62, 65)])
    assert [n.key for n in find_notes(phrase, RATE)] == [60, 62, 65]
    again = np.concatenate([string(hertz(57), 0.5, decay=60), string(hertz(57), 0.5, decay=60)])
    assert [n.key for n in find_notes(again, RATE)] == [57, 57]


def test_a_strong_fifth_partial_is_not_taken_for_the_note():
    t = np.arange(RATE // 2) / RATE
    sound = 0.5 * np.cos(2 * np.pi * 5 * 98 * t) + sum(0.1 * np.cos(2 * np.pi * k * 98 * t + k) for k in (1, 2, 3, 4, 6))
    f0, _, _ = track_pitch(sound, RATE)
    assert np.median(f0) == pytest.approx(98, rel=0.005)
