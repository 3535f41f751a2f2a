import numpy as np

from studio.engines.performer_vibrato import LATEST, wavering

VIOLIN, FLUTE, NONE = (7.0, 5.7, 0.18), (5.0, 5.0, 0.8), (0.0, 0.0, 0.0)


def of(lengths, law, seed=1):
    return wavering(np.array(lengths, float), np.array([law] * len(lengths)), seed)


def test_short_notes_have_none_and_long_ones_all_of_it():
    how = of([0.2, 0.35, 0.6, 1.0, 4.0], VIOLIN)
    assert how.cents[0] == how.cents[1] == 0
    assert 0 < how.cents[2] < how.cents[3]
    assert np.all(np.abs(np.log(how.cents[3:] / 7.0)) <= 0.31)


def test_it_comes_late_as_recorded_and_sooner_on_shorter_notes():
    violin, flute = of([4.0] * 200, VIOLIN), of([4.0] * 200, FLUTE)
    middle = (flute.from_s + flute.full_s) / 2
    assert abs(np.median(middle) - 0.8) < 0.05
    assert np.median(violin.from_s) < np.median(flute.from_s)
    short = of([0.5, 0.8], FLUTE)
    assert np.all((short.from_s + short.full_s) / 2 <= LATEST * np.array([0.5, 0.8]) + 1e-9)
    for how in (violin, flute, short):
        assert np.all(how.from_s > 0) and np.all(how.full_s > how.from_s)


def test_the_seed_decides_and_no_law_is_no_vibrato():
    assert np.array_equal(of([2.0] * 5, VIOLIN).cents, of([2.0] * 5, VIOLIN).cents)
    assert not np.array_equal(of([2.0] * 5, VIOLIN).cents, of([2.0] * 5, VIOLIN, seed=2).cents)
    assert not of([2.0, 3.0], NONE).cents.any()
