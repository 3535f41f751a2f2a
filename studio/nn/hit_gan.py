"""A GAN of drum hits: noise and ringing modes of a hit that nobody has struck, for a kind of drum and a velocity.

Generator and critic are small (there are some hundred hits to learn from): they work on the weights of the hits' principal
components. Trained as a Wasserstein GAN with gradient penalty (Gulrajani and others, "Improved training of Wasserstein GANs",
NeurIPS 2017). One code at several velocities is one drum, struck softly and hard.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from studio.nn.note_modes import MODES
from studio.nn.spectral import NOISE_BANDS, POINTS

KINDS = ("kick", "snare", "rim", "hat", "tom", "cymbal", "percussion")
NOISE, LEVELS = POINTS * NOISE_BANDS, POINTS * MODES
WIDTH = NOISE + LEVELS + MODES
"""Numbers of a hit: dB of the noise a hertz, dB of the modes, and their frequencies in octaves over 20 Hz times OCTAVE."""
OCTAVE = 12.0  # so that an octave of a mode weighs as much as 12 dB


@dataclass(frozen=True)
class HitSize:
    """Hyper-parameters, as a card keeps them."""

    components: int = 48
    latent: int = 12
    hidden: int = 128

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


def _layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, outputs)
    )


class Components(nn.Module):
    """Hits to weights of their principal components and back; set by :meth:`learn`, not trained."""

    def __init__(self, size: HitSize) -> None:
        super().__init__()
        self.mean: Tensor
        self.basis: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(WIDTH))
        self.register_buffer("basis", torch.zeros(size.components, WIDTH))
        self.register_buffer("scale", torch.ones(size.components))

    @torch.no_grad()
    def learn(self, hits: Tensor) -> None:
        """Take the components from ``hits`` [n, WIDTH]."""
        self.mean.copy_(hits.mean(0))
        _, _, basis = torch.linalg.svd(hits - self.mean, full_matrices=False)
        self.basis.copy_(basis[: len(self.basis)])
        self.scale.copy_(((hits - self.mean) @ self.basis.T).std(0).clamp(min=1e-3))

    def weights(self, hits: Tensor) -> Tensor:
        """Weights [n, components], each of deviation 1 over the hits learned from."""
        return (hits - self.mean) @ self.basis.T / self.scale

    def hits(self, weights: Tensor) -> Tensor:
        """Hits [n, WIDTH]."""
        return (weights * self.scale) @ self.basis + self.mean


class HitGenerator(nn.Module):
    """From a code, a kind of drum and a velocity to a hit."""

    def __init__(self, size: HitSize) -> None:
        super().__init__()
        self.size = size
        self.components = Components(size)
        self.net = _layers(size.latent + len(KINDS) + 1, size.hidden, size.components)

    def forward(self, code: Tensor, about: Tensor) -> Tensor:
        """Weights of the components [n, components]; ``about`` [n, kinds + 1] as :func:`about` makes it."""
        weights: Tensor = self.net(torch.cat([code, about], -1))
        return weights


class HitCritic(nn.Module):
    """How real a hit seems, any number, [n]."""

    def __init__(self, size: HitSize) -> None:
        super().__init__()
        self.net = _layers(size.components + len(KINDS) + 1, size.hidden, 1)

    def forward(self, weights: Tensor, about: Tensor) -> Tensor:
        """Score [n]."""
        score: Tensor = self.net(torch.cat([weights, about], -1))[:, 0]
        return score


class HitVae(nn.Module):
    """The baseline that the GAN is judged beside: a variational autoencoder of the same size over the same components."""

    def __init__(self, size: HitSize) -> None:
        super().__init__()
        self.size = size
        self.encoder = _layers(size.components + len(KINDS) + 1, size.hidden, 2 * size.latent)
        self.net = _layers(size.latent + len(KINDS) + 1, size.hidden, size.components)

    def forward(self, code: Tensor, about: Tensor) -> Tensor:
        """As the generator's."""
        weights: Tensor = self.net(torch.cat([code, about], -1))
        return weights

    def loss(self, weights: Tensor, about: Tensor, draw: torch.Generator, beta: float = 0.3) -> Tensor:
        """Squared error and ``beta`` times the divergence from the prior."""
        mean, log = self.encoder(torch.cat([weights, about], -1)).chunk(2, -1)
        code = mean + torch.exp(0.5 * log) * torch.randn(mean.shape, generator=draw)
        away = 0.5 * (mean**2 + log.exp() - 1 - log).sum(-1)
        return ((self(code, about) - weights) ** 2).sum(-1).mean() + beta * away.mean()


def about(kind: Tensor, velocity: Tensor) -> Tensor:
    """What is told of hits: kinds (indices, [n]) and velocities 1..127 [n] as [n, kinds + 1]."""
    return torch.cat([torch.nn.functional.one_hot(kind, len(KINDS)).float(), (velocity[:, None] - 70) / 35], -1)


def penalty(critic: HitCritic, real: Tensor, made: Tensor, told: Tensor, draw: torch.Generator) -> Tensor:
    """How far the critic's slope between real and made hits is from 1, squared (the gradient penalty)."""
    share = torch.rand(len(real), 1, generator=draw)
    inside = torch.lerp(real, made, share).requires_grad_()
    (slope,) = torch.autograd.grad(critic(inside, told).sum(), inside, create_graph=True)
    return ((slope.norm(dim=1) - 1) ** 2).mean()


def drawn(generator: HitGenerator, kind: str, seed: int, velocities: list[float]) -> tuple[Tensor, Tensor, Tensor]:
    """One new drum at several velocities: noise [n, POINTS, NOISE_BANDS] and modes [n, POINTS, MODES] in dB, modes in Hz [MODES]."""
    code = torch.randn(1, generator.size.latent, generator=torch.Generator().manual_seed(seed)).expand(len(velocities), -1)
    kinds = torch.full((len(velocities),), KINDS.index(kind))
    with torch.inference_mode():
        hits = generator.components.hits(generator(code, about(kinds, torch.tensor(velocities))))
    return parts_of(hits)


def parts_of(hits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A drum's hits [n, WIDTH] as noise, modes and the modes' frequencies: the mean of the hits', rising."""
    octaves = (hits[:, NOISE + LEVELS :] / OCTAVE).mean(0)
    frequency, order = (20.0 * 2**octaves).sort()
    modes = hits[:, NOISE : NOISE + LEVELS].reshape(-1, POINTS, MODES)
    return hits[:, :NOISE].reshape(-1, POINTS, NOISE_BANDS), modes[:, :, order], frequency
