"""Trains the GAN of drum hits and, beside it, a VAE of the same size (recipe hit-gan.toml); says how both do on drums held out.

Judged by nearest neighbours in the mean difference of the controls (dB): how far drawn hits lie from real ones (fidelity;
to be compared with how far unseen real hits lie from known ones), how far unseen real hits lie from drawn ones (coverage),
and how far drawn hits lie from each other, as a share of what real ones do (diversity). The weights that are kept are then
trained on all drums.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.engines.cards import Card
from studio.nn.hit_gan import KINDS, OCTAVE, HitCritic, HitGenerator, HitSize, HitVae, about, penalty
from studio.paths import models
from studio.train.export import export
from studio.train.hits_data import Hits, read_hits
from studio.train.instruments_table import CREDITS
from studio.train.loop import Progress

HELD_EVERY = 5
DRAWN = 200


@dataclass(frozen=True)
class Recipe:
    """What the recipe's ``[hits]`` table may say."""

    components: int = 48
    latent: int = 12
    hidden: int = 128
    steps: int = 3000
    batch: int = 64
    critic_steps: int = 4
    rate: float = 2e-4
    slope: float = 10.0
    vae_rate: float = 1e-3
    tune: float = 1.5  # semitones by which real hits are tuned anew each time, to either side
    seed: int = 7


