"""What a composer may ask of the bars to come, measured from notes: density, polyphony, register, mood, repetition, chords.

Each value of a bar looks at four bars from it on, so that a value asked for is a value of the music that follows. Every one is
given to the network as a class, the last class leaving it open. Training reads the classes off the songs; a request gives
them. Chords are read off the notes of half bars by the nearest template (T. Fujishima, ICMC 1999).

Energy and brightness are weak labels: weighted features of the notes, the weights a ridge regression on 204 pieces whose
arousal (r 0.65) and valence (r 0.42) people had judged, tempo left out because the tempo is the song's and not the
writer's. They are standardised within each set of songs: high means high for such music.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, STEPS, Bars, Ints, class_velocity
from studio.music.pitch import CHORDS

Floats = npt.NDArray[np.float64]
CONTROLS: tuple[tuple[str, int], ...] = (
    ("density", 26),
    ("polyphony", 16),
    ("register", 24),
    ("energy", 17),
    ("brightness", 17),
    ("repetition", 16),
)
"""Name and number of classes, not counting the open one."""
NAMES = tuple(n for n, _ in CONTROLS)
QUALITIES = tuple(CHORDS)
NO_CHORD = 12 * len(QUALITIES)
N_CHORD = NO_CHORD + 1
HARMONY = ("chord_from", "chord", "chord_ahead")
"""Chord where the note before stands, where the note stands, and in the half bar after the note before."""
COLUMNS: tuple[tuple[str, int], ...] = (*((n, c + 1) for n, c in CONTROLS), *((n, N_CHORD + 1) for n in HARMONY))
OPEN = np.array([c - 1 for _, c in COLUMNS], np.uint8)
"""The class of each column that leaves it open."""
AHEAD = 4
"""Bars that a value looks at."""

# Means and deviations of the features, and their weights (arousal, valence).
_MOOD = {
    "density": (6.9, 3.74, 0.23, -0.06),
    "onset rate": (3.64, 1.61, 0.15, 0.07),
    "pitch": (61.81, 5.32, -0.04, -0.07),
    "pitch deviation": (11.33, 3.08, 0.0, 0.14),
    "velocity": (92.2, 22.03, 0.06, -0.09),
    "mode": (0.01, 0.18, 0.0, 0.21),
    "clarity": (0.79, 0.11, -0.05, 0.24),
    "duration": (0.64, 0.44, -0.15, -0.09),
    "low": (0.15, 0.14, 0.17, -0.32),
}
_BEATS_A_SECOND = 2.0
_LOW = 48
# C. Krumhansl, Cognitive Foundations of Musical Pitch (1990), table 2.1.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


@dataclass(frozen=True)
class Sounding:
    """Notes to be measured, columns of shape [n] sorted by time: as in :class:`studio.engines.note_columns.Piece`.

    ``copied`` says of each note whether it stood so some bars ago (see :func:`copies`).
    """

    time: Ints
    track: Ints
    pitch: Ints
    steps: Ints
    velocity: Ints
    copied: npt.NDArray[np.bool_]


def lines_of(bars: Bars, first: int, last: int) -> Ints:
    """Steps of the bar lines from the one at or before ``first`` to the one after ``last``."""
    made = []
    starts = [s[0] for s in bars.signatures]
    for k, (start, length, _) in enumerate(bars.signatures):
        end = starts[k + 1] if k + 1 < len(starts) else max(last, start) + length + 1
        made.append(np.arange(start, end, length))
    lines = np.concatenate(made)
    low = max(0, int(np.searchsorted(lines, first, "right")) - 1)
    high = int(np.searchsorted(lines, last, "right"))
    if high == len(lines):
        lines = np.append(lines, lines[-1] + bars.signatures[-1][1])
    return lines[low : high + 1]


def values(sound: Sounding, lines: Ints) -> Floats:
    """Density (notes a beat), polyphony, register (mean pitch), raw energy, raw brightness, repetition (share copied).

    Of every bar between ``lines`` and the three after it, [bars, 6]; NaN where nothing sounds or nothing is pitched.
    """
    count = len(lines) - 1
    bar = np.clip(np.searchsorted(lines, sound.time, "right") - 1, 0, count - 1)
    pitched = sound.track != DRUMS
    of, pitch = bar[pitched], sound.pitch[pitched].astype(float)
    loud = np.array([class_velocity(v) for v in range(32)])[sound.velocity]
    onset = np.diff(sound.time, prepend=-1) != 0
    duration = sound.steps[pitched] / STEPS
    sums = [
        np.bincount(bar, minlength=count),
        np.bincount(bar, onset, count),
        np.bincount(bar, sound.copied, count),
        np.bincount(bar, loud, count),
        np.bincount(of, minlength=count),
        np.bincount(of, pitch, count),
        np.bincount(of, pitch**2, count),
        np.bincount(of, pitch < _LOW, count),
        np.bincount(of, np.log(duration), count),
        np.diff(lines) / STEPS,
    ]
    chroma = _chroma(sound, lines)
    total, covered = _held(sound, lines)
    made = [_ahead(np.asarray(s, float)) for s in (*sums, total, covered)]
    notes, onsets, copied, loudness, n, first, second, low, length, beats, area, time = made
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = first / n
        mode, clarity = _tonality(np.stack([_ahead(c) for c in chroma.T], axis=1))
        features = {
            "density": notes / beats * _BEATS_A_SECOND,
            "onset rate": onsets / beats * _BEATS_A_SECOND,
            "pitch": mean,
            "pitch deviation": np.sqrt(np.maximum(second / n - mean**2, 0)),
            "velocity": loudness / notes,
            "mode": mode,
            "clarity": clarity,
            "duration": np.exp(length / n),
            "low": low / n,
        }
        moods = [
            sum(np.nan_to_num((features[k] - m) / sd) * weights[which] for k, (m, sd, *weights) in _MOOD.items())
            for which in (0, 1)
        ]
        moods = [np.where(notes > 0, m, np.nan) for m in moods]
        return np.stack([notes / beats, area / time, mean, *moods, copied / notes], axis=1)


def _ahead(a: Floats) -> Floats:
    """The sum of each entry and the three after it."""
    total = np.concatenate([[0.0], np.cumsum(a)])
    return total[np.minimum(np.arange(len(a)) + AHEAD, len(a))] - total[:-1]


def _between(marks: Floats, lines: Ints, first: int) -> Floats:
    """Sums of a timeline from line to line."""
    total = np.concatenate([[0.0], np.cumsum(marks)])
    return np.diff(total[np.clip(lines - first, 0, len(marks))])


def _timeline(start: Ints, end: Ints, first: int, last: int) -> Floats:
    line = np.zeros(last - first + 1)
    np.add.at(line, np.clip(start - first, 0, last - first), 1)
    np.add.at(line, np.clip(end - first, 0, last - first), -1)
    return np.cumsum(line)[:-1]


def _held(sound: Sounding, lines: Ints) -> tuple[Floats, Floats]:
    """Steps that pitched notes sound in each bar, summed, and steps in which any does."""
    pitched = sound.track != DRUMS
    first, last = int(lines[0]), int(lines[-1])
    line = _timeline(sound.time[pitched], (sound.time + sound.steps)[pitched], first, last)
    return _between(line, lines, first), _between((line > 0).astype(float), lines, first)


def _chroma(sound: Sounding, lines: Ints) -> Floats:
    """Steps that each pitch class sounds from line to line, [lines - 1, 12]."""
    first, last = int(lines[0]), int(lines[-1])
    made = np.zeros((len(lines) - 1, 12))
    end = sound.time + np.minimum(sound.steps, 4 * STEPS)
    for tone in range(12):
        which = (sound.track != DRUMS) & (sound.pitch % 12 == tone)
        if which.any():
            made[:, tone] = _between(_timeline(sound.time[which], end[which], first, last), lines, first)
    return made


def _tonality(chroma: Floats) -> tuple[Floats, Floats]:
    """Best correlation with a major key less that with a minor key, and the better of the two, [n] each."""
    best = []
    spread = chroma - chroma.mean(axis=1, keepdims=True)
    size = np.sqrt((spread**2).sum(axis=1))
    for profile in (_MAJOR, _MINOR):
        turned = np.stack([np.roll(profile - profile.mean(), k) for k in range(12)])
        best.append((spread @ turned.T / np.maximum(size[:, None], 1e-9) / np.sqrt((turned[0] ** 2).sum())).max(axis=1))
    return best[0] - best[1], np.maximum(*best)


def classes(raw: Floats) -> npt.NDArray[np.uint8]:
    """Classes of [n, 6] values as :func:`values` gives them, energy and brightness standardised; open where NaN."""
    density, polyphony, register, energy, brightness, repetition = np.asarray(raw, float).T
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.stack(
            [
                4 * np.log2(np.maximum(density, 0.25)) + 8,
                4 * np.log2(np.maximum(polyphony, 1.0)),
                (register - 36) / 2,
                3 * energy + 8,
                3 * brightness + 8,
                15 * repetition,
            ],
            axis=1,
        )
    most = np.array([c - 1 for _, c in CONTROLS])
    found = np.clip(np.round(scaled), 0, most)
    return np.where(np.isnan(scaled), OPEN[: len(CONTROLS)], np.nan_to_num(found)).astype(np.uint8)


def halves(lines: Ints) -> Ints:
    """Lines of the stretches that have one chord each: half bars, whole bars where they are short."""
    middle = [(a + b) // 2 for a, b in pairwise(lines.tolist()) if b - a >= 4 * STEPS]
    return np.unique(np.concatenate([lines, np.array(middle, np.int64)]))


_TEMPLATES = np.zeros((12, len(QUALITIES), 12))
for _root in range(12):
    for _k, _steps in enumerate(CHORDS.values()):
        _TEMPLATES[_root, _k, [(_root + s) % 12 for s in _steps]] = len(_steps) ** -0.5


def chords(sound: Sounding, lines: Ints) -> npt.NDArray[np.uint8]:
    """The chord class of each stretch between ``lines`` (:func:`halves`): 13 a root, in the order of CHORDS."""
    chroma = _chroma(sound, lines)
    size = np.sqrt((chroma**2).sum(axis=1))
    score = np.einsum("nt,rqt->nrq", chroma, _TEMPLATES) / np.maximum(size, 1e-9)[:, None, None]
    pitched = sound.track != DRUMS
    lowest = np.full(len(lines) - 1, 128)
    where = np.clip(np.searchsorted(lines, sound.time[pitched], "right") - 1, 0, len(lines) - 2)
    np.minimum.at(lowest, where, sound.pitch[pitched])
    some = np.flatnonzero(lowest < 128)
    score[some, lowest[some] % 12] += 0.1
    best = score.reshape(len(score), -1).argmax(axis=1)
    return np.where(size > 0, best, NO_CHORD).astype(np.uint8)


def note_columns(
    by_bar: npt.NDArray[np.uint8], by_half: npt.NDArray[np.uint8], lines: Ints, half: Ints, time: Ints
) -> npt.NDArray[np.uint8]:
    """The columns of :data:`COLUMNS` for notes at ``time`` (after one at the first line), [n, 9]."""
    now = np.concatenate([lines[:1], time[:-1]])
    bar = np.clip(np.searchsorted(lines, now, "right") - 1, 0, len(by_bar) - 1)
    here, there = (np.clip(np.searchsorted(half, t, "right") - 1, 0, len(by_half) - 1) for t in (now, time))
    ahead = np.minimum(here + 1, len(by_half) - 1)
    return np.concatenate([by_bar[bar], np.stack([by_half[here], by_half[there], by_half[ahead]], axis=1)], axis=1)


def moved(columns: npt.NDArray[np.integer[Any]], semitones: int) -> npt.NDArray[np.uint8]:
    """``columns`` of music that stands ``semitones`` higher; open stays open."""
    made = columns.astype(np.int64)
    k = NAMES.index("register")
    made[:, k] = np.where(made[:, k] == OPEN[k], OPEN[k], np.clip(made[:, k] + round(semitones / 2), 0, CONTROLS[k][1] - 1))
    for k in range(len(CONTROLS), len(COLUMNS)):
        root, quality = np.divmod(made[:, k], len(QUALITIES))
        made[:, k] = np.where(made[:, k] >= NO_CHORD, made[:, k], (root + semitones) % 12 * len(QUALITIES) + quality)
    return made.astype(np.uint8)
