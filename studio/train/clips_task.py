"""The VAEs' training tasks: clips drawn set by set, lines in other keys and octaves, drums read in three ways."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from studio.engines.clip_grid import CELLS_A_BEAT, SEGMENTS, cells_of, drum_attributes, line_attributes, phrase_attributes
from studio.nn.drum_vae import STIFF, TAPPED, WHOLE, DrumVae
from studio.nn.melody_vae import MelodyVae
from studio.nn.phrase_vae import PhraseVae, between
from studio.nn.vae import divergence
from studio.train.clips import Clips, moved_line, valid_cells
from studio.train.symbolic_files import TRAIN, VALID

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Feeding:
    """Mini-batches of ``batch`` clips. ``power`` of a set's size is its share; ``moved`` the share of lines in another key.

    Shares of drums that are read ``stiff`` or ``tapped``, that start at another of their beats, whose second half is another
    clip's, that have some hits left out.

    A code may cost ``free`` nats; ``beta`` times what it costs beyond is added to the loss, growing over ``warm`` steps
    (as MusicVAE, section 4.2: free bits and a beta below 1).

    Phrases are weighed for ``apart`` steps by what their clips' codes cost alone; later ``written`` of each phrase's clips are
    written in every step and count too.
    """

    batch: int = 128
    power: float = 0.6
    moved: float = 0.3
    free: float = 24.0
    beta: float = 0.2
    warm: int = 1000
    stiff: float = 0.2
    tapped: float = 0.2
    turned: float = 0.4
    joined: float = 0.2
    thinned: float = 0.2
    apart: int = 1000
    written: int = 1


class _ClipTask:
    """Draws clips and weighs the loss; what a clip is, the two below know."""

    def __init__(self, model: nn.Module, clips: Clips, feeding: Feeding, seed: int) -> None:
        self.model, self.clips, self.feeding = model, clips, feeding
        self._draw, self._step = np.random.default_rng(seed), 0
        self._valid = valid_cells(clips.metre)
        learned = clips.split == TRAIN
        count = np.bincount(clips.set[learned], minlength=int(clips.set.max(initial=0)) + 1)
        share = np.where(count > 0, count**feeding.power, 0) / np.maximum(count, 1)
        weight = np.where(learned, share[clips.set], 0)
        self._chance = np.cumsum(weight / max(1e-12, weight.sum()))

    def _costs(self, chosen: Ints, training: bool) -> tuple[Tensor, Tensor]:
        raise NotImplementedError

    def accuracy(self, chosen: Ints) -> dict[str, float]:
        """Figures of the teacher-forced reconstruction of some clips."""
        raise NotImplementedError

    def loss(self, step: int) -> Tensor:
        """Mean nats a clip of the next mini-batch, the code's beyond the free ones weighed by beta."""
        f = self.feeding
        chosen = np.searchsorted(self._chance, self._draw.random(f.batch), "right").clip(max=len(self.clips) - 1)
        self._step = step
        cost, code = self._costs(chosen, True)
        beta = f.beta * min(1.0, (step + 1) / f.warm)
        return cost.mean() + beta * (code.mean() - f.free).clamp(min=0)

    def encode(self, chosen: Ints) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes of some clips, each [n, latent]."""
        raise NotImplementedError

    def attributes(self, chosen: Ints) -> npt.NDArray[np.float32]:
        """The attributes of some clips, [n, k] (:data:`studio.engines.clip_grid.ATTRIBUTES`)."""
        raise NotImplementedError

    def some(self, split: int, most: int) -> Ints:
        """Up to ``most`` clips of a split, evenly spread."""
        found = np.flatnonzero(self.clips.split == split)
        return found[np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).astype(int))] if len(found) else found

    def measure(self, most: int = 1500) -> dict[str, float]:
        """On validation clips: nats to reconstruct and of the code, and the accuracies."""
        chosen = self.some(VALID, most)
        if not len(chosen):
            return {"loss": float("nan")}
        cost, code = self._costs(chosen, False)
        f = self.feeding
        loss = cost.mean() + f.beta * (code.mean() - f.free).clamp(min=0)
        return {"loss": float(loss), "reconstruction": float(cost.mean()), "code": float(code.mean()), **self.accuracy(chosen)}

    def state(self) -> dict[str, Any]:
        """The draw."""
        return {"draw": self._draw.bit_generator.state}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up where a run stopped."""
        self._draw.bit_generator.state = state["draw"]


def _tensors(*columns: npt.NDArray[Any]) -> list[Tensor]:
    return [torch.from_numpy(np.ascontiguousarray(c)) for c in columns]


