"""The inner loops of a step of the writing network, compiled (:mod:`studio.nn.jit`); :mod:`studio.nn.note_lstm_step` calls them.

Rows of a batch are worked out one by one, so that none sees another.
"""

import math
from typing import NamedTuple

import numpy as np

from studio.nn.jit import Bytes, Ints, Wave, compiled, exact
from studio.nn.spectral_kernels import exp

_MOST = np.float32(20.0)
"""Beyond it, the hyperbolic tangent is one."""


class Norm(NamedTuple):
    """A layer norm: its weights and its bias, [2, width], the width a multiple of four."""

    weight: Wave
    eps: float


class Layer(NamedTuple):
    """A linear layer: weights [k, n], k a multiple of four, and a bias [n]."""

    weight: Wave
    bias: Wave


class Lookups(NamedTuple):
    """What columns of whole numbers look up: of each, which it is, where its part of the table begins; the table [rows, width]."""

    where: Ints
    offset: Ints
    table: Wave


class Gathering(NamedTuple):
    """How logits are gathered from a layer's outputs.

    Of each key, a class's logit is the sum of the outputs that the key's row of ``places`` [rows, classes] names. A key is the sum
    of the ``steps`` that its columns point at from their ``first`` on: the parts [n] are of the keys ``key``, in order, and of the
    columns ``column``. Then each of the last outputs is added where its column of ``pointers`` points, if at a class.
    """

    key: Ints
    column: Ints
    first: Ints
    steps: Ints
    places: Ints
    pointers: Ints


@compiled
def _add_product(out: Wave, x: Wave, weight: Wave) -> None:
    """Add the product of ``x`` [k] and ``weight`` [k, n] to ``out`` [n]; k is a multiple of four."""
    for k in range(0, len(x), 4):
        a, b, c, d = x[k], x[k + 1], x[k + 2], x[k + 3]
        v, w, y, z = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        for n in range(len(out)):
            out[n] = (((out[n] + a * v[n]) + b * w[n]) + c * y[n]) + d * z[n]


@compiled
def product(out: Wave, x: Wave, layer: Layer) -> None:
    """A linear layer of rows [k] into ``out`` [rows, n]."""
    for row in range(len(out)):
        out[row] = layer.bias
        _add_product(out[row], x[row], layer.weight)


@exact
def _add_looked_up(out: Wave, ints: Ints, lookups: Lookups) -> None:
    """Add to ``out`` [width] the row of the table that each of the columns of ``ints`` points at."""
    where, offset, table = lookups.where, lookups.offset, lookups.table
    count = len(where)
    for k in range(0, count - 3, 4):
        a, b = table[offset[k] + ints[where[k]]], table[offset[k + 1] + ints[where[k + 1]]]
        c, d = table[offset[k + 2] + ints[where[k + 2]]], table[offset[k + 3] + ints[where[k + 3]]]
        for n in range(len(out)):
            out[n] = (((out[n] + a[n]) + b[n]) + c[n]) + d[n]
    for k in range(count - count % 4, count):
        a = table[offset[k] + ints[where[k]]]
        for n in range(len(out)):
            out[n] += a[n]


@compiled
def _norm(x: Wave, by: Norm) -> None:
    """A layer norm of ``x`` [width] in place."""
    a = b = c = d = np.float32(0)
    for n in range(0, len(x), 4):
        a, b, c, d = a + x[n], b + x[n + 1], c + x[n + 2], d + x[n + 3]
    mean = np.float32(((a + b) + (c + d)) / np.float32(len(x)))
    a = b = c = d = np.float32(0)
    for n in range(0, len(x), 4):
        p, q, r, s = x[n] - mean, x[n + 1] - mean, x[n + 2] - mean, x[n + 3] - mean
        a, b, c, d = a + p * p, b + q * q, c + r * r, d + s * s
    scale = np.float32(1 / math.sqrt(((a + b) + (c + d)) / np.float32(len(x)) + by.eps))
    for n in range(len(x)):
        x[n] = (x[n] - mean) * scale * by.weight[0, n] + by.weight[1, n]


@compiled
def norm(x: Wave, width: int, by: Norm) -> None:
    """Layer norms of the first ``width`` of rows, in place."""
    for row in range(len(x)):
        _norm(x[row, :width], by)


@compiled
def looked_up(out: Wave, at: int, more: Wave, ints: Ints, lookups: Lookups, by: Norm) -> None:
    """Layer norms of what rows look up and of what stands first in ``more`` [rows, at least width], into ``out`` from ``at`` on."""
    width = lookups.table.shape[1]
    for row in range(len(ints)):
        line = out[row, at : at + width]
        line[:] = more[row, :width]
        _add_looked_up(line, ints[row], lookups)
        _norm(line, by)


