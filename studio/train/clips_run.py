"""The trainer of the VAEs' recipes."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.engines import clip_decode, clip_grid
from studio.engines.cards import Card, check_weights, read_card
from studio.engines.clip_grid import drum_attributes, line_attributes, phrase_attributes
from studio.engines.clip_vae import ANYTHING
from studio.nn.melody_vae import MelodyVae
from studio.nn.phrase_vae import PhraseShape, PhraseVae
from studio.nn.runtime import choose_device, load_weights
from studio.nn.vae import ClipVae, VaeShape
from studio.paths import models
from studio.train.clips import Clips, clips
from studio.train.clips_space import directions, principal
from studio.train.clips_task import NETWORKS, TASKS, Feeding
from studio.train.export import export
from studio.train.loop import Progress, Run, Schedule, Trainer
from studio.train.symbolic_files import SETS, TRAIN, VALID, credit_rows

_MAPPED = 20_000
"""Training clips that the map and the directions are found from."""
_CALIBRATED = 80
_LENGTHS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe into ``folder`` and export the best weights to the model it names."""
    progress(0.0, "reading the songs")
    read = clips(recipe["kind"])
    schedule = Schedule(**recipe["schedule"])
    torch.manual_seed(schedule.seed)
    model = network(recipe)
    if isinstance(model, PhraseVae):
        begin(model.line, recipe["clips_of"])
    task = TASKS[recipe["kind"]](model, read, Feeding(**recipe["feeding"]), schedule.seed)
    trainer = Trainer(task, schedule, folder, progress)
    if resume:
        trainer.resume()
    run = trainer.fit()
    if not (folder / "best.pt").exists():
        trainer.measure()
    export_best(recipe, folder, read, run)


def network(recipe: dict[str, Any]) -> ClipVae:
    """The recipe's network."""
    made: ClipVae = NETWORKS[recipe["kind"]](shape_of(recipe))  # type: ignore[arg-type]  # each kind has its own shape
    return made


def begin(line: MelodyVae, model: str) -> None:
    """Give a phrase's two-bar network the weights of a shipped one."""
    card = read_card(models() / model)
    shipped = load_weights(MelodyVae(VaeShape.of(card.hyper)), check_weights(card), choose_device("cpu"))
    line.load_state_dict(shipped.state_dict())


def shape_of(recipe: dict[str, Any]) -> VaeShape:
    """The network's shape in a recipe. That of phrases takes its two-bar network's from the card of ``clips_of``."""
    if recipe["kind"] == "phrases":
        hyper = read_card(models() / recipe["clips_of"]).hyper
        of_line = {n: hyper[n] for n in ("cells", "metres", "hidden", "layers", "plan", "units", "dropout")}
        return PhraseShape(attributes=len(clip_grid.ATTRIBUTES), clip=hyper["latent"], **of_line, **recipe["shape"])
    return VaeShape(attributes=len(clip_grid.ATTRIBUTES) if recipe["kind"] == "lines" else 2, **recipe["shape"])


def export_best(recipe: dict[str, Any], folder: Path, read: Clips, run: Run) -> Card:
    """Export ``best.pt`` of a run with the map of its codes, and a card."""
    model = network(recipe)
    model.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
    map_codes(model.eval(), read)
    feeding, schedule = Feeding(**recipe["feeding"]), Schedule(**recipe["schedule"])
    learned = read.split == TRAIN
    best = next((r for r in run.log if r["step"] == run.best_step), {})
    kinds = set(np.unique(read.set[learned]).tolist())
    card = Card(
        id=recipe["model"],
        engine="clip-vae",
        title=recipe["title"],
        recipe=recipe["name"],
        summary=recipe["summary"],
        data=[row for row, s in zip(credit_rows(), SETS, strict=True) if SETS.index(s) in kinds],
        training={
            "seed": schedule.seed,
            "steps": run.best_step,
            "clips": run.best_step * feeding.batch,
            "minutes": round(run.seconds / 60),
            "songs": len(np.unique(read.song[learned])),
            "device": "2 cores of a CPU, shared",
        },
        figures={"validation": {k: round(v, 4) for k, v in best.items() if k not in ("step", "seconds")}},
        hyper={**model.shape.as_dict(), "kind": recipe["kind"], "version": clip_grid.VERSION},
    )
    return export(model.state_dict(), card)


def codes_of(task: Any, chosen: npt.NDArray[np.int64]) -> Tensor:
    """The means of the codes of some clips, [n, latent]."""
    made = []
    for k in range(0, len(chosen), 512):
        with torch.no_grad():
            made.append(task.encode(chosen[k : k + 512])[0])
    return torch.cat(made)


def map_codes(model: Any, read: Clips) -> None:
    """Fill in the network's map and directions from training clips (from validation ones where there are none)."""
    kind = next(k for k, network in NETWORKS.items() if isinstance(model, network))
    task = TASKS[kind](model, read, Feeding(), 0)
    chosen = task.some(TRAIN, _MAPPED)
    chosen = chosen if len(chosen) else task.some(VALID, _MAPPED)
    codes = codes_of(task, chosen).double().numpy()
    attributes = task.attributes(chosen).astype(np.float64)
    mean, root, axes = principal(codes)
    sliders, spread = directions(codes, attributes)
    sliders = calibrated(model, kind, codes.astype(np.float32), read.metre[chosen], sliders, spread)
    for name, value in (("mean", mean), ("root", root), ("axes", axes), ("sliders", sliders), ("spread", spread)):
        getattr(model, name).copy_(torch.from_numpy(value))


def calibrated(
    model: Any,
    kind: str,
    codes: npt.NDArray[np.float32],
    metre: npt.NDArray[np.int64],
    sliders: npt.NDArray[np.float64],
    spread: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Sliders as long as it takes for what is decoded, on the mean, to change by one deviation of the attribute.

    Small moves of a code change nothing that is heard, so a regression on codes alone asks for too little. Each slider gets
    the least of :data:`_LENGTHS` that does it, or the one that does most.
    """
    usual = int(np.bincount(metre).argmax())
    some = codes[metre == usual][:: max(1, int((metre == usual).sum()) // _CALIBRATED)][:_CALIBRATED]
    made = sliders.copy()
    for k, slider in enumerate(sliders):
        effects = []
        for length in _LENGTHS:
            up, down = (
                _attributes(model, kind, some + np.float32(sign * length) * slider.astype(np.float32), usual)[:, k]
                for sign in (1, -1)
            )
            effects.append(float((up - down).mean()) / 2 / max(1e-9, float(spread[k])))
            if effects[-1] >= 1:
                break
        made[k] = _LENGTHS[int(np.argmax(effects))] * slider
    return made


def _attributes(model: Any, kind: str, codes: npt.NDArray[np.float32], metre: int) -> npt.NDArray[np.float32]:
    if kind == "lines":
        return np.stack([line_attributes(c, metre) for c in clip_decode.lines(model, codes, metre, ANYTHING)])
    if kind == "phrases":
        return np.stack([phrase_attributes(c, metre) for c in clip_decode.phrases(model, codes, metre, ANYTHING)])
    return np.stack([drum_attributes(c.hits, metre) for c in clip_decode.drums(model, codes, metre)])
