"""How far two sets of pieces overlap in what they are like (Yang and Lerch, On the evaluation of generative models in music, 2020).

Of every feature the distances between the pieces of a set, and those from them to the pieces of another, are smoothed to two
densities (a Gaussian kernel, Scott's rule); the area under both says how alike the sets are: 1 where they are one.
"""

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, DURATIONS, Piece
from studio.train.measures import bar_lines, groove_consistency, scale_consistency

Floats = npt.NDArray[np.float64]
FEATURES = (
    "pitch count",
    "pitch classes",
    "class transitions",
    "pitch range",
    "inter-onset",
    "note lengths",
    "notes a bar",
    "scale consistency",
    "groove consistency",
)
_CELLS = 512


def features(piece: Piece, first: int, last: int) -> dict[str, Floats]:
    """Each feature of the notes that start in steps [first, last), a vector; NaN where they say nothing (pitches of drums)."""
    inside = (piece.time >= first) & (piece.time < last)
    time, track, pitch = piece.time[inside], piece.track[inside], piece.pitch[inside]
    pitched = track != DRUMS
    tones, lines = pitch[pitched], bar_lines(piece, first, last)
    onsets = np.unique(time)
    values: tuple[npt.ArrayLike, ...] = (
        len(np.unique(tones)) if len(tones) else np.nan,
        np.bincount(tones % 12, minlength=12) / len(tones) if len(tones) else np.full(12, np.nan),
        _transitions(track[pitched], tones),
        int(tones.max() - tones.min()) if len(tones) else np.nan,
        np.diff(onsets).mean() if len(onsets) > 1 else np.nan,
        np.bincount(piece.duration[inside][pitched], minlength=len(DURATIONS)) / len(tones)
        if len(tones)
        else np.full(len(DURATIONS), np.nan),
        len(time) / max(1, len(lines) - 1),
        scale_consistency(tones),
        groove_consistency(time, lines),
    )
    return {n: np.atleast_1d(np.asarray(v, float)).ravel() for n, v in zip(FEATURES, values, strict=True)}


def _transitions(track: npt.NDArray[np.int64], pitch: npt.NDArray[np.int64]) -> Floats:
    """Shares of the steps from pitch class to pitch class within the tracks, [144]."""
    made = np.zeros(144)
    for number in np.unique(track):
        tone = pitch[track == number] % 12
        made += np.bincount(tone[:-1] * 12 + tone[1:], minlength=144)
    return made / made.sum() if made.any() else np.full(144, np.nan)


def overlap(reference: Floats, other: Floats) -> float:
    """The overlapped area of a feature, rows being pieces: distances within ``reference`` beside those from it to ``other``.

    NaN where either has too few pieces that the feature says something of.
    """
    known, shown = (rows[~np.isnan(rows).any(axis=1)] for rows in (reference, other))
    if len(known) < 3 or not len(shown):
        return float("nan")
    within = _distances(known, known)[np.triu_indices(len(known), 1)]
    between = _distances(known, shown).ravel()
    widest = float(max(within.max(), between.max()))
    if not widest:
        return 1.0
    edges = np.linspace(-widest / 2, 1.5 * widest, _CELLS + 1)
    return float(np.minimum(_density(within, edges), _density(between, edges)).sum())


def _distances(a: Floats, b: Floats) -> Floats:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))  # type: ignore[no-any-return]


def _density(values: Floats, edges: Floats) -> Floats:
    """Shares of the smoothed ``values`` between ``edges``, which are evenly spaced."""
    cell = edges[1] - edges[0]
    width = max(float(values.std()) * len(values) ** -0.2, cell / 2)
    at = np.arange(-_CELLS, _CELLS + 1) * cell
    kernel = np.exp(-0.5 * (at / width) ** 2)
    made = np.convolve(np.histogram(values, edges)[0], kernel)[_CELLS : 2 * _CELLS]
    return made / made.sum()  # type: ignore[no-any-return]
