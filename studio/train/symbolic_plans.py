"""Courses of density, polyphony, register, mood and repetition taken from songs: what a new piece follows where nothing else is asked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import N_TRACK
from studio.engines.note_controls import CONTROLS, OPEN
from studio.engines.note_features import BEFORE
from studio.nn.note_lstm import PLAN_BARS
from studio.train.symbolic import SLIPPED, Corpus
from studio.train.symbolic_files import SETS, STYLES, TRAIN

_BAR, _METRE = ([n for n, _ in BEFORE].index(name) for name in ("bar_number", "metre"))
_SHORTEST = 8
Classes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Courses:
    """``plans`` [styles, count, bars, 6], who plays them: ``tracks`` [styles, count, tracks], ``metres`` [styles, count]."""

    plans: Classes
    tracks: Classes
    metres: Classes

    @property
    def buffers(self) -> dict[str, Classes]:
        """As :class:`studio.nn.note_lstm.NoteLstm` keeps them."""
        return {"plans": self.plans, "plan_tracks": self.tracks, "plan_metres": self.metres}


def course(corpus: Corpus, song: int) -> Classes:
    """Control classes of the first bars of a song, [bars, 6], at most :data:`studio.nn.note_lstm.PLAN_BARS`."""
    at, end = int(corpus.first[song]), int(corpus.first[song + 1])
    numbers = corpus.rows[at:end, _BAR].astype(np.int64)
    bar = np.cumsum(np.diff(numbers, prepend=numbers[:1]) & 15)
    count = min(PLAN_BARS, int(bar[-1]) + 1)
    row = np.clip(np.searchsorted(bar, np.arange(count), "right") - 1, 0, end - at - 1)
    return np.array(corpus.controls[at:end])[row, : len(CONTROLS)]


def plans_of(corpus: Corpus, count: int) -> Courses:
    """Courses of ``count`` training songs of each style, with their first metre.

    Songs that are shorter than a plan start again after their fourth bar. A style without songs stays open.
    """
    plans = np.broadcast_to(OPEN[: len(CONTROLS)], (len(STYLES), count, PLAN_BARS, len(CONTROLS))).copy()
    tracks = np.zeros((len(STYLES), count, N_TRACK), np.uint8)
    metres = np.zeros((len(STYLES), count), np.uint8)
    draw = np.random.default_rng(0)
    # Songs with parts left out at random are no models of how full an ensemble plays.
    left_out = [s.thinned == "random" for s in SETS]
    changed = np.array([n.endswith(SLIPPED) or ("#" in n and left_out[s]) for n, s in zip(corpus.names, corpus.set, strict=True)])
    for style in range(len(STYLES)):
        songs = draw.permutation(np.flatnonzero((corpus.set == style) & (corpus.split == TRAIN) & ~changed))
        found = [(s, c) for s in songs[: 4 * count] if len(c := course(corpus, int(s))) >= _SHORTEST][:count]
        for k in range(count if found else 0):
            song, bars = found[k % len(found)]
            plans[style, k] = bars[[b if b < len(bars) else 4 + (b - 4) % (len(bars) - 4) for b in range(PLAN_BARS)]]
            tracks[style, k] = corpus.tracks[song]
            metres[style, k] = corpus.rows[corpus.first[song], _METRE]
    return Courses(plans, tracks, metres)