class Real:
    """The hits that are learned from, in batches; each kind as often as the others."""

    def __init__(self, data: Hits, which: np.ndarray[Any, Any], recipe: Recipe) -> None:
        self.hits = torch.from_numpy(data.hits[which])
        self.kind = torch.from_numpy(data.kind[which])
        self.velocity = torch.from_numpy(data.velocity[which])
        counts = torch.bincount(self.kind, minlength=len(KINDS)).clamp(min=1)
        self.odds = 1.0 / counts[self.kind].float()
        self.recipe = recipe

    def batch(self, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        """Hits [batch, WIDTH], a little tuned, and what is told of them."""
        k = torch.multinomial(self.odds, self.recipe.batch, replacement=True, generator=draw)
        hits = self.hits[k].clone()
        hits[:, -8:] += (torch.rand(len(k), 1, generator=draw) * 2 - 1) * self.recipe.tune / 12 * OCTAVE
        return hits, about(self.kind[k], self.velocity[k])


def train_gan(real: Real, recipe: Recipe, progress: Progress) -> HitGenerator:
    """A generator, its weights a mean over the last part of the training."""
    torch.manual_seed(recipe.seed)
    draw = torch.Generator().manual_seed(recipe.seed)
    size = HitSize(recipe.components, recipe.latent, recipe.hidden)
    generator, critic = HitGenerator(size), HitCritic(size)
    generator.components.learn(real.hits)
    makers = torch.optim.Adam(generator.net.parameters(), recipe.rate, betas=(0.5, 0.9))
    judges = torch.optim.Adam(critic.parameters(), recipe.rate, betas=(0.5, 0.9))
    mean = {k: v.clone() for k, v in generator.state_dict().items()}
    for step in range(recipe.steps):
        for _ in range(recipe.critic_steps):
            hits, told = real.batch(draw)
            weights = generator.components.weights(hits)
            made = generator(torch.randn(len(hits), recipe.latent, generator=draw), told).detach()
            cost = critic(made, told).mean() - critic(weights, told).mean()
            cost = cost + recipe.slope * penalty(critic, weights, made, told, draw)
            judges.zero_grad(set_to_none=True)
            cost.backward()
            judges.step()
        _, told = real.batch(draw)
        loss = -critic(generator(torch.randn(len(told), recipe.latent, generator=draw), told), told).mean()
        makers.zero_grad(set_to_none=True)
        loss.backward()
        makers.step()
        share = max(0.005, 1 / (step + 1))
        for k, v in generator.state_dict().items():
            mean[k].lerp_(v, share)
        progress(step / recipe.steps, f"critic {float(cost.detach()):.2f}")
    generator.load_state_dict(mean)
    return generator.eval()


def train_vae(real: Real, recipe: Recipe, generator: HitGenerator) -> HitVae:
    """The baseline, on the same components and as many hits."""
    torch.manual_seed(recipe.seed)
    draw = torch.Generator().manual_seed(recipe.seed)
    vae = HitVae(generator.size)
    optimizer = torch.optim.Adam(vae.parameters(), recipe.vae_rate)
    for _ in range(recipe.steps):
        hits, told = real.batch(draw)
        optimizer.zero_grad(set_to_none=True)
        vae.loss(generator.components.weights(hits), told, draw).backward()
        optimizer.step()
    return vae.eval()


def nearest(a: Tensor, b: Tensor) -> Tensor:
    """Mean difference of each of ``a`` to the nearest of ``b`` that is not itself, [n]."""
    far = torch.cdist(a, b, p=1) / a.shape[1]
    return far.masked_fill(far < 1e-6, float("inf")).amin(1)


def judged(maker: HitGenerator | HitVae, generator: HitGenerator, known: Real, unseen: Real) -> dict[str, float]:
    """Fidelity, coverage and diversity of drawn hits, means over the kinds of drums; see the module."""
    draw = torch.Generator().manual_seed(1)
    rows = []
    for kind in range(len(KINDS)):
        old, new = known.hits[known.kind == kind], unseen.hits[unseen.kind == kind]
        if not len(new):
            continue
        velocity = known.velocity[known.kind == kind]
        velocity = velocity[torch.randint(len(velocity), (DRAWN,), generator=draw)]
        told = about(torch.full((DRAWN,), kind), velocity)
        with torch.no_grad():
            made = generator.components.hits(maker(torch.randn(DRAWN, generator.size.latent, generator=draw), told))
        among = torch.cdist(made, made, p=1).mean() / torch.cdist(old, old, p=1).mean()
        rows.append([nearest(made, torch.cat([old, new])).mean(), nearest(new, old).mean(), nearest(new, made).mean(), among])
    mean = torch.tensor(rows).mean(0).tolist()
    return dict(zip(("fidelity_db", "unseen_to_known_db", "coverage_db", "diversity"), (round(x, 3) for x in mean), strict=True))


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe's ``[hits]`` and export the GAN; two minutes, so a stopped run starts anew whatever ``resume`` says.

    Raises:
        StudioError: the training data are missing.
    """
    settings = Recipe(**recipe.get("hits", {}))
    torch.set_num_threads(1)
    data = read_hits(lambda share: progress(0.0, f"taking hits apart: {share:.0%}"))
    held = data.drum % HELD_EVERY == 2
    known, unseen = Real(data, np.flatnonzero(~held), settings), Real(data, np.flatnonzero(held), settings)
    trial = train_gan(known, settings, lambda share, says: progress(share / 2, says))
    figures = {
        "gan": judged(trial, trial, known, unseen), "vae": judged(train_vae(known, settings, trial), trial, known, unseen),
        "drums_held_out": len(np.unique(data.drum[held])), "hits_held_out": int(held.sum()), "command": "studio train hit-gan",
    }  # fmt: skip
    progress(0.5, f"held out: gan {figures['gan']}, vae {figures['vae']}")
    final = train_gan(
        Real(data, np.arange(len(data.hits)), settings), settings, lambda share, says: progress(0.5 + share / 2, says)
    )
    target = models() / str(recipe.get("model", recipe["name"]))
    sources = {(r.source, r.kind): r.licence for r in data.rows}
    card = Card(
        target.name, "hit-gan", "New drum hits", summary="Draws drum hits that nobody has struck: a GAN over noise bands and modes.",
        hyper=final.size.as_dict(), recipe=str(recipe["name"]), training={"seed": settings.seed, "settings": vars(settings)},
        data=[{"name": s, "kind": k, "licence": lic, "credit": CREDITS.get(s, ""),
               "notes": sum((r.source, r.kind) == (s, k) for r in data.rows)} for (s, k), lic in sources.items()],
        figures=figures,
    )  # fmt: skip
    export(final.state_dict(), card, target)
