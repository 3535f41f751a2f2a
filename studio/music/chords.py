"""Chords as people write them, and chord names from notes: which chord sounds in each beat, and where one gives way to the next.

Each beat's pitch classes, weighed by how long they sound, are compared with every chord; a chord pays for leaving out what
sounds and for tones that do not. The best path through the beats pays for each change, least at bar lines.
"""

from functools import lru_cache
from itertools import cycle, pairwise

import numpy as np
import numpy.typing as npt

from studio.errors import StudioError
from studio.music.document import ChordSpan
from studio.music.notes import IntColumn, Notes
from studio.music.pitch import CHORDS, Chord
from studio.music.time import Meter

Floats = npt.NDArray[np.float64]

LEAST_CLASSES = 2  # a chord needs as many pitch classes at once
BASS = 0.12  # for a chord whose root is the lowest note
CHANGE_AT_BAR, CHANGE_ELSEWHERE = 0.15, 0.55
COMMON = {"": 0.06, "m": 0.06, "7": 0.02, "m7": 0.0, "maj7": 0.0}  # what is rarer has to be heard more clearly
RARE = -0.06


@lru_cache(maxsize=1)
def _templates() -> tuple[tuple[Chord, ...], Floats, Floats, npt.NDArray[np.int64]]:
    """All chords, their tones [chords, 12], what speaks for them beforehand [chords], and their roots [chords]."""
    chords = tuple(Chord(root, quality) for quality in CHORDS for root in range(12))
    tones = np.zeros((len(chords), 12))
    for k, chord in enumerate(chords):
        tones[k, list(chord.pitch_classes)] = 1
    prior = np.array([COMMON.get(c.quality, RARE) for c in chords])
    return chords, tones, prior, np.array([c.root for c in chords])


def recognize_chords(notes: Notes, beats: npt.ArrayLike, bars: npt.ArrayLike) -> tuple[ChordSpan, ...]:
    """The chords of ``notes`` (pitched ones only, counted from the song's start).

    ``beats`` [m + 1] are the ticks of the beats' edges, ``bars`` the ticks of the bar lines among them. Where fewer than two
    pitch classes sound there is no chord.
    """
    edges = np.asarray(beats, np.int64)
    if len(edges) < 2 or not len(notes):
        return ()
    weights, lowest = _heard(notes, edges)
    chords, tones, prior, roots = _templates()
    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    inside = share @ tones.T
    sounding = (share > 0.04).astype(np.float64)
    missing = 1 - sounding @ tones.T / tones.sum(axis=1)
    score = inside - 0.35 * missing + prior + BASS * (lowest[:, None] == roots)
    empty = (share > 0.04).sum(axis=1) < LEAST_CLASSES
    score[empty] = 0
    path = _best_path(score, np.isin(edges[:-1], np.asarray(bars, np.int64)))
    return _spans(path, score, empty, edges, chords)


def _heard(notes: Notes, edges: IntColumn) -> tuple[Floats, npt.NDArray[np.int64]]:
    """How long each pitch class sounds in each beat [m, 12], in beats, and the lowest one's pitch class [m] (-1 for none)."""
    count = len(edges) - 1
    weights, lowest = np.zeros((count, 12)), np.full(count, 1_000)
    end = np.minimum(notes.end, notes.start + 4 * int(edges[1] - edges[0]))  # what is held for long has died away
    first = np.clip(np.searchsorted(edges, notes.start, "right") - 1, 0, count)
    last = np.clip(np.searchsorted(edges, end, "left"), 0, count)
    for offset in range(int((last - first).max(initial=0))):
        kept = np.flatnonzero(first + offset < last)
        beat = first[kept] + offset
        overlap = np.minimum(end[kept], edges[beat + 1]) - np.maximum(notes.start[kept], edges[beat])
        share = np.maximum(overlap, 0) / (edges[beat + 1] - edges[beat])
        pitch = notes.pitch[kept].astype(np.int64)
        np.add.at(weights, (beat, pitch % 12), share)
        np.minimum.at(lowest, beat, np.where(share > 0.1, pitch, 1_000))
    return weights, np.where(lowest < 1_000, lowest % 12, -1)


def _best_path(score: Floats, at_bar: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The chord of each beat [m] whose scores, less the price of the changes, are the most (Viterbi)."""
    total = score[0].copy()
    came = np.zeros(score.shape, np.int64)
    stay = np.arange(score.shape[1])
    for k in range(1, len(score)):
        best = int(np.argmax(total))
        changed = total[best] - (CHANGE_AT_BAR if at_bar[k] else CHANGE_ELSEWHERE)
        moves = changed > total
        came[k] = np.where(moves, best, stay)
        total = np.where(moves, changed, total) + score[k]
    path = np.empty(len(score), np.int64)
    path[-1] = int(np.argmax(total))
    for k in range(len(score) - 1, 0, -1):
        path[k - 1] = came[k, path[k]]
    return path


def _spans(
    path: npt.NDArray[np.int64], score: Floats, empty: npt.NDArray[np.bool_], edges: IntColumn, chords: tuple[Chord, ...]
) -> tuple[ChordSpan, ...]:
    cuts = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    spans = []
    for a, b in pairwise(cuts):
        heard = np.flatnonzero(~empty[a:b]) + a
        if len(heard) and score[heard, path[a]].mean() > 0.45:
            spans.append(ChordSpan(int(edges[heard[0]]), int(edges[heard[-1] + 1]), chords[path[a]]))
    return tuple(spans)


def chord_spans(text: str, meter: Meter, start: int, end: int) -> tuple[ChordSpan, ...]:
    """Chords written as people do, a bar each (``C Am F G``) or several in one (``C,G``), over and over from ``start`` to ``end``.

    Raises:
        StudioError: a word is no chord.
    """
    try:
        bars = [[Chord.parse(word) for word in bar.split(",")] for bar in text.split()]
    except ValueError as error:
        raise StudioError(f"The chords cannot be read: {error}.", "Write them like this: C Am7 F,G C.") from error
    made: list[ChordSpan] = []
    for k, bar in zip(range(meter.bar_of(start), meter.bar_of(end - 1) + 1), cycle(bars), strict=False):
        first, last = meter.bar_start(k), meter.bar_start(k + 1)
        lines = [first + (last - first) * i // len(bar) for i in range(len(bar) + 1)]
        made += [ChordSpan(a, b, c) for (a, b), c in zip(pairwise(lines), bar, strict=True)]
    return tuple(made)
