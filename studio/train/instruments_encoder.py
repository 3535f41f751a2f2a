"""Trains the encoder of the timbre autoencoder (recipes timbre-encoder*.toml): a few notes of an instrument to its row.

The decoder, the control network, stands still. Each step draws instruments, some notes of each to look at and others to be
foretold from the row: what counts is how near the notes are that were not shown. Gains, tilts and shifts in pitch make new
instruments of the trained ones.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from studio.engines.cards import Card, check_weights, read_card
from studio.engines.instrument_learning import ENCODER
from studio.engines.neural_instruments_laws import Sound
from studio.nn.runtime import load_weights
from studio.nn.spectral import POINTS, band_centres
from studio.nn.timbre import Rows, TimbreNet
from studio.nn.timbre_encoder import EncoderSize, NoteSet, TimbreEncoder, differences
from studio.nn.timbre_playing import TimbreSize
from studio.paths import models
from studio.train.export import export
from studio.train.instruments import Recipe as NetRecipe
from studio.train.instruments import data_entries, note_columns, prepared_notes
from studio.train.instruments_table import DRUMS
from studio.train.loop import Progress, Schedule, Trainer

TILT_DB = 4.0  # an octave, of what is drawn anew in each step


@dataclass(frozen=True)
class Recipe:
    """What the recipe's ``[encoder]`` table may say."""

    hidden: int = 160
    latent: int = 32
    dropout: float = 0.1
    instruments: int = 12  # in a step
    shown: int = 8  # notes at most that the encoder sees of each
    asked: int = 4  # notes of each that are foretold
    points: int = 8


class EncoderTask:
    """The training of the encoder, for the training loop."""

    def __init__(self, net: TimbreNet, notes: NoteSet, instrument: Tensor, recipe: Recipe, held: set[int]) -> None:
        self.net, self.notes, self.recipe = net.eval().requires_grad_(False), notes, recipe
        self.model = TimbreEncoder(EncoderSize(recipe.hidden, recipe.latent, recipe.dropout), net)
        groups = {int(k): torch.nonzero(instrument == k)[:, 0] for k in instrument.unique()}
        groups = {k: g for k, g in groups.items() if len(g) >= 4}
        self.groups = [g for k, g in groups.items() if k not in held]
        self.held = [g for k, g in groups.items() if k in held]
        octaves = torch.from_numpy(band_centres() / 500.0).log2().float()
        self.by_band = octaves.clamp(-3, 5)

    def _episode(self, groups: list[Tensor], draw: torch.Generator, changed: bool) -> Tensor:
        r = self.recipe
        chosen = [groups[k] for k in torch.randperm(len(groups), generator=draw)[: r.instruments]]
        shown, asked, group, wanted = [], [], [], []
        for k, of in enumerate(chosen):
            order = of[torch.randperm(len(of), generator=draw)]
            count = int(torch.randint(1, min(r.shown, len(of) - 1) + 1, (1,), generator=draw))
            shown.append(order[:count])
            asked.append(order[count : count + r.asked])
            group += [k] * count
            wanted += [k] * len(asked[-1])
        given, foretold = self.notes.of(torch.cat(shown)), self.notes.of(torch.cat(asked))
        at, to = torch.tensor(group), torch.tensor(wanted)
        if changed:
            tilt = (torch.rand(len(chosen), generator=draw) * 2 - 1) * TILT_DB
            given, foretold = self._tilted(given, tilt[at]), self._tilted(foretold, tilt[to])
        rows = self.model(given, at, len(chosen))
        points = torch.randperm(POINTS, generator=draw)[: r.points] if changed else torch.arange(POINTS)
        return differences(self.net, Rows(*(x[to] for x in rows)), foretold, points)

    def _tilted(self, notes: NoteSet, tilt: Tensor) -> NoteSet:
        """The notes brighter or darker by ``tilt`` [n] dB an octave."""
        whole = notes.position.floor().long().clamp(0, len(self.by_band) - 2)
        share = (notes.position - whole).clamp(0, 1)
        octaves = self.by_band[whole] * (1 - share) + self.by_band[whole + 1] * share
        return notes._replace(
            partials=notes.partials + (tilt[:, None] * octaves)[:, None],
            noise=notes.noise + tilt[:, None, None] * self.by_band,
        )

    def loss(self, step: int) -> Tensor:
        """Mean difference in dB of notes that were not shown."""
        return self._episode(self.groups, torch.Generator().manual_seed(step * 7919 + 29), changed=True)

    def measure(self) -> dict[str, float]:
        """The same of instruments held out (of the trained ones, where there are none), the same episodes each time."""
        draws = [torch.Generator().manual_seed(k) for k in range(6)]
        return {"loss": float(torch.stack([self._episode(self.held or self.groups, d, changed=False) for d in draws]).mean())}

    def state(self) -> dict[str, Any]:
        """Nothing: steps are drawn from their numbers."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""


def network_of(card: Card) -> TimbreNet:
    """The control network of an instruments' card, on the CPU."""
    net = TimbreNet(TimbreSize(**card.hyper["network"]))
    load_weights(net, check_weights(card), torch.device("cpu"))
    return net


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe's ``[encoder]`` for the instruments of its ``of``, and export it beside them.

    Raises:
        StudioError: the training data or the instruments are missing.
    """
    settings, schedule = Recipe(**recipe.get("encoder", {})), Schedule(**recipe.get("schedule", {}))
    card = read_card(models() / str(recipe["of"]))
    net = network_of(card)
    made = NetRecipe(**{**card.training["settings"], "strangers": tuple(card.training["settings"].get("strangers", ()))})
    by_name = {s.id: s for s in (Sound.of(v) for v in card.hyper["sounds"])}
    notes = [n for n in prepared_notes(made, progress) if n.row.instrument not in DRUMS]
    instrument = torch.tensor([by_name[n.row.instrument].row for n in notes])
    columns = NoteSet(
        **note_columns(notes, by_name),
        pitch=torch.tensor([float(n.row.pitch) for n in notes]),
        velocity=torch.tensor([float(n.row.velocity) for n in notes]),
    )
    torch.manual_seed(schedule.seed)
    every = sorted({int(k) for k in instrument})
    held = set(every[3::9])
    task = EncoderTask(net, columns, instrument, settings, held)
    trainer = Trainer(task, schedule, folder, progress)
    if resume:
        trainer.resume()
    run = trainer.fit()
    best = torch.load(folder / "best.pt", weights_only=True)
    export(
        best,
        Card(
            ENCODER, "timbre-encoder", "Timbre encoder", summary="Places notes of an instrument in the neural instruments' space.",
            recipe=str(recipe["name"]), data=data_entries(notes),
            hyper={"encoder": task.model.size.as_dict(), "network": card.sha256},
            training={
                "seed": schedule.seed, "steps": run.step, "minutes": round(run.seconds / 60, 1), "schedule": vars(schedule),
                "settings": vars(settings), "controls_db": {"instruments_not_trained_on": round(run.best, 3), "how_many": len(held)},
            },
        ),
        models() / str(recipe["of"]) / ENCODER,
    )  # fmt: skip
