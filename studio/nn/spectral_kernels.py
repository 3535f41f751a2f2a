"""The inner loops of partials on the processor, compiled (:mod:`studio.nn.jit`): :mod:`studio.nn.voice_kernels` puts them together.

They run without Python's lock, so that threads make notes side by side. Each sample is worked out by the same operations in
the same order whatever stands beside it: loops over partials are in order, those over samples have whole vectors only.
Multiplications and additions may be contracted, nothing may be put in another order.
"""

import math
from typing import Any

import numpy as np

from studio.nn.jit import Float, Ints, Wave, compiled
from studio.nn.vectors import LANES, backwards, fused, load, spread, store

Place = tuple[int, int, int]

BLOCK, HOP, ONSET_HOP, BANDS = 8192, 256, 128, 48  # as studio.nn.spectral has them, which cannot be asked from here
LEAST = -220 * math.log(10) / 20  # and this
GROUP = 8  # numbers of partials that blocks are computed for are multiples of it, and of four, which are summed in one go
MOST_FRAMES = BLOCK // ONSET_HOP + 1
_AT_ONCE = 3  # frames that are summed at once
ROOM_FRAMES = -(-MOST_FRAMES // _AT_ONCE) * _AT_ONCE
_LINE = 64  # bytes of the cache's lines: vectors that lie across two of them take twice as long


def aligned(*shape: int) -> Wave:
    """Zeros that begin where a line of the cache does."""
    count = math.prod(shape)
    memory = np.zeros(count + _LINE // 4, np.float32)
    first = -memory.ctypes.data % _LINE // 4
    return memory[first : first + count].reshape(shape)


@compiled
def exp(values: Wave, count: int) -> None:
    """e to the power of the first ``count`` values, which lie between -80 and 80, in place; to 2e-7."""
    for n in range(count):
        turn = values[n] * np.float32(1.44269504)
        whole = np.floor(turn + np.float32(0.5))
        x = (turn - whole) * np.float32(0.69314718)
        power = np.float32(1 / 720) * x + np.float32(1 / 120)
        power = power * x + np.float32(1 / 24)
        power = power * x + np.float32(1 / 6)
        power = power * x + np.float32(0.5)
        power = (power * x + np.float32(1)) * x + np.float32(1)
        values[n] = power * np.int32((np.int32(whole) + 127) << 23).view(np.float32)


@compiled
def levels_at(out: Wave, levels: Wave, first: int, count: int, seconds: float, gone: float, points: Float) -> None:
    """Amplitudes of ``count`` levels from ``first`` on into ``out``, ``seconds`` after the onset and ``gone`` after the release."""
    at = 0
    while at < len(points) - 2 and points[at + 1] <= seconds:
        at += 1
    share = np.float32(min((seconds - points[at]) / (points[at + 1] - points[at]), 1.0))
    rest, low = np.float32(np.float32(1.0) - share), np.float32(LEAST)
    lost, last = np.float32(max(gone, 0.0)), len(points)
    for n in range(count):
        k = first + n
        level = rest * levels[at, k] + share * levels[at + 1, k] + lost * levels[last, k]
        out[n] = max(level, low)
    exp(out, count)


@compiled
def _sum(out: Wave, amounts: Wave, table: Wave, frames: int, width: int, hop: int) -> None:
    """Products of ``amounts`` [frames, width] and ``table`` [width, HOP], of which the first ``hop`` columns count.

    Three frames at a time, also after the last; so many rows must be there. Four vectors of each stay in the processor.
    """
    for n in range(0, hop, 4 * LANES):
        for j in range(0, frames, _AT_ONCE):
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = c0 = c1 = c2 = c3 = spread(np.float32(0))
            for p in range(width):
                at = p * HOP + n
                w, x, y, z = (
                    load(table, at), load(table, at + LANES), load(table, at + 2 * LANES), load(table, at + 3 * LANES),
                )  # fmt: skip
                a, b, c = spread(amounts[j, p]), spread(amounts[j + 1, p]), spread(amounts[j + 2, p])
                a0, a1, a2, a3 = fused(a, w, a0), fused(a, x, a1), fused(a, y, a2), fused(a, z, a3)
                b0, b1, b2, b3 = fused(b, w, b0), fused(b, x, b1), fused(b, y, b2), fused(b, z, b3)
                c0, c1, c2, c3 = fused(c, w, c0), fused(c, x, c1), fused(c, y, c2), fused(c, z, c3)
            at = j * HOP + n
            _store_four(out, at, a0, a1, a2, a3)
            _store_four(out, at + HOP, b0, b1, b2, b3)
            _store_four(out, at + 2 * HOP, c0, c1, c2, c3)


@compiled
def _store_four(out: Wave, at: int, one: Any, two: Any, three: Any, four: Any) -> None:
    store(out, at, one)
    store(out, at + LANES, two)
    store(out, at + 2 * LANES, three)
    store(out, at + 3 * LANES, four)


@compiled
def _left(levels: Wave, k: int, low: int, high: int, gone: float) -> float:
    """The largest of a level at the points from ``low`` to ``high``, ``gone`` seconds after the release."""
    most = levels[low, k]
    for point in range(low + 1, high + 1):
        most = max(most, levels[point, k])
    return most + levels[-1, k] * gone


@compiled
def extent(levels: Wave, audible: Ints, hiss: Float, faint: float, points: Float, place: Place) -> tuple[int, bool]:
    """How many partials are computed in a block, and whether noise is: what can be heard around it.

    ``faint``: the log amplitude below which nothing is heard; ``place``: the block, frame of the release, rate.
    """
    block, held, rate = place
    start = block * BLOCK
    low = high = 0
    while low < len(points) - 1 and points[low + 1] < start / rate:
        low += 1
    while high < len(points) - 1 and points[high] < (start + BLOCK) / rate:
        high += 1
    width, loud, gone = 0, hiss[low], (start - held) / rate
    for k in range(low, high + 1):
        width, loud = max(width, audible[k]), max(loud, hiss[k])
    if gone > 0:  # the release has taken more
        most = levels[-1, 0]
        for k in range(1, BANDS):
            most = max(most, levels[-1, k])
        loud += gone * most
        while width and not _left(levels, BANDS + width - 1, low, high, gone) > faint:
            width -= 1
    return min((width + GROUP - 1) // GROUP * GROUP, levels.shape[1] - BANDS), loud > faint


@compiled
def tones(
    out: Wave, levels: Wave, width: int, place: Place, points: Float, tuning: tuple[Float, Float], waves: Wave, turns: Wave,
    work: Wave,
) -> None:  # fmt: skip
    """The first ``width`` partials of a block ``out`` [BLOCK].

    ``place``: the block, frame of the release, rate. ``tuning``: Hz, and cycles at the onset, [p]. ``waves``
    [2, p, HOP]: cosines and sines over a hop, ``turns`` [2, frames, p]: of the hops of a block from its start, the first of
    them the onset's; p is a multiple of :data:`GROUP`. ``work`` [4, ROOM_FRAMES + 1, HOP] is written to.
    """
    block, held, rate = place
    frequency, phase = tuning
    real, imaginary, even, odd = work[0], work[1], work[2], work[3]
    begin = np.empty((2, len(frequency)), np.float32)
    hop = HOP if block else ONSET_HOP
    frames, step = BLOCK // hop + 1, hop // ONSET_HOP
    for p in range(width):
        cycles = frequency[p] / rate * (block * BLOCK) + phase[p]
        angle = (cycles - np.floor(cycles)) * (2 * np.pi)
        begin[0, p], begin[1, p] = np.cos(angle), np.sin(angle)
    whole = (width + GROUP - 1) // GROUP * GROUP
    for j in range(frames):
        seconds = (block * BLOCK + j * hop) / rate
        size, cosine, sine = real[j], turns[0, j * step], turns[1, j * step]
        levels_at(size, levels, BANDS, width, seconds, seconds - held / rate, points)
        for p in range(width, whole):
            size[p] = imaginary[j, p] = np.float32(0)
        for p in range(width):
            amount = size[p]
            imaginary[j, p] = amount * (begin[0, p] * sine[p] + begin[1, p] * cosine[p])
            size[p] = amount * (begin[0, p] * cosine[p] - begin[1, p] * sine[p])
    _sum(even, real, waves[0], frames, whole, hop)
    _sum(odd, imaginary, waves[1], frames, whole, hop)
    _join(out, even, odd, frames - 1, hop)


_PLACES = np.outer([1, 2], np.arange(LANES)).astype(np.float32)  # in a vector, of long hops and of short ones


@compiled
def _join(out: Wave, even: Wave, odd: Wave, hops: int, hop: int) -> None:
    """Each hop: the frame before it played on, going over to the frame after it played backwards. Rows are HOP apart."""
    step = HOP // hop
    for j in range(hops):
        for n in range(0, hop, LANES):  # the number after a row's last is there, and counts nothing
            at, later = j * HOP + n, (j + 1) * HOP + hop - n - LANES + 1
            here, there = load(even, at) - load(odd, at), backwards(load(even, later) + load(odd, later))
            share = spread(np.float32(n * step)) + load(_PLACES, (step - 1) * LANES)
            store(out, j * hop + n, fused(share * spread(np.float32(1 / HOP)), there - here, here))
