"""What both clip VAEs are made of: an encoder of a grid of steps, and a decoder whose plan of every step conditions a GRU.

Each beat has its share of the code, read and written by the same weights and mixed among the beats; the plan that comes of
it speaks to every step directly (as the conductor of MusicVAE, Roberts et al. 2018, section 3.2, taken to its end), so the
recurrent part only has to keep the steps consistent. That trains in a fraction of the time a plain sequence VAE needs, and
the code cannot be ignored (posterior collapse, Bowman et al. 2016).
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELLS_A_BEAT = 4


@dataclass(frozen=True)
class VaeShape:
    """Sizes. ``cells`` steps of a clip, ``metres`` classes; ``latent`` numbers of the code; ``attributes`` of its directions."""

    cells: int = 32
    metres: int = 12
    latent: int = 128
    hidden: int = 128
    layers: int = 2
    plan: int = 48
    units: int = 128
    attributes: int = 4
    dropout: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a card."""
        return asdict(self)

    @property
    def beats(self) -> int:
        """Stretches of :data:`CELLS_A_BEAT` steps, each with its own share of the code."""
        return self.cells // CELLS_A_BEAT

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The shape written in a card."""
        return cls(**{k: v for k, v in values.items() if k in cls.__dataclass_fields__})


class Mixer(nn.Module):
    """Beats [n, beats, width] that hear each other, then think for themselves (MLP-Mixer, Tolstikhin et al. 2021)."""

    def __init__(self, beats: int, width: int, dropout: float) -> None:
        super().__init__()
        self.between = nn.Linear(beats, beats)
        self.norm = nn.LayerNorm(width)
        self.alone = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        x = x + self.between(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return x + self.down(self.dropout(F.gelu(self.up(self.alone(x)))))


class GridEncoder(nn.Module):
    """Steps [n, cells, width] and a metre [n] to the mean and log-variance of a code, each [n, latent]."""

    def __init__(self, shape: VaeShape, width: int) -> None:
        super().__init__()
        self.shape = shape
        self.patch = nn.Linear(2 * CELLS_A_BEAT * width, shape.hidden)
        self.place = nn.Parameter(torch.randn(shape.metres, shape.beats, shape.hidden) * 0.1)
        self.mix = nn.Sequential(*(Mixer(shape.beats, shape.hidden, shape.dropout) for _ in range(shape.layers)))
        self.norm = nn.LayerNorm(shape.hidden)
        self.code = nn.Linear(shape.hidden, 2 * shape.latent // shape.beats)

    def forward(self, steps: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance."""
        beats = steps.unflatten(1, (self.shape.beats, CELLS_A_BEAT)).flatten(2)
        following = F.pad(beats[:, 1:], (0, 0, 0, 1))
        x = self.mix(F.gelu(self.patch(torch.cat([beats, following], dim=2))) + self.place[metre])
        mean, logvar = self.code(self.norm(x)).chunk(2, dim=-1)
        return mean.flatten(1), logvar.flatten(1).clamp(-9, 3)


class Plan(nn.Module):
    """A code [n, latent] and a metre [n] to what each step is told, [n, cells, plan]."""

    def __init__(self, shape: VaeShape) -> None:
        super().__init__()
        self.shape = shape
        self.read = nn.Linear(shape.latent // shape.beats, shape.hidden)
        self.place = nn.Parameter(torch.randn(shape.metres, shape.beats, shape.hidden) * 0.1)
        self.mix = nn.Sequential(*(Mixer(shape.beats, shape.hidden, shape.dropout) for _ in range(shape.layers)))
        self.norm = nn.LayerNorm(shape.hidden)
        self.spread = nn.Linear(shape.hidden, CELLS_A_BEAT * shape.plan)
        self.where = nn.Parameter(torch.randn(shape.metres, shape.cells, shape.plan) * 0.1)

    def forward(self, code: Tensor, metre: Tensor) -> Tensor:
        """The plan."""
        x = self.mix(F.gelu(self.read(code.unflatten(1, (self.shape.beats, -1)))) + self.place[metre])
        x = self.spread(self.norm(x)).view(len(code), self.shape.cells, self.shape.plan)
        return F.gelu(x + self.where[metre])


class ClipVae(nn.Module):
    """The latent side of both networks: what lies in the space of codes, kept with the weights.

    ``mean`` and ``root`` [latent, latent] tell where training clips' codes lie (the root of their covariance); ``axes``
    [2, latent] are the map: their two principal directions, as long as one standard deviation. ``sliders`` [attributes,
    latent] move a code by one standard deviation of an attribute and leave the others
    (:func:`studio.train.clips_space.directions`); ``spread`` [attributes] are these deviations.
    """

    mean: Tensor
    root: Tensor
    axes: Tensor
    sliders: Tensor
    spread: Tensor

    def __init__(self, shape: VaeShape) -> None:
        super().__init__()
        self.shape = shape
        for name, size in (
            ("mean", (shape.latent,)),
            ("root", (shape.latent, shape.latent)),
            ("axes", (2, shape.latent)),
            ("sliders", (shape.attributes, shape.latent)),
            ("spread", (shape.attributes,)),
        ):
            self.register_buffer(name, torch.zeros(size))

    @staticmethod
    def draw(mean: Tensor, logvar: Tensor) -> Tensor:
        """A code drawn from the posterior."""
        return mean + torch.randn_like(mean) * (0.5 * logvar).exp()


def divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """Nats between the posterior and the standard normal, [n]."""
    return 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(dim=-1)
