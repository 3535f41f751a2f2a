"""Values kept up to so many bytes."""

import numpy as np

from studio.nn.byte_cache import ByteCache


def test_what_was_asked_for_least_lately_goes_first():
    cache: ByteCache[np.ndarray] = ByteCache(30)
    for key in "abc":
        cache.get(key, lambda: np.zeros(10, np.uint8))
    cache.get("a", lambda: np.ones(10, np.uint8))
    cache.get("d", lambda: np.zeros(10, np.uint8))
    assert list(cache.values()) == ["c", "a", "d"]
    assert cache.held == 30
    assert not cache.values()["a"].any()


def test_one_value_is_kept_however_large():
    cache: ByteCache[np.ndarray] = ByteCache(5)
    assert cache.get(1, lambda: np.arange(9)).sum() == 36
    assert list(cache.values()) == [1]
    cache.get(2, lambda: np.arange(3))
    assert list(cache.values()) == [2]
    assert cache.held == 24
