"""The one training loop: seeded, resumable, with a warm-up, a long plateau and a linear decay to the end.

The plateau lets a run be lengthened or cut short when it is resumed ("warmup, stable, decay", Hu et al. 2024,
arXiv 2404.06395). A mean of the weights (exponential, as Polyak's) is what is measured and exported.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from studio.nn.runtime import choose_device

Progress = Callable[[float, str], None]


class Task(Protocol):
    """What is trained."""

    @property
    def model(self) -> nn.Module:
        """The network."""

    def loss(self, step: int) -> Tensor:
        """The loss of mini-batch ``step``, a scalar. The same step gives the same mini-batch after a resume from it."""

    def measure(self) -> dict[str, float]:
        """Held-out figures of the model as it is; ``loss`` decides which weights are best."""

    def state(self) -> dict[str, Any]:
        """What else a resumed run needs (tensors and plain values)."""

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a state."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. ``steps`` mini-batches at most; over ``decay``, the last share of them, the rate falls to zero.

    ``minutes`` cuts a run short in wall time (0: never); ``patience`` measurements without a gain end it (0: never).
    """

    steps: int = 1000
    rate: float = 1e-3
    warmup: int = 100
    decay: float = 0.25
    weight_decay: float = 0.01
    clip: float = 1.0
    mean: float = 0.998
    measure_every: int = 500
    save_minutes: float = 10.0
    minutes: float = 0.0
    patience: int = 0
    seed: int = 0
    threads: int = 1
    device: str = "cpu"

    def factor(self, step: int) -> float:
        """The learning rate at ``step`` as a share of ``rate``."""
        left = (self.steps - step) / max(1.0, self.decay * self.steps)
        return max(0.0, min(1.0, (step + 1) / max(1, self.warmup), left))


@dataclass
class Run:
    """A run so far: what is written to the checkpoint, and the log of measurements."""

    step: int = 0
    seconds: float = 0.0
    best: float = float("inf")
    best_step: int = -1
    log: list[dict[str, float]] = field(default_factory=list)


class MeanWeights:
    """An exponential mean of a model's weights that can stand in for them."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._model, self._decay, self._count = model, decay, 0
        self.values = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are; early on the mean is short, so that it forgets the start."""
        self._count += 1
        share = 1 - min(self._decay, (1 + self._count) / (10 + self._count))
        mine, theirs = [], []
        for k, v in self._model.state_dict().items():
            if v.is_floating_point():
                mine.append(self.values[k])
                theirs.append(v)
        torch._foreach_lerp_(mine, theirs, share)

    def swap(self) -> None:
        """Exchange the model's weights with the mean."""
        now = {k: v.detach().clone() for k, v in self._model.state_dict().items()}
        self._model.load_state_dict(self.values)
        self.values = now

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"values": self.values, "count": self._count}

    def load(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.values, self._count = state["values"], state["count"]


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices only."""
    wide = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
    rest = [p for p in model.parameters() if p.requires_grad and p.dim() <= 1]
    return [{"params": wide, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


class Trainer:
    """Trains a task into a folder: ``last.pt`` to go on from, ``best.pt`` the best mean weights, ``log.json``."""

    def __init__(self, task: Task, schedule: Schedule, folder: Path, progress: Progress = lambda fraction, message: None) -> None:
        self.task, self.schedule, self.folder, self.progress = task, schedule, folder, progress
        torch.set_num_threads(schedule.threads)
        task.model.to(choose_device(schedule.device))
        self.optimizer = torch.optim.AdamW(
            parameter_groups(task.model, schedule.weight_decay), lr=schedule.rate, betas=(0.9, 0.98)
        )
        self.mean = MeanWeights(task.model, schedule.mean)
        self.run = Run()
        folder.mkdir(parents=True, exist_ok=True)

    def resume(self) -> bool:
        """Go on from ``last.pt``; False when there is none."""
        path = self.folder / "last.pt"
        if not path.exists():
            return False
        saved = torch.load(path, map_location=choose_device(self.schedule.device), weights_only=True)
        self.task.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.mean.load(saved["mean"])
        self.run = Run(**saved["run"])
        self.task.load_state(saved["task"])
        return True

    def save(self) -> None:
        """Write ``last.pt``, whole or not at all."""
        saved = {
            "model": self.task.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "mean": self.mean.state(),
            "run": vars(self.run),
            "task": self.task.state(),
        }
        part = self.folder / "last.pt.part"
        torch.save(saved, part)
        part.replace(self.folder / "last.pt")

    def step(self) -> float:
        """One step of the optimizer; returns the loss."""
        schedule, run = self.schedule, self.run
        self.task.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.rate * schedule.factor(run.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.task.loss(run.step)
        loss.backward()
        nn.utils.clip_grad_norm_(self.task.model.parameters(), schedule.clip)
        self.optimizer.step()
        self.mean.update()
        run.step += 1
        return float(loss.detach())

    def measure(self) -> dict[str, float]:
        """Measure the mean weights, keep them if they are the best so far, and write the log."""
        run = self.run
        self.mean.swap()
        self.task.model.eval()
        with torch.no_grad():
            figures = self.task.measure()
        if figures["loss"] < run.best:
            run.best, run.best_step = figures["loss"], run.step
            torch.save(self.task.model.state_dict(), self.folder / "best.pt")
        self.mean.swap()
        run.log.append({"step": run.step, "seconds": round(run.seconds), **figures})
        (self.folder / "log.json").write_text(json.dumps(run.log, indent=0))
        return figures

    def fit(self) -> Run:
        """Train to the end of the schedule. What ``progress`` raises ends the run with a checkpoint written."""
        schedule, run = self.schedule, self.run
        torch.manual_seed(schedule.seed + run.step)
        saved, recent = time.monotonic(), 0.0
        try:
            while run.step < schedule.steps and not self._over():
                began = time.monotonic()
                loss = self.step()
                recent = loss if not recent else 0.98 * recent + 0.02 * loss
                run.seconds += time.monotonic() - began
                self.progress(
                    run.step / schedule.steps,
                    f"step {run.step} of {schedule.steps}, loss {recent:.3f}, {run.seconds / 60:.1f} min",
                )
                if run.step % schedule.measure_every == 0 or run.step == schedule.steps:
                    figures = self.measure()
                    self.progress(run.step / schedule.steps, "held out: " + ", ".join(f"{k} {v:.3f}" for k, v in figures.items()))
                if time.monotonic() - saved > 60 * schedule.save_minutes:
                    self.save()
                    saved = time.monotonic()
        finally:
            self.save()
        return run

    def _over(self) -> bool:
        schedule, run = self.schedule, self.run
        if schedule.minutes and run.seconds > 60 * schedule.minutes:
            return True
        waited = sum(1 for row in run.log if row["step"] > run.best_step)
        return bool(schedule.patience) and waited >= schedule.patience
