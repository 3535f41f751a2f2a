import numpy as np
import pytest

from studio.nn.jit import compiled, exact, reordered


@exact
def in_order(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


@compiled
def contracted(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


@reordered
def in_any_order(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


def test_sums_of_whole_numbers_are_the_same():
    values = np.arange(100, dtype=np.float32)
    assert in_order(values) == contracted(values) == in_any_order(values) == (values * values).sum()


def test_what_is_exact_keeps_the_order_and_rounds_every_operation():
    values = np.random.default_rng(0).normal(size=10_000).astype(np.float32)
    assert in_order(values) == in_order.py_func(values)
    assert in_any_order(values) == pytest.approx(contracted(values), rel=1e-5)
