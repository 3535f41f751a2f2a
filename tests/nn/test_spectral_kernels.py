"""The compiled loops, each beside what it stands for."""

import numpy as np
import pytest

from studio.nn import spectral, spectral_kernels
from studio.nn.counter import uniform
from studio.nn.spectral_kernels import BANDS, BLOCK, GROUP, HOP, LEAST, ONSET_HOP, _join, _sum, aligned, exp, levels_at

POINTS = spectral.control_times()


def numbers(*shape: int) -> np.ndarray:
    return (uniform(sum(shape), int(np.prod(shape))).reshape(shape) - 0.5).astype(np.float32)


def test_sizes_are_those_of_the_description():
    assert (BLOCK, HOP, ONSET_HOP) == (spectral.BLOCK, spectral.HOP, spectral.ONSET_HOP)
    assert (BANDS, LEAST) == (spectral.NOISE_BANDS, spectral.LEAST)
    assert all(bucket % GROUP == 0 for bucket in spectral.BUCKETS)


def test_powers_of_e():
    values = np.linspace(-60, 60, 4001, dtype=np.float32)
    made = values.copy()
    exp(made, 4000)
    assert made[4000] == values[4000]
    assert np.abs(made[:4000] / np.exp(values[:4000].astype(float)) - 1).max() < 1e-5  # of whole turns float32 knows no more
    near = np.abs(values) < 2
    assert np.abs(made[near] / np.exp(values[near].astype(float)) - 1).max() < 4e-7


@pytest.mark.parametrize("seconds", [0.0, 0.0017, 0.5, 3.9999, 17.0, 64.0, 70.0])
def test_levels_lie_on_the_line_between_two_points(seconds):
    levels = numbers(len(POINTS) + 1, 60) * 8
    for gone in (-1.0, 0.25):
        made = np.zeros(40, np.float32)
        levels_at(made, levels, 9, 40, seconds, gone, POINTS)
        line = np.array([np.interp(seconds, POINTS, column) for column in levels[:-1, 9:49].T])
        expected = np.exp(np.maximum(line + max(gone, 0) * levels[-1, 9:49], LEAST))
        assert np.abs(made / expected - 1).max() < 1e-5


@pytest.mark.parametrize("hop", [HOP, ONSET_HOP])
def test_sums_are_products_of_matrices(hop):
    out, amounts, table = np.zeros((69, HOP), np.float32), numbers(69, 48), numbers(48, HOP)
    _sum(out, amounts, table, 33, 40, hop)
    assert np.abs(out[:33, :hop] - amounts[:33, :40] @ table[:40, :hop]).max() < 1e-5
    assert not out[33:].any()
    assert not out[:, hop:].any()


@pytest.mark.parametrize("hop", [HOP, ONSET_HOP])
def test_hops_go_over_from_one_frame_to_the_next(hop):
    even, odd, out = numbers(4, HOP), numbers(4, HOP) + 1, np.zeros(2 * hop, np.float32)
    odd[:, 0] = 0
    _join(out, even, odd, 2, hop)
    for j in range(2):
        assert out[hop * j] == even[j, 0]
        for n in range(1, hop):
            on, back = even[j, n] - odd[j, n], even[j + 1, hop - n] + odd[j + 1, hop - n]
            assert out[hop * j + n] == pytest.approx(on + n / hop * (back - on), abs=1e-6)


def test_aligned_room_begins_with_a_line_of_the_cache():
    for shape in ((3,), (7, 16), (2, 3, 5)):
        room = aligned(*shape)
        assert room.shape == shape
        assert room.ctypes.data % 64 == 0
        assert not room.any()


def test_they_run_without_pythons_lock():
    assert spectral_kernels.tones.targetoptions["nogil"]
