"""The arranger: a recurrent encoder of the notes around a hole, and a recurrent decoder with attention that writes the hole.

Sequence to sequence with attention (Bahdanau et al. 2015; here after the recurrent step, as Luong et al. 2015, section 3.1,
so that training runs the decoder over all notes at once). Each note attends twice: before its place in time is known, and
after, where pitch, length and loudness are chosen; the second attention may also be copied from (See et al. 2017). Logits
of pitches are absolute and relative ones, and those of pointers, as in :mod:`studio.nn.note_lstm`. Tables of columns are
handed in as plain data (:mod:`studio.engines.arranger_features`).

Its logits are a product of experts (Hinton 2002): its own, the frozen writer's, which hears the part's past alone (``voice``;
:mod:`studio.engines.arranger_voice` says why), and how often the part does what elsewhere
(:mod:`studio.engines.arranger_tables`), each with a gate that is learned. So training starts where the writer stands.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.nn.note_lstm import NoteLstm, Shape

HEADS = ("shift", "pitch", "duration", "velocity")
REACH = 24
BAR_CELLS, CELL = 32, 6
_MARKS = ("last_pitch", "pitch_before", "chain_pitch", "next_pitch", "bass", "top")
_BUCKETS = 30
EXPERTS, _JUDGED = 2, 5
_TRUST = (0.8, 0.2)
_NEVER = -1e9


@dataclass(frozen=True)
class ArrangerShape:
    """Sizes and tables: columns of decoder rows and of heard notes with their classes, steps of shift and duration classes.

    ``lows`` are the least steps of each shift class; ``voice`` is the writer's shape.
    """

    columns: tuple[tuple[str, int], ...]
    memory: tuple[tuple[str, int], ...]
    shifts: tuple[int, ...]
    durations: tuple[int, ...]
    bars: tuple[int, ...]
    styles: tuple[str, ...]
    dense_before: int
    dense_placed: int
    lows: tuple[int, ...]
    voice: Shape
    pointers: int = 10
    velocities: int = 32
    width: int = 160
    encoder: int = 96
    units: int = 192
    heads: int = 4
    attention: int = 128
    dropout: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a card."""
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "ArrangerShape":
        """The shape written in a card."""
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in cls.__dataclass_fields__
        }
        for name in ("columns", "memory"):
            plain[name] = tuple((str(n), int(c)) for n, c in values[name])
        return cls(**{**plain, "voice": Shape.of(values["voice"])})

    @property
    def sizes(self) -> tuple[int, ...]:
        """Choices of each head."""
        return len(self.shifts) + 1, 128, len(self.durations), self.velocities


class Lookup(nn.Module):
    """A sum of one embedding a column."""

    where: Tensor
    offset: Tensor

    def __init__(self, columns: tuple[tuple[str, int], ...], names: list[str], width: int) -> None:
        super().__init__()
        every = [n for n, _ in columns]
        sizes = [dict(columns)[n] for n in names]
        self.register_buffer("where", torch.tensor([every.index(n) for n in names]), persistent=False)
        self.register_buffer("offset", torch.tensor([0, *sizes[:-1]]).cumsum(0), persistent=False)
        self.table = nn.Parameter(torch.randn(sum(sizes), width) * (1.0 / len(names)) ** 0.5)

    def forward(self, ints: Tensor) -> Tensor:
        """``ints`` [..., columns] to [..., width]."""
        flat = ints.flatten(0, -2)[:, self.where] + self.offset
        return F.embedding_bag(flat, self.table, mode="sum").view(*ints.shape[:-1], -1)


