"""What the arranger learns: bars taken out of songs, to be written again from what is around them.

A hole is drawn at random: a song, one of its parts, one to eight bars. What is heard is thinned out at random too (none of the
part, nothing after, some of the other parts, nothing at all), so that one network fills in, accompanies and harmonises. Holes
are worked out in lots that are kept in a folder and learned from in turns.
"""

from dataclasses import dataclass, replace
from pathlib import Path
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
    density_class,
    register_class,
)
from studio.engines.arranger_tables import LOWS
from studio.engines.note_columns import DRUMS, DURATIONS, METRE_STEPS, SHIFTS, VELOCITIES
from studio.nn.arranger import HEADS, Arranger, ArrangerShape
from studio.nn.note_lstm import Shape
from studio.train.arranger_examples import Example, Holes, Prepared, batch_of, keep, kept, kept_in, prepare
from studio.train.songs import SongParts
from studio.train.symbolic_files import STYLES, TRAIN, VALID


def shape_of(voice: Shape, **sizes: Any) -> ArrangerShape:
    """The network's shape for these features, the writer's shape and sizes (width, units, encoder, heads, attention, dropout)."""
    return ArrangerShape(
        columns=COLUMNS,
        memory=MEMORY,
        shifts=tuple(SHIFTS.tolist()),
        durations=tuple(DURATIONS.tolist()),
        bars=METRE_STEPS,
        styles=STYLES,
        dense_before=DENSE_BEFORE,
        dense_placed=DENSE_PLACED,
        lows=tuple(LOWS.tolist()),
        voice=replace(voice, controls=(), plans=0, dropout=0.0),
        velocities=VELOCITIES,
        **sizes,
    )


@dataclass(frozen=True)
class Feeding:
    """``lots`` of ``lot`` holes of 1, 2, 4 or 8 bars and ``most`` notes at most, learned from in mini-batches of ``batch``.

    Shares of holes that hear nothing, nothing of their own part, nothing after them, only some of the other parts; that
    keep some of their notes (``locked``); of holes without style, in any key, with density and register told. ``bfloat16`` is a
    fifth quicker where the processor has it.
    """

    lots: int = 12
    lot: int = 2048
    batch: int = 32
    most: int = 96
    power: float = 0.45
    nothing: float = 0.03
    no_own: float = 0.2
    no_after: float = 0.1
    some_parts: float = 0.25
    locked: float = 0.1
    no_style: float = 0.1
    any_key: float = 0.05
    told: float = 0.2
    bfloat16: bool = False


class ArrangerTask:
    """A :class:`studio.train.loop.Task`."""

    def __init__(self, model: Arranger, songs: list[SongParts], feeding: Feeding, seed: int, folder: Path | None = None) -> None:
        self.model, self.feeding, self.seed, self._folder = model, feeding, seed, folder
        self.holes = Holes(songs)
        self._draw = np.random.default_rng(seed)
        self._lot: tuple[int, list[Prepared]] = -1, []
        self._measured: dict[int, list[Prepared]] = {}
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
        f = self.feeding
        batches = max(1, f.lot // f.batch)
        turn, k = divmod(step, batches)
        if self._lot[0] != turn % f.lots:
            self._lot = turn % f.lots, self.lot(turn % f.lots)
        prepared = self._lot[1]
        # Holes alike in size share a mini-batch, so that little is computed for padding; which ones, and when, is drawn.
        draw = np.random.default_rng([self.seed, turn])
        size = np.array([p.size for p in prepared]) * draw.uniform(0.8, 1.25, len(prepared))
        order = np.argsort(size, kind="stable")
        first = int(draw.permutation(batches)[k]) * f.batch
        *shown, valid = batch_of([prepared[i] for i in order[first : first + f.batch]])
        with torch.autocast(shown[0].device.type, torch.bfloat16, enabled=f.bfloat16):
            costs, _ = self.model.losses(*shown)
        return (costs.float().sum(-1) * valid).sum() / valid.sum()

    def lot(self, number: int) -> list[Prepared]:
        """The holes of a lot, from its file where there is one."""
        path = self._folder / f"lot-{number}.npz" if self._folder else None
        if path is not None and path.exists():
            return kept_in(path)
        self._draw = np.random.default_rng([self.seed, number])
        drawn = sorted((self._example() for _ in range(self.feeding.lot)), key=lambda e: len(e.notes))
        made = self.prepared(drawn)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            keep(path, made)
        return made

    def prepared(self, examples: list[Example], size: int = 32) -> list[Prepared]:
        """What the network takes of some examples."""
        return [p for k in range(0, len(examples), size) for p in prepare(self.model.voice, examples[k : k + size])]

    def costs(self, prepared: list[Prepared], size: int = 16) -> list[npt.NDArray[np.float64]]:
        """Nats of each example's choices, [n + 1, 4] each."""
        made = []
        for k in range(0, len(prepared), size):
            part = prepared[k : k + size]
            *shown, _ = batch_of(part)
            with torch.no_grad():
                costs, _ = self.model.losses(*shown)
            made += [c[: len(p.ints)].double().numpy() for c, p in zip(costs, part, strict=True)]
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
        if not self._measured:
            self._measured = {k: self.prepared(e) for k, e in self.some(VALID, songs_a_set, 2).items()}
        rows = [
            np.sum([c.sum(axis=0) for c in self.costs(prepared)], axis=0) / sum(len(p.ints) - 1 for p in prepared)
            for prepared in self._measured.values()
        ]
        if not rows:
            return {"loss": float("nan")}
        mean = np.mean(rows, axis=0)
        return {"loss": float(mean.sum()), **dict(zip(HEADS, mean.tolist(), strict=True))}

    def state(self) -> dict[str, Any]:
        """Nothing: what a step learns from depends on the seed and its number alone."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""
