"""How people play what is written: timing and loudness, note by note, learned from recorded playing.

A small network looks at what the score says of a note (place in the bar, neighbours, chord, register or piece of the drum
kit, tempo) and at how the note before and the last one in the same place of the bar were played, and tells how early or late
and how loud this one is likely to be and how much that varies. Playing is drawn from that, one note after another, so that a
phrase leans as a whole and a groove stays what it is: what separates playing from noise is that deviations hang together.
numpy only: it loads in a moment and needs no device.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load

from studio.engines.cards import Card, check_weights
from studio.errors import StudioError
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.music.time import TICKS_PER_QUARTER, Meter

Floats = npt.NDArray[np.float64]
TIME_MS, LOUD = 20.0, 16.0  # what one unit of the network's timing and loudness stands for
MOST_MS = 60.0
KIT = (
    (35, 36), (37, 38, 39, 40), (42, 44), (46,), (41, 43, 45, 47, 48, 50), (49, 52, 55, 57), (51, 53, 59), (54, 56, 69, 70),
)  # fmt: skip
"""Pieces of the drum kit that are played alike: kick, snare, hat, open hat, toms, crash, ride, small percussion."""
PITCHED = slice(14, 16)  # the columns of register and step, which drums do not have
BEFORE = 6  # the last columns of the features: how the note before and the last one in its place were played
CALM = 0.7  # of the spread among all players: one player is steadier than all of them together
FEATURES = 17 + len(KIT) + BEFORE


def score_features(notes: Notes, meter: Meter, bpm: npt.ArrayLike, drums: bool) -> Floats:
    """What the score says of each note: [n, FEATURES - BEFORE]. ``bpm`` is the tempo of the song or of each note [n].

    The notes lie on the grid: their starts are taken for what is written.
    """
    start, pitch = notes.start, notes.pitch.astype(np.float64)
    bars = meter.bar_starts(start)
    beat = np.array([meter.at(int(b)).beat_ticks for b in bars.tolist()])
    bar = np.array([meter.at(int(b)).bar_ticks for b in bars.tolist()])
    within, around = (start - bars) % beat / beat, 2 * np.pi * (start - bars) / bar
    heads = np.flatnonzero(np.diff(start, prepend=-1))
    chord = np.cumsum(np.diff(start, prepend=-1) > 0) - 1
    size = np.diff(np.append(heads, len(start)))
    rank = np.arange(len(start)) - heads[chord]
    onsets = start[heads].astype(np.float64)
    gaps = np.diff(onsets) / TICKS_PER_QUARTER
    before, after = np.append(4.0, gaps)[chord], np.append(gaps, 4.0)[chord]
    top = pitch[heads + size - 1]
    step = np.append(0.0, np.diff(top))[chord]
    register = np.zeros(len(start)) if drums else (pitch - pitch.mean()) / 12
    columns = [
        np.full(len(start), float(drums)),
        start == bars,
        within == 0,
        np.abs(within - 0.5) < 1e-9,
        np.sin(around),
        np.cos(around),
        np.sin(2 * np.pi * within),
        np.cos(2 * np.pi * within),
        _octaves(before),
        _octaves(after),
        _octaves(notes.duration / TICKS_PER_QUARTER),
        np.log2(size[chord]) / 2,
        rank / np.maximum(1, size[chord] - 1),
        rank == size[chord] - 1,
        register,
        np.zeros(len(start)) if drums else np.clip(step / 12, -2, 2),
        np.log2(np.broadcast_to(np.asarray(bpm, np.float64), start.shape) / 120),
        *(np.isin(notes.pitch, kit) & drums for kit in KIT),
    ]
    return np.stack([np.asarray(c, np.float64) for c in columns], axis=1)


def same_places(notes: Notes, meter: Meter, drums: bool) -> npt.NDArray[np.int64]:
    """For each note the index of the last one before it in the same place of the bar (of the same piece of the kit), or -1 [n]."""
    place = (notes.start - meter.bar_starts(notes.start)) * 4 // TICKS_PER_QUARTER
    piece = np.zeros(len(notes), np.int64)
    for k, kit in enumerate(KIT if drums else ()):
        piece[np.isin(notes.pitch, kit)] = k + 1
    key = place * (len(KIT) + 1) + piece
    order = np.argsort(key, kind="stable")
    before = np.full(len(notes), -1)
    same = np.flatnonzero(np.diff(key[order]) == 0) + 1
    before[order[same]] = order[same - 1]
    return before


def _octaves(quarters: Floats) -> Floats:
    """Lengths on a scale of doublings, one unit for two of them."""
    return np.asarray(np.log2(np.clip(quarters, 1 / 32, 8)) / 2)


@dataclass(frozen=True, eq=False)
class Playing:
    """How notes are played: milliseconds late (negative: early) and velocity above the written one, each [n]."""

    late_ms: Floats
    louder: Floats


class Performer:
    """Plays notes as people do. Prepared by its card, it plays the same on every machine."""

    def __init__(self, weights: dict[str, npt.NDArray[Any]] | None = None) -> None:
        self.card = Card("", "performer", "Performer")
        if weights is not None:
            self._use(weights)

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights. It needs no device.

        Raises:
            StudioError: they are missing, damaged or of another shape.
        """
        self._use(load(check_weights(card)))
        self.card = card

    def _use(self, weights: dict[str, npt.NDArray[Any]]) -> None:
        names = [f"{k}.{part}" for k in (0, 2, 4) for part in ("weight", "bias")]
        if any(name not in weights for name in names) or weights["0.weight"].shape[1:] != (FEATURES,):
            raise StudioError("The model that plays notes does not fit this version.", "Install the model again.")
        columns = [weights[name].astype(np.float64) for name in names]
        self._layers = list(zip(columns[::2], columns[1::2], strict=True))

    def play(self, notes: Notes, meter: Meter, tempo: TempoMap, drums: bool, seed: int) -> Playing:
        """Draw one way of playing ``notes`` (counted from the song's start). The same seed gives the same playing."""
        if not len(notes):
            return Playing(np.zeros(0), np.zeros(0))
        bpm = np.array([tempo.at(int(t)).bpm for t in notes.start.tolist()])
        (w0, b0), (w1, b1), (w2, b2) = self._layers
        score = score_features(notes, meter, bpm, drums) @ w0[:, :-BEFORE].T + b0
        follows = np.append(False, np.diff(notes.start) == 0).astype(np.float64)
        noise = CALM * np.clip(np.random.default_rng(seed).standard_normal((len(notes), 2)), -2, 2)
        places = same_places(notes, meter, drums).tolist()
        played = np.zeros((len(notes) + 1, 2))  # the last row is for notes that have none before them
        w_before = w0[:, -BEFORE:].T
        state = np.zeros(BEFORE)
        for k in range(len(notes)):
            state[:2], state[2] = played[k - 1], follows[k]
            state[3:5], state[5] = played[places[k]], places[k] >= 0
            out = w2 @ np.tanh(w1 @ np.tanh(score[k] + state @ w_before) + b1) + b2
            drawn = out[:2] + np.exp(np.clip(out[2:], -4, 1)) * noise[k]
            played[k] = np.clip(drawn, -MOST_MS / TIME_MS, MOST_MS / TIME_MS)
        late, loud = played[:-1].T
        # Learned as deviations from a piece's middle, so they have one here too: the whole is neither moved nor louder.
        return Playing(np.clip((late - np.median(late)) * TIME_MS, -MOST_MS, MOST_MS), (loud - loud.mean()) * LOUD)
