"""The trainer of the frame benchmark's recipes. It leaves a checkpoint for ``studio bench frames-nll`` and ships nothing."""

from pathlib import Path
from typing import Any

import torch

from studio.nn.frame_lstm import FrameLstm, FrameShape
from studio.train.frames import COUNTS, PARTS, PLANES, read_rolls, roll
from studio.train.frames_task import Feeding, FrameTask
from studio.train.loop import Progress, Schedule, Trainer


def network(recipe: dict[str, Any]) -> FrameLstm:
    """The recipe's network, with the weights it begins with."""
    torch.manual_seed(recipe["schedule"]["seed"])
    return FrameLstm(FrameShape(planes=PLANES, counts=COUNTS, **recipe["shape"]))


def task_of(recipe: dict[str, Any], parts: tuple[str, ...] = PARTS) -> FrameTask:
    """The recipe's task with the pieces of some parts."""
    read = read_rolls(recipe["set"])
    rolls = {p: [roll(a) for a in read[p]] for p in parts}
    return FrameTask(network(recipe), rolls, Feeding(**recipe["feeding"]), recipe["schedule"]["seed"])


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe into ``folder``; the weights that foretell the validation part best are ``best.pt``."""
    progress(0.0, "reading the piano rolls")
    trainer = Trainer(task_of(recipe, ("train", "valid")), Schedule(**recipe["schedule"]), folder, progress)
    if resume:
        trainer.resume()
    trainer.fit()
    if not (folder / "best.pt").exists():
        trainer.measure()
