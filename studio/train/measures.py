"""Figures of pieces that tell whether written music is like played music (as in MusPy, Dong et al. 2020, section 5), in numpy."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.engines.lstm_writer_loops import FIGURE
from studio.engines.note_columns import DRUMS, STEPS, Piece

Ints = npt.NDArray[np.int64]
_MAJOR = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
_CELL = STEPS // 4
NAMES = (
    "scale consistency",
    "pitch-class entropy",
    "groove consistency",
    "notes a bar",
    "polyphony",
    "empty bars",
    "repeated bars",
)


def figures(piece: Piece, first: int, last: int) -> dict[str, float]:
    """All figures of the notes that start in steps [first, last); NaN where they say nothing (scales of drums)."""
    inside = (piece.time >= first) & (piece.time < last)
    time, track, pitch = piece.time[inside], piece.track[inside], piece.pitch[inside]
    end = np.minimum(time + piece.steps[inside], last)
    pitched = track != DRUMS
    lines = bar_lines(piece, first, last)
    bars = bar_contents(time, track, pitch, lines)
    values = (
        scale_consistency(pitch[pitched]),
        pitch_class_entropy(pitch[pitched]),
        groove_consistency(time, lines),
        len(time) / max(1, len(lines) - 1),
        polyphony(time[pitched], end[pitched]),
        float(np.mean([not b for b in bars])),
        repeated(bars),
    )
    return dict(zip(NAMES, values, strict=True))


def bar_lines(piece: Piece, first: int, last: int) -> list[int]:
    """Steps of the bar lines from ``first`` to ``last``, both included."""
    lines = [first]
    while lines[-1] < last:
        start, length, _, _ = piece.bars.at(lines[-1])
        lines.append(min(start + length, last))
    return lines


def bar_contents(time: Ints, track: Ints, pitch: Ints, lines: Sequence[int]) -> list[frozenset[tuple[int, int, int]]]:
    """What starts in each bar: (steps from its line, track, pitch)."""
    return [
        frozenset(zip((time[m] - a).tolist(), track[m].tolist(), pitch[m].tolist(), strict=True))
        for a, b in pairwise(lines)
        for m in [(time >= a) & (time < b)]
    ]


def scale_consistency(pitch: Ints) -> float:
    """The largest share of notes in any major scale (natural minors have the same notes)."""
    if not len(pitch):
        return float("nan")
    chroma = np.bincount(pitch % 12, minlength=12)
    return max(float(chroma[np.roll(_MAJOR, k)].sum()) for k in range(12)) / len(pitch)


def pitch_class_entropy(pitch: Ints) -> float:
    """Bits of the pitch-class histogram."""
    if not len(pitch):
        return float("nan")
    p = np.bincount(pitch % 12, minlength=12) / len(pitch)
    return float(-(p[p > 0] * np.log2(p[p > 0])).sum())


def groove_consistency(time: Ints, lines: Sequence[int]) -> float:
    """1 less the mean share of sixteenths in which neighbouring bars differ (one has an onset, the other none)."""
    rows = []
    for a, b in pairwise(lines):
        row = np.zeros(max(1, -(-(b - a) // _CELL)), bool)
        row[(time[(time >= a) & (time < b)] - a) // _CELL] = True
        rows.append(row)
    pairs = [float(np.mean(x != y)) for x, y in pairwise(rows) if len(x) == len(y)]
    return 1 - float(np.mean(pairs)) if pairs else float("nan")


def polyphony(start: Ints, end: Ints) -> float:
    """Mean number of sounding notes where any sounds."""
    if not len(start):
        return float("nan")
    size = int(end.max()) - int(start.min())
    change = np.zeros(size + 1)
    np.add.at(change, start - start.min(), 1)
    np.add.at(change, end - start.min(), -1)
    sounding = np.cumsum(change)[:-1]
    return float(sounding[sounding > 0].mean())


def repeated(bars: Sequence[frozenset[tuple[int, int, int]]]) -> float:
    """The share of bars with notes that are exactly like an earlier one."""
    full = [b for b in bars if b]
    return 1 - len(set(full)) / len(full) if full else float("nan")


def longest_loop(piece: Piece, first: int, last: int) -> int:
    """Notes of the longest stretch in steps [first, last) that repeats a figure of up to eight notes exactly; 0 where none does."""
    inside = (piece.time >= first) & (piece.time < last)
    rows = np.stack([piece.shift[inside], piece.track[inside], piece.pitch[inside]], axis=1)
    longest = 0
    for size in range(1, min(FIGURE + 1, len(rows))):
        broken = np.flatnonzero(np.concatenate([[True], (rows[size:] != rows[:-size]).any(axis=1), [True]]))
        again = int(np.diff(broken).max()) - 1
        longest = max(longest, again + size if again else 0)
    return longest


def outline(shift: Ints, track: Ints, pitch: Ints) -> npt.NDArray[np.uint64]:
    """One number a note that is the same in all keys: shift, track and the step from the track's last pitch."""
    step = np.zeros(len(shift), np.int64)
    for number in np.unique(track):
        where = track == number
        own = pitch[where]
        step[where] = own if number == DRUMS else np.diff(own, prepend=own[:1]) + 128
    return ((shift * 32 + track) * 512 + step).astype(np.uint64)


def stretch_hashes(rows: npt.NDArray[np.uint64], size: int) -> npt.NDArray[np.uint64]:
    """A hash of every stretch of ``size`` rows."""
    if len(rows) < size:
        return np.zeros(0, np.uint64)
    made = np.zeros(len(rows) - size + 1, np.uint64)
    for k in range(size):
        made = (made + rows[k : k + len(made)] + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        made ^= made >> np.uint64(29)
    return made


def longest_copy(
    pieces: Sequence[npt.NDArray[np.uint64]], known: Sequence[npt.NDArray[np.uint64]], most: int = 512, step: int = 8
) -> list[int]:
    """Of each piece, notes of its longest stretch that occurs in a known one (both as :func:`outline`), up to ``most``.

    Stretches of ``step``, twice, three times as many notes, ... are looked for first, then those between: shorter ones than
    ``step`` count as 0.
    """
    longest = [0] * len(pieces)

    def found(which: list[int], size: int) -> list[int]:
        every = np.unique(np.concatenate([np.zeros(0, np.uint64), *(stretch_hashes(k, size) for k in known)]))
        left = [i for i in which if np.isin(stretch_hashes(pieces[i], size), every).any()]
        for i in left:
            longest[i] = size
        return left

    left, size = list(range(len(pieces))), step
    while left and size <= most:
        left, size = found(left, size), size + step
    for size in sorted(set(longest) - {0}):
        left = [i for i in range(len(pieces)) if longest[i] == size]
        for more in range(size + 1, min(size + step, most + 1)):
            left = found(left, more)
    return longest


def found_in(piece: npt.NDArray[np.uint64], size: int, known: Sequence[npt.NDArray[np.uint64]]) -> tuple[int, int, int]:
    """Where a stretch of ``size`` rows of ``piece`` occurs in a known one: (place in the piece, which, place there).

    Raises:
        ValueError: none does.
    """
    own = stretch_hashes(piece, size)
    for number, rows in enumerate(known):
        theirs = stretch_hashes(rows, size)
        hits = np.flatnonzero(np.isin(own, theirs))
        if len(hits):
            return int(hits[0]), number, int(np.flatnonzero(theirs == own[hits[0]])[0])
    raise ValueError("no such stretch in any")
