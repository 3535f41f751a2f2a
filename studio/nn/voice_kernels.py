"""Notes on the processor: whatever of many notes is asked for, in one call that holds no lock of Python's."""

import math
from typing import Any, NamedTuple

import numpy as np
from numba.np.numpy_support import carray

from studio.nn.jit import Float, Ints, Wave, compiled
from studio.nn.noise_kernels import FADE, LONG, SHORT, Kind, Room, frames, lay_long, lay_short, place_of
from studio.nn.spectral_kernels import (
    BANDS,
    BLOCK,
    GROUP,
    HOP,
    MOST_FRAMES,
    ONSET_HOP,
    ROOM_FRAMES,
    aligned,
    extent,
    tones,
)
from studio.nn.vectors import LANES, drawn, pointer

COLUMNS = 15  # of a plan
_GROUPS = BLOCK // SHORT // LANES  # of short frames
POINTS = 25


class Song(NamedTuple):
    """What all notes of one rate have in common.

    ``points`` [POINTS]: the control points' seconds. ``order``: of the groups of frames. ``rise`` and ``fall`` [FADE]: how frames come
    and go; ``onset`` and ``end``: how notes do.
    """

    points: Float
    order: Ints
    rise: Wave
    fall: Wave
    onset: Wave
    end: Wave
    short: Kind
    long: Kind


class Space(NamedTuple):
    """Room to work in, for one thread at a time."""

    block: Wave  # [BLOCK]
    work: Wave  # [4, ROOM_FRAMES + 1, HOP]
    brief: Wave  # [short frames, SHORT + FADE]
    waves: Wave  # [2, LANES, LONG + FADE]
    short: Room
    long: Room


def new_space() -> Space:
    """Room for a thread."""
    size, bands = aligned(LANES, 64), aligned(BANDS + 1, LANES)
    rooms = [Room(size, bands, *(aligned(2, (hop + FADE) // 2, LANES) for _ in range(2))) for hop in (SHORT, LONG)]
    return Space(
        aligned(BLOCK),
        aligned(4, ROOM_FRAMES + 1, HOP),
        aligned(BLOCK // SHORT, SHORT + FADE),
        aligned(2, LANES, LONG + FADE),
        *rooms,
    )


@compiled
def fill_tables(waves: Wave, turns: Wave, cycles: Float) -> None:
    """Cosines and sines of partials of so many ``cycles`` a sample [p]: over a hop, [2, width, HOP], and from hop to hop.

    The latter are [2, MOST_FRAMES, width], :data:`ONSET_HOP` samples apart. Each is the one before, turned on.
    """
    for p in range(len(cycles)):
        angle = 2 * math.pi * cycles[p]
        c, s, x, y = math.cos(angle), math.sin(angle), 1.0, 0.0
        for n in range(HOP):
            waves[0, p, n], waves[1, p, n] = x, y
            x, y = x * c - y * s, x * s + y * c
        angle = 2 * math.pi * (cycles[p] * ONSET_HOP - math.floor(cycles[p] * ONSET_HOP))
        c, s, x, y = math.cos(angle), math.sin(angle), 1.0, 0.0
        for n in range(MOST_FRAMES):
            turns[0, n, p], turns[1, n, p] = x, y
            x, y = x * c - y * s, x * s + y * c


@compiled
def _noise(line: Wave, at: Any, key: int, levels: Wave, song: Song, space: Space, ready: int) -> int:
    """Add noise to a block; ``at``: the block, frames of the release, of the note's end, and rate.

    ``ready``: the block whose long frames are there already; the same is told for the next call.
    """
    block, held, length, rate = at
    for k in range(block, block + 2):
        if k == 0 or ready >= k or (k > block > 0 and k * BLOCK - FADE >= length):
            continue
        when = ((k * BLOCK + (LONG - FADE) / 2) / rate, LONG / rate, held / rate)
        which = place_of(song.order, key, _GROUPS + k - 1, LONG + FADE)
        frames(space.waves[k % 2], song.long, space.long, levels, when, song.points, which)
        ready = k
    next_one = space.waves[(block + 1) % 2, 0]
    if block:
        lay_long(line, space.waves[block % 2], next_one, song.rise, song.fall)
        return ready
    for k in range(_GROUPS):
        when, which = (k * LANES * SHORT / rate, SHORT / rate, held / rate), place_of(song.order, key, k, SHORT + FADE)
        frames(space.brief[k * LANES : (k + 1) * LANES], song.short, space.short, levels, when, song.points, which)
    lay_short(line, space.brief, next_one, song.rise, song.fall)
    return ready


@compiled
def _place(row: Wave, line: Wave, block: int, first: int, length: int, onset: Wave, end: Wave) -> None:
    """Put the part of a block that lies in the slice from frame ``first`` on into ``row``, gated at the note's onset and end."""
    start = block * BLOCK
    low, high = max(first, start), min(first + len(row), start + BLOCK, length)
    for n in range(max(high - low, 0)):
        row[low - first + n] = line[low - start + n]
    for n in range(low, min(high, len(onset))):
        row[n - first] *= onset[n]
    for n in range(max(low, length - len(end) + 1), high):
        row[n - first] *= end[length - n]


@compiled
def notes(plan: Ints, faint: Float, rate: int, song: Song, space: Space, turn: Ints) -> None:
    """Write blocks of notes into their rows; other threads may do so too, with the same ``turn`` [1]: the next one's number.

    ``plan`` [n, COLUMNS]: addresses of levels, what is audible, hiss, frequencies, phases, tables and row; number of partials, frames held,
    length, key, first frame and length of the row, first block and the one after the last. ``faint`` [n].
    """
    points, v = song.points, drawn(turn)
    while v < len(plan):
        partials, held, length, key, first, size = plan[v, 7], plan[v, 8], plan[v, 9], plan[v, 10], plan[v, 11], plan[v, 12]
        width = max((partials + GROUP - 1) // GROUP * GROUP, GROUP)
        levels = carray(pointer(plan[v, 0]), (POINTS + 1, BANDS + partials), np.float32)
        audible = carray(pointer(plan[v, 1]), (POINTS,), np.int64)
        hiss = carray(pointer(plan[v, 2]), (POINTS,), np.float64)
        tuning = (
            carray(pointer(plan[v, 3]), (partials,), np.float64),
            carray(pointer(plan[v, 4]), (partials,), np.float64),
        )
        waves = carray(pointer(plan[v, 5]), (2, width, HOP), np.float32)
        turns = carray(pointer(plan[v, 5] + 8 * width * HOP), (2, MOST_FRAMES, width), np.float32)
        row = carray(pointer(plan[v, 6]), (size,), np.float32)
        ready = int(np.int64(-1))  # a literal would be a kind of its own
        for block in range(plan[v, 13], plan[v, 14]):
            place = (block, held, rate)
            count, noisy = extent(levels, audible, hiss, faint[v], points, place)
            if count:
                tones(space.block, levels, count, place, points, tuning, waves, turns, space.work)
            else:
                space.block[:] = np.float32(0)
            if noisy:
                ready = _noise(space.block, (block, held, length, rate), key, levels, song, space, ready)
            _place(row, space.block, block, first, length, song.onset, song.end)
        v = drawn(turn)
