"""The inner loops of room and limiter, compiled as :mod:`studio.nn.jit` says."""

from functools import lru_cache
from typing import Any

import numpy as np
from numba.np.numpy_support import carray

from studio.nn.jit import Ints, Mask, Wave, compiled, exact
from studio.nn.lane_kernels import Real
from studio.nn.vectors import LANES, fused, load, pointer, store
from studio.nn.vectors import spread as alike

TILE = 2 * LANES  # bins
_FRAMES = 1024  # that are mixed at once: they and the sums of their strips stay near the processor
TAPS = 12  # of the filters that find peaks between samples


@compiled
def convolve(out: Wave, line: Wave, at: int, response: Wave, heard: Mask) -> None:
    """Add the sums over the memory of spectra of the ``line`` times those of the response to ``out``, for the blocks ``heard`` [n].

    All with real and imaginary parts apart: ``out`` [n, 2 channels, 2, bins], ``line`` [times, 2, bins], the newest first: from ``at``
    on for the last block, one later for the one before. The response [tiles, memory, 2 channels, 2, TILE] has its bins in pairs of
    vectors, whose sums stay in the processor, and what is read of it together lies together.
    """
    memory, bins, count = response.shape[1], out.shape[3], len(heard)
    nothing, row = alike(np.float32(0)), 2 * bins
    for n in range(0, bins, TILE):
        for block in range(count):
            if not heard[block]:
                continue
            here, to, since = n * memory * 4, 2 * block * row + n, at + count - 1 - block
            m = to + LANES
            lr, li, rr, ri = load(out, to), load(out, bins + to), load(out, row + to), load(out, row + bins + to)
            kr, ki, sr, si = load(out, m), load(out, bins + m), load(out, row + m), load(out, row + bins + m)
            for p in range(memory):
                there = (since + p) * row + n
                a, b = load(line, there), load(line, there + bins)
                minus = nothing - b
                r, s = load(response, here), load(response, here + TILE)
                lr, li = fused(minus, s, fused(a, r, lr)), fused(b, r, fused(a, s, li))
                r, s = load(response, here + 2 * TILE), load(response, here + 3 * TILE)
                rr, ri = fused(minus, s, fused(a, r, rr)), fused(b, r, fused(a, s, ri))
                there, here = there + LANES, here + LANES
                a, b = load(line, there), load(line, there + bins)
                minus = nothing - b
                r, s = load(response, here), load(response, here + TILE)
                kr, ki = fused(minus, s, fused(a, r, kr)), fused(b, r, fused(a, s, ki))
                r, s = load(response, here + 2 * TILE), load(response, here + 3 * TILE)
                sr, si = fused(minus, s, fused(a, r, sr)), fused(b, r, fused(a, s, si))
                here += 4 * TILE - LANES
            _store_parts(out, to, bins, lr, li, rr, ri)
            _store_parts(out, m, bins, kr, ki, sr, si)


@compiled
def _store_parts(out: Wave, at: int, bins: int, lr: Any, li: Any, rr: Any, ri: Any) -> None:
    store(out, at, lr)
    store(out, bins + at, li)
    store(out, 2 * bins + at, rr)
    store(out, 3 * bins + at, ri)


@compiled
def raise_to_peaks(peak: Wave, sound: Wave, filters: Wave) -> None:
    """Raise ``peak`` [frames] to what lies between the samples of ``sound`` [channels, frames + TAPS - 1].

    ``filters`` [places, TAPS] interpolate at places between the two samples in their middle.
    """
    for channel in range(len(sound)):
        line = sound[channel]
        for place in range(len(filters)):
            taps = filters[place]
            for n in range(np.uint32(len(peak))):
                value = np.float32(0)
                for k in range(np.uint32(TAPS)):
                    value += line[np.uint32(n) + k] * taps[k]
                peak[n] = max(peak[n], abs(value))


@exact
def mix(mixed: Wave, strips: Ints, factors: Wave, plan: Ints, gains: Wave) -> None:
    """Add strips to ``mixed`` [4, frames], rounded as numpy does it note by note and strip by strip.

    ``strips`` [n, 3]: the first of each one's notes and the one after its last, and where its sound [4, frames] lies if it is
    spread, else 0; ``factors`` [n, 4]. ``plan`` [notes, 3]: where a row lies, its frames, and the frame at which it starts;
    ``gains`` [notes].
    """
    frames = mixed.shape[1]
    bus = np.empty(_FRAMES, np.float32)
    for begin in range(0, frames, _FRAMES):
        end = min(begin + _FRAMES, frames)
        for s in range(len(strips)):
            if strips[s, 2]:
                spread = carray(pointer(strips[s, 2]), (4, frames), np.float32)
                for channel in range(4):
                    _add(mixed[channel, begin:end], spread[channel, begin:end], factors[s, channel])
            elif _sum(bus, begin, end, plan, gains, strips[s, 0], strips[s, 1]):
                for channel in range(4):
                    _add(mixed[channel, begin:end], bus[: end - begin], factors[s, channel])


@exact
def _sum(bus: Wave, begin: int, end: int, plan: Ints, gains: Wave, low: int, high: int) -> bool:
    """Sum the notes from ``low`` to ``high`` over the frames from ``begin`` to ``end`` into ``bus``; False if none sounds."""
    heard = False
    for k in range(low, high):
        start, length = plan[k, 2], plan[k, 1]
        since, until = max(begin, start), min(end, start + length)
        if since < until:
            if not heard:
                bus[:] = np.float32(0)
            heard = True
            row = carray(pointer(plan[k, 0]), (length,), np.float32)
            _add(bus[since - begin : until - begin], row[since - start : until - start], gains[k])
    return heard


@exact
def _add(line: Wave, part: Wave, factor: float) -> None:
    for n in range(len(part)):
        line[n] += part[n] * factor


@lru_cache(maxsize=1)
def ready() -> None:
    """Have all of these loops compiled, or read from the disk: seconds the first time, so not while someone waits for sound."""
    spectra = np.zeros((2, 2, TILE), np.float32)
    convolve(spectra[None], spectra, 0, np.zeros((1, 1, 2, 2, TILE), np.float32), np.ones(1, np.bool_))
    both = Real(LANES)
    both.forward()
    both.backward()
    raise_to_peaks(np.zeros(2, np.float32), np.zeros((2, TAPS + 1), np.float32), np.zeros((3, TAPS), np.float32))
    nothing = np.zeros((0, 3), np.int64)
    mix(np.zeros((4, 2), np.float32), nothing, np.zeros((0, 4), np.float32), nothing, np.zeros(0, np.float32))
