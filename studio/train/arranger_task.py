"""The arranger's training task: holes cut into parts of songs, with more or less of what is around them left to hear."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.engines.arranger_features import (
    COLUMNS,
    DENSE_BEFORE,
    DENSE_PLACED,
    MEMORY,
    MOST_HEARD,
    Hole,
    density_class,
    heard,
    hole_of,
    memory_columns,
    register_class,
    rows_of,
)
from studio.engines.note_columns import DRUMS, DURATIONS, METRE_STEPS, SHIFTS, VELOCITIES, Piece, encode
from studio.nn.arranger import HEADS, Arranger, ArrangerShape
from studio.train.songs import PER_BEAT, SongParts
from studio.train.symbolic_files import STYLES, TRAIN, VALID

_POOL = 6
Ints = npt.NDArray[np.int64]


def shape_of(**sizes: Any) -> ArrangerShape:
    """The network's shape for these features and sizes (width, units, encoder, heads, attention, dropout)."""
    return ArrangerShape(
        columns=COLUMNS,
        memory=MEMORY,
        shifts=tuple(SHIFTS.tolist()),
        durations=tuple(DURATIONS.tolist()),
        bars=METRE_STEPS,
        styles=STYLES,
        dense_before=DENSE_BEFORE,
        dense_placed=DENSE_PLACED,
        velocities=VELOCITIES,
        **sizes,
    )


@dataclass(frozen=True)
class Feeding:
    """Mini-batches of ``batch`` holes of 1, 2, 4 or 8 bars and ``most`` notes at most.

    Shares of holes that hear nothing, nothing of their own part, nothing after them, only some of the other parts; that
    keep some of their notes (``locked``); of holes without style, in any key, with density and register told.
    """

    batch: int = 16
    most: int = 96
    power: float = 0.5
    nothing: float = 0.05
    no_own: float = 0.3
    no_after: float = 0.15
    some_parts: float = 0.4
    locked: float = 0.15
    no_style: float = 0.15
    any_key: float = 0.15
    told: float = 0.3


@dataclass(frozen=True)
class Example:
    """A hole and the notes that belong into it, [n, 5]: time, pitch, duration class, velocity class, steps; its song's number."""

    hole: Hole
    notes: Ints
    song: int = -1


def cut(piece: Piece, target: int, start: int, end: int, style: int, locked: Ints | None = None) -> Example:
    """The hole of a piece in [start, end) of a part, and what stood there. Notes of the indices ``locked`` stay in it."""
    inside = (piece.track == target) & (piece.time >= start) & (piece.time < end)
    if locked is not None:
        inside[locked] = False
    velocity = np.full(inside.sum(), VELOCITIES) if piece.flat else piece.velocity[inside]
    columns = (piece.time[inside], piece.pitch[inside], piece.duration[inside], velocity, piece.steps[inside])
    mode = 0 if piece.key < 0 else 1 + (piece.key >= 12)
    return Example(hole_of(piece, target, start, end, style, mode, locked), np.stack(columns, axis=1))


def kept(hole: Hole, which: npt.NDArray[np.bool_]) -> Hole:
    """The hole with only some of its heard notes."""
    names = ("time", "steps", "track", "pitch", "velocity", "own")
    return replace(hole, **{n: getattr(hole, n)[which] for n in names})


class Holes:
    """Songs to cut holes into; pieces are encoded when they are first wanted."""

    def __init__(self, songs: list[SongParts]) -> None:
        self.songs = songs
        self._pieces: dict[int, Piece] = {}

    def piece(self, song: int) -> Piece:
        """A song's rows."""
        if song not in self._pieces:
            s = self.songs[song]
            self._pieces[song] = encode(s.parts, s.signatures, PER_BEAT, s.key if s.key >= 0 else None)
        return self._pieces[song]

    def cut(self, song: int, draw: np.random.Generator, most: int, bars: int = 0, locked: float = 0.0) -> Example | None:
        """A hole of a song at random (of ``bars`` bars, else 1, 2, 4 or 8); None when none was found at once.

        A share ``locked`` of the holes keep some of their notes.
        """
        piece = self.piece(song)
        parts = np.unique(piece.track)
        target = int(draw.choice(parts))
        own = np.flatnonzero(piece.track == target)
        start, _, _, _ = piece.bars.at(int(piece.time[draw.choice(own)]))
        end = start
        for _ in range(bars or int(draw.choice([1, 2, 4, 8], p=[0.1, 0.25, 0.4, 0.25]))):
            at, size, _, _ = piece.bars.at(end)
            end = at + size
        keep = None
        if draw.random() < locked:
            inside = own[(piece.time[own] >= start) & (piece.time[own] < end)]
            keep = inside[draw.random(len(inside)) < draw.uniform(0.1, 0.8)]
        example = cut(piece, target, start, end, self.songs[song].set, keep)
        return replace(example, song=song) if 2 <= len(example.notes) <= most else None


