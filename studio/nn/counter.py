"""Random numbers from a counter: pure functions of a key, so that no order of work shows in them."""

import numpy as np
import numpy.typing as npt


def mix64(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A counter's well-mixed 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""
    with np.errstate(over="ignore"):
        z = value + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(key: int, count: int) -> npt.NDArray[np.float64]:
    """``count`` numbers in [0, 1), a pure function of ``key``."""
    counters = np.arange(count, dtype=np.uint64) + mix64(np.array([key], np.uint64))
    return np.asarray((mix64(counters) >> np.uint64(11)).astype(np.float64) / 2**53)