class LineTask(_ClipTask):
    """A :class:`studio.train.loop.Task` for lines."""

    model: MelodyVae

    def _tokens(self, chosen: Ints, training: bool) -> Ints:
        tokens = self.clips.rows[chosen].astype(np.int64)
        if not training:
            return tokens
        n = len(chosen)
        away = np.where(self._draw.random(n) < self.feeding.moved, self._draw.integers(-6, 7, n), 0)
        return moved_line(tokens, away + 12 * self._draw.integers(-1, 2, n) * (self._draw.random(n) < 0.2))

    def _costs(self, chosen: Ints, training: bool) -> tuple[Tensor, Tensor]:
        tokens = self._tokens(chosen, training)
        tokens_, metre, valid = _tensors(tokens, self.clips.metre[chosen], self._valid[chosen].astype(np.float32))
        return self.model.losses(tokens_, metre, valid)

    def encode(self, chosen: Ints) -> tuple[Tensor, Tensor]:
        """As :class:`_ClipTask`."""
        return self.model.encode(*_tensors(self.clips.rows[chosen].astype(np.int64), self.clips.metre[chosen]))

    def attributes(self, chosen: Ints) -> npt.NDArray[np.float32]:
        """As :class:`_ClipTask`."""
        rows, metre = self.clips.rows[chosen].astype(np.int64), self.clips.metre[chosen]
        return np.stack([line_attributes(r, int(m)) for r, m in zip(rows, metre, strict=True)])

    def accuracy(self, chosen: Ints) -> dict[str, float]:
        """The share of right steps, and of right onsets among the onsets."""
        right = self.right(chosen)
        valid, onset = self._valid[chosen], self.clips.rows[chosen] < 88
        valid = np.broadcast_to(valid.reshape(len(chosen), *[1] * (right.ndim - 2), -1), right.shape)
        return {"right": float(right[valid].mean()), "right_onsets": float(right[onset].mean())}

    def right(self, chosen: Ints) -> npt.NDArray[np.bool_]:
        """Which steps are right, [n, CELLS]; of phrases [n, SEGMENTS, CELLS]."""
        made = []
        for k in range(0, len(chosen), 128):
            part = chosen[k : k + 128]
            with torch.no_grad():
                made.append(self.model.right(*_tensors(self.clips.rows[part].astype(np.int64), self.clips.metre[part])).numpy())
        return np.concatenate(made)


class PhraseTask(LineTask):
    """A :class:`studio.train.loop.Task` for phrases: lines of sixteen bars."""

    model: PhraseVae  # type: ignore[assignment]

    def _costs(self, chosen: Ints, training: bool) -> tuple[Tensor, Tensor]:
        tokens, metre = _tensors(self._tokens(chosen, training), self.clips.metre[chosen])
        with torch.no_grad():
            own, own_logvar = self.model.clip_codes(tokens, metre)
        mean, logvar = self.model.encode_clips(own, metre)
        told, told_logvar = self.model.clips(self.model.draw(mean, logvar), metre)
        code = divergence(mean, logvar)
        if training and self._step < self.feeding.apart:
            return between(own, own_logvar, told, told_logvar), code
        written = self.feeding.written if training else SEGMENTS
        some = np.stack([self._draw.permutation(SEGMENTS)[:written] for _ in chosen]) if training else None
        cost = self._written(tokens, metre, told, chosen, some)
        if not training:
            return cost, code
        return cost + self.feeding.beta * between(own, own_logvar, told, told_logvar), code

    def _written(self, tokens: Tensor, metre: Tensor, told: Tensor, chosen: Ints, some: Ints | None) -> Tensor:
        """Nats to write the phrases from what was told of ``some`` of their clips [n, k] (None: of all), as of all of them."""
        n, valid = len(tokens), self._valid[chosen].astype(np.float32)
        place = torch.from_numpy(np.tile(np.arange(SEGMENTS), (n, 1)) if some is None else some)
        k, row = place.shape[1], torch.arange(n)[:, None]
        (cells,) = _tensors(np.repeat(valid, k, axis=0))
        cost, _ = self.model.line.losses(
            tokens[row, place].flatten(0, 1), metre.repeat_interleave(k), cells, told[row, place].flatten(0, 1)
        )
        return cost.view(n, k).sum(dim=1) * (SEGMENTS / k)

    def attributes(self, chosen: Ints) -> npt.NDArray[np.float32]:
        """As :class:`_ClipTask`."""
        rows, metre = self.clips.rows[chosen].astype(np.int64), self.clips.metre[chosen]
        return np.stack([phrase_attributes(r, int(m)) for r, m in zip(rows, metre, strict=True)])

    def measure(self, most: int = 250) -> dict[str, float]:
        """As :class:`_ClipTask`."""
        return super().measure(most)


