"""The training task of the frame benchmark: pieces drawn whole or in part, some of them moved to another key and told so."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.nn.frame_lstm import KEYS, FrameBatch, FrameLstm
from studio.train.frames import HOME, SHIFTS, Roll

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Feeding:
    """Mini-batches of ``batch`` pieces, at most ``length`` frames of each; ``moved`` is the share in another key.

    ``short`` numbers: matrix products of training in bfloat16, which halves the time on processors that know it.
    """

    batch: int = 16
    length: int = 256
    moved: float = 0.5
    short: bool = True


def batch_of(rolls: list[Roll], starts: Ints, length: int, shifts: Ints) -> FrameBatch:
    """Frames ``starts[k]`` to ``starts[k] + length`` of each piece, moved by semitones (the network is told by how many)."""
    ends = [min(len(r), int(a) + length) for r, a in zip(rolls, starts, strict=True)]
    n, t = len(rolls), max(e - int(a) for a, e in zip(starts, ends, strict=True))
    planes = np.zeros((n, t, rolls[0].sources.shape[1], KEYS), np.float32)
    target, facts = np.zeros((n, t, KEYS), np.float32), np.zeros((n, t, rolls[0].facts.shape[1]), np.int64)
    valid = np.zeros((n, t), bool)
    for k, (piece, a, e, shift) in enumerate(zip(rolls, starts.tolist(), ends, shifts.tolist(), strict=True)):
        frames = np.roll(piece.frames, shift, axis=1)
        planes[k, : e - a] = frames[piece.sources[a:e]]
        target[k, : e - a] = frames[a + 1 : e + 1]
        facts[k, : e - a] = piece.facts[a:e]
        facts[k, : e - a, -1] = HOME + shift
        valid[k, : e - a] = True
    return FrameBatch(*(torch.from_numpy(c) for c in (planes, facts, target, valid)))


class FrameTask:
    """A :class:`studio.train.loop.Task`. An epoch's pieces come in an order of their own, each once."""

    def __init__(self, model: FrameLstm, rolls: dict[str, list[Roll]], feeding: Feeding, seed: int) -> None:
        self.model, self.rolls, self.feeding, self._seed = model, rolls, feeding, seed

    def loss(self, step: int) -> Tensor:
        """Mean nats a frame of the next mini-batch."""
        f, pieces = self.feeding, self.rolls["train"]
        draw = np.random.default_rng([self._seed, step])
        a_pass = max(1, len(pieces) // f.batch)
        order = np.random.default_rng([self._seed, 1 + step // a_pass, 7]).permutation(len(pieces))
        chosen = [pieces[k] for k in order[step % a_pass * f.batch :][: f.batch]]
        spare = np.array([max(0, len(p) - f.length) for p in chosen])
        starts = (draw.random(len(chosen)) * (spare + 1)).astype(np.int64) * (draw.random(len(chosen)) < 0.7)
        shifts = np.where(draw.random(len(chosen)) < f.moved, draw.integers(-HOME, SHIFTS - HOME, len(chosen)), 0)
        with torch.autocast("cpu", torch.bfloat16, enabled=f.short):
            return self.model.nats(batch_of(chosen, starts, f.length, shifts)).mean()

    def nats(self, part: str, most_frames: int = 6000) -> list[npt.NDArray[np.float64]]:
        """Nats of every frame of each piece of a part, as it stands; the first frame is foretold from nothing."""
        pieces = self.rolls[part]
        made: list[npt.NDArray[np.float64]] = [np.zeros(0)] * len(pieces)
        order, k = np.argsort([len(p) for p in pieces], kind="stable")[::-1].tolist(), 0
        while k < len(order):
            longest = len(pieces[order[k]])
            some = order[k : k + max(1, most_frames // longest)]
            k += len(some)
            batch = batch_of([pieces[i] for i in some], np.zeros(len(some), np.int64), longest, np.zeros(len(some), np.int64))
            with torch.no_grad():
                costs = self.model.nats(batch).double().numpy()
            for i, own in zip(some, np.split(costs, np.cumsum([len(pieces[i]) for i in some])[:-1]), strict=True):
                made[i] = own
        return made

    def measure(self) -> dict[str, float]:
        """Nats a frame of the validation part, the first of each piece not counted."""
        return {"loss": figures(self.nats("valid"))["a frame"]}

    def state(self) -> dict[str, Any]:
        """Nothing: a step's mini-batch follows from its number."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""


def figures(costs: list[npt.NDArray[np.float64]]) -> dict[str, float]:
    """Means of nats: over frames without each piece's first (as TCN's script), with it, and over pieces of a piece's mean."""
    return {
        "a frame": float(np.concatenate([c[1:] for c in costs]).mean()),
        "with the first": float(np.concatenate(costs).mean()),
        "a piece": float(np.mean([c[1:].mean() for c in costs])),
    }
