"""The control network by compiled loops, beside torch."""

import numpy as np
import pytest
import torch

from studio.nn import timbre_kernels
from studio.nn.counter import uniform
from studio.nn.timbre import TimbreNet, predict
from studio.nn.timbre_kernels import _add_product, _shaped
from studio.nn.timbre_playing import TimbreSize
from tests.nn.test_timbre import asked


def numbers(*shape: int) -> np.ndarray:
    return (uniform(len(shape), int(np.prod(shape))).reshape(shape) - 0.5).astype(np.float32)


@pytest.mark.parametrize(("layers", "hidden"), [(1, 64), (2, 32), (3, 160), (2, 24)])
def test_levels_are_those_of_torch(layers, hidden):
    torch.manual_seed(layers)
    net = TimbreNet(TimbreSize(5, hidden=hidden, layers=layers)).eval()
    torch.nn.init.normal_(net.film.weight, std=0.3)
    torch.nn.init.normal_(net.base.weight, std=0.3)
    columns = asked(9)
    with torch.inference_mode():
        expected = net(*(torch.from_numpy(c) for c in columns))
    for made, wanted in zip(predict(net, *columns), expected, strict=True):
        assert np.abs(made - wanted.numpy()).max() < 2e-3


def test_products_are_added():
    out, amounts, weights = numbers(8, 64), numbers(8, 40), numbers(40, 64)
    expected = out + amounts @ weights
    _add_product(out, amounts, weights)
    assert np.abs(out - expected).max() < 1e-5


def test_rows_are_normed_and_shaped():
    values, film, out = numbers(3, 64) * 5 + 2, numbers(2, 64), np.zeros((3, 64), np.float32)
    _shaped(out, values, film, np.zeros(64, np.float32))
    normed = torch.nn.functional.layer_norm(torch.from_numpy(values), (64,))
    expected = torch.nn.functional.silu(normed * (1 + torch.from_numpy(film[0])) + torch.from_numpy(film[1])).numpy()
    assert np.abs(out - expected).max() < 1e-5


def test_it_runs_without_pythons_lock():
    assert timbre_kernels.levels.targetoptions["nogil"]