class DrumTask(_ClipTask):
    """A :class:`studio.train.loop.Task` for drums."""

    model: DrumVae

    def _grids(self, chosen: Ints, training: bool = False) -> list[Tensor]:
        rows = self.clips.rows[chosen].astype(np.float32)
        rows = self._varied(rows, self.clips.metre[chosen]) if training else rows
        hits = rows[..., 0]
        return _tensors(hits, rows[..., 1] / 127, (rows[..., 2] / 255 - 0.5) * hits, self.clips.metre[chosen])

    def _varied(self, rows: npt.NDArray[np.float32], metre: Ints) -> npt.NDArray[np.float32]:
        """Drums [n, CELLS, 9, 3] that start at another beat, join two clips' bars, are thinner, louder or softer."""
        f, draw, n = self.feeding, self._draw, len(rows)
        rows = rows.copy()
        joined, turned = draw.random(n) < f.joined, draw.random(n) < f.turned
        others = draw.permutation(n)
        for k in range(n):
            cells = cells_of(int(metre[k]))
            if joined[k] and metre[others[k]] == metre[k]:
                rows[k, cells // 2 : cells] = rows[others[k], : cells // 2]
            if turned[k]:
                beats = int(draw.integers(cells // CELLS_A_BEAT))
                rows[k, :cells] = np.roll(rows[k, :cells], CELLS_A_BEAT * beats, axis=0)
        gone = (draw.random(n) < f.thinned)[:, None, None] & (draw.random(rows.shape[:3]) < 0.3)
        rows[gone] = 0
        rows[..., 1] = np.clip(rows[..., 1] * draw.uniform(0.8, 1.15, (n, 1, 1)), 0, 127)
        return rows

    def _costs(self, chosen: Ints, training: bool) -> tuple[Tensor, Tensor]:
        way = np.zeros(len(chosen), np.int64)
        if training:
            f = self.feeding
            way = self._draw.choice([WHOLE, STIFF, TAPPED], len(chosen), p=[1 - f.stiff - f.tapped, f.stiff, f.tapped])
        hits, velocity, offset, metre = self._grids(chosen, training)
        way_, valid = _tensors(way, self._valid[chosen].astype(np.float32))
        return self.model.losses(hits, velocity, offset, metre, way_, valid)

    def encode(self, chosen: Ints) -> tuple[Tensor, Tensor]:
        """As :class:`_ClipTask`."""
        hits, velocity, offset, metre = self._grids(chosen)
        return self.model.encode(hits, velocity, offset, metre, torch.full((len(chosen),), WHOLE))

    def attributes(self, chosen: Ints) -> npt.NDArray[np.float32]:
        """As :class:`_ClipTask`."""
        hits, metre = self.clips.rows[chosen][..., 0].astype(bool), self.clips.metre[chosen]
        return np.stack([drum_attributes(h, int(m)) for h, m in zip(hits, metre, strict=True)])

    def accuracy(self, chosen: Ints, way: int = WHOLE) -> dict[str, float]:
        """Shares of steps whose nine pieces are all right, of right pieces, F1 of the hits; mean errors of velocity, timing."""
        right, loud, late = self.right(chosen, way)
        valid = self._valid[chosen]
        hits: npt.NDArray[np.bool_] = self.clips.rows[chosen, :, :, 0].astype(bool)
        found, missed, false = (hits & right).sum(), (hits & ~right).sum(), (~hits & ~right & valid[..., None]).sum()
        return {
            "right": float(np.asarray(right.all(axis=2))[valid].mean()),
            "right_pieces": float(right[valid].mean()),
            "f1": float(2 * found / max(1, 2 * found + missed + false)),
            "velocity_off": float(127 * loud[hits].mean()),
            "timing_off": float(late[hits].mean()),
        }

    def right(self, chosen: Ints, way: int = WHOLE) -> tuple[npt.NDArray[Any], ...]:
        """Right pieces [n, CELLS, 9], and how far velocities and offsets are away."""
        made = []
        for k in range(0, len(chosen), 512):
            part = chosen[k : k + 512]
            with torch.no_grad():
                hits, velocity, offset, metre = self._grids(part)
                read = self.model.right(hits, velocity, offset, metre, torch.full((len(part),), way))
            made.append([r.numpy() for r in read])
        return tuple(np.concatenate(c) for c in zip(*made, strict=True))


TASKS = {"lines": LineTask, "drums": DrumTask, "phrases": PhraseTask}
NETWORKS = {"lines": MelodyVae, "drums": DrumVae, "phrases": PhraseVae}
