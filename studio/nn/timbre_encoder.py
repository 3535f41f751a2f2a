"""The encoder of the timbre autoencoder: some notes of an instrument to its row in the instrument space.

The decoder is the control network (:mod:`studio.nn.timbre`), whose rows are the instrument space. Each note is looked at
by itself and the looks are averaged, so that any number of notes in any order gives one row (Zaheer and others, "Deep sets",
NeurIPS 2017); what a row can be is a mean and a few dozen directions, learned on all trained instruments. The mean levels,
which can be measured, are: the encoder says only what differs from them.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from studio.nn.spectral import NOISE_BANDS, POINTS
from studio.nn.timbre import Rows, TimbreNet
from studio.nn.timbre_playing import CENTRE_DB, SCALE_DB

LOOKED_AT = (0, 4, 8, 12, 15, 18, 21)  # control points
PARTIALS = 40
NOISE_CENTRE_DB = CENTRE_DB - 30.0


class NoteSet(NamedTuple):
    """Analysed notes.

    Levels in dB ``partials`` [n, POINTS, MAX_PARTIALS] and ``noise`` [n, POINTS, NOISE_BANDS], what each value counts,
    ``position`` of the partials among the bands [n, MAX_PARTIALS], ``pitch`` in keys and ``velocity`` [n].
    """

    partials: Tensor
    noise: Tensor
    partial_weight: Tensor
    noise_weight: Tensor
    position: Tensor
    pitch: Tensor
    velocity: Tensor

    def of(self, which: Tensor) -> "NoteSet":
        """Those at ``which``."""
        return NoteSet(*(x[which] for x in self))


@dataclass(frozen=True)
class EncoderSize:
    """Hyper-parameters of the encoder, as a card keeps them."""

    hidden: int = 160
    latent: int = 32
    dropout: float = 0.1

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


class TimbreEncoder(nn.Module):
    """The encoder for the rows of a network of ``net``'s size."""

    def __init__(self, size: EncoderSize, net: TimbreNet) -> None:
        super().__init__()
        self.size = size
        inputs = len(LOOKED_AT) * (PARTIALS + NOISE_BANDS) + 3
        self.look = nn.Sequential(
            nn.Linear(inputs, size.hidden), nn.SiLU(), nn.Dropout(size.dropout), nn.Linear(size.hidden, size.hidden), nn.SiLU()
        )
        self.latent = nn.Linear(size.hidden, size.latent)
        self.widths = [table.weight.shape[1] for table in (net.embedding, net.film, net.base)]
        self.out = nn.Linear(size.latent, sum(self.widths))
        nn.init.zeros_(self.out.bias)

    def forward(self, notes: NoteSet, group: Tensor, count: int) -> Rows:
        """Rows [count] of the instruments that ``notes`` belong to: the one at ``group`` [n] each."""
        at = torch.tensor(LOOKED_AT)
        partials = ((notes.partials[:, at, :PARTIALS] - CENTRE_DB) / SCALE_DB).clamp(-3, 3)
        noise = ((notes.noise[:, at] - NOISE_CENTRE_DB) / SCALE_DB).clamp(-3, 3)
        about = torch.stack([(notes.pitch - 60) / 24, (notes.velocity - 80) / 40, ((notes.pitch - 60) / 24) ** 2 - 0.5], -1)
        looks = self.look(torch.cat([partials.flatten(1), noise.flatten(1), about], -1))
        mean = _mean_by(looks, group, count)
        embedding, film, base = self.out(torch.tanh(self.latent(mean))).split(self.widths, -1)
        return Rows(embedding, film, base + mean_levels(notes, group, count))


def _mean_by(values: Tensor, group: Tensor, count: int) -> Tensor:
    share = torch.zeros(count, len(group)).index_put((group, torch.arange(len(group))), torch.ones(len(group)))
    return (share / share.sum(1, keepdim=True).clamp(min=1)) @ values


def mean_levels(notes: NoteSet, group: Tensor, count: int) -> Tensor:
    """The base of each instrument by its notes alone: weighted mean levels, [count, MAX_PARTIALS + 2 NOISE_BANDS]."""
    share = torch.zeros(count, len(group)).index_put((group, torch.arange(len(group))), torch.ones(len(group)))
    found = []
    for levels, weight, centre in (
        (notes.partials, notes.partial_weight, CENTRE_DB), (notes.noise, notes.noise_weight, NOISE_CENTRE_DB)
    ):  # fmt: skip
        heavy = share @ weight.sum(1)
        mean = (share @ (levels * weight).sum(1)) / heavy.clamp(min=1e-3)
        found.append((torch.where(heavy > 0, mean, torch.full_like(mean, -90.0)) - centre) / SCALE_DB)
    return torch.cat([found[0], torch.zeros(count, NOISE_BANDS), found[1]], -1)


def differences(net: TimbreNet, rows: Rows, notes: NoteSet, points: Tensor) -> Tensor:
    """Weighted mean absolute difference in dB between what ``rows`` (one a note) play and the ``notes``, at ``points``."""
    partials, noise = net.play(rows, notes.pitch, notes.velocity, notes.position, points)
    gap, hiss = (
        ((mine - theirs[:, points]).abs() * weight[:, points]).sum() / weight[:, points].sum()
        for mine, theirs, weight in (
            (partials, notes.partials, notes.partial_weight), (noise, notes.noise, notes.noise_weight)
        )
    )  # fmt: skip
    return 0.5 * (gap + hiss)


def encoded(encoder: TimbreEncoder, notes: NoteSet) -> Rows:
    """The row [1] of the one instrument whose ``notes`` these are."""
    with torch.inference_mode():
        rows = encoder.eval()(notes, torch.zeros(len(notes.pitch), dtype=torch.long), 1)
    return Rows(*(x.clone() for x in rows))


def fitted(
    net: TimbreNet, start: Rows, notes: NoteSet, steps: int = 300, rate: float = 0.02, tie: float = 0.3, seed: int = 0,
    jitter: float = 1.0, progress: Callable[[float], None] = lambda share: None,
) -> Rows:  # fmt: skip
    """The row ``start`` [1] moved to play ``notes``, the layers held still; ``tie`` in dB a unit keeps it near its start.

    Pitch and velocity are jittered as in the network's training (times ``jitter``): few notes are soon known by heart.
    """
    for weight in net.parameters():
        weight.requires_grad = False
    row = [x.detach().clone().requires_grad_() for x in start]
    optimizer = torch.optim.Adam(row, lr=rate)
    draw = torch.Generator().manual_seed(seed)
    count = len(notes.pitch)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, 2 * (1 - step / steps))
        which = torch.randperm(count, generator=draw)[:32]
        part = notes.of(which)
        shake = (torch.rand(2, len(which), generator=draw) * 2 - 1) * jitter
        part = part._replace(pitch=part.pitch + 1.5 * shake[0], velocity=part.velocity + 6 * shake[1])
        points = torch.randperm(POINTS, generator=draw)[:10]
        loss = differences(net, Rows(*(x.expand(len(which), -1) for x in row)), part, points)
        loss = loss + tie * sum((x - y).square().mean() for x, y in zip(row, start, strict=True))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        progress((step + 1) / steps)
    return Rows(*(x.detach() for x in row))
