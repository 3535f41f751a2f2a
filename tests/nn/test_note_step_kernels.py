import numpy as np
import pytest
import torch
import torch.nn.functional as F

from studio.nn import note_step_kernels as kernels
from studio.nn.note_step_kernels import Gathering, Layer, Lookups, Norm

ROWS, WIDTH, UNITS = 3, 12, 20


@pytest.fixture
def normal():
    rng = np.random.default_rng(0)
    return lambda *size: rng.normal(size=size).astype(np.float32)


def test_a_product_is_a_linear_layer(normal):
    x, weight, bias, made = normal(ROWS, 8), normal(8, 5), normal(5), np.empty((ROWS, 5), np.float32)
    kernels.product(made, x, Layer(weight, bias))
    assert np.allclose(made, x @ weight + bias, atol=1e-5)


def test_levels_go_through_their_tables(normal):
    levels, table = np.random.default_rng(0).integers(0, 256, (ROWS, 6)).astype(np.uint8), normal(6, 256)
    weight, told, made = np.pad(normal(6, 5), ((0, 2), (0, 0))), normal(ROWS, 5), np.empty((ROWS, 5), np.float32)
    kernels.dense(made, levels, table, weight, told)
    assert np.allclose(made, told + table[np.arange(6), levels] @ weight[:6], atol=1e-5)


@pytest.mark.parametrize("count", [3, 4, 9])
def test_what_is_looked_up_is_summed_and_normed(count, normal):
    rng = np.random.default_rng(0)
    ints, where, offset = rng.integers(0, 7, (ROWS, 10)), rng.integers(0, 10, count), 7 * np.arange(count)
    table, more, weight = normal(7 * count, WIDTH), normal(ROWS, 2 * WIDTH), normal(2, WIDTH)
    summed = np.array([more[r, :WIDTH] + table[offset + ints[r, where]].sum(axis=0) for r in range(ROWS)])
    made = np.zeros((ROWS, 2 + WIDTH), np.float32)
    kernels.looked_up(made, 2, more, ints, Lookups(where, offset, table), Norm(weight, 1e-5))
    expected = F.layer_norm(*(torch.from_numpy(x) for x in (summed,)), [WIDTH], *map(torch.from_numpy, weight), 1e-5)
    assert np.allclose(made[:, 2:], expected, atol=1e-5) and not made[:, :2].any()

    vectors, shared = np.empty((ROWS, WIDTH), np.float32), normal(ROWS, 3 * WIDTH)
    kernels.hidden(vectors, shared, WIDTH, more, ints, Lookups(where, offset, table), Norm(weight, 1e-5))
    summed += shared[:, WIDTH : 2 * WIDTH] + more[:, WIDTH:] - more[:, :WIDTH]
    assert np.allclose(vectors, F.layer_norm(torch.from_numpy(summed), [WIDTH], *map(torch.from_numpy, weight), 1e-5), atol=1e-5)
    kernels.hidden(vectors, shared, WIDTH, more[:, :0], ints, Lookups(where, offset, table), Norm(weight, 1e-5))
    summed -= more[:, WIDTH:]
    assert np.allclose(vectors, F.layer_norm(torch.from_numpy(summed), [WIDTH], *map(torch.from_numpy, weight), 1e-5), atol=1e-5)


def test_cells_are_those_of_an_lstm(normal):
    lstm = torch.nn.LSTMCell(WIDTH, UNITS)
    x, h, c = (3 * torch.from_numpy(normal(ROWS, n)) for n in (WIDTH, UNITS, UNITS))
    with torch.no_grad():
        out, cell = lstm(x, (h, c))
        inputs, forgets, cells, outputs = (
            F.linear(x, lstm.weight_ih, lstm.bias_ih) + F.linear(h, lstm.weight_hh, lstm.bias_hh)
        ).chunk(4, 1)
    gates = torch.cat([inputs / 2, forgets / 2, outputs / 2, cells], dim=1).numpy()
    fed, after, kept = np.zeros((ROWS, 2 + UNITS), np.float32), np.zeros((ROWS, UNITS + 1), np.float32), c.numpy().copy()
    kernels.cells(fed, after, gates, kept)
    assert np.allclose(kept, cell, atol=1e-6)
    assert np.allclose(fed[:, 2:], out, atol=1e-6) and np.array_equal(after[:, :UNITS], fed[:, 2:])
    assert not fed[:, :2].any() and not after[:, UNITS:].any()


def test_the_gates_of_large_numbers_are_open_or_shut():
    gates = np.repeat(np.array([[1e6, -1e6, 1e6, 1e6]], np.float32), UNITS, axis=1)
    fed, after, kept = np.zeros((1, UNITS), np.float32), np.zeros((1, UNITS), np.float32), np.full((1, UNITS), 5, np.float32)
    kernels.cells(fed, after, gates, kept)
    assert np.allclose(kept, 1) and np.allclose(fed, np.tanh(1), atol=1e-6)


def test_logits_are_gathered_from_a_layer_by_keys_and_pointers(normal):
    vectors = np.concatenate([normal(ROWS - 1, WIDTH), np.linspace(-9, 9, WIDTH, dtype=np.float32)[None]])
    weight, bias = normal(WIDTH, 6), normal(6)
    ints = np.array([[0, 1, 2], [1, 0, 3], [1, 1, 0]])
    # Two keys of three classes: the first is what column 0 holds, the second twice column 1 and column 0.
    places = np.array([[0, 1, 2], [2, 1, 0], [3, 3, 3], [0, 0, 4], [1, 2, 3], [4, 3, 2]])
    key, column, first = np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([0, 2, 4])
    steps = np.array([0, 1, 2, 4, 0, 1])
    gathering = Gathering(key, column, first, steps, places, np.array([2]))
    made = np.empty((ROWS, 3), np.float32)
    kernels.logits(made, vectors, ints, Layer(weight, bias), gathering)
    out = 2 * F.gelu(torch.from_numpy(vectors)).numpy() @ weight + bias
    for row in range(ROWS):
        expected = out[row, places[ints[row, 0]]] + out[row, places[2 + 2 * ints[row, 1] + ints[row, 0]]]
        if ints[row, 2] < 3:
            expected[ints[row, 2]] += out[row, 5]
        assert np.allclose(made[row], expected, atol=1e-4)
