"""The trainer of the writer's recipes."""

from pathlib import Path
from typing import Any

import torch

from studio.engines.cards import Card
from studio.engines.note_columns import VERSION
from studio.errors import StudioError
from studio.nn.note_lstm import NoteLstm
from studio.paths import checkpoints
from studio.train.export import export
from studio.train.loop import Progress, Run, Schedule, Trainer
from studio.train.symbolic import Corpus, corpus
from studio.train.symbolic_files import TRAIN, credit_rows
from studio.train.symbolic_task import Feeding, WriterTask, shape_of


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe into ``folder`` and export the best weights to the model it names."""
    progress(0.0, "reading the songs")
    songs = corpus()
    schedule = Schedule(**recipe["schedule"])
    torch.manual_seed(schedule.seed)
    shape = shape_of(**recipe["shape"])
    model = NoteLstm(shape)
    if "start" in recipe and not resume:
        start_from(model, checkpoints() / recipe["start"] / "best.pt")
    trainer = Trainer(WriterTask(model, songs, Feeding(**recipe["feeding"]), schedule.seed), schedule, folder, progress)
    if resume:
        trainer.resume()
    run = trainer.fit()
    if not (folder / "best.pt").exists():
        trainer.measure()
    export_best(recipe, folder, songs, run)


def start_from(model: NoteLstm, path: Path) -> None:
    """Take up the weights of an earlier recipe's best; what they lack stays as it is.

    Raises:
        StudioError: there are none, or they are another network's.
    """
    if not path.exists():
        raise StudioError(f"There is no earlier training in {path.parent}.", "Train the recipe that this one starts from first.")
    lacking = model.load_state_dict(torch.load(path, weights_only=True), strict=False)
    if lacking.unexpected_keys or any(not k.startswith(("asked.", "plan")) for k in lacking.missing_keys):
        raise StudioError(f"The training in {path.parent} is of another network.", "Use the shape of the earlier recipe.")


def export_best(recipe: dict[str, Any], folder: Path, songs: Corpus, run: Run) -> Card:
    """Export ``best.pt`` of a run, with a card."""
    values = torch.load(folder / "best.pt", weights_only=True)
    feeding, schedule = Feeding(**recipe["feeding"]), Schedule(**recipe["schedule"])
    training = {
        "seed": schedule.seed,
        "steps": run.best_step,
        "notes": run.best_step * feeding.batch * feeding.time,
        "minutes": round(run.seconds / 60),
        "songs": int(sum(s == TRAIN and "#" not in n for s, n in zip(songs.split, songs.names, strict=True))),
        "left out as copies of held-out songs": len(songs.copies),
        "device": "2 cores of a CPU, shared",
    }
    if "start" in recipe:
        training["started from"] = recipe["start"]
    best = next((r for r in run.log if r["step"] == run.best_step), {})
    figures = {
        "validation, nats a note, mean over sets": {k: round(v, 4) for k, v in best.items() if k not in ("step", "seconds")}
    }
    card = Card(
        id=recipe["model"],
        engine="lstm-writer",
        title=recipe["title"],
        recipe=recipe["name"],
        data=credit_rows(),
        training=training,
        figures=figures,
        hyper={**shape_of(**recipe["shape"]).as_dict(), "version": VERSION},
        summary="Writes music note by note in the styles of the sets it learned from. POP909's arrangements are free (MIT), "
        "the songs under them are commercial.",
    )
    return export(values, card)
