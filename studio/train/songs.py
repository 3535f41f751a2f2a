"""All songs of the training data as they stand in their files, read once and kept beside the checkpoints.

The writer's corpus (:mod:`studio.train.symbolic`) holds finished features on its own grid; models with other grids (drums
as played, bars with a hole) start from these. Songs, styles, splits and what is left out as a copy are the same for all.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import Part, encode, track_classes
from studio.paths import checkpoints, training_data
from studio.train.symbolic_files import Song, list_songs, read_parts, without_copies

PER_BEAT = 480
VERSION = 1
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SongParts:
    """A song: its set, name and split, its parts in 480ths of a beat with their track classes, signatures and key (0..23, -1)."""

    set: int
    name: str
    split: int
    parts: tuple[Part, ...]
    classes: tuple[int, ...]
    signatures: tuple[tuple[int, int, int], ...]
    key: int


def _scaled(part: Part, per_beat: int) -> Part:
    start = (2 * part.start * PER_BEAT + per_beat) // (2 * per_beat)
    end = (2 * (part.start + part.length) * PER_BEAT + per_beat) // (2 * per_beat)
    return Part(part.name, part.program, part.drums, start, np.maximum(1, end - start), part.pitch, part.velocity)


def _load(chosen: tuple[int, str, int, Path]) -> tuple[SongParts, Song] | None:
    parts, signatures, per_beat = read_parts(chosen)
    piece = encode(parts, signatures, per_beat)
    if len(piece) < 2:
        return None
    number, name, split, _ = chosen
    scaled = tuple(_scaled(p, per_beat) for p in parts if len(p.start))
    rows = tuple(((2 * t * PER_BEAT + per_beat) // (2 * per_beat), n, d) for t, n, d in signatures)
    made = SongParts(number, name, split, scaled, track_classes(scaled), rows, piece.key)
    return made, Song(number, name, split, piece)


def read(root: Path, workers: int = 2) -> list[SongParts]:
    """The songs below ``root``, without training songs that are copies of held-out ones."""
    with ProcessPoolExecutor(workers) as pool:
        loaded = [s for s in pool.map(_load, list_songs(root), chunksize=16) if s]
    dropped = set(without_copies([piece for _, piece in loaded])[1])
    return [song for song, _ in loaded if song.name not in dropped]


def songs(root: Path | None = None, folder: Path | None = None) -> list[SongParts]:
    """All songs, from the cache in ``folder`` when there is one of this version."""
    folder = folder or checkpoints() / "songs"
    path = folder / f"songs-{VERSION}.npz"
    if not path.exists():
        made = read(root or training_data() / "symbolic")
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, **_columns(made))  # type: ignore[arg-type]
        part.replace(path)
    with np.load(path) as saved:
        return _rows({k: saved[k] for k in saved.files})


def _columns(made: list[SongParts]) -> dict[str, npt.NDArray[np.generic]]:
    parts = [(k, p, c) for k, s in enumerate(made) for p, c in zip(s.parts, s.classes, strict=True)]
    notes = {n: np.concatenate([getattr(p, n) for _, p, _ in parts]).astype(np.int32) for n in ("start", "length")}
    small = {n: np.concatenate([getattr(p, n) for _, p, _ in parts]).astype(np.uint8) for n in ("pitch", "velocity")}
    return {
        **notes,
        **small,
        "part": np.array([[k, c, p.program, p.drums, len(p.start)] for k, p, c in parts], np.int64),
        "part_name": np.array([p.name for _, p, _ in parts]),
        "song": np.array([[s.set, s.split, s.key, len(s.signatures)] for s in made], np.int64),
        "song_name": np.array([s.name for s in made]),
        "signatures": np.array([row for s in made for row in s.signatures], np.int64).reshape(-1, 3),
    }


def _rows(c: dict[str, npt.NDArray[np.generic]]) -> list[SongParts]:
    first = np.cumsum([0, *c["part"][:, 4].tolist()])
    parts: dict[int, list[tuple[Part, int]]] = {}
    for i, (song, track, program, drums, _) in enumerate(c["part"].tolist()):
        rows = slice(first[i], first[i + 1])
        columns = [c[n][rows].astype(np.int64) for n in ("start", "length", "pitch", "velocity")]
        parts.setdefault(song, []).append((Part(str(c["part_name"][i]), program, bool(drums), *columns), track))
    made, at = [], 0
    for k, (number, split, key, count) in enumerate(c["song"].tolist()):
        own = parts.get(k, [])
        signatures = tuple((t, n, d) for t, n, d in c["signatures"][at : at + count].tolist())
        at += count
        made.append(
            SongParts(number, str(c["song_name"][k]), split, tuple(p for p, _ in own), tuple(t for _, t in own), signatures, key)
        )
    return made
