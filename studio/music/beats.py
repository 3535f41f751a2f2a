"""Where the beats are in free playing: tempo and beat times from onsets alone.

Dynamic programming over an onset curve (Ellis, "Beat Tracking by Dynamic Programming", J. New Music Research 36, 2007), with
onsets known exactly instead of found in sound, and the found beats moved onto the notes that made them.
"""

import numpy as np
import numpy.typing as npt

from studio.music.notes import Notes
from studio.music.tempo import TempoMap

Floats = npt.NDArray[np.float64]

RATE = 100  # frames of the onset curve a second
SMOOTH_S = 0.025
SLOWEST, FASTEST = 40.0, 220.0  # beats a minute
TIGHTNESS = 200.0  # how dear it is to leave the tempo; Ellis uses 100 to 680
PRIOR_OCTAVES = 0.9
NEAR_SHARE = 0.15  # of a beat: as far a beat is moved to meet its note
LEAST_ONSETS = 4


def find_beats(onsets: npt.ArrayLike, weights: npt.ArrayLike, expected_bpm: float = 120.0) -> Floats:
    """Times of the beats in seconds, from about the first onset to the last; empty for fewer than four onsets.

    ``onsets`` seconds (any order), ``weights`` how strong each is (velocity). ``expected_bpm`` decides between tempi of which
    one is a multiple of the other.
    """
    at, strong = np.asarray(onsets, np.float64), np.asarray(weights, np.float64)
    if len(np.unique(np.rint(at * RATE))) < LEAST_ONSETS:
        return np.zeros(0)
    origin = float(at.min())
    curve = _curve(at - origin, strong)
    period = _period(curve, expected_bpm)
    frames = _track(curve, period)
    return _on_notes(origin + frames / RATE, at, strong, period / RATE)


def beats_of(notes: Notes, tempo: TempoMap) -> Floats:
    """Times of the beats of played ``notes`` (counted from the song's start), in seconds."""
    return find_beats(tempo.seconds(notes.start), notes.velocity, tempo.at(0).bpm)


def _curve(at: Floats, strong: Floats) -> Floats:
    """The onset curve: a small bell for each onset, its height the root of what sounds together."""
    size = int(at.max() * RATE) + 2 * RATE
    hits = np.bincount(np.rint(at * RATE).astype(np.int64), strong, size)
    reach = np.arange(-10, 11) / RATE
    bells = np.convolve(hits, np.exp(-0.5 * (reach / SMOOTH_S) ** 2), "same")
    root = np.sqrt(bells)
    return np.asarray(root / root.std())


def _period(curve: Floats, expected_bpm: float) -> float:
    """The beat's length in frames: where the curve is most like itself, tempi near the expected one preferred."""
    size = 1 << (2 * len(curve) - 1).bit_length()
    spectrum = np.fft.rfft(curve - curve.mean(), size)
    like = np.fft.irfft(np.abs(spectrum) ** 2, size)
    lags = np.arange(int(60 * RATE / FASTEST), int(60 * RATE / SLOWEST) + 1)
    lags = lags[lags < len(curve) - 1]
    octaves = np.log2(60 * RATE / lags / expected_bpm)
    score = (like[lags] + 0.5 * like[np.minimum(2 * lags, len(curve) - 1)]) * np.exp(-0.5 * (octaves / PRIOR_OCTAVES) ** 2)
    best = int(np.argmax(score))
    if 0 < best < len(lags) - 1:  # the top of a parabola through three points
        a, b, c = score[best - 1 : best + 2]
        if a - 2 * b + c < 0:
            return float(lags[best] + 0.5 * (a - c) / (a - 2 * b + c))
    return float(lags[best])


def _track(curve: Floats, period: float) -> Floats:
    """Frames of the beats: the path that meets the most onsets while it stays near the period."""
    gaps = np.arange(round(period / 2), round(2 * period) + 1)
    dear = TIGHTNESS * np.log(gaps / period) ** 2 / 10
    total = curve.copy()
    came_from = np.full(len(curve), -1)
    for frame in range(int(gaps[0]), len(curve)):
        reach = gaps[gaps <= frame]
        before = total[frame - reach] - dear[: len(reach)]
        best = int(np.argmax(before))
        if before[best] > 0:
            total[frame] += before[best]
            came_from[frame] = frame - reach[best]
    ends = np.arange(max(0, len(curve) - 2 * RATE - round(period / 2)), len(curve) - 2 * RATE + round(period / 2))
    frame = int(ends[np.argmax(total[ends])])
    path = []
    while frame >= 0:
        path.append(frame)
        frame = int(came_from[frame])
    return np.array(path[::-1], np.float64)


def _on_notes(beats: Floats, at: Floats, strong: Floats, period: float) -> Floats:
    """Beats moved to the weighted middle of the onsets near them; where there are none, they stay."""
    moved = beats.copy()
    for k, beat in enumerate(beats.tolist()):
        near = np.abs(at - beat) <= NEAR_SHARE * period
        if near.any():
            moved[k] = np.average(at[near], weights=strong[near])
    return np.unique(moved)
