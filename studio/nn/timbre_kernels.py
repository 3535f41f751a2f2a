"""The control network on the processor (:mod:`studio.nn.timbre`): one note at a time, so that nothing depends on the company."""

from typing import NamedTuple

import numpy as np

from studio.nn.jit import Float, Ints, Wave, compiled
from studio.nn.spectral_kernels import exp
from studio.nn.vectors import LANES, fused, load, spread, store

WIDTHS = 2 * LANES  # layers are as wide as a multiple of it
_ROWS = 4  # points in time that are worked out at once: their number is a multiple of it
_SMALLEST = 1e-5  # that variances are kept over, as torch does


class Layers(NamedTuple):
    """The network: weights [inputs, outputs] and shifts [outputs] of its layers; outputs are multiples of two vectors.

    ``first`` [embedding + about, hidden] sees the note, ``times`` [points, hidden] is what the first layer makes of the points.
    """

    first: Wave
    times: Wave
    rest: Wave  # [layers - 1, hidden, hidden]
    rest_shifts: Wave
    last: Wave
    last_shifts: Wave


class Sounds(NamedTuple):
    """What the network knows of each instrument: ``embedding``, ``film`` [n, layers, 2, hidden] and ``base`` [n, outputs]."""

    embedding: Wave
    film: Wave
    base: Wave


class Notes(NamedTuple):
    """Notes that are asked for: rows of the instruments, what is said ``about`` pitch and velocity, and partials' ``position``."""

    instrument: Ints
    about: Wave
    position: Wave


@compiled
def _add_product(out: Wave, amounts: Wave, weights: Wave) -> None:
    """Add ``amounts`` [rows, inputs] times ``weights`` [inputs, outputs] to ``out`` [rows, outputs]: sums stay in the processor."""
    inputs, width = weights.shape
    for n in range(0, width, 2 * LANES):
        for j in range(0, len(out), _ROWS):
            at = j * width + n
            a, b, c, d = load(out, at), load(out, at + width), load(out, at + 2 * width), load(out, at + 3 * width)
            at += LANES
            e, f, g, h = load(out, at), load(out, at + width), load(out, at + 2 * width), load(out, at + 3 * width)
            for p in range(inputs):
                x, y = load(weights, p * width + n), load(weights, p * width + n + LANES)
                s = spread(amounts[j, p])
                a, e = fused(s, x, a), fused(s, y, e)
                s = spread(amounts[j + 1, p])
                b, f = fused(s, x, b), fused(s, y, f)
                s = spread(amounts[j + 2, p])
                c, g = fused(s, x, c), fused(s, y, g)
                s = spread(amounts[j + 3, p])
                d, h = fused(s, x, d), fused(s, y, h)
            store(out, at, e)
            store(out, at + width, f)
            store(out, at + 2 * width, g)
            store(out, at + 3 * width, h)
            at -= LANES
            store(out, at, a)
            store(out, at + width, b)
            store(out, at + 2 * width, c)
            store(out, at + 3 * width, d)


@compiled
def _shaped(out: Wave, values: Wave, film: Wave, parts: Wave) -> None:
    """Rows normed to mean 0 and variance 1, scaled and shifted by ``film`` [2, hidden], and times their logistic function."""
    hidden = values.shape[1]
    for j in range(len(values)):
        total = square = spread(np.float32(0))
        for n in range(j * hidden, (j + 1) * hidden, LANES):
            total = total + load(values, n)
        store(parts, 0, total)
        mean = np.float32(0)
        for n in range(LANES):
            mean += parts[n]
        mean /= np.float32(hidden)
        middle = spread(mean)
        for n in range(j * hidden, (j + 1) * hidden, LANES):
            off = load(values, n) - middle
            square = fused(off, off, square)
        store(parts, 0, square)
        variance = np.float32(0)
        for n in range(LANES):
            variance += parts[n]
        factor = np.float32(1 / np.sqrt(variance / np.float32(hidden) + np.float32(_SMALLEST)))
        line, made = values[j], out[j]
        for n in range(hidden):
            made[n] = (line[n] - mean) * factor * (np.float32(1) + film[0, n]) + film[1, n]
        for n in range(hidden):
            parts[n] = -min(max(made[n], np.float32(-80)), np.float32(80))
        exp(parts, hidden)
        for n in range(hidden):
            made[n] = made[n] / (np.float32(1) + parts[n])


@compiled
def levels(partials: Wave, noise: Wave, notes: Notes, sounds: Sounds, layers: Layers, scale: Float) -> None:
    """Levels in dB of partials [n, points, most] and of noise a hertz [n, points, bands].

    ``scale``: dB of one, of nothing, and by which noise lies lower.
    """
    points, hidden = layers.times.shape
    most, bands = partials.shape[2], noise.shape[2]
    x, h = np.empty((points, hidden), np.float32), np.empty((points, hidden), np.float32)
    made, begin, parts = (
        np.empty((points, most + 2 * bands), np.float32),
        np.empty(hidden, np.float32),
        np.empty(hidden, np.float32),
    )
    one, centre, lower = np.float32(scale[0]), np.float32(scale[1]), np.float32(scale[2])
    for v in range(len(notes.instrument)):
        row = notes.instrument[v]
        _begin(x, begin, sounds.embedding[row], notes.about[v], layers)
        for k in range(len(layers.rest)):
            _shaped(h, x, sounds.film[row, k], parts)
            _add_rows(x, layers.rest_shifts[k])
            _add_product(x, h, layers.rest[k])
        _shaped(h, x, sounds.film[row, len(layers.rest)], parts)
        made[:] = np.float32(0)
        _add_rows(made, layers.last_shifts)
        _add_rows(made, sounds.base[row])
        _add_product(made, h, layers.last)
        for j in range(points):
            for n in range(most):
                place = notes.position[v, n]
                band = min(max(int(place), 0), bands - 2)
                share = place - np.float32(band)
                low, high = made[j, most + band] * one, made[j, most + band + 1] * one
                partials[v, j, n] = made[j, n] * one + centre + (low * (np.float32(1) - share) + high * share)
            for n in range(bands):
                noise[v, j, n] = made[j, most + bands + n] * one + centre - lower


@compiled
def _begin(out: Wave, room: Wave, embedding: Wave, about: Wave, layers: Layers) -> None:
    """What the first layer makes of a note at all points, ``out`` [points, hidden]; ``room`` [hidden] is written to."""
    room[:] = np.float32(0)
    for p in range(len(layers.first)):
        amount = embedding[p] if p < len(embedding) else about[p - len(embedding)]
        for n in range(len(room)):
            room[n] += amount * layers.first[p, n]
    out[:] = layers.times
    _add_rows(out, room)


@compiled
def _add_rows(out: Wave, row: Wave) -> None:
    for j in range(len(out)):
        line = out[j]
        for n in range(len(row)):
            line[n] += row[n]
