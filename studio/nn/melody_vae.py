"""The VAE of two-bar lines: tokens of :mod:`studio.engines.clip_grid` (an onset's pitch, going on, silence) on 32 steps.

A step's token is chosen as a kind (onset, going on, silence) and, for an onset, a pitch. The pitch's logits are absolute
ones, ones relative to the pitch before, and a bell around a contour that the plan draws, so that the code need not spell
each pitch out.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.nn.vae import ClipVae, GridEncoder, Plan, VaeShape, divergence

PITCHES = 88
HOLD, SILENCE = 88, 89
REACH = 24
_START = 90
_EMBEDDING = 48


class MelodyVae(ClipVae):
    """Tokens int64 [n, cells], metre int64 [n]; steps past the clip's end are :data:`SILENCE` and not counted (``valid``)."""

    _pitches: Tensor

    def __init__(self, shape: VaeShape) -> None:
        super().__init__(shape)
        self.heard = nn.Embedding(PITCHES + 1, _EMBEDDING)
        self.kind = nn.Embedding(3, _EMBEDDING)
        self.encoder = GridEncoder(shape, _EMBEDDING)
        self.plan = Plan(shape)
        self.before = nn.Embedding(_START + 1, _EMBEDDING)
        self.sounding = nn.Embedding(PITCHES + 1, _EMBEDDING)
        self.gru = nn.GRU(2 * _EMBEDDING + shape.plan, shape.units, batch_first=True)
        self.hidden = nn.Linear(shape.units + shape.plan, shape.units)
        self.dropout = nn.Dropout(shape.dropout)
        self.out = nn.Linear(shape.units, 3 + PITCHES + 2 * REACH + 1)
        self.contour = nn.Linear(shape.plan, 2)
        self.register_buffer("_pitches", torch.arange(PITCHES), persistent=False)

    @staticmethod
    def sounds(tokens: Tensor) -> Tensor:
        """What sounds at each step [n, cells]: a pitch, or ``PITCHES`` for nothing."""
        place = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
        told = torch.where(tokens == HOLD, -1, place).cummax(dim=1).values
        at = tokens.gather(1, told.clamp(min=0))
        return torch.where((told >= 0) & (at < PITCHES), at, PITCHES)

    @staticmethod
    def kinds(tokens: Tensor) -> Tensor:
        """0 onset, 1 going on, 2 silence."""
        return (tokens - (PITCHES - 1)).clamp(min=0)

    def encode(self, tokens: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes, each [n, latent]."""
        return self.encoder(self.heard(self.sounds(tokens)) + self.kind(self.kinds(tokens)), metre)  # type: ignore[no-any-return]

    def steps(
        self, plan: Tensor, before: Tensor, sounding: Tensor, last: Tensor, state: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of kinds [n, t, 3] and pitches [n, t, 88] of steps, and the GRU's state.

        ``before`` are the tokens one step earlier, ``sounding`` what sounded then, ``last`` the latest onset's pitch
        (``PITCHES``: none yet), each [n, t].
        """
        told = torch.cat([self.before(before), self.sounding(sounding), plan], dim=-1)
        out, state = self.gru(told, state)
        x = self.out(self.dropout(F.gelu(self.hidden(torch.cat([out, plan], dim=-1)))))
        kinds, pitches, near = x.split([3, PITCHES, 2 * REACH + 1], dim=-1)
        steps_away = (self._pitches - last.unsqueeze(-1)).clamp(-REACH, REACH) + REACH
        relative = near.gather(-1, steps_away) * (last < PITCHES).unsqueeze(-1)
        drawn = self.contour(plan)
        middle, sharp = 40 + 24 * drawn[..., :1], F.softplus(drawn[..., 1:]) * 0.1
        bell = -sharp * (self._pitches - middle).abs().clamp(max=24)
        return kinds, pitches + relative + bell, state

    def logits(self, code: Tensor, tokens: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """Teacher-forced logits of kinds [n, cells, 3] and pitches [n, cells, 88]."""
        before = F.pad(tokens[:, :-1], (1, 0), value=_START)
        sounding = F.pad(self.sounds(tokens)[:, :-1], (1, 0), value=PITCHES)
        place = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
        latest = torch.where(tokens < PITCHES, place, -1).cummax(dim=1).values
        last = torch.where(latest >= 0, tokens.gather(1, latest.clamp(min=0)), PITCHES)
        last = F.pad(last[:, :-1], (1, 0), value=PITCHES)
        kinds, pitches, _ = self.steps(self.plan(code, metre), before, sounding, last, None)
        return kinds, pitches

    def losses(self, tokens: Tensor, metre: Tensor, valid: Tensor, code: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Nats to reconstruct each clip, [n], and of its code, [n]. ``valid`` [n, cells]; ``code`` None draws one."""
        mean, logvar = self.encode(tokens, metre)
        kinds, pitches = self.logits(self.draw(mean, logvar) if code is None else code, tokens, metre)
        kind = self.kinds(tokens)
        cost = F.cross_entropy(kinds.flatten(0, 1), kind.flatten(), reduction="none").view_as(valid) * valid
        onset = kind == 0
        rows = F.cross_entropy(pitches[onset], tokens[onset], reduction="none")
        return cost.sum(dim=1).index_add(0, onset.nonzero()[:, 0], rows), divergence(mean, logvar)

    def right(self, tokens: Tensor, metre: Tensor, code: Tensor | None = None) -> Tensor:
        """Which steps a teacher-forced reconstruction gets right, bool [n, cells]; ``code`` None is the mean of the clips' own."""
        kinds, pitches = self.logits(self.encode(tokens, metre)[0] if code is None else code, tokens, metre)
        kind = kinds.argmax(dim=-1)
        token = torch.where(kind == 0, pitches.argmax(dim=-1), kind + PITCHES - 1)
        return token == tokens
