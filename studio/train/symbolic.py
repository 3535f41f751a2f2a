"""Songs into tensors: features of every note of every song, worked out once and kept beside the checkpoints."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, N_TRACK, VERSION, Piece
from studio.engines.note_features import COLUMNS, LEVELS, features
from studio.paths import checkpoints, training_data
from studio.train.symbolic_files import Song, list_songs, load_song, without_copies


@dataclass(frozen=True)
class Corpus:
    """All songs end to end. Song k is rows ``first[k]`` to ``first[k + 1]``.

    ``target`` int16 [n, 5] (shift, track, pitch, duration, velocity classes), ``rows`` int16 [n, COLUMNS],
    ``levels`` uint8 [n, LEVELS]; ``set``, ``split``, ``key``, ``flat`` [songs]; ``tracks`` bool [songs, N_TRACK].
    """

    target: npt.NDArray[np.int16]
    rows: npt.NDArray[np.int16]
    levels: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    set: npt.NDArray[np.int64]
    split: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    flat: npt.NDArray[np.bool_]
    tracks: npt.NDArray[np.bool_]
    names: npt.NDArray[np.str_]
    copies: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.set)


def targets(piece: Piece) -> npt.NDArray[np.int16]:
    """A piece's classes, int16 [n, 5]."""
    return np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1).astype(np.int16)


def _load(chosen: tuple[int, str, int, Path]) -> list[Song]:
    return list(load_song(chosen))


def _features(song: Song) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    return features(song.piece)


def build(root: Path, workers: int = 2) -> Corpus:
    """The corpus of the songs below ``root``: read, checked for copies, features worked out."""
    with ProcessPoolExecutor(workers) as pool:
        loaded = [s for part in pool.map(_load, list_songs(root), chunksize=16) for s in part]
        songs, dropped = without_copies(loaded)
        made = list(pool.map(_features, songs, chunksize=8))
    first = np.cumsum([0, *(len(s.piece) for s in songs)])
    tracks = np.zeros((len(songs), N_TRACK), bool)
    for k, song in enumerate(songs):
        tracks[k, song.piece.track] = True
    empty = np.zeros((0, COLUMNS), np.int16), np.zeros((0, LEVELS), np.uint8), np.zeros((0, 5), np.int16)
    return Corpus(
        np.concatenate([empty[2], *(targets(s.piece) for s in songs)]),
        np.concatenate([empty[0], *(m[0] for m in made)]),
        np.concatenate([empty[1], *(m[1] for m in made)]),
        first.astype(np.int64),
        np.array([s.set for s in songs], np.int64),
        np.array([s.split for s in songs], np.int64),
        np.array([s.piece.key for s in songs], np.int64),
        np.array([s.piece.flat for s in songs], bool),
        tracks,
        np.array([s.name for s in songs]),
        np.array(dropped, dtype=str),
    )


def corpus(root: Path | None = None, folder: Path | None = None) -> Corpus:
    """The corpus of the training data, from the cache in ``folder`` when it is of this version."""
    folder = folder or checkpoints() / f"writer-corpus-{VERSION}"
    names = list(Corpus.__dataclass_fields__)
    if all((folder / f"{n}.npy").exists() for n in names):
        return Corpus(**{n: np.load(folder / f"{n}.npy") for n in names})
    made = build(root or training_data() / "symbolic")
    folder.mkdir(parents=True, exist_ok=True)
    for n in names:
        np.save(folder / f"{n}.npy", getattr(made, n))
    return made


def drum_rows(target: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Which rows are drum notes: their durations are not modelled."""
    return target[..., 1] == DRUMS