@compiled
def dense(out: Wave, levels: Bytes, table: Wave, weight: Wave, told: Wave) -> None:
    """Add to ``told`` [rows, n] the product of ``levels`` [rows, k], through ``table`` [k, 256], and ``weight`` [>= k, n]."""
    count = levels.shape[1]
    x = np.zeros(len(weight), np.float32)
    for row in range(len(levels)):
        for k in range(count):
            x[k] = table[k, levels[row, k]]
        out[row] = told[row]
        _add_product(out[row], x, weight)


@compiled
def _tanh(x: Wave, count: int) -> None:
    """Hyperbolic tangents of the first ``count``, in place; to 2e-7."""
    for n in range(count):
        x[n] = np.float32(2) * min(max(x[n], -_MOST), _MOST)
    exp(x, count)
    for n in range(count):
        x[n] = np.float32(1) - np.float32(2) / (x[n] + np.float32(1))


@compiled
def cells(fed: Wave, after: Wave, gates: Wave, cell: Wave) -> None:
    """What an LSTM's layer puts out, into the end of ``fed`` [rows, >= units] and the beginning of ``after`` [rows, >= units].

    ``gates`` [rows, 4 * units], which are written to: input, forget, output, each halved, then cell; ``cell`` [rows, units] goes
    on. A sigmoid is half of one more than the hyperbolic tangent of half.
    """
    units = cell.shape[1]
    end = fed.shape[1] - units
    half, one = np.float32(0.5), np.float32(1)
    work = np.empty(units, np.float32)
    for row in range(len(gates)):
        gate, kept = gates[row], cell[row]
        _tanh(gate, 4 * units)
        for n in range(units):
            kept[n] = half * (kept[n] * (gate[units + n] + one) + (gate[n] + one) * gate[3 * units + n])
            work[n] = kept[n]
        _tanh(work, units)
        for n in range(units):
            out = half * work[n] * (gate[2 * units + n] + one)
            fed[row, end + n] = out
            after[row, n] = out


@compiled
def _gelu(out: Wave, x: Wave) -> None:
    """Twice a GELU, x (1 + erf(x / sqrt 2)), into ``out``: Abramowitz and Stegun 7.1.26, to 2e-7 of x."""
    scale, share = np.float32(0.5**0.5), np.float32(0.3275911)
    for n in range(len(x)):
        out[n] = -min(np.float32(0.5) * x[n] * x[n], np.float32(80))
    exp(out, len(x))
    for n in range(len(x)):
        t = np.float32(1) / (np.float32(1) + share * scale * abs(x[n]))
        tail = np.float32(1.061405429) * t - np.float32(1.453152027)
        tail = (tail * t + np.float32(1.421413741)) * t - np.float32(0.284496736)
        tail = (tail * t + np.float32(0.254829592)) * t * out[n]
        out[n] = x[n] * (np.float32(1) + (np.float32(1) - tail if x[n] >= 0 else tail - np.float32(1)))


@compiled
def hidden(out: Wave, shared: Wave, at: int, more: Wave, ints: Ints, lookups: Lookups, by: Norm) -> None:
    """A head's vectors [rows, width]: layer norms of what it looks up and of what is ``shared`` from the column ``at`` on.

    What stands last in ``more`` [rows, at least width, or none] counts too.
    """
    width = out.shape[1]
    for row in range(len(out)):
        line = out[row]
        line[:] = shared[row, at : at + width]
        if more.shape[1]:
            line += more[row, more.shape[1] - width :]
        _add_looked_up(line, ints[row], lookups)
        _norm(line, by)


@compiled
def logits(out: Wave, vectors: Wave, ints: Ints, layer: Layer, gathering: Gathering) -> None:
    """A head's logits [rows, classes] from its ``vectors`` [rows, width], through a GELU and a linear layer halved."""
    key, column, pointers = gathering.key, gathering.column, gathering.pointers
    keys, active = np.empty(key[-1] + 1, np.int64), np.empty(vectors.shape[1], np.float32)
    made = np.empty(len(layer.bias), np.float32)
    last, classes = len(made) - len(pointers), out.shape[1]
    for row in range(len(out)):
        _gelu(active, vectors[row])
        made[:] = layer.bias
        _add_product(made, active, layer.weight)
        keys[:] = 0
        for k in range(len(key)):
            keys[key[k]] += gathering.steps[gathering.first[k] + ints[row, column[k]]]
        line = out[row]
        line[:] = np.float32(0)
        for k in keys:
            place = gathering.places[k]
            for c in range(classes):
                line[c] += made[place[c]]
        for k in range(len(pointers)):
            c = ints[row, pointers[k]]
            if c < classes:
                line[c] += made[last + k]
