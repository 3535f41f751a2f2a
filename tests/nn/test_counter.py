"""Random numbers from a counter."""

import itertools

import numpy as np

from studio.nn.counter import mix64, uniform


def test_uniform_is_a_pure_function_of_its_key():
    a = uniform(7, 20_000)
    assert np.array_equal(a[:100], uniform(7, 100)) and not np.array_equal(a[:100], uniform(8, 100))
    assert 0 <= a.min() < a.max() < 1 and abs(a.mean() - 0.5) < 0.01 and abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 0.03


def test_mixing_spreads_neighbours():
    mixed = mix64(np.arange(1000, dtype=np.uint64))
    assert len(set(mixed.tolist())) == 1000
    flips = [int(a ^ b).bit_count() for a, b in itertools.pairwise(mixed)]
    assert 28 < np.mean(flips) < 36
