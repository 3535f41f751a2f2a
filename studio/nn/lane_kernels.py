"""Fourier transforms of sixteen signals at once, one in each place of a vector: no number has to change its place.

Stockham's order (Cochran and others, "What is the fast Fourier transform?", 1967): each pass reads one array and writes another,
and the last leaves the numbers where they belong. Real signals go as complex ones of half their length, even samples real and
odd ones imaginary. Every signal's bits are its own: it makes no difference which others are beside it.
"""

from functools import lru_cache

import numpy as np

from studio.nn.jit import Wave, compiled
from studio.nn.vectors import LANES, fused, load, spread, store, transpose


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


class Real:
    """Transforms of sixteen real signals of ``2 half`` samples; ``half`` is a multiple of sixteen with no factors but 2 and 3.

    ``sound`` [LANES, 2 half] and ``spectra`` [LANES, 2, bins] belong to the caller between two calls: real parts of the half + 1
    numbers, then imaginary ones, and zeros after them up to :func:`bins_of`.
    """

    def __init__(self, half: int) -> None:
        from studio.nn.spectral_kernels import aligned

        bins = bins_of(half)
        self.sound, self.spectra = aligned(LANES, 2 * half), aligned(LANES, 2, bins)
        self._space = aligned(2, half, LANES), aligned(2, half, LANES), aligned(2, bins, LANES), turns(2 * half), turns(half)

    def forward(self) -> None:
        """Make spectra of the sound."""
        _forward(self.spectra, self.sound, *self._space)

    def backward(self) -> None:
        """Make the second halves of the sounds of spectra, times ``2 half``, into the beginnings of ``sound``."""
        _backward(self.sound, self.spectra, *self._space)


def bins_of(half: int) -> int:
    """How many numbers the parts of a spectrum have room for: pairs of vectors."""
    return half + 2 * LANES


@compiled
def _forward(out: Wave, sound: Wave, one: Wave, other: Wave, spectra: Wave, table: Wave, half_table: Wave) -> None:
    half, bins = one.shape[1], spectra.shape[1]
    plane = half * LANES
    for k in range(0, 2 * half, LANES):  # odd samples first, and so imaginary parts first in what comes: it is forwards then
        transpose(one, plane + k // 2 * LANES, LANES, -plane, sound, k, 4 * half, 2 * half)
    _unweave(spectra, invert(one, other, half_table), table)
    for k in range(0, bins, LANES):
        transpose(out, k, 4 * bins, 2 * bins, spectra, k * LANES, 2 * LANES, LANES)
        transpose(out, bins + k, 4 * bins, 2 * bins, spectra, (bins + k) * LANES, 2 * LANES, LANES)


@compiled
def _unweave(out: Wave, made: Wave, table: Wave) -> None:
    """Spectra of real signals, [2, bins, LANES], of those of even and odd samples as one, ``made`` [2, half, LANES]: i, r."""
    half, part = made.shape[1], out.shape[1] * LANES
    plane, halved = half * LANES, spread(np.float32(0.5))
    for k in range(half // 2 + 1):
        x, y = k * LANES, (half - k) % half * LANES
        xi, xr, yi, yr = load(made, x), load(made, plane + x), load(made, y), load(made, plane + y)
        even, rest, across, along = (xr + yr) * halved, (xi - yi) * halved, (xr - yr) * halved, (xi + yi) * halved
        c, s = spread(table[0, k]), spread(table[1, k])
        odd, other = along * c - across * s, along * s + across * c
        store(out, x, even + odd)
        store(out, part + x, rest - other)
        y = (half - k) * LANES
        store(out, y, even - odd)
        store(out, part + y, spread(np.float32(0)) - rest - other)


@compiled
def _backward(sound: Wave, rows: Wave, one: Wave, other: Wave, spectra: Wave, table: Wave, half_table: Wave) -> None:
    half, bins = one.shape[1], spectra.shape[1]
    for k in range(0, half + 1, LANES):
        transpose(spectra, k * LANES, 2 * LANES, LANES, rows, k, 4 * bins, 2 * bins)
        transpose(spectra, (bins + k) * LANES, 2 * LANES, LANES, rows, bins + k, 4 * bins, 2 * bins)
    _weave(one, spectra, table)
    made = invert(one, other, half_table)
    for k in range(half, 2 * half, LANES):
        transpose(sound, k - half, 4 * half, 2 * half, made, k // 2 * LANES, LANES, half * LANES)


@compiled
def _weave(values: Wave, spectra: Wave, table: Wave) -> None:
    """What :func:`invert` makes even and odd samples of, [2, half, LANES], of spectra of real signals [2, bins, LANES]."""
    half, part = values.shape[1], spectra.shape[1] * LANES
    plane = half * LANES
    for k in range(half // 2 + 1):
        x, y = k * LANES, (half - k) * LANES
        xr, xi, yr, yi = load(spectra, x), load(spectra, part + x), load(spectra, y), load(spectra, part + y)
        even, rest, across, along = xr + yr, xi - yi, xr - yr, xi + yi
        c, s = spread(table[0, k]), spread(table[1, k])
        odd, other = across * c - along * s, across * s + along * c
        store(values, x, even - other)
        store(values, plane + x, rest + odd)
        if k:
            store(values, y, even + other)
            store(values, plane + y, odd - rest)
