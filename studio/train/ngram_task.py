"""The baselines' contexts and models: what a 5-gram may look at for each choice, with and without pointers."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import N_DURATION, N_PITCH, N_SHIFT, N_TRACK, VELOCITIES
from studio.engines.note_features import BACK, BEFORE, CHOSEN, NOW, PITCHED, PLACED, START, WAS, matrix
from studio.train.ngram import KneserNey
from studio.train.symbolic import Corpus

Ints = npt.NDArray[np.int64]
HEADS = ("shift", "track", "pitch", "duration", "velocity")
SYMBOLS = dict(zip(HEADS, (N_SHIFT, N_TRACK, 2 * N_PITCH, N_DURATION, VELOCITIES + 1), strict=True))
_NAMES = [n for n, _ in (*BEFORE, *PLACED, *CHOSEN, *PITCHED)]
_NOTE = ("shift", "track", "pitch", "duration", "velocity")

# Contexts, nearest first: four symbols that the greedy choice of `choose_context` found best on the validation songs, among
# what this note has chosen so far, the two notes before and the latest notes of the track.
PLAIN: dict[str, tuple[str, ...]] = {
    "shift": ("was_duration", "was_track", "was_shift", "was2_shift"),
    "track": ("was_track", "shift", "was2_track", "was2_duration"),
    "pitch": ("last_pitch", "pitch_before", "track", "was_pitch"),
    "duration": ("last_duration", "was_duration", "shift", "last_velocity"),
    "velocity": ("last_velocity", "was_track", "was_velocity", "shift"),
}
# The same with what the pointers 1, 2, 4 and 8 bars back say added to the choice, up to seven symbols.
COPYING: dict[str, tuple[str, ...]] = {
    "shift": ("shift_at_0", "was_duration", "shift_at_1", "was_track", "was_shift", "was2_duration", "was2_track"),
    "track": ("was_track", "track_at_0", "track_at_1", "track_at_3", "shift", "was2_track", "was_pitch"),
    "pitch": ("last_pitch", "pitch_before", "track", "was_pitch", "pitch_at_0", "shift", "pitch_at_3"),
    "duration": ("last_duration", "duration_at_1", "duration_at_2", "was_duration", "shift", "duration_at_3", "was_velocity"),
    "velocity": ("last_velocity", "velocity_at_0", "velocity_at_1", "last_duration", "track", "velocity_at_2"),
}


def columns_of(corpus: Corpus, songs: Sequence[int], names: Collection[str] | None = None) -> dict[str, Ints]:
    """Columns of the rows of ``songs`` by name (all by default): features, the note, the one before (was_), and before that (was2_)."""
    kept: dict[str, list[npt.NDArray[np.int16]]] = {}
    for song in songs:
        rows = slice(int(corpus.first[song]), int(corpus.first[song + 1]))
        block = matrix(corpus.rows[rows], corpus.target[rows], START, 0, 0, bool(corpus.flat[song]))
        older = np.empty((len(block), 5), np.int64)
        older[1:] = block[:-1, WAS : WAS + 5]
        older[:1] = START
        named = {n: block[:, i] for i, n in enumerate(_NAMES)}
        for k, head in enumerate(_NOTE):
            named |= {head: block[:, NOW + k], f"was_{head}": block[:, WAS + k], f"was2_{head}": older[:, k]}
        for name in named if names is None else names:
            kept.setdefault(name, []).append(named[name].astype(np.int16))
    return {n: np.concatenate(parts).astype(np.int64) for n, parts in kept.items()}


def candidates(head: str, copying: bool) -> list[str]:
    """What the context of a head may be chosen from."""
    chosen = list(HEADS[: HEADS.index(head)])
    found = [*chosen, *(f"was_{h}" for h in HEADS), "was2_shift", "was2_track", "was2_pitch", "was2_duration"]
    if head in ("pitch", "duration", "velocity"):
        found += ["last_pitch", "pitch_before", "last_duration", "last_velocity"]
    if copying:
        found += [f"{head}_at_{i}" for i in range(len(BACK))]
    return found


class Baseline:
    """Five Kneser-Ney models, one a head, over contexts given by name."""

    def __init__(self, contexts: dict[str, tuple[str, ...]], columns: dict[str, Ints]) -> None:
        self._contexts = contexts
        self._models = {}
        for head in HEADS:
            kept = _counted(head, columns)
            context = [columns[n][kept] for n in contexts[head]]
            self._models[head] = KneserNey(context, columns[head][kept], SYMBOLS[head])

    def nats(self, columns: dict[str, Ints]) -> npt.NDArray[np.float64]:
        """Nats of every choice of every row, [n, 5]; 0 where nothing is modelled, as for the network."""
        n = len(columns["shift"])
        made = np.zeros((n, 5))
        for k, head in enumerate(HEADS):
            kept = _counted(head, columns)
            made[kept, k] = self._models[head].nats([columns[c][kept] for c in self._contexts[head]], columns[head][kept])
        return made


def _counted(head: str, columns: dict[str, Ints]) -> npt.NDArray[np.bool_]:
    if head == "duration":
        return columns["track"] != 0
    if head == "velocity":
        return columns["velocity"] < VELOCITIES
    return np.ones(len(columns[head]), bool)
