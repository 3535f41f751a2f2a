"""The trainer of the arranger's recipe."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load

from studio.engines.arranger_features import VERSION
from studio.engines.cards import Card, check_weights, read_card
from studio.nn.arranger import Arranger
from studio.nn.note_lstm import Shape
from studio.paths import models
from studio.train.arranger_task import ArrangerTask, Feeding, shape_of
from studio.train.export import export
from studio.train.loop import Progress, Run, Schedule, Trainer
from studio.train.songs import SongParts, songs
from studio.train.symbolic_files import TRAIN, credit_rows


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe into ``folder`` and export the best weights to the model it names."""
    progress(0.0, "reading the songs")
    read = songs()
    schedule = Schedule(**recipe["schedule"])
    torch.manual_seed(schedule.seed)
    model = network(recipe)
    task = ArrangerTask(model, read, Feeding(**recipe["feeding"]), schedule.seed, folder)
    trainer = Trainer(task, schedule, folder, progress)
    if resume:
        trainer.resume()
    run = trainer.fit()
    if not (folder / "best.pt").exists():
        trainer.measure()
    export_best(recipe, folder, read, run)


def network(recipe: dict[str, Any]) -> Arranger:
    """The network that a recipe begins with: the writer it names is in it already."""
    writer = read_card(models() / recipe["writer"])
    values = load(check_weights(writer))
    model = Arranger(shape_of(Shape.of(writer.hyper), **recipe["shape"]))
    model.voice.load_state_dict({k: values[k].to(v.dtype) for k, v in model.voice.state_dict().items()})
    return model


def export_best(recipe: dict[str, Any], folder: Path, read: list[SongParts], run: Run) -> Card:
    """Export ``best.pt`` of a run, with a card."""
    values = torch.load(folder / "best.pt", weights_only=True)
    schedule, feeding = Schedule(**recipe["schedule"]), Feeding(**recipe["feeding"])
    writer = read_card(models() / recipe["writer"])
    best = next((r for r in run.log if r["step"] == run.best_step), {})
    card = Card(
        id=recipe["model"],
        engine="arranger",
        title=recipe["title"],
        recipe=recipe["name"],
        summary=recipe["summary"],
        data=credit_rows(),
        training={
            "seed": schedule.seed,
            "steps": run.best_step,
            "holes": min(run.best_step * feeding.batch, feeding.lots * feeding.lot),
            "holes seen": run.best_step * feeding.batch,
            "minutes": round(run.seconds / 60),
            "writer within it": writer.sha256,
            "songs": sum(s.split == TRAIN for s in read),
            "device": "2 cores of a CPU, shared",
        },
        figures={
            "validation, nats a note, mean over sets": {k: round(v, 4) for k, v in best.items() if k not in ("step", "seconds")}
        },
        hyper={**shape_of(Shape.of(writer.hyper), **recipe["shape"]).as_dict(), "version": VERSION},
    )
    return export(values, card)
