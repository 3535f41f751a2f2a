"""The inner loops of notes on the processor, compiled (:mod:`studio.nn.jit`): :mod:`studio.nn.spectral_compiled` puts them together.

They run without Python's lock, so that threads make notes side by side. Each sample is worked out by the same operations in
the same order whatever stands beside it: loops over partials are in order, those over samples have whole vectors only.
Multiplications and additions may be contracted, nothing may be put in another order.
"""

import math

import numpy as np

from studio.nn.jit import Float, Ints, Ints32, Wave, compiled

BLOCK, HOP, ONSET_HOP, BANDS = 8192, 256, 128, 48  # as studio.nn.spectral has them, which cannot be asked from here
LEAST = -220 * math.log(10) / 20  # and this
GROUP = 8  # numbers of partials that blocks are computed for are multiples of it, and of four, which are summed in one go
MOST_FRAMES = BLOCK // ONSET_HOP + 1


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
    at = min(max(int(np.searchsorted(points, seconds, side="right")) - 1, 0), len(points) - 2)
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
    """Products of ``amounts`` [frames, width] and ``table`` [width, hop]: four of the width and three frames at a time."""
    for j in range(frames):
        line = out[j]
        for n in range(hop):
            line[n] = np.float32(0)
    whole = frames - frames % 3
    for g in range(0, width, 4):
        t0, t1, t2, t3 = table[g], table[g + 1], table[g + 2], table[g + 3]
        for j in range(0, whole, 3):
            first, second, third = out[j], out[j + 1], out[j + 2]
            a, b, c = amounts[j], amounts[j + 1], amounts[j + 2]
            a0, a1, a2, a3 = a[g], a[g + 1], a[g + 2], a[g + 3]
            b0, b1, b2, b3 = b[g], b[g + 1], b[g + 2], b[g + 3]
            c0, c1, c2, c3 = c[g], c[g + 1], c[g + 2], c[g + 3]
            for n in range(hop):
                x0, x1, x2, x3 = t0[n], t1[n], t2[n], t3[n]
                first[n] = ((first[n] + a0 * x0) + a1 * x1 + a2 * x2) + a3 * x3
                second[n] = ((second[n] + b0 * x0) + b1 * x1 + b2 * x2) + b3 * x3
                third[n] = ((third[n] + c0 * x0) + c1 * x1 + c2 * x2) + c3 * x3
        for j in range(whole, frames):
            first, a = out[j], amounts[j]
            a0, a1, a2, a3 = a[g], a[g + 1], a[g + 2], a[g + 3]
            for n in range(hop):
                first[n] = ((first[n] + a0 * t0[n]) + a1 * t1[n] + a2 * t2[n]) + a3 * t3[n]