def batch_of(examples: list[Example]) -> list[Tensor]:
    """What :meth:`studio.nn.arranger.Arranger.losses` takes, padded, and last which rows count [batch, t]."""
    rows = [rows_of(e.hole, e.notes) for e in examples]
    ears = [heard(e.hole) for e in examples]
    size, t, n = len(examples), max(len(r) for r, _ in rows), max(1, *(len(e) for e in ears))
    ints, dense = np.zeros((size, t, len(COLUMNS)), np.int64), np.zeros((size, t, DENSE_BEFORE + DENSE_PLACED), np.float32)
    notes, there = np.zeros((size, n, len(MEMORY)), np.int64), np.zeros((size, n), bool)
    start, end, time = np.zeros((size, n), np.int64), np.zeros((size, n), np.int64), np.zeros((size, t), np.int64)
    bar, valid = np.zeros(size, np.int64), np.zeros((size, t), bool)
    for k, (example, (row, thick), ear) in enumerate(zip(examples, rows, ears, strict=True)):
        hole = example.hole
        ints[k, : len(row)], dense[k, : len(row)], valid[k, : len(row)] = row, thick, True
        notes[k, : len(ear)], there[k, : len(ear)] = memory_columns(hole, ear), True
        start[k, : len(ear)], end[k, : len(ear)] = hole.time[ear], (hole.time + hole.steps)[ear]
        time[k, 0], time[k, 1 : len(row)] = hole.start, example.notes[:, 0]
        bar[k] = hole.bars.at(hole.start)[1]
    return [torch.from_numpy(x) for x in (ints, dense, notes, start, end, there, time, bar, valid)]