class Memory(nn.Module):
    """Heard notes through a recurrent encoder, both ways: keys and values for the attentions.

    Both directions start at a note, never at padding, so how much there is of it changes nothing.
    """

    def __init__(self, shape: ArrangerShape) -> None:
        super().__init__()
        self.look = Lookup(shape.memory, [n for n, _ in shape.memory], shape.width)
        self.norm = nn.LayerNorm(shape.width)
        self.onward = nn.LSTM(shape.width, shape.encoder, batch_first=True)
        self.back = nn.LSTM(shape.width, shape.encoder, batch_first=True)
        self.out = nn.Linear(2 * shape.encoder + shape.width, 2 * shape.attention)

    def forward(self, notes: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """``notes`` [batch, n, columns], the first ones being there (``heard``), to keys and values [batch, n, attention]."""
        seen = self.norm(self.look(notes))
        place = torch.arange(notes.shape[1], device=notes.device)
        count = heard.sum(dim=1, keepdim=True)
        turned = torch.where(heard, count - 1 - place, place).unsqueeze(-1)
        onward, _ = self.onward(seen)
        back, _ = self.back(seen.gather(1, turned.expand_as(seen)))
        back = back.gather(1, turned.expand_as(back))
        keys, values = self.out(torch.cat([onward, back, seen], dim=-1)).chunk(2, dim=-1)
        return keys, values

    def apart(self, notes: Tensor, heard: Tensor, like: list[int]) -> tuple[Tensor, Tensor]:
        """The same, each row by itself and no longer than its notes; row ``k`` is like row ``like[k]``, worked out once."""
        made: list[Tensor] = []
        for k, first in enumerate(like):
            n = max(1, int(heard[k].sum()))
            if first < k:
                made.append(made[first])
            else:
                both = torch.cat(self(notes[k : k + 1, :n], heard[k : k + 1, :n]), dim=-1)
                made.append(F.pad(both, (0, 0, 0, notes.shape[1] - n)))
        keys, values = torch.cat(made).chunk(2, dim=-1)
        return keys, values


class Attention(nn.Module):
    """Scaled dot products in several heads, with a learned bias for how far in time a heard note is from here."""

    def __init__(self, shape: ArrangerShape, width: int) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(width, shape.attention)
        self.bias = nn.Embedding(2 * _BUCKETS, shape.heads)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, buckets: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` [batch, t, width], ``buckets`` int64 [batch, t, n], ``heard`` bool [batch, n] (True: there is a note).

        Returns what was listened to [batch, t, attention] and the mean weights of the heads [batch, t, n].
        """
        q = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k = keys.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        v = values.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + self.bias(buckets).movedim(-1, 1)
        scores = scores.masked_fill(~heard[:, None, None, :], -1e4)
        weights = torch.softmax(scores, dim=-1) * heard.any(dim=1)[:, None, None, None]
        return (weights.to(v.dtype) @ v).transpose(1, 2).flatten(2), weights.float().mean(dim=1)


def buckets_of(start: Tensor, end: Tensor, own: Tensor, now: Tensor, bar: Tensor) -> Tensor:
    """How heard notes lie from the places ``now`` [batch, t], int64 [batch, t, n]; ``start``, ``end``, ``own`` [batch, n].

    Starting here, sounding here, or by distance (up to half a beat, 1, 2, 4, 8, 16 beats, more), before or after, at the
    same place of a bar (``bar`` [batch] steps) or not; twice, for the part's own notes and the others'.
    """
    away = start.unsqueeze(1) - now.unsqueeze(2)
    far = torch.bucketize(away.abs(), torch.tensor([13, 25, 49, 97, 193, 385], device=away.device))
    same = (away % bar.view(-1, 1, 1) == 0).long()
    made = 2 + far + 7 * (away > 0).long() + 14 * same
    made = torch.where((away < 0) & (end.unsqueeze(1) > now.unsqueeze(2)), 1, made)
    made = torch.where(away == 0, 0, made)
    return made + _BUCKETS * own.unsqueeze(1)


class Arranger(nn.Module):
    """The network.

    ``ints`` int64 [batch, t, columns], ``dense`` float [batch, t, dense_before + dense_placed]; heard notes int64
    [batch, n, memory], their first and last steps and whether they are there, each [batch, n]; ``bar`` [batch].
    """

    _shifts: Tensor
    _durations: Tensor
    _bars: Tensor
    _lows: Tensor
    _pitches: Tensor

    def __init__(self, shape: ArrangerShape) -> None:
        super().__init__()
        self.shape = shape
        self.voice = NoteLstm(shape.voice).requires_grad_(False).eval()
        names = [n for n, _ in shape.columns]
        self.column = {n: i for i, n in enumerate(names)}
        width, units, attention = shape.width, shape.units, shape.attention
        before, placed = names[: names.index("beat_then")], names[names.index("beat_then") : names.index("duration_at_0")]
        static = names[: names.index("beat")]
        away, louder = ([n for n in names if n.startswith(f"{h}_at_")] for h in ("duration", "velocity"))
        self.memory = Memory(shape)
        self.input = Lookup(shape.columns, [*before, "was_velocity"], width)
        self.ahead = nn.Linear(shape.dense_before, width)
        self.input_norm = nn.LayerNorm(width)
        self.lstm = nn.LSTM(width, units, batch_first=True)
        self.when = Attention(shape, units + width)
        self.what = Attention(shape, units + 2 * width)
        self.placed = Lookup(shape.columns, [*static, "shift", *placed], width)
        self.around = nn.Linear(shape.dense_placed, width)
        self.trunk = nn.ModuleDict({h: nn.Linear(units + width + attention + (h != "shift") * width, width) for h in HEADS})
        late = ["target", "style", "pitch", *away, "was_duration", "shift", "beat_then", "others_after"]
        loud = ["target", "style", "pitch", "duration", "was_velocity", "others_velocity", "beat_then", "bar_then", "shift"]
        loud += louder
        self.late = nn.ModuleDict(
            {"duration": Lookup(shape.columns, late, width), "velocity": Lookup(shape.columns, loud, width)}
        )
        self.norms = nn.ModuleDict({h: nn.LayerNorm(width) for h in HEADS})
        self.outs = nn.ModuleDict({h: nn.Linear(width, n) for h, n in self._outputs().items()})
        self.judged = nn.ModuleDict({h: nn.Linear(_JUDGED, width) for h in HEADS})
        self.gates = nn.ModuleDict({h: nn.Linear(width, EXPERTS) for h in HEADS})
        self.dropout = nn.Dropout(shape.dropout)
        for out in self.outs.values():
            nn.init.normal_(out.weight, std=0.02)  # type: ignore[arg-type]
            nn.init.zeros_(out.bias)  # type: ignore[arg-type]
        for gate in self.gates.values():
            nn.init.normal_(gate.weight, std=0.02)  # type: ignore[arg-type]
            gate.bias.data = torch.tensor(_TRUST)
        tables = (("_shifts", shape.shifts), ("_durations", shape.durations), ("_bars", shape.bars), ("_lows", shape.lows))
        for name, values in tables:
            self.register_buffer(name, torch.tensor(values), persistent=False)
        self.register_buffer("_pitches", torch.arange(128), persistent=False)

    def _outputs(self) -> dict[str, int]:
        s, p = self.shape, self.shape.pointers
        return {
            "shift": len(s.shifts) + 1 + 24 + BAR_CELLS + p + 1,
            "pitch": 256 + len(_MARKS) * (2 * REACH + 1) + p + 4,
            "duration": len(s.durations) + 24 + p + 1,
            "velocity": s.velocities + p,
        }

    def train(self, mode: bool = True) -> "Arranger":
        """As any module's; the voice stays as it is."""
        super().train(mode)
        self.voice.eval()
        return self

    def _get(self, ints: Tensor, name: str) -> Tensor:
        return ints[..., self.column[name]]

    # -- what is known before a note: the recurrent step, then the first attention

    def remember(self, ints: Tensor, dense: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """What the rows say before their notes, with the recurrent output: [batch, t, units + width], and the state."""
        seen = self.input_norm(self.input(ints) + self.ahead(dense[..., : self.shape.dense_before]))
        out, state = self.lstm(seen, state)
        return torch.cat([self.dropout(out), seen], dim=-1), state

    def shift_logits(self, known: Tensor, listened: Tensor, ints: Tensor, experts: Tensor) -> Tensor:
        """Logits of the shift classes, the last one closing the hole, [batch, t, shifts + 1]."""
        out, said = self._out("shift", torch.cat([known, listened], dim=-1), experts)
        n, p = len(self._shifts), self.shape.pointers
        flat, beats, cells, weights = out.split([n + 1, 24, BAR_CELLS, p + 1], dim=-1)
        beat, bar = self._get(ints, "beat"), self._get(ints, "bar")
        then = (beat.unsqueeze(-1) + self._shifts) % 24
        place = (bar * 3 + beat % 3).unsqueeze(-1) + self._shifts
        cell = (place % self._bars[self._get(ints, "metre")].unsqueeze(-1)) // CELL
        logits = flat + F.pad(beats.gather(-1, then) + cells.gather(-1, cell.clamp(max=BAR_CELLS - 1)), (0, 1))
        where = torch.stack([*self._at(ints, "shift"), self._get(ints, "others_next")], dim=-1)
        # A pointer's last class says that nothing is there, which speaks for no shift: it must not point at the end.
        copied = torch.where(where < n, weights, 0.0)
        beyond = F.pad(self._lows >= self._get(ints, "room").unsqueeze(-1), (0, 1))
        return (logits.scatter_add(-1, where, copied) + said).masked_fill(beyond, _NEVER)

    def _at(self, ints: Tensor, head: str) -> list[Tensor]:
        return [self._get(ints, f"{head}_at_{i}") for i in range(self.shape.pointers)]

    # -- once its place is known: the second attention, then pitch, duration, velocity

    def settle(self, known: Tensor, ints: Tensor, dense: Tensor) -> Tensor:
        """What is known once the shifts are, [batch, t, units + 2 width]."""
        placed = self.placed(ints) + self.around(dense[..., self.shape.dense_before :])
        return torch.cat([known, placed], dim=-1)

    def pitch_logits(
        self, settled: Tensor, listened: Tensor, weights: Tensor, ints: Tensor, dense: Tensor, notes: Tensor, experts: Tensor
    ) -> Tensor:
        """Logits of the pitches, [batch, t, 128]. ``weights`` [batch, t, n] are the second attention's, ``notes`` the heard."""
        span, p = 2 * REACH + 1, self.shape.pointers
        out, said = self._out("pitch", torch.cat([settled, listened], dim=-1), experts)
        pitched, drums, near, copies, gates = out.split([128, 128, len(_MARKS) * span, p, 4], dim=-1)
        drum = (self._get(ints, "target") == 0).unsqueeze(-1)
        marks = torch.stack([self._get(ints, n) for n in _MARKS], dim=-1).unsqueeze(-1)
        where = (self._pitches - marks).clamp(-REACH, REACH) + REACH
        where = torch.where((marks < 128) & ~drum.unsqueeze(-1), where, span)
        near = F.pad(near.unflatten(-1, (len(_MARKS), span)), (0, 1))
        chroma = dense[..., self.shape.dense_before :][..., :24].unflatten(-1, (2, 12))
        tones = (gates[..., 2:].unsqueeze(-1) * chroma).sum(dim=-2)[..., self._pitches % 12]
        logits = torch.where(drum, drums, pitched + tones) + near.gather(-1, where).sum(dim=-2) + said
        at = torch.stack(self._at(ints, "pitch"), dim=-1)
        logits = F.pad(logits, (0, 1)).scatter_add(-1, at, copies)[..., :128]
        column = [n for n, _ in self.shape.memory]
        heard, own = notes[..., column.index("pitch")], notes[..., column.index("own")]
        alike = ((heard >= 128) == (self._get(ints, "target")[:, :1] == 0)).unsqueeze(1)
        for k in range(2):
            mass = weights * (alike & (own == k).unsqueeze(1))
            spread = torch.zeros_like(logits).scatter_add(-1, (heard % 128).unsqueeze(1).expand_as(mass), mass)
            logits = logits + gates[..., k : k + 1] * torch.log1p(16 * spread)
        chain = self._get(ints, "chain_pitch").unsqueeze(-1)
        return logits.masked_fill((chain < 128) & (self._pitches <= chain), _NEVER)

    def duration_logits(self, settled: Tensor, listened: Tensor, ints: Tensor, experts: Tensor) -> Tensor:
        """Logits of the durations."""
        out, said = self._out("duration", torch.cat([settled, listened], dim=-1), experts, ints)
        p = self.shape.pointers
        flat, beats, weights = out.split([len(self._durations), 24, p + 1], dim=-1)
        then = (self._get(ints, "beat_then").unsqueeze(-1) + self._durations) % 24
        where = torch.stack([*self._at(ints, "duration"), self._get(ints, "was_duration")], dim=-1)
        return F.pad(flat + beats.gather(-1, then) + said, (0, 1)).scatter_add(-1, where, weights)[..., :-1]

    def velocity_logits(self, settled: Tensor, listened: Tensor, ints: Tensor, experts: Tensor) -> Tensor:
        """Logits of the velocities."""
        out, said = self._out("velocity", torch.cat([settled, listened], dim=-1), experts, ints)
        flat, weights = out.split([self.shape.velocities, self.shape.pointers], dim=-1)
        where = torch.stack(self._at(ints, "velocity"), dim=-1)
        return F.pad(flat + said, (0, 1)).scatter_add(-1, where, weights)[..., :-1]

    def _out(self, head: str, x: Tensor, experts: Tensor, ints: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """A head's outputs, and what ``experts`` (logarithms of chances, [batch, t, EXPERTS, choices]) add to its logits.

        How trustworthy these are is told by how sure each is (its entropy, its highest chance) and how far they agree.
        """
        chance = experts.exp()
        sure = [chance.amax(dim=-1), -(chance * experts).sum(dim=-1)]
        agree = (0.5 * experts.sum(dim=-2)).exp().sum(dim=-1, keepdim=True)
        hidden = self.trunk[head](x) + self.judged[head](torch.cat([*sure, agree], dim=-1))
        if ints is not None:
            hidden = hidden + self.late[head](ints)
        hidden = self.dropout(F.gelu(self.norms[head](hidden)))
        said = (self.gates[head](hidden).unsqueeze(-1) * experts).sum(dim=-2)
        return self.outs[head](hidden).float(), said.float()

    def losses(
        self,
        ints: Tensor,
        dense: Tensor,
        experts: Tensor,
        notes: Tensor,
        start: Tensor,
        end: Tensor,
        heard: Tensor,
        time: Tensor,
        bar: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Nats of every choice, teacher-forced: [batch, t, 4]; and the second attention's weights [batch, t, n].

        ``experts`` [batch, t, EXPERTS, all choices]; ``time`` [batch, t] are the steps before each row's shift. Rows that close the
        hole cost their shift only; a drum's duration and an unknown velocity cost nothing.
        """
        keys, values = self.memory(notes, heard)
        own = notes[..., [n for n, _ in self.shape.memory].index("own")]
        known, _ = self.remember(ints, dense, None)
        first, _ = self.when(known, keys, values, buckets_of(start, end, own, time, bar), heard)
        shift = self._get(ints, "shift")
        note = shift < len(self._shifts)
        steps = self._shifts[shift.clamp(max=len(self._shifts) - 1)] * note
        settled = self.settle(known, ints, dense)
        second, weights = self.what(settled, keys, values, buckets_of(start, end, own, time + steps, bar), heard)
        drum, flat = self._get(ints, "target") == 0, self._get(ints, "velocity") >= self.shape.velocities
        costs = []
        of_shift, of_pitch, of_duration, of_velocity = experts.float().split(self.shape.sizes, dim=-1)
        for head, logits, skipped in (
            ("shift", self.shift_logits(known, first, ints, of_shift), torch.zeros_like(note)),
            ("pitch", self.pitch_logits(settled, second, weights, ints, dense, notes, of_pitch), ~note),
            ("duration", self.duration_logits(settled, second, ints, of_duration), ~note | drum),
            ("velocity", self.velocity_logits(settled, second, ints, of_velocity), ~note | flat),
        ):
            target = torch.where(skipped, -100, self._get(ints, head))
            costs.append(F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view_as(target))
        return torch.stack(costs, dim=-1), weights
