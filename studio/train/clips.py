"""Songs into clips of two bars for the VAEs: every line's and every drum part's bars, two by two, starting at each bar line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines import clip_grid
from studio.engines.clip_grid import BAR_CELLS, CELLS, N_PIECES, PITCHES, SILENCE, cells_of, drum_clip, line_tokens
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

    ``rows`` is uint8 [n, CELLS] (tokens of lines), or [n, CELLS, N_PIECES, 3] (drums: hit, velocity of 127, offset + 0.5 in
    255ths); ``set``, ``split``, ``metre``, ``song`` [n].
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


def line_clips(song: SongParts) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """(tokens, metre class) of every two bars of every line, moved to the key without sharps and flats."""
    moved = move_for(song.key)
    for part, number in zip(song.parts, song.classes, strict=True):
        if number not in _LINES or not is_line(part):
            continue
        for start, metre in windows(song, int((part.start + part.length).max())):
            cells = cells_of(metre)
            first, last = np.searchsorted(part.start, [start - PER_CELL // 2, start + cells * PER_CELL])
            rows = slice(int(first), int(last))
            tokens = line_tokens(part.start[rows] - start, part.length[rows], part.pitch[rows] + moved, PER_CELL, cells)
            if (tokens < PITCHES).sum() >= 3 and (tokens[:cells] == SILENCE).mean() < 0.7:
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


def _gathered(kind: str, chosen: list[SongParts]) -> Clips:
    read = line_clips if kind == "lines" else drum_clips
    rows: list[npt.NDArray[np.uint8]] = []
    about: list[tuple[int, int, int, int]] = []
    for k, song in enumerate(chosen):
        for row, metre in read(song):
            rows.append(row.astype(np.uint8))
            about.append((song.set, song.split, metre, k))
    shape = (0, CELLS) if kind == "lines" else (0, CELLS, N_PIECES, 3)
    table = np.array(about, np.int64).reshape(-1, 4).T
    return Clips(np.stack(rows) if rows else np.zeros(shape, np.uint8), *table)


def clips(kind: str, root: Path | None = None, folder: Path | None = None) -> Clips:
    """All clips of ``kind`` ("lines" or "drums"), from the cache in ``folder`` when there is one of this version."""
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
    """Lines [n, CELLS] moved by semitones [n], by an octave less or more where they would leave the range."""
    onset = tokens < PITCHES
    low = np.where(onset, tokens, PITCHES).min(axis=1) + semitones
    high = np.where(onset, tokens, -1).max(axis=1) + semitones
    semitones = semitones + np.where(low < 0, 12, 0) - np.where(high >= PITCHES, 12, 0)
    return np.where(onset, np.clip(tokens + semitones[:, None], 0, PITCHES - 1), tokens)