class ArrangerTask:
    """A :class:`studio.train.loop.Task`."""

    def __init__(self, model: Arranger, songs: list[SongParts], feeding: Feeding, seed: int) -> None:
        self.model, self.feeding, self.seed = model, feeding, seed
        self.holes = Holes(songs)
        self._draw = np.random.default_rng(seed)
        self._pool: list[list[Example]] = []
        self._pooled = -1
        number = np.array([s.set for s in songs])
        notes = np.array([sum(len(p.start) for p in s.parts) if s.split == TRAIN else 0 for s in songs], float)
        total = np.bincount(number, notes, len(STYLES))
        share = np.where(total > 0, total**feeding.power, 0) / np.maximum(total, 1)
        # Long songs are drawn by the root of their length: a hole of each part of each is worth as much.
        weight = np.sqrt(notes)
        weight *= (share * total / np.maximum(np.bincount(number, weight, len(STYLES)), 1))[number]
        self._chance = np.cumsum(weight / max(1e-12, weight.sum()))

    def _example(self) -> Example:
        f, draw = self.feeding, self._draw
        while True:
            song = min(int(np.searchsorted(self._chance, draw.random(), "right")), len(self._chance) - 1)
            example = self.holes.cut(song, draw, f.most, locked=f.locked)
            if example:
                return self._varied(example)

    def _varied(self, example: Example) -> Example:
        """The example with part of its surroundings taken away, conditions told or left open, perhaps in another key."""
        f, draw, hole = self.feeding, self._draw, example.hole
        which = np.ones(len(hole.time), bool)
        if draw.random() < f.nothing:
            which[:] = False
        if draw.random() < f.no_own:
            which &= ~hole.own
        if draw.random() < f.no_after:
            which &= hole.time < hole.end
        if draw.random() < f.some_parts:
            parts = np.unique(hole.track[~hole.own])
            gone = parts[draw.random(len(parts)) < draw.random()]
            which &= hole.own | ~np.isin(hole.track, gone)
        hole = kept(hole, which)
        notes = example.notes
        if draw.random() < f.no_style:
            hole = replace(hole, style=len(STYLES))
        if draw.random() < f.any_key:
            away = int(draw.integers(-6, 7))
            hole = replace(hole, mode=0, pitch=np.where(hole.track == DRUMS, hole.pitch, np.clip(hole.pitch + away, 0, 127)))
            if not hole.drums:
                notes = notes.copy()
                notes[:, 1] = np.clip(notes[:, 1] + away, 0, 127)
        if draw.random() < f.told:
            hole = replace(hole, density=density_class(len(notes), hole.end - hole.start))
        if draw.random() < f.told and not hole.drums:
            hole = replace(hole, register=register_class(float(notes[:, 1].mean())))
        return Example(hole, notes)

    def loss(self, step: int) -> Tensor:
        """Mean nats a note (and closing) of the next mini-batch."""
        if step // _POOL != self._pooled:
            self._pooled, self._pool = step // _POOL, self._drawn(step // _POOL)
        *shown, valid = batch_of(self._pool[step % _POOL])
        costs, _ = self.model.losses(*shown)
        return (costs.sum(-1) * valid).sum() / valid.sum()

    def _drawn(self, pool: int) -> list[list[Example]]:
        """Mini-batches of holes alike in size, so that little is computed for padding."""
        self._draw = np.random.default_rng([self.seed, pool])
        drawn = [self._example() for _ in range(_POOL * self.feeding.batch)]
        drawn.sort(key=lambda e: 6 * len(e.notes) + min(MOST_HEARD, len(e.hole.time)))
        made = [drawn[k : k + self.feeding.batch] for k in range(0, len(drawn), self.feeding.batch)]
        return [made[k] for k in self._draw.permutation(len(made))]

    def costs(self, examples: list[Example], size: int = 16) -> list[npt.NDArray[np.float64]]:
        """Nats of each example's choices, [n + 1, 4] each."""
        made = []
        for k in range(0, len(examples), size):
            part = examples[k : k + size]
            *shown, _ = batch_of(part)
            with torch.no_grad():
                costs, _ = self.model.losses(*shown)
            made += [c[: len(e.notes) + 1].double().numpy() for c, e in zip(costs, part, strict=True)]
        return made

    def some(self, split: int, songs_a_set: int, holes_a_song: int = 1, seed: int = 5) -> dict[int, list[Example]]:
        """Holes of a split's songs by set, always the same."""
        made: dict[int, list[Example]] = {}
        for number in range(len(STYLES)):
            found = [k for k, s in enumerate(self.holes.songs) if s.set == number and s.split == split]
            picked = [found[i] for i in np.unique(np.linspace(0, len(found) - 1, min(songs_a_set, len(found))).astype(int))]
            for song in picked:
                draw = np.random.default_rng([seed, song])
                cuts = (self.holes.cut(song, draw, self.feeding.most) for _ in range(12 * holes_a_song))
                made.setdefault(number, []).extend([c for c in cuts if c][:holes_a_song])
        return {k: v for k, v in made.items() if v}

    def measure(self, songs_a_set: int = 6) -> dict[str, float]:
        """Mean over the sets of the nats a note of some validation holes, and its parts."""
        rows = []
        for examples in self.some(VALID, songs_a_set, 2).values():
            costs = self.costs(examples)
            rows.append(np.sum([c.sum(axis=0) for c in costs], axis=0) / sum(len(e.notes) for e in examples))
        if not rows:
            return {"loss": float("nan")}
        mean = np.mean(rows, axis=0)
        return {"loss": float(mean.sum()), **dict(zip(HEADS, mean.tolist(), strict=True))}

    def state(self) -> dict[str, Any]:
        """Nothing: what a step learns from depends on the seed and its number alone."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""