@compiled
def extents(
    widths: Ints, noisy: Ints, levels: Wave, audible: Ints, hiss: Float, faint: float, points: Float, place: Ints
) -> None:
    """How many partials are computed in blocks from the first on, and whether noise is: what can be heard around them.

    ``faint``: the log amplitude below which nothing is heard; ``place``: first block, frame of the release, rate.
    """
    first, held, rate = place[0], place[1], place[2]
    for i in range(len(widths)):
        start = (first + i) * BLOCK
        low = max(np.searchsorted(points, start / rate) - 1, 0)
        high = np.searchsorted(points, (start + BLOCK) / rate) + 1
        around = slice(low, high)
        width, loud = audible[around].max(), hiss[around].max()
        gone = (start - held) / rate
        if gone > 0:  # the release has taken more
            loud += gone * levels[-1, :BANDS].max()
            while width:
                k = BANDS + width - 1
                if levels[around, k].max() + levels[-1, k] * gone > faint:
                    break
                width -= 1
        widths[i], noisy[i] = min((width + GROUP - 1) // GROUP * GROUP, levels.shape[1] - BANDS), loud > faint


@compiled
def tones(
    out: Wave, levels: Wave, widths: Ints, place: Ints, points: Float, tuning: Float, waves: Wave, turns: Wave, work: Wave
) -> None:  # fmt: skip
    """Partials of the blocks ``out`` [blocks, BLOCK], of each the first ``widths``.

    ``place``: first block, frame of the release, rate. ``tuning`` [2, p]: cycles a sample, and at the onset. ``waves``
    [2, p, HOP]: cosines and sines over a hop, ``turns`` [2, frames, p]: of the hops of a block from its start, the first of
    them the onset's; p is a multiple of :data:`GROUP`. ``work`` [4, MOST_FRAMES, HOP] is written to.
    """
    first, held, rate = place[0], place[1], place[2]
    real, imaginary, even, odd = work[0], work[1], work[2], work[3]
    begin = np.empty((2, tuning.shape[1]), np.float32)
    for i in range(len(widths)):
        block, width = first + i, widths[i]
        if width == 0:
            out[i] = np.float32(0)
            continue
        hop = HOP if block else ONSET_HOP
        frames, step = BLOCK // hop + 1, hop // ONSET_HOP
        for p in range(width):
            cycles = tuning[0, p] * (block * BLOCK) + tuning[1, p]
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
        _join(out[i], even, odd, frames - 1, hop)


@compiled
def _join(out: Wave, even: Wave, odd: Wave, hops: int, hop: int) -> None:
    """Each hop: the frame before it played on, going over to the frame after it played backwards."""
    for j in range(hops):
        line, c, s, d, z = out[j * hop : (j + 1) * hop], even[j], odd[j], even[j + 1], odd[j + 1]
        line[0] = c[0]
        for n in range(np.uint32(1), np.uint32(hop)):  # unsigned: a sign would be looked at, one number at a time
            back, share = np.uint32(hop) - np.uint32(n), np.float32(n) / np.float32(hop)
            here, there = c[n] - s[n], d[back] + z[back]
            line[n] = here + share * (there - here)


@compiled
def spectra(
    out: Wave, levels: Wave, times: Float, held: float, points: Float, weights: Wave, bands: Ints32, bank: Wave, rows: Ints
) -> None:  # fmt: skip
    """Spectra of frames of noise at ``times`` [frames] in seconds, ``out`` [frames, 2 bins]: real and imaginary by turns.

    ``held``: seconds to the release. The amplitudes in a bin go from band ``bands`` [bins] to the next with ``weights`` [2, bins].
    ``bank``: the spectra of unit magnitude, of which each frame takes the row in ``rows``.
    """
    size, bins = np.zeros(BANDS + 1, np.float32), len(bands)
    amount = np.empty(bins, np.float32)
    for f in range(len(times)):
        line, unit = out[f], bank[rows[f]]
        levels_at(size, levels, 0, BANDS, times[f], times[f] - held, points)
        for n in range(bins):
            band = bands[n]
            amount[n] = size[band] * weights[0, n] + size[band + np.uint32(1)] * weights[1, n]
        for n in range(bins):
            line[2 * n] = amount[n] * unit[2 * n]
            line[2 * n + 1] = amount[n] * unit[2 * n + 1]


@compiled
def lay_long(out: Wave, wave: Wave, noisy: Ints, first: int, rise: Wave, fall: Wave) -> None:
    """Add long frames to the blocks ``out`` that are ``noisy``; ``wave[0]`` is the first frame of block ``first``."""
    fade = len(rise)
    for i in range(first, first + (len(wave) - 1) * 2 * fade // BLOCK):
        if not noisy[i]:
            continue
        for k in range(BLOCK // (2 * fade)):
            f, at = (i - first) * (BLOCK // (2 * fade)) + k, 2 * fade * k
            line, here, there = out[i, at : at + 2 * fade], wave[f], wave[f + 1]
            for n in range(fade):
                line[n] += here[fade + n]
            for n in range(fade):
                line[fade + n] += here[2 * fade + n] * fall[n] + there[n] * rise[n]


@compiled
def lay_short(out: Wave, wave: Wave, next_one: Wave, rise: Wave, fall: Wave) -> None:
    """Add short frames ``wave`` and the beginning of the first long one to a note's first block ``out`` [BLOCK]."""
    fade = len(rise)
    for f in range(len(wave)):
        line, here = out[f * fade : (f + 1) * fade], wave[f]
        there = wave[f + 1] if f + 1 < len(wave) else next_one
        for n in range(fade):
            line[n] += here[fade + n] * fall[n] + there[n] * rise[n]
