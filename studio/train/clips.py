"""Songs into clips for the VAEs: every line's and every drum part's bars, two by two and lines by sixteen, from each bar line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines import clip_grid
from studio.engines.clip_decode import FEWEST
from studio.engines.clip_grid import BAR_CELLS, CELLS, N_PIECES, PITCHES, SEGMENTS, SILENCE, cells_of, drum_clip, line_tokens
from studio.engines.note_columns import CLASS, DRUMS, N_METRE, STEPS, Bars, Part, move_for
from studio.paths import checkpoints
from studio.train.songs import PER_BEAT, VERSION, SongParts, songs

PER_CELL = PER_BEAT // clip_grid.CELLS_A_BEAT
METRES = tuple(m for m in range(N_METRE - 1) if cells_of(m) <= CELLS and BAR_CELLS[m] >= 8)
"""Metre classes whose two bars are a clip."""
_LINES = frozenset(
    CLASS[n]
    for n in (
        "Melody", "Bridge", "Soprano", "Alto", "Tenor", "Bass voice", "Violin 1", "Violin 2", "Viola", "Cello",
        "Bass", "Reed", "Flute", "Brass", "Synthesizer", "Second", "Third", "Fourth",
    )
)  # fmt: skip
_MOST_CHORDAL = 1.15
_OFF_GRID = PER_CELL // 4


@dataclass(frozen=True)
class Clips:
    """Clips end to end.

    ``rows`` is uint8 [n, CELLS] (tokens of lines), [n, SEGMENTS, CELLS] (phrases), or [n, CELLS, N_PIECES, 3] (drums: hit,
    velocity of 127, offset + 0.5 in 255ths); ``set``, ``split``, ``metre``, ``song`` [n].
    """

    rows: npt.NDArray[np.uint8]
    set: npt.NDArray[np.int64]
    split: npt.NDArray[np.int64]
    metre: npt.NDArray[np.int64]
    song: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.set)


def windows(song: SongParts, end: int) -> Iterator[tuple[int, int]]:
    """(start, metre class) of every two bars of one metre up to ``end``, in 480ths of a beat."""
    scale = PER_BEAT // STEPS
    bars = Bars.of([((2 * t + scale) // (2 * scale), n, d) for t, n, d in song.signatures])
    at = 0
    while at * scale < end:
        start, length, metre, _ = bars.at(at)
        following = bars.at(start + length)
        if metre in METRES and following[2] == metre and following[0] == start + length:
            yield start * scale, metre
        at = max(start + length, at + 1)


def is_line(part: Part) -> bool:
    """Whether a part is one voice on the grid of sixteenths, nearly."""
    if len(part.start) < 8 or len(part.start) > _MOST_CHORDAL * len(np.unique(part.start)):
        return False
    off = (part.start + PER_CELL // 2) % PER_CELL - PER_CELL // 2
    return float(np.mean(np.abs(off) > _OFF_GRID)) < 0.2


def _lines(song: SongParts) -> Iterator[dict[int, tuple[npt.NDArray[np.int64], int]]]:
    """For each line: (tokens, metre class) of every two bars by their start, moved to the key without sharps and flats."""
    moved = move_for(song.key)
    for part, number in zip(song.parts, song.classes, strict=True):
        if number not in _LINES or not is_line(part):
            continue
        made = {}
        for start, metre in windows(song, int((part.start + part.length).max())):
            cells = cells_of(metre)
            first, last = np.searchsorted(part.start, [start - PER_CELL // 2, start + cells * PER_CELL])
            rows = slice(int(first), int(last))
            tokens = line_tokens(part.start[rows] - start, part.length[rows], part.pitch[rows] + moved, PER_CELL, cells)
            made[start] = (tokens, metre)
        yield made


def line_clips(song: SongParts) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """(tokens, metre class) of every two bars of every line that has notes enough."""
    for line in _lines(song):
        for tokens, metre in line.values():
            if (tokens < PITCHES).sum() >= 3 and (tokens[: cells_of(metre)] == SILENCE).mean() < 0.7:
                yield tokens, metre


def phrase_clips(song: SongParts) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """(tokens [SEGMENTS, CELLS], metre class) of every sixteen bars of every line that has notes in every two of them."""
    for line in _lines(song):
        for start, (_, metre) in line.items():
            cells = cells_of(metre)
            parts = [line.get(start + k * cells * PER_CELL) for k in range(SEGMENTS)]
            tokens = np.array([p[0] for p in parts if p and p[1] == metre])
            fine = len(tokens) == SEGMENTS and (tokens < PITCHES).sum(axis=1).min() >= FEWEST
            if fine and (tokens[:, :cells] == SILENCE).mean() < 0.6:
                yield tokens, metre


def drum_clips(song: SongParts) -> Iterator[tuple[npt.NDArray[np.uint8], int]]:
    """(rows as in :class:`Clips`, metre class) of every two bars of drums."""
    drums = [p for p, number in zip(song.parts, song.classes, strict=True) if number == DRUMS]
    if not drums:
        return
    start, pitch, velocity = (np.concatenate([getattr(p, n) for p in drums]) for n in ("start", "pitch", "velocity"))
    order = np.argsort(start, kind="stable")
    start, pitch, velocity = start[order], pitch[order], velocity[order]
    for at, metre in windows(song, int(start[-1]) + 1):
        cells = cells_of(metre)
        first, last = np.searchsorted(start, [at - PER_CELL // 2, at + cells * PER_CELL - PER_CELL // 2])
        rows = slice(int(first), int(last))
        clip = drum_clip(start[rows] - at, pitch[rows], velocity[rows], PER_CELL, cells)
        if clip.hits.sum() >= 4:
            loud = np.round(clip.velocity * 127)
            late = np.round((clip.offset + 0.5) * 255) * clip.hits
            yield np.stack([clip.hits, loud, late], axis=-1).astype(np.uint8), metre


_READERS: dict[str, Callable[[SongParts], Iterator[tuple[npt.NDArray[Any], int]]]] = {
    "lines": line_clips,
    "phrases": phrase_clips,
    "drums": drum_clips,
}


def _gathered(kind: str, chosen: list[SongParts]) -> Clips:
    read = _READERS[kind]
    rows: list[npt.NDArray[np.uint8]] = []
    about: list[tuple[int, int, int, int]] = []
    for k, song in enumerate(chosen):
        for row, metre in read(song):
            rows.append(row.astype(np.uint8))
            about.append((song.set, song.split, metre, k))
    shape = {"lines": (0, CELLS), "phrases": (0, SEGMENTS, CELLS), "drums": (0, CELLS, N_PIECES, 3)}[kind]
    table = np.array(about, np.int64).reshape(-1, 4).T
    return Clips(np.stack(rows) if rows else np.zeros(shape, np.uint8), *table)


def clips(kind: str, root: Path | None = None, folder: Path | None = None) -> Clips:
    """All clips of ``kind`` ("lines", "phrases" or "drums"), from the cache in ``folder`` when there is one of this version."""
    folder = folder or checkpoints() / "songs"
    path = folder / f"{kind}-{VERSION}-{clip_grid.VERSION}.npz"
    if not path.exists():
        made = _gathered(kind, songs(root, folder))
        part = path.with_suffix(".part.npz")
        np.savez(part, **vars(made))
        part.replace(path)
    with np.load(path) as saved:
        return Clips(**{k: saved[k] for k in saved.files})


def valid_cells(metre: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which steps belong to clips of these metre classes, [n, CELLS]."""
    cells = np.array([cells_of(m) for m in range(N_METRE)])
    return np.asarray(np.arange(CELLS) < cells[metre][:, None])


def moved_line(tokens: npt.NDArray[np.int64], semitones: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Lines or phrases [n, ..., CELLS] moved by semitones [n], by an octave less or more where they would leave the range."""
    onset, flat = tokens < PITCHES, (len(tokens), -1)
    low = np.where(onset, tokens, PITCHES).reshape(flat).min(axis=1) + semitones
    high = np.where(onset, tokens, -1).reshape(flat).max(axis=1) + semitones
    semitones = semitones + np.where(low < 0, 12, 0) - np.where(high >= PITCHES, 12, 0)
    away = semitones.reshape(-1, *[1] * (tokens.ndim - 1))
    return np.where(onset, np.clip(tokens + away, 0, PITCHES - 1), tokens)
