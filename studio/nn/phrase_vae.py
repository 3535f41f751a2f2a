"""The VAE of sixteen-bar lines: a hierarchy over the two-bar one (:mod:`studio.nn.melody_vae`).

The encoder hears the codes of a phrase's eight clips and makes one code of them; the decoder is a conductor (MusicVAE,
Roberts et al. 2018, arXiv 1803.05428, section 3.2): a recurrent network that goes through the phrase and tells each clip its
own code, from which the two-bar decoder writes it, knowing of the other clips only what it is told. As in
:mod:`studio.nn.vae`, each clip has its share of the phrase's code and all shares are mixed.

It is a VAE of two levels: what the clips' codes cost beside what the conductor foretold of them is a divergence of two
normal distributions, so most of the training needs no notes to be written.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.nn.melody_vae import MelodyVae
from studio.nn.vae import ClipVae, Mixer, VaeShape


@dataclass(frozen=True)
class PhraseShape(VaeShape):
    """``latent`` and ``attributes`` are the phrase's, the rest of :class:`VaeShape` the two-bar network's.

    ``clip`` numbers of a two-bar code; ``segments`` clips of a phrase; ``width`` and ``depth`` of the network between.
    """

    clip: int = 128
    segments: int = 8
    width: int = 256
    depth: int = 2

    @property
    def line(self) -> VaeShape:
        """The two-bar network's shape."""
        return VaeShape(
            self.cells, self.metres, self.clip, self.hidden, self.layers, self.plan, self.units, self.attributes, self.dropout
        )


class PhraseVae(ClipVae):
    """Tokens int64 [n, segments, cells], metre int64 [n] (of all its bars).

    ``line`` is the two-bar network; its encoder is not trained further.
    """

    shape: PhraseShape

    def __init__(self, shape: PhraseShape) -> None:
        super().__init__(shape)
        s, share = shape, shape.latent // shape.segments
        self.line = MelodyVae(s.line)
        for part in (self.line.encoder, self.line.heard, self.line.kind):
            part.requires_grad_(False)
        self.hear = nn.Linear(s.clip, s.width)
        self.heard_at = nn.Parameter(torch.randn(s.metres, s.segments, s.width) * 0.1)
        self.gather = nn.Sequential(*(Mixer(s.segments, s.width, s.dropout) for _ in range(s.depth)))
        self.heard_norm = nn.LayerNorm(s.width)
        self.code = nn.Linear(s.width, 2 * share)
        self.read = nn.Linear(share, s.width)
        self.read_at = nn.Parameter(torch.randn(s.metres, s.segments, s.width) * 0.1)
        self.spread_out = nn.Sequential(*(Mixer(s.segments, s.width, s.dropout) for _ in range(s.depth)))
        self.read_norm = nn.LayerNorm(s.width)
        self.conductor = nn.GRU(s.width, s.width, batch_first=True)
        self.tell = nn.Linear(2 * s.width, 2 * s.clip)

    def clip_codes(self, tokens: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes of the phrase's clips, each [n, segments, clip]."""
        mean, logvar = self.line.encode(tokens.flatten(0, 1), metre.repeat_interleave(tokens.shape[1]))
        return mean.view(*tokens.shape[:2], -1), logvar.view(*tokens.shape[:2], -1)

    def encode(self, tokens: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the phrases' codes, each [n, latent]."""
        return self.encode_clips(self.clip_codes(tokens, metre)[0], metre)

    def encode_clips(self, codes: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """The same from the codes of the clips."""
        x = self.gather(F.gelu(self.hear(codes)) + self.heard_at[metre])
        mean, logvar = self.code(self.heard_norm(x)).chunk(2, dim=-1)
        return mean.flatten(1), logvar.flatten(1).clamp(-9, 3)

    def clips(self, code: Tensor, metre: Tensor) -> tuple[Tensor, Tensor]:
        """What the conductor tells of the codes of the clips: mean and log-variance, each [n, segments, clip]."""
        x = self.spread_out(F.gelu(self.read(code.unflatten(1, (self.shape.segments, -1)))) + self.read_at[metre])
        x = self.read_norm(x)
        mean, logvar = self.tell(torch.cat([self.conductor(x)[0], x], dim=-1)).chunk(2, dim=-1)
        return mean, logvar.clamp(-9, 3)

    def right(self, tokens: Tensor, metre: Tensor) -> Tensor:
        """Which steps a teacher-forced reconstruction from the code's mean gets right, bool [n, segments, cells]."""
        told, _ = self.clips(self.encode(tokens, metre)[0], metre)
        metres = metre.repeat_interleave(tokens.shape[1])
        return self.line.right(tokens.flatten(0, 1), metres, told.flatten(0, 1)).view(tokens.shape)


def between(mean: Tensor, logvar: Tensor, told: Tensor, told_logvar: Tensor) -> Tensor:
    """Nats between codes' posteriors and what was told of them, all [n, segments, clip], summed to [n]."""
    away = ((mean - told) ** 2 + logvar.exp()) / told_logvar.exp()
    return 0.5 * (away - 1 + told_logvar - logvar).sum(dim=(1, 2))
