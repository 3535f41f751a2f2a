"""The VAE of two-bar drums: hits of nine pieces with velocity and micro-timing (as GrooVAE, Gillick et al. 2019).

One encoder reads a clip in three ways, told which: whole; stiff (hits alone, on the grid); or tapped (one line of all hits
with their velocity and timing). The decoder always writes the whole clip: so it varies drums, gives a stiff part a
groove, and makes drums of a tapped rhythm (GrooVAE's Humanize and Tap2Drum in one network).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.nn.vae import ClipVae, GridEncoder, Plan, VaeShape, divergence

PIECES = 9
WHOLE, STIFF, TAPPED = 0, 1, 2
_READ = 3 * PIECES + 3 + 3
_WIDTH = 48
_LOUD, _LATE = 0.2, 0.15
"""Standard deviations of the velocity (of 1) and of the timing (of a sixteenth) that a hit's cost is counted in."""


class DrumVae(ClipVae):
    """``hits`` (0 or 1), ``velocity`` 0..1 and ``offset`` -0.5..0.5, each float [n, cells, 9]; metre int64 [n]."""

    def __init__(self, shape: VaeShape) -> None:
        super().__init__(shape)
        self.look = nn.Linear(_READ, _WIDTH)
        self.encoder = GridEncoder(shape, _WIDTH)
        self.plan = Plan(shape)
        self.gru = nn.GRU(3 * PIECES + shape.plan, shape.units, batch_first=True)
        self.hidden = nn.Linear(shape.units + shape.plan, shape.units)
        self.dropout = nn.Dropout(shape.dropout)
        self.out = nn.Linear(shape.units, PIECES)
        self.play = nn.Linear(shape.units + PIECES, shape.units)
        self.played = nn.Linear(shape.units, 2 * PIECES)

    def encode(self, hits: Tensor, velocity: Tensor, offset: Tensor, metre: Tensor, way: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes, each [n, latent]; ``way`` int64 [n] is whole, stiff or tapped."""
        whole = (way == WHOLE).float().view(-1, 1, 1)
        tapped = (way == TAPPED).float().view(-1, 1, 1)
        line = hits.amax(dim=2, keepdim=True)
        loudest = (velocity * hits).max(dim=2, keepdim=True)
        timing = offset.gather(2, loudest.indices)
        ways = F.one_hot(way, 3).float().unsqueeze(1).expand(-1, hits.shape[1], -1)
        read = [hits * (1 - tapped), velocity * hits * whole, 2 * offset * hits * whole]
        read += [line * tapped, loudest.values * tapped, 2 * timing * line * tapped, ways]
        return self.encoder(self.look(torch.cat(read, dim=2)), metre)  # type: ignore[no-any-return]

    def steps(self, plan: Tensor, before: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """What is known before a step's hits [n, t, units], logits of the hits [n, t, 9], and the GRU's state.

        ``before`` [n, t, 27] is the step before: hits, velocities, doubled offsets.
        """
        out, state = self.gru(torch.cat([before, plan], dim=-1), state)
        known = self.dropout(F.gelu(self.hidden(torch.cat([out, plan], dim=-1))))
        return known, self.out(known), state

    def touch(self, known: Tensor, hits: Tensor) -> tuple[Tensor, Tensor]:
        """Velocity and offset of the hits of steps, each [n, t, 9], once these are chosen."""
        x = self.played(F.gelu(self.play(torch.cat([known, hits], dim=-1))))
        loud, late = x.chunk(2, dim=-1)
        return torch.sigmoid(loud), torch.tanh(late) / 2

    @staticmethod
    def _shifted(hits: Tensor, velocity: Tensor, offset: Tensor) -> Tensor:
        now = torch.cat([hits, velocity * hits, 2 * offset * hits], dim=-1)
        return F.pad(now[:, :-1], (0, 0, 1, 0))

    def forced(self, code: Tensor, hits: Tensor, velocity: Tensor, offset: Tensor, metre: Tensor) -> tuple[Tensor, ...]:
        """Teacher-forced: logits of the hits, velocities, offsets, each [n, cells, 9]."""
        known, logits, _ = self.steps(self.plan(code, metre), self._shifted(hits, velocity, offset), None)
        return (logits, *self.touch(known, hits))

    def losses(
        self, hits: Tensor, velocity: Tensor, offset: Tensor, metre: Tensor, way: Tensor, valid: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Nats to reconstruct each clip, [n], and of its code, [n]. ``valid`` [n, cells]."""
        mean, logvar = self.encode(hits, velocity, offset, metre, way)
        logits, loud, late = self.forced(self.draw(mean, logvar), hits, velocity, offset, metre)
        cost = F.binary_cross_entropy_with_logits(logits, hits, reduction="none")
        touch = ((loud - velocity) / _LOUD) ** 2 + ((late - offset) / _LATE) ** 2
        cost = (cost + 0.5 * hits * touch).sum(dim=2) * valid
        return cost.sum(dim=1), divergence(mean, logvar)

    def right(self, hits: Tensor, velocity: Tensor, offset: Tensor, metre: Tensor, way: Tensor) -> tuple[Tensor, ...]:
        """Teacher-forced reconstruction from the code's mean: right hits bool [n, cells, 9], errors of velocity and offset."""
        mean, _ = self.encode(hits, velocity, offset, metre, way)
        logits, loud, late = self.forced(mean, hits, velocity, offset, metre)
        return (logits > 0) == (hits > 0.5), (loud - velocity).abs(), (late - offset).abs()
