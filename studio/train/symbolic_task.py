"""The writer's training task: streams of random segments whose state is carried from mini-batch to mini-batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.engines import note_controls
from studio.engines.note_columns import DURATIONS, METRE_STEPS, N_TRACK, SHIFTS, VELOCITIES
from studio.engines.note_features import (
    BEFORE,
    CHOSEN,
    LEVELS,
    PITCHED,
    PLACED,
    POINTERS,
    START,
    WIDTH,
    matrix,
    mode_of,
    transpose,
)
from studio.engines.note_pointers import blind
from studio.nn.note_cache import PieceCache
from studio.nn.note_lstm import HEADS, NoteLstm, Shape
from studio.train.symbolic import SLIPPED, Corpus
from studio.train.symbolic_files import STYLES, TRAIN, VALID
from studio.train.symbolic_plans import plans_of


def shape_of(**sizes: Any) -> Shape:
    """The network's shape for these features and sizes (units, width, layers, dropout)."""
    return Shape(
        columns=(*BEFORE, *PLACED, *CHOSEN, *PITCHED),
        levels=LEVELS,
        shifts=tuple(SHIFTS.tolist()),
        durations=tuple(DURATIONS.tolist()),
        bars=METRE_STEPS,
        styles=STYLES,
        tracks=N_TRACK,
        velocities=VELOCITIES,
        pointers=POINTERS,
        controls=note_controls.COLUMNS,
        **sizes,
    )


@dataclass(frozen=True)
class Feeding:
    """Mini-batches: ``batch`` streams of ``time`` notes a step, new random segments after ``segment`` notes.

    ``power`` of a set's size is its share of the segments; shares of segments without style, mode, or that tell the tracks.
    Segments without mode stand in any key: they are moved by up to ``transpose`` semitones either way. ``all_open`` segments
    are told nothing of what the music will be like, ``all_told`` every control, the others each but for a share of
    ``each_open``; where any is told, chords but for ``chords_open``. ``slips`` come from songs with slips; in ``no_match``
    and ``no_pointers`` of the mini-batches a stream sees nothing where its longest match, or any pointer, would point, so
    that copying is not all it can do.
    """

    batch: int = 32
    time: int = 64
    segment: int = 1024
    power: float = 0.5
    from_start: float = 0.3
    no_style: float = 0.15
    no_mode: float = 0.1
    transpose: int = 6
    tell_tracks: float = 0.5
    all_open: float = 0.35
    all_told: float = 0.3
    each_open: float = 0.5
    chords_open: float = 0.6
    slips: float = 0.25
    no_match: float = 0.15
    no_pointers: float = 0.04


@dataclass
class _Stream:
    song: int = 0
    at: int = 0
    end: int = 0
    style: int = 0
    mode: int = 0
    told: bool = False
    moved: int = 0
    fresh: bool = True
    told_controls: list[bool] = field(default_factory=list)


