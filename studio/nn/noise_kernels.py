"""The noise of notes on the processor: sixteen frames at once, which are a block's (:mod:`studio.nn.spectral_noise`)."""

from typing import NamedTuple

import numpy as np

from studio.nn.jit import Float, Ints, Ints32, Wave, compiled
from studio.nn.lane_kernels import invert
from studio.nn.spectral_kernels import BANDS, BLOCK, levels_at
from studio.nn.vectors import LANES, fused, load, spread, store, transpose

FADE, SHORT, LONG = 256, 256, 512  # as studio.nn.spectral_noise has them


class Kind(NamedTuple):
    """What frames of one length are made of.

    ``weights`` [2, bins]: what the amplitudes of band ``bands`` [bins] and of the next count in a bin. ``bank`` [groups, bins, 2,
    LANES]: spectra of one magnitude, of which a block's frames take one group. ``turns`` [2, 2 half]: of the whole transform,
    ``half_turns`` of that of half its length.
    """

    weights: Wave
    bands: Ints32
    bank: Wave
    turns: Wave
    half_turns: Wave


class Room(NamedTuple):
    """Room to work in: ``size`` [LANES, 64], ``bands`` [BANDS + 1, LANES], ``one`` and ``other`` [2, half, LANES]."""

    size: Wave
    bands: Wave
    one: Wave
    other: Wave


@compiled
def frames(
    out: Wave, kind: Kind, room: Room, levels: Wave, when: tuple[float, float, float], points: Float, which: tuple[int, int]
) -> None:
    """Sixteen frames ``out`` [LANES, 2 half]; ``when``: seconds of the first, to the next, and to the release.

    ``which``: the group of the bank's spectra that they take, and by how many samples, a multiple of sixteen, they are turned.
    """
    (first, gap, held), (group, turn) = when, which
    for f in range(LANES):
        seconds = first + f * gap
        levels_at(room.size[f], levels, 0, BANDS, seconds, seconds - held, points)
    for k in range(0, BANDS, LANES):
        transpose(room.bands, k * LANES, 2 * LANES, LANES, room.size, k, 2 * room.size.shape[1], room.size.shape[1])
    _spectra(room.one, kind, room.bands, group)
    made, half = invert(room.one, room.other, kind.half_turns), room.one.shape[1]
    for k in range(0, 2 * half, LANES):
        to = k + turn if k + turn < 2 * half else k + turn - 2 * half
        transpose(out, to, 4 * half, 2 * half, made, k // 2 * LANES, LANES, half * LANES)


@compiled
def _spectra(values: Wave, kind: Kind, bands: Wave, group: int) -> None:
    """Spectra as :func:`studio.nn.lane_kernels.invert` takes them for real signals, into ``values`` [2, half, LANES]."""
    half = values.shape[1]
    plane, bank, first = half * LANES, kind.bank, group * (half + 1) * 2 * LANES
    nothing = spread(np.float32(0))
    store(values, 0, nothing)
    store(values, plane, nothing)
    for k in range(1, half // 2 + 1):
        b = half - k
        low, high = kind.bands[k] * LANES, kind.bands[b] * LANES
        size = load(bands, low) * spread(kind.weights[0, k])
        size = fused(load(bands, low + LANES), spread(kind.weights[1, k]), size)
        xr, xi = size * load(bank, first + 2 * k * LANES), size * load(bank, first + (2 * k + 1) * LANES)
        size = load(bands, high) * spread(kind.weights[0, b])
        size = fused(load(bands, high + LANES), spread(kind.weights[1, b]), size)
        yr, yi = size * load(bank, first + 2 * b * LANES), size * load(bank, first + (2 * b + 1) * LANES)
        even, rest, across, along = xr + yr, xi - yi, xr - yr, xi + yi
        c, s = spread(kind.turns[0, k]), spread(kind.turns[1, k])
        odd, other = across * c - along * s, across * s + along * c
        store(values, k * LANES, even - other)
        store(values, plane + k * LANES, rest + odd)
        store(values, b * LANES, even + other)
        store(values, plane + b * LANES, odd - rest)


@compiled
def lay_long(line: Wave, wave: Wave, next_one: Wave, rise: Wave, fall: Wave) -> None:
    """Add a block's long frames ``wave`` and the beginning of the next one to the block ``line`` [BLOCK]."""
    for f in range(BLOCK // LONG):
        part, here = line[f * LONG : (f + 1) * LONG], wave[f]
        there = wave[f + 1] if f + 1 < BLOCK // LONG else next_one
        for n in range(LONG - FADE):
            part[n] += here[FADE + n]
        for n in range(FADE):
            part[LONG - FADE + n] += here[LONG + n] * fall[n] + there[n] * rise[n]


@compiled
def lay_short(line: Wave, wave: Wave, next_one: Wave, rise: Wave, fall: Wave) -> None:
    """Add short frames ``wave`` and the beginning of the first long one to a note's first block ``line`` [BLOCK]."""
    for f in range(len(wave)):
        part, here = line[f * SHORT : (f + 1) * SHORT], wave[f]
        there = wave[f + 1] if f + 1 < len(wave) else next_one
        for n in range(FADE):
            part[n] += here[FADE + n] * fall[n] + there[n] * rise[n]


@compiled
def place_of(order: Ints, key: int, group: int, length: int) -> tuple[int, int]:
    """Which group of the bank a note's ``group``-th frames of ``length`` samples take, and how far they are turned."""
    drawn = order[(key % len(order) + group) % len(order)]
    return drawn >> 16, (drawn & 0xFFFF) * (length // LANES) >> 16 << 4
