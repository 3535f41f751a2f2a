"""Sixteen numbers at once: each word beside what numpy says."""

import numpy as np
import pytest
from numba.np.numpy_support import carray

from studio.nn.counter import uniform
from studio.nn.jit import compiled
from studio.nn.side_by_side import at_once
from studio.nn.vectors import LANES, address, backwards, drawn, fused, load, pointer, spread, store, transpose


def numbers(*shape: int) -> np.ndarray:
    return (uniform(len(shape), int(np.prod(shape))).reshape(shape) - 0.5).astype(np.float32)


@compiled
def _reckon(out, a, b):
    x, y = load(a, 3), load(b, 0)
    store(out, 0, x + y)
    store(out, LANES, x - y)
    store(out, 2 * LANES, x * y)
    store(out, 3 * LANES, fused(x, y, spread(np.float32(2))))
    store(out, 4 * LANES, backwards(x))


def test_they_reckon_as_numpy_does():
    a, b, out = numbers(30), numbers(16), np.zeros((5, LANES), np.float32)
    _reckon(out, a, b)
    x = a[3:19]
    for made, expected in zip(out, (x + b, x - b, x * b, x * b + 2, x[::-1]), strict=True):
        np.testing.assert_allclose(made, expected, rtol=1e-6, atol=1e-7)


@compiled
def _turn(out, source):
    transpose(out, 0, 2 * LANES, LANES, source, 5, 80, 40)


def test_columns_become_rows():
    source, out = numbers(16, 40), np.zeros((LANES, LANES), np.float32)
    _turn(out, source)
    np.testing.assert_array_equal(out, source[:, 5:21].T)


@compiled
def _pairs(out, source):
    transpose(out, 0, 64, 32, source, 0, LANES, 8 * LANES)


def test_rows_in_pairs_are_woven():
    real, imaginary, out = numbers(8, LANES), numbers(8, LANES) + 1, np.zeros((LANES, 32), np.float32)
    _pairs(out, np.stack([real, imaginary]))
    np.testing.assert_array_equal(out[:, 0:16:2], real.T)
    np.testing.assert_array_equal(out[:, 1:16:2], imaginary.T)
    assert not out[:, 16:].any()


@compiled
def _through(place, count):
    from_there = 0.0
    memory = carray(pointer(place), (count,), np.float32)
    for value in memory:
        from_there += value
    return from_there


def test_memory_is_found_by_its_address():
    values = np.arange(5, dtype=np.float32)
    values.setflags(write=False)
    assert _through(address(values, np.float32), 5) == 10


def test_numbers_of_another_kind_or_apart_have_no_address():
    for array in (np.zeros(4), np.zeros(8, np.float32)[::2]):
        with pytest.raises(AssertionError):
            address(array, np.float32)


@compiled
def _draws(turn, taken):
    v = drawn(turn)
    while v < len(taken):
        taken[v] += 1
        v = drawn(turn)


def test_each_number_is_drawn_by_one_thread_only():
    turn, taken = np.zeros(1, np.int64), np.zeros(3_000_000, np.int64)
    at_once(lambda: _draws(turn, taken), 3)
    assert (taken == 1).all()
    assert turn[0] == len(taken) + 3