class WriterTask:
    """A :class:`studio.train.loop.Task`."""

    def __init__(self, model: NoteLstm, corpus: Corpus, feeding: Feeding, seed: int) -> None:
        self.model, self.corpus, self.feeding = model, corpus, feeding
        self._draw = np.random.default_rng(seed)
        self._streams = [_Stream() for _ in range(feeding.batch)]
        self._carry: tuple[Tensor, Tensor] | None = None
        slipped = np.char.endswith(corpus.names, SLIPPED)
        self._chance = self._chances(~slipped)
        self._slips = self._chances(slipped) if feeding.slips and slipped.any() else None
        if model.shape.plans:
            for name, values in plans_of(corpus, model.shape.plans).buffers.items():
                model.get_buffer(name).copy_(torch.from_numpy(values))

    def _chances(self, which: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Cumulative chances of the training songs among ``which``."""
        corpus = self.corpus
        weight = np.where((corpus.split == TRAIN) & which, np.diff(corpus.first), 0).astype(float)
        total = np.bincount(corpus.set, weight, len(STYLES))
        share = np.where(total > 0, total**self.feeding.power, 0)
        weight *= (share / np.maximum(total, 1))[corpus.set]
        return np.cumsum(weight / weight.sum())

    def _renew(self, stream: _Stream) -> None:
        c, f, draw = self.corpus, self.feeding, self._draw
        chance = self._slips if self._slips is not None and draw.random() < f.slips else self._chance
        song = min(int(np.searchsorted(chance, draw.random(), "right")), len(c) - 1)
        first, last = int(c.first[song]), int(c.first[song + 1])
        spare = last - first - f.segment
        stream.song, stream.fresh = song, True
        stream.at = first + (int(draw.integers(spare)) if spare > 0 and draw.random() > f.from_start else 0)
        stream.end = min(last, stream.at + f.segment)
        stream.style = len(STYLES) if draw.random() < f.no_style else int(c.set[song])
        stream.mode = 0 if draw.random() < f.no_mode else mode_of(int(c.key[song]))
        stream.moved = int(draw.integers(-f.transpose, f.transpose + 1)) if stream.mode == 0 and c.key[song] >= 0 else 0
        stream.told = draw.random() < f.tell_tracks
        kind, each = draw.random(), draw.random(len(note_controls.CONTROLS)) >= f.each_open
        some, each = kind >= f.all_open, each | (kind < f.all_open + f.all_told)
        chords = draw.random() >= f.chords_open
        stream.told_controls = [bool(some and e) for e in each] + [bool(some and chords)] * len(note_controls.HARMONY)

    def rows_of(
        self, song: int, at: int, end: int, style: int, mode: int, told: bool, told_controls: Sequence[bool] = ()
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """What the network reads of rows ``at`` to ``end`` of a song: ints, levels, tracks. Controls not told are open."""
        c = self.corpus
        before = c.target[at - 1] if at > c.first[song] else START
        controls = np.where(told_controls, c.controls[at:end], note_controls.OPEN) if len(told_controls) else None
        ints = matrix(c.rows[at:end], c.target[at:end], before, style, mode, bool(c.flat[song]), controls)
        tracks = np.zeros((end - at, N_TRACK + 1), np.float32)
        if told:
            tracks[:, :N_TRACK] = c.tracks[song]
            tracks[:, N_TRACK] = 1
        return ints, c.levels[at:end], tracks

    def loss(self, step: int) -> Tensor:
        """Mean nats a note of the next mini-batch."""
        f = self.feeding
        ints = np.zeros((f.batch, f.time, WIDTH), np.int64)
        levels = np.zeros((f.batch, f.time, LEVELS), np.uint8)
        tracks = np.zeros((f.batch, f.time, N_TRACK + 1), np.float32)
        valid = np.zeros((f.batch, f.time), np.float32)
        for k, s in enumerate(self._streams):
            s.fresh = False
            if s.at >= s.end:
                self._renew(s)
            n = min(f.time, s.end - s.at)
            shown = self.rows_of(s.song, s.at, s.at + n, s.style, s.mode, s.told, s.told_controls)
            ints[k, :n], levels[k, :n], tracks[k, :n] = shown
            if s.moved:
                levels[k, :n] = transpose(ints[k, :n], levels[k, :n], s.moved)
            unseen = self._draw.random()
            if unseen < f.no_match + f.no_pointers:
                blind(ints[k, :n], every=unseen < f.no_pointers)
            valid[k, :n] = ~self.corpus.wrong[s.at : s.at + n]
            s.at += n
        state, device = self._carry, self._device()
        if state is not None:
            keep = torch.tensor([0.0 if s.fresh else 1.0 for s in self._streams], device=device).view(1, -1, 1)
            state = (state[0].to(device) * keep, state[1].to(device) * keep)
        batch = [torch.from_numpy(x).to(device) for x in (ints, levels, tracks)]
        costs, carry = self.model.losses(batch[0], batch[1], batch[2], state)
        self._carry = (carry[0].detach(), carry[1].detach())
        mask = torch.from_numpy(valid).to(device)
        return (costs.sum(-1) * mask).sum() / mask.sum()

    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    def song_costs(
        self, song: int, style: int | None = None, limit: int | None = None, told_controls: Sequence[bool] = ()
    ) -> npt.NDArray[np.float64]:
        """Nats of the first ``limit`` notes of a song (all by default), [n, 5], with its own style unless one is given.

        All controls are left open unless ``told_controls`` says which are told. Where the network has a cache, it has its say.
        """
        c = self.corpus
        first, end = int(c.first[song]), int(c.first[song + 1])
        end = end if limit is None else min(end, first + limit)
        state, made = None, []
        past = PieceCache() if self.model.shape.cache else None
        chosen = int(c.set[song]) if style is None else style
        for at in range(first, end, 512):
            mode = mode_of(int(c.key[song]))
            ints, levels, tracks = self.rows_of(song, at, min(at + 512, end), chosen, mode, False, told_controls)
            with torch.no_grad():
                shown = [torch.from_numpy(np.ascontiguousarray(x))[None].to(self._device()) for x in (ints, levels, tracks)]
                costs, state = self.model.losses(shown[0], shown[1], shown[2], state, past)
            made.append(costs[0].cpu().double().numpy())
        return np.concatenate(made)

    def measure(self, songs_a_set: int = 4, limit: int = 600) -> dict[str, float]:
        """Mean over the sets of the nats a note of some validation songs, and its parts."""
        c = self.corpus
        by_set, steered = [], []
        every = [True] * len(note_controls.CONTROLS) + [False] * len(note_controls.HARMONY)
        for k in range(len(STYLES)):
            songs = np.flatnonzero((c.set == k) & (c.split == VALID))[:songs_a_set]
            if len(songs):
                by_set.append(np.concatenate([self.song_costs(int(s), limit=limit) for s in songs]).mean(axis=0))
                told = [self.song_costs(int(s), limit=limit, told_controls=every) for s in songs[:2]]
                steered.append(np.concatenate(told).sum(axis=1).mean())
        if not by_set:
            return {"loss": float("nan")}
        mean = np.mean(by_set, axis=0)
        parts = dict(zip(HEADS, mean.tolist(), strict=True))
        return {"loss": float(mean.sum()), **parts, "controls told": float(np.mean(steered))}

    def state(self) -> dict[str, Any]:
        """The streams, the draw and the carried state."""
        carry = self._carry or ()
        return {"draw": self._draw.bit_generator.state, "streams": [vars(s) for s in self._streams], "carry": list(carry)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up where a run stopped."""
        self._draw.bit_generator.state = state["draw"]
        self._streams = [_Stream(**s) for s in state["streams"]]
        self._carry = tuple(state["carry"]) or None  # type: ignore[assignment]
