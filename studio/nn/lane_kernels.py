"""Fourier transforms of sixteen signals at once, one in each place of a vector: no number has to change its place.

Stockham's order (Cochran and others, "What is the fast Fourier transform?", 1967): each pass reads one array and writes another,
and the last leaves the numbers where they belong. Real signals go as complex ones of half their length, even samples real and
odd ones imaginary. Every signal's bits are its own: it makes no difference which others are beside it.
"""

from functools import lru_cache

import numpy as np

from studio.nn.jit import Wave, compiled
from studio.nn.vectors import LANES, fused, load, spread, store


@lru_cache(maxsize=8)
def turns(size: int) -> Wave:
    """Cosines and sines of ``size`` parts of a turn, [2, size]."""
    angle = 2 * np.pi * np.arange(size) / size
    return np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)


@compiled
def _by_two(out: Wave, source: Wave, after: int, table: Wave) -> None:
    size, line = source.shape[1], after * LANES
    plane, parts = size * LANES, size // after // 2
    for p in range(parts):
        c, s = spread(table[0, p * after]), spread(table[1, p * after])
        for q in range(after):
            a, to = (q + after * p) * LANES, (q + after * 2 * p) * LANES
            b = a + parts * line
            ar, ai, br, bi = load(source, a), load(source, plane + a), load(source, b), load(source, plane + b)
            store(out, to, ar + br)
            store(out, plane + to, ai + bi)
            r, i = ar - br, ai - bi
            store(out, to + line, r * c - i * s)
            store(out, plane + to + line, r * s + i * c)


@compiled
def _by_three(out: Wave, source: Wave, after: int, table: Wave) -> None:
    size, line = source.shape[1], after * LANES
    plane, parts = size * LANES, size // after // 3
    half, height = spread(np.float32(-0.5)), spread(np.float32(0.8660254037844386))
    for p in range(parts):
        k = p * after
        c, s, d, t = spread(table[0, k]), spread(table[1, k]), spread(table[0, 2 * k]), spread(table[1, 2 * k])
        for q in range(after):
            a, to = (q + k) * LANES, (q + 3 * k) * LANES
            b, e = a + parts * line, a + 2 * parts * line
            ar, ai, br, bi = load(source, a), load(source, plane + a), load(source, b), load(source, plane + b)
            er, ei = load(source, e), load(source, plane + e)
            sr, si = br + er, bi + ei
            store(out, to, ar + sr)
            store(out, plane + to, ai + si)
            ur, ui = fused(half, sr, ar), fused(half, si, ai)
            vr, vi = height * (ei - bi), height * (br - er)
            r, i = ur + vr, ui + vi
            store(out, to + line, r * c - i * s)
            store(out, plane + to + line, r * s + i * c)
            r, i = ur - vr, ui - vi
            store(out, to + 2 * line, r * d - i * t)
            store(out, plane + to + 2 * line, r * t + i * d)


@compiled
def _by_four(out: Wave, source: Wave, after: int, table: Wave) -> None:
    size, line = source.shape[1], after * LANES
    plane, parts = size * LANES, size // after // 4
    for p in range(parts):
        k = p * after
        c, s, d = spread(table[0, k]), spread(table[1, k]), spread(table[0, 2 * k])
        t, g, h = spread(table[1, 2 * k]), spread(table[0, 3 * k]), spread(table[1, 3 * k])
        for q in range(after):
            x, to = (q + k) * LANES, (q + 4 * k) * LANES
            y, z, w = x + parts * line, x + 2 * parts * line, x + 3 * parts * line
            ar, ai, br, bi = load(source, x), load(source, plane + x), load(source, y), load(source, plane + y)
            cr, ci, dr, di = load(source, z), load(source, plane + z), load(source, w), load(source, plane + w)
            sr, si, ur, ui = ar + cr, ai + ci, ar - cr, ai - ci
            tr, ti, vr, vi = br + dr, bi + di, di - bi, br - dr
            store(out, to, sr + tr)
            store(out, plane + to, si + ti)
            r, i = ur + vr, ui + vi
            store(out, to + line, r * c - i * s)
            store(out, plane + to + line, r * s + i * c)
            r, i = sr - tr, si - ti
            store(out, to + 2 * line, r * d - i * t)
            store(out, plane + to + 2 * line, r * t + i * d)
            r, i = ur - vr, ui - vi
            store(out, to + 3 * line, r * g - i * h)
            store(out, plane + to + 3 * line, r * h + i * g)


@compiled
def invert(values: Wave, other: Wave, table: Wave) -> Wave:
    """The inverse transform of complex ``values`` [2, size, LANES], not divided by the size; in one of both arrays, which it tells.

    ``size`` has no factors but 2 and 3; ``table`` holds its :func:`turns`. Real and imaginary parts changed over before and
    after, it is the transform forwards.
    """
    after, size = int(np.int64(1)), values.shape[1]  # not a literal, for which loops would be compiled apart
    source, out = values, other
    while after < size:
        left = size // after
        if left % 4 == 0:
            _by_four(out, source, after, table)
            after *= 4
        elif left % 3 == 0:
            _by_three(out, source, after, table)
            after *= 3
        else:
            _by_two(out, source, after, table)
            after *= 2
        source, out = out, source
    return source
