"""An LSTM over piano-roll frames that foretells the next frame, key by key or note by note.

The protocol is that of Boulanger-Lewandowski et al. 2012 (arXiv 1206.6392): 88 keys, nats a frame. Two heads:

- keys apart (as the LSTM and TCN of Bai et al. 2018, arXiv 1803.01271, section 5.4): 88 Bernoulli outputs;
- chained: the notes of a frame from the lowest up, each a choice among the keys above the last one and "no more", by a
  second LSTM over the notes (the part that NADE plays in RNN-NADE). A set of notes has one such order, so the sum of the
  choices' logarithms is the exact joint log-probability of the frame.

What makes it more than a plain LSTM: a frame is foretold beside frames from its past (:class:`FrameBatch` ``planes``: the
latest ones, those some lags ago, and what followed the longest match of the present's past, as the note LSTM's copy
pointers), and a convolution over the keys reads these the same way everywhere (as Johnson 2017, "Generating polyphonic
music using tied parallel networks").
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

KEYS = 88
NO_MORE = KEYS
_OPENING = KEYS + 1


@dataclass(frozen=True)
class FrameShape:
    """Sizes. ``planes`` frames of the past a target is seen beside; ``counts`` classes of each fact about its place.

    The first ``heard`` planes are what the LSTM hears; ``channels`` of the convolution over keys, ``reach`` keys to each
    side; ``chain`` units of the LSTM over notes, 0 for keys apart. ``dropout`` of the layers, ``deaf`` of what is heard.
    """

    planes: int
    counts: tuple[int, ...]
    heard: int = 4
    hidden: int = 256
    layers: int = 1
    channels: int = 24
    reach: int = 12
    chain: int = 0
    dropout: float = 0.3
    deaf: float = 0.1


@dataclass(frozen=True)
class FrameBatch:
    """Sequences padded to the longest.

    ``planes`` float [n, t, planes, 88] and ``facts`` int64 [n, t, facts] are known before the target; ``target`` float
    [n, t, 88]; ``valid`` bool [n, t] is False where a sequence has ended.
    """

    planes: Tensor
    facts: Tensor
    target: Tensor
    valid: Tensor


def _steady(x: Tensor, share: float, training: bool) -> Tensor:
    """Dropout [n, t, width] with one mask for all steps (Gal and Ghahramani 2016, arXiv 1512.05287)."""
    if not training or share <= 0:
        return x
    return x * (torch.rand_like(x[:, :1]) >= share) / (1 - share)


class FrameLstm(nn.Module):
    """Nats of frames, see the module."""

    def __init__(self, shape: FrameShape) -> None:
        super().__init__()
        self.shape = shape
        s, width = shape, shape.hidden
        self.facts = nn.ModuleList(nn.Embedding(n, width) for n in s.counts)
        self.read = nn.Linear(s.heard * KEYS, width)
        self.layers = nn.ModuleList(nn.LSTM(width, width, batch_first=True) for _ in range(s.layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(s.layers + 1))
        self.near = nn.Conv1d(s.planes, s.channels, 2 * s.reach + 1, padding=s.reach)
        self.key = nn.Parameter(torch.zeros(s.channels, KEYS))
        self.told = nn.Linear(width, 2 * s.channels)
        self.mix = nn.Conv1d(s.channels, s.channels, 1)
        self.drop = nn.Dropout(s.dropout)
        self.drop_channels = nn.Dropout1d(s.dropout)
        if s.chain:
            self.note = nn.Embedding(KEYS + 2, s.chain)
            self.begin = nn.Linear(width, s.chain)
            self.notes = nn.LSTM(s.chain, s.chain, batch_first=True)
            self.ask = nn.Linear(s.chain, s.channels)
            self.above = nn.Linear(s.chain, KEYS)
            self.choose = nn.Linear(s.chain, KEYS + 1)
            self.beside = nn.Linear(KEYS, KEYS, bias=False)
        else:
            self.weigh = nn.Parameter(torch.randn(s.channels) * 0.1)
        self.absolute = nn.Linear(width, KEYS)

    def past(self, batch: FrameBatch) -> Tensor:
        """What the LSTM has made of the past at each step, [n, t, hidden]."""
        s = self.shape
        heard = F.dropout(batch.planes[:, :, : s.heard].flatten(2), s.deaf, self.training)
        x = self.read(heard) + torch.stack([e(batch.facts[..., k]) for k, e in enumerate(self.facts)]).sum(dim=0)
        x = self.norms[0](x)
        for lstm, norm in zip(self.layers, self.norms[1:], strict=True):
            x = x + norm(lstm(_steady(x, s.dropout, self.training))[0])
        return _steady(x, s.dropout, self.training)

    def keys(self, planes: Tensor, past: Tensor) -> Tensor:
        """Features of each key of frames, [n, channels, 88], from planes [n, planes, 88] and the past [n, hidden]."""
        planes = F.dropout1d(planes, self.shape.deaf, self.training)
        shift, scale = self.told(past).unsqueeze(-1).chunk(2, dim=1)
        x = self.drop_channels(F.gelu(self.near(planes) + self.key + shift))
        return F.gelu(self.mix(x) * (1 + scale) + x)

    def nats(self, batch: FrameBatch) -> Tensor:
        """Nats of each valid frame, in the order of ``batch.valid.nonzero()``, [frames]."""
        past = self.past(batch)[batch.valid]
        keys = self.keys(batch.planes[batch.valid], past)
        target = batch.target[batch.valid]
        if self.shape.chain:
            return self._chained(keys, past, target)
        logits = torch.einsum("nck,c->nk", keys, self.weigh) + self.absolute(past)
        return F.binary_cross_entropy_with_logits(logits.float(), target, reduction="none").sum(dim=1)

    def _chained(self, keys: Tensor, past: Tensor, target: Tensor) -> Tensor:
        notes, there = in_order(target)
        last = F.pad(notes[:, :-1], (1, 0), value=_OPENING)
        begin = torch.tanh(self.begin(past)).unsqueeze(0)
        state = self.drop(self.notes(self.note(last), (begin, torch.zeros_like(begin)))[0])
        chosen = F.one_hot(last.clamp(max=KEYS), KEYS + 1)[..., :KEYS].cumsum(dim=1).to(state.dtype)
        place = torch.arange(KEYS, device=target.device)
        lowest = torch.where(last < KEYS, last, -1).unsqueeze(-1)
        above = self.above(state).gather(2, (place - lowest - 1).clamp(min=0))
        choose = self.choose(state)
        logits = torch.einsum("nck,njc->njk", keys, self.ask(state)) + above + choose[..., :KEYS] + self.beside(chosen)
        logits = (logits + self.absolute(past).unsqueeze(1)).masked_fill(place <= lowest, float("-inf"))
        told = torch.cat([logits, choose[..., KEYS:]], dim=-1).float().log_softmax(dim=-1)
        return -(told.gather(2, notes.unsqueeze(-1)).squeeze(-1) * there).sum(dim=1)


def in_order(target: Tensor) -> tuple[Tensor, Tensor]:
    """Notes of frames [n, 88] from the lowest up, then :data:`NO_MORE`, int64 [n, most + 1]; and which of these count."""
    count = target.sum(dim=1).long()
    most = int(count.max()) + 1
    place = torch.arange(KEYS, device=target.device)
    ranked = torch.where(target > 0, place, NO_MORE).sort(dim=1).values
    notes = F.pad(ranked, (0, 1), value=NO_MORE)[:, :most]
    return notes, torch.arange(most, device=target.device) <= count.unsqueeze(1)
