"""Songs into tensors: features of every note of every song, worked out once and kept beside the checkpoints."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines import note_controls
from studio.engines.note_columns import N_TRACK, Ints, Piece
from studio.engines.note_features import COLUMNS, LEVELS, features
from studio.engines.note_pointers import copies
from studio.paths import checkpoints, training_data
from studio.train.symbolic_files import STYLES, TRAIN, Song, list_songs, load_song, pick, without_copies
from studio.train.symbolic_slips import with_slips

VERSION = 2
"""Of what is kept on disk."""
SLIPPED = "#slips"
MOST_SLIPPED = 150_000
"""Notes of each set that are also learned from versions with slips in them."""


@dataclass(frozen=True)
class Corpus:
    """All songs end to end. Song k is rows ``first[k]`` to ``first[k + 1]``.

    ``target`` int16 [n, 5] (shift, track, pitch, duration, velocity classes), ``rows`` int16 [n, COLUMNS],
    ``levels`` uint8 [n, LEVELS], ``controls`` uint8 [n, 9] (:mod:`studio.engines.note_controls`), ``wrong`` bool [n]: slips,
    which are heard and not learned; ``set``, ``split``, ``key``, ``flat`` [songs]; ``tracks`` bool [songs, N_TRACK].
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
    controls: npt.NDArray[np.uint8]
    wrong: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.set)


def targets(piece: Piece) -> npt.NDArray[np.int16]:
    """A piece's classes, int16 [n, 5]."""
    return np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1).astype(np.int16)


def _load(chosen: tuple[int, str, int, Path]) -> list[Song]:
    return list(load_song(chosen))


@dataclass(frozen=True)
class Measured:
    """What a song's bars are like: raw values a bar, chord classes a half bar, the lines of both, and the notes' times."""

    values: npt.NDArray[np.float64]
    chords: npt.NDArray[np.uint8]
    lines: Ints
    halves: Ints
    time: Ints


def measured(piece: Piece, rows: npt.NDArray[np.int16]) -> Measured:
    """Measure a piece whose features are ``rows``."""
    lines = note_controls.lines_of(piece.bars, int(piece.time[0]), int(piece.time[-1]))
    copied = copies(rows, targets(piece))
    sound = note_controls.Sounding(piece.time, piece.track, piece.pitch, piece.steps, piece.velocity, copied)
    halves = note_controls.halves(lines)
    return Measured(note_controls.values(sound, lines), note_controls.chords(sound, halves), lines, halves, piece.time)


def controls_of(songs: list[Measured], sets: Ints, taught: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.uint8]]:
    """Control columns of every song's notes; energy and brightness standardised within each set by its ``taught`` songs."""
    made = []
    scale = np.zeros((len(STYLES), 2, 2))
    moods = slice(3, 5)
    for k in range(len(STYLES)):
        mine = [s.values[:, moods] for s, number, t in zip(songs, sets, taught, strict=True) if number == k and t]
        if mine:
            rows = np.concatenate(mine)
            scale[k] = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0) + 1e-9
    for song, number in zip(songs, sets, strict=True):
        values = song.values.copy()
        values[:, moods] = (values[:, moods] - scale[number, 0]) / np.maximum(scale[number, 1], 1e-9)
        by_bar = note_controls.classes(values)
        made.append(note_controls.note_columns(by_bar, song.chords, song.lines, song.halves, song.time))
    return made


def _features(song: Song) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8], Measured]:
    rows, levels = features(song.piece)
    return rows, levels, measured(song.piece, rows)


def slipped(songs: list[Song]) -> tuple[list[Song], list[npt.NDArray[np.bool_]]]:
    """Versions of some training songs with slips in them, and which notes are slips; drawn by the songs' names."""
    total = np.bincount(
        [s.set for s in songs if s.split == TRAIN], [len(s.piece) for s in songs if s.split == TRAIN], len(STYLES)
    )
    made, wrong = [], []
    for song in songs:
        draw = np.random.default_rng(pick(song.name + SLIPPED))
        if song.split == TRAIN and draw.random() < MOST_SLIPPED / total[song.set]:
            piece, which = with_slips(song.piece, draw)
            made.append(Song(song.set, song.name + SLIPPED, song.split, piece))
            wrong.append(which)
    return made, wrong


def build(root: Path, workers: int = 2) -> Corpus:
    """The corpus of the songs below ``root``: read, checked for copies, features worked out."""
    with ProcessPoolExecutor(workers) as pool:
        loaded = [s for part in pool.map(_load, list_songs(root), chunksize=16) for s in part]
        songs, dropped = without_copies(loaded)
        extra, wrong = slipped(songs)
        right = [np.zeros(len(s.piece), bool) for s in songs]
        songs = songs + extra
        made = list(pool.map(_features, songs, chunksize=8))
    first = np.cumsum([0, *(len(s.piece) for s in songs)])
    tracks = np.zeros((len(songs), N_TRACK), bool)
    for k, song in enumerate(songs):
        tracks[k, song.piece.track] = True
    sets = np.array([s.set for s in songs], np.int64)
    taught = np.array([s.split == TRAIN and "#" not in s.name for s in songs], bool)
    controls = controls_of([m[2] for m in made], sets, taught)
    empty = np.zeros((0, COLUMNS), np.int16), np.zeros((0, LEVELS), np.uint8), np.zeros((0, 5), np.int16)
    return Corpus(
        np.concatenate([empty[2], *(targets(s.piece) for s in songs)]),
        np.concatenate([empty[0], *(m[0] for m in made)]),
        np.concatenate([empty[1], *(m[1] for m in made)]),
        first.astype(np.int64),
        sets,
        np.array([s.split for s in songs], np.int64),
        np.array([s.piece.key for s in songs], np.int64),
        np.array([s.piece.flat for s in songs], bool),
        tracks,
        np.array([s.name for s in songs]),
        np.array(dropped, dtype=str),
        np.concatenate([np.zeros((0, len(note_controls.COLUMNS)), np.uint8), *controls]),
        np.concatenate([np.zeros(0, bool), *right, *wrong]),
    )


def corpus(root: Path | None = None, folder: Path | None = None) -> Corpus:
    """The corpus of the training data, from the cache in ``folder`` when it is of this version."""
    folder = folder or checkpoints() / f"writer-corpus-{VERSION}"
    names = list(Corpus.__dataclass_fields__)
    if all((folder / f"{n}.npy").exists() for n in names):
        return Corpus(**{n: np.load(folder / f"{n}.npy", mmap_mode="r") for n in names})
    made = build(root or training_data() / "symbolic")
    folder.mkdir(parents=True, exist_ok=True)
    for n in names:
        np.save(folder / f"{n}.npy", getattr(made, n))
    return made
