"""The network that writes: a two-layer LSTM, one step a note, with five chained heads (shift, track, pitch, duration, velocity).

What it is fed, besides the note before, are the features of :mod:`studio.engines.note_features`; the table of columns is
handed in as plain data. Each head sees the LSTM's output, the step's input (a skip) and what was chosen so far in this
note. Its logits are sums of absolute ones and of relative ones gathered into place: intervals from pitches of the
past, positions in beat and bar, and a learned weight for what each pointer says stood here before (a pointer network's
copying, Vinyals et al. 2015, with the places given). Orders of notes that cannot occur are masked out.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from studio.nn.note_asked import Asked
from studio.nn.note_cache import NoteCache, PieceCache

HEADS = ("shift", "track", "pitch", "duration", "velocity")
REACH, VELOCITY_REACH = 24, 8
BAR_CELLS, CELL = 32, 6
PLAN_BARS, PLANNED = 32, 6
"""Bars of a plan, and how many controls it has a class for in each."""


@dataclass(frozen=True)
class Shape:
    """Sizes and tables. ``columns`` are (name, classes) of the feature columns in order; ``levels`` counts the byte columns.

    ``shifts`` and ``durations`` give steps a class, ``bars`` steps a bar of each metre. ``controls`` are the columns of what a
    composer asks for; ``plans`` how many courses of them, taken from songs, each style keeps; ``cache`` the size of the keys by
    which the piece's own choices are remembered, 0 where they are not.
    """

    columns: tuple[tuple[str, int], ...]
    levels: int
    shifts: tuple[int, ...]
    durations: tuple[int, ...]
    bars: tuple[int, ...]
    styles: tuple[str, ...]
    tracks: int = 32
    velocities: int = 32
    pointers: int = 5
    units: int = 448
    width: int = 256
    layers: int = 2
    dropout: float = 0.0
    controls: tuple[tuple[str, int], ...] = ()
    plans: int = 0
    cache: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a card."""
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Shape":
        """The shape written in a card."""
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in cls.__dataclass_fields__
        }
        for pairs in ("columns", "controls"):
            plain[pairs] = tuple((str(n), int(c)) for n, c in values.get(pairs, ()))
        return cls(**plain)

    @property
    def all_columns(self) -> tuple[tuple[str, int], ...]:
        """Feature columns, the note before, the note itself, style (the last is any), mode (none, major, minor), controls."""
        sizes = (len(self.shifts), self.tracks, 256, len(self.durations), self.velocities)
        before = tuple((f"was_{h}", n + 1) for h, n in zip(HEADS, sizes, strict=True))
        now = tuple((h, n + (h == "velocity")) for h, n in zip(HEADS, sizes, strict=True))
        return (*self.columns, *before, *now, ("style", len(self.styles) + 1), ("mode", 3), *self.controls)


def _head_columns(shape: Shape) -> dict[str, list[str]]:
    at = {h: [f"{h}_at_{i}" for i in range(shape.pointers)] for h in HEADS}
    runs = [f"run_{i}" for i in range(shape.pointers)]
    placed = ["style", "shift", "beat_then", "bar_then"]
    return {
        "shift": ["style", "beat", "bar", "metre", *at["shift"], *runs, "next_end", "was_track", "was_duration"],
        "track": [*placed, *at["track"], *runs, "was_track", "metre"],
        "pitch": [
            *placed,
            "track",
            *at["pitch"],
            *runs,
            "last_pitch",
            "pitch_before",
            "voice_pitch",
            "bass",
            "since",
            "remaining",
            "ordinal",
            "was_pitch",
            "mode",
        ],
        "duration": [
            *placed,
            "track",
            "pitch",
            "last_duration",
            "since",
            "remaining",
            "ordinal",
            *at["duration"],
            "same_duration",
            "was_duration",
            *runs,
        ],
        "velocity": [
            *placed,
            "track",
            "pitch",
            "duration",
            "last_velocity",
            *at["velocity"],
            "same_velocity",
            "same_since",
            "was_velocity",
            "ordinal",
            *runs,
        ],
    }


_ASKED = {
    "input": ("density", "polyphony", "register", "energy", "brightness", "repetition", "chord_from", "chord_ahead"),
    "shift": ("density", "polyphony", "energy", "repetition"),
    "track": ("density", "polyphony", "register", "energy", "repetition"),
    "pitch": ("polyphony", "register", "energy", "brightness", "repetition", "chord", "chord_ahead"),
    "duration": ("density", "polyphony", "energy", "brightness", "repetition"),
    "velocity": ("energy", "brightness"),
}
"""Which controls each head reads: only such as are known before its choice."""


class Lookup(nn.Module):
    """A sum of one embedding a column: one-hot rows through a matrix."""

    where: Tensor
    offset: Tensor

    def __init__(self, shape: Shape, names: list[str], width: int) -> None:
        super().__init__()
        every = [n for n, _ in shape.all_columns]
        sizes = [dict(shape.all_columns)[n] for n in names]
        self.register_buffer("where", torch.tensor([every.index(n) for n in names]), persistent=False)
        self.register_buffer("offset", torch.tensor([0, *sizes[:-1]]).cumsum(0), persistent=False)
        self.table = nn.Parameter(torch.randn(sum(sizes), width) * (1.0 / len(names)) ** 0.5)

    def forward(self, ints: Tensor) -> Tensor:
        """``ints`` [n, columns] to [n, width]."""
        return F.embedding_bag(ints[:, self.where] + self.offset, self.table, mode="sum")


class NoteLstm(nn.Module):
    """The network. ``ints`` are int64 [n, all_columns], ``levels`` uint8 [n, shape.levels], ``tracks`` float [n, tracks + 1].

    ``tracks`` tells which classes the piece has (and, last, whether that is told at all).
    """

    _shifts: Tensor
    _durations: Tensor
    _bars: Tensor
    _bits: Tensor
    _pitches: Tensor
    _tracks: Tensor
    _velocities: Tensor
    plans: Tensor
    plan_tracks: Tensor
    plan_metres: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        names = [n for n, _ in shape.all_columns]
        self.column = {n: i for i, n in enumerate(names)}
        into = [n for n, _ in shape.columns[: names.index("bar_number") + 1]] + [f"was_{h}" for h in HEADS] + ["style", "mode"]
        width, units = shape.width, shape.units
        self.input = Lookup(shape, into, width)
        self.dense = nn.Linear(shape.levels + shape.tracks + 1, width)
        self.input_norm = nn.LayerNorm(width)
        self.lstm = nn.LSTM(width, units, shape.layers, batch_first=True, dropout=shape.dropout)
        self.output_norm = nn.LayerNorm(units)
        self.trunk = nn.Linear(units + width, 5 * width)
        self.lookups = nn.ModuleDict({h: Lookup(shape, c, width) for h, c in _head_columns(shape).items()})
        self.harmony = nn.Linear(48, width)
        self.norms = nn.ModuleDict({h: nn.LayerNorm(width) for h in HEADS})
        self.outs = nn.ModuleDict({h: nn.Linear(width, n) for h, n in self._outputs().items()})
        for out in self.outs.values():
            nn.init.normal_(out.weight, std=0.02)  # type: ignore[arg-type]
            nn.init.zeros_(out.bias)  # type: ignore[arg-type]
        asked = _ASKED.items() if shape.controls else ()
        self.asked = nn.ModuleDict({h: Asked(shape.controls, names, list(c), width) for h, c in asked})
        if shape.cache:
            self.cache = NoteCache(len(HEADS), width, shape.cache, len(shape.styles))
        self._tables()

    def _outputs(self) -> dict[str, int]:
        s, p = self.shape, self.shape.pointers
        return {
            "shift": len(s.shifts) + 24 + BAR_CELLS + p + 1,
            "track": s.tracks + p,
            "pitch": 256 + 5 * (2 * REACH + 1) + p,
            "duration": len(s.durations) + 24 + p + 2,
            "velocity": s.velocities + 2 * (2 * VELOCITY_REACH + 1) + p,
        }

    def _tables(self) -> None:
        shape = self.shape
        if shape.plans:
            size = (len(shape.styles), shape.plans)
            self.register_buffer("plans", torch.zeros(*size, PLAN_BARS, PLANNED, dtype=torch.uint8))
            self.register_buffer("plan_tracks", torch.zeros(*size, shape.tracks, dtype=torch.uint8))
            self.register_buffer("plan_metres", torch.zeros(*size, dtype=torch.uint8))
        for name, values in (("_shifts", shape.shifts), ("_durations", shape.durations), ("_bars", shape.bars)):
            self.register_buffer(name, torch.tensor(values), persistent=False)
        self.register_buffer("_bits", 2 ** torch.arange(12), persistent=False)
        for name, n in (("_pitches", 128), ("_tracks", shape.tracks), ("_velocities", shape.velocities)):
            self.register_buffer(name, torch.arange(n), persistent=False)

    def look(self, ints: Tensor, levels: Tensor, tracks: Tensor) -> Tensor:
        """The LSTM's input of each row, [n, width]."""
        t, raw = self.shape.tracks, levels.float()
        dense = torch.cat(
            [raw[:, :t].clamp(max=96) / 48, torch.exp(raw[:, t : 2 * t] / -24), raw[:, 2 * t :] / 64, tracks], dim=1
        )
        return self.input_norm(self._looked_up("input", ints) + self.dense(dense))

    def _looked_up(self, name: str, ints: Tensor) -> Tensor:
        table = self.input if name == "input" else self.lookups[name]
        found = table(ints)
        return found + self.asked[name](ints) if name in self.asked else found

    def remember(self, seen: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[batch, time, width] through the LSTM: what all heads share, [batch, time, 5 * width], and the state."""
        out, state = self.lstm(seen, state)
        kept = F.dropout(self.output_norm(out), self.shape.dropout, self.training)
        return self.trunk(torch.cat([kept, seen], dim=-1)), state

    def logits(self, head: str, shared: Tensor, ints: Tensor, levels: Tensor) -> Tensor:
        """Logits of one head from ``shared`` [n, 5 * width]; reads only columns that are known before that choice."""
        return self._scored(head, self.hidden(head, shared, ints, levels), ints)

    def hidden(self, head: str, shared: Tensor, ints: Tensor, levels: Tensor) -> Tensor:
        """What one head makes of ``shared`` [n, 5 * width] and the columns it knows, [n, width]."""
        i, width = HEADS.index(head), self.shape.width
        hidden = shared[:, i * width : (i + 1) * width] + self._looked_up(head, ints)
        if head == "pitch":
            hidden = hidden + self.harmony(self._harmony(ints, levels))
        return self.norms[head](hidden)  # type: ignore[no-any-return]

    def choices(self, head: str, shared: Tensor, ints: Tensor, levels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of one head: hidden vectors [n, width], logits [n, classes], and the classes chosen, -100 where nothing had to be."""
        hidden = self.hidden(head, shared, ints, levels)
        return hidden, self._scored(head, hidden, ints), self.chosen(head, ints)

    def chosen(self, head: str, ints: Tensor) -> Tensor:
        """The classes of one head that were chosen [n], -100 where nothing had to be."""
        made = self._get(ints, head)
        if head == "pitch":
            made = made % 128
        elif head == "velocity":
            made = torch.where(made == self.shape.velocities, -100, made)
        elif head == "duration":
            made = torch.where(self._get(ints, "track") == 0, -100, made)
        return made

    def _scored(self, head: str, hidden: Tensor, ints: Tensor) -> Tensor:
        out = self.outs[head](F.dropout(F.gelu(hidden), self.shape.dropout, self.training))
        return getattr(self, f"_{head}_logits")(out, ints)

    def _get(self, ints: Tensor, name: str) -> Tensor:
        return ints[:, self.column[name]]

    def _harmony(self, ints: Tensor, levels: Tensor) -> Tensor:
        masks = torch.stack([self._get(ints, "held"), self._get(ints, "group_chroma")], dim=1)
        bits = (masks.unsqueeze(2) & self._bits).ne(0).flatten(1).float()
        return torch.cat([bits, levels[:, 2 * self.shape.tracks :].float() / 64], dim=1)

    def _copied(self, logits: Tensor, weights: Tensor, ints: Tensor, names: list[str]) -> Tensor:
        """``logits`` [n, c] with each weight added where its column points; class c means nowhere."""
        where = torch.stack([self._get(ints, n) for n in names], dim=1)
        return F.pad(logits, (0, 1)).scatter_add(1, where, weights)[:, :-1]

    def _at(self, head: str) -> list[str]:
        return [f"{head}_at_{i}" for i in range(self.shape.pointers)]

    def _shift_logits(self, out: Tensor, ints: Tensor) -> Tensor:
        flat, beats, cells, weights = out.split([len(self._shifts), 24, BAR_CELLS, self.shape.pointers + 1], dim=1)
        beat, bar = self._get(ints, "beat"), self._get(ints, "bar")
        then = beat.unsqueeze(1) + self._shifts
        place = (bar * 3 + beat % 3).unsqueeze(1) + self._shifts
        cell = (place % self._bars[self._get(ints, "metre")].unsqueeze(1)) // CELL
        logits = flat + beats.gather(1, then % 24) + cells.gather(1, cell.clamp(max=BAR_CELLS - 1))
        return self._copied(logits, weights, ints, [*self._at("shift"), "next_end"])

    def _track_logits(self, out: Tensor, ints: Tensor) -> Tensor:
        flat, weights = out.split([self.shape.tracks, self.shape.pointers], dim=1)
        logits = self._copied(flat, weights, ints, self._at("track"))
        was = self._get(ints, "was_track")
        chained = (self._get(ints, "shift") == 0) & (was < self.shape.tracks)
        return logits.masked_fill(chained.unsqueeze(1) & (self._tracks < was.unsqueeze(1)), -1e9)

    def _pitch_logits(self, out: Tensor, ints: Tensor) -> Tensor:
        span = 2 * REACH + 1
        pitched, drums, near, weights = out.split([128, 128, 5 * span, self.shape.pointers], dim=1)
        was, track = self._get(ints, "was_pitch"), self._get(ints, "track")
        drum = (track == 0).unsqueeze(1)
        logits = torch.where(drum, drums, pitched)
        near = F.pad(near.view(-1, 5, span), (0, 1))
        last = torch.where(was < 128, was, 128)
        marks = torch.stack(
            [*(self._get(ints, n) for n in ("last_pitch", "pitch_before", "voice_pitch", "bass")), last], dim=1
        ).unsqueeze(2)
        where = (self._pitches - marks).clamp(-REACH, REACH) + REACH
        where = torch.where((marks < 128) & ~drum.unsqueeze(2), where, span)
        logits = logits + near.gather(2, where).sum(dim=1)
        logits = self._copied(logits, weights, ints, self._at("pitch"))
        chained = (self._get(ints, "shift") == 0) & (self._get(ints, "was_track") == track)
        return logits.masked_fill(
            chained.unsqueeze(1) & (self._pitches <= (was % 128).unsqueeze(1)) & (was < 256).unsqueeze(1), -1e9
        )

    def _duration_logits(self, out: Tensor, ints: Tensor) -> Tensor:
        flat, beats, weights = out.split([len(self._durations), 24, self.shape.pointers + 2], dim=1)
        then = (self._get(ints, "beat_then").unsqueeze(1) + self._durations) % 24
        return self._copied(
            flat + beats.gather(1, then), weights, ints, [*self._at("duration"), "last_duration", "same_duration"]
        )

    def _velocity_logits(self, out: Tensor, ints: Tensor) -> Tensor:
        span = 2 * VELOCITY_REACH + 1
        logits, first, second, weights = out.split([self.shape.velocities, span, span, self.shape.pointers], dim=1)
        for near, name in ((first, "last_velocity"), (second, "same_velocity")):
            mark = self._get(ints, name).unsqueeze(1)
            where = (self._velocities - mark).clamp(-VELOCITY_REACH, VELOCITY_REACH) + VELOCITY_REACH
            logits = logits + F.pad(near, (0, 1)).gather(1, torch.where(mark < self.shape.velocities, where, span))
        return self._copied(logits, weights, ints, self._at("velocity"))

    def losses(
        self,
        ints: Tensor,
        levels: Tensor,
        tracks: Tensor,
        state: tuple[Tensor, Tensor] | None,
        past: PieceCache | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Nats of every choice of every note, teacher-forced.

        ``ints`` [batch, time, columns], ``levels`` [batch, time, levels], ``tracks`` [batch, time, tracks + 1].
        Returns [batch, time, 5] and the state. A velocity that is unknown (class ``velocities``) and a drum's duration cost 0.
        With ``past``, which one piece fills from its beginning on, the cache has its say.
        """
        batch, time, _ = ints.shape
        flat, bytes_ = ints.flatten(0, 1), levels.flatten(0, 1)
        seen = self.look(flat, bytes_, tracks.flatten(0, 1)).view(batch, time, -1)
        shared, state = self.remember(seen, state)
        shared = shared.flatten(0, 1)
        costs = []
        for number, head in enumerate(HEADS):
            hidden, scores, chosen = self.choices(head, shared, flat, bytes_)
            if past is None:
                costs.append(F.cross_entropy(scores, chosen, reduction="none"))
            else:
                said = past.said(number, scores, self.cache.keys(number, hidden), chosen.numpy())
                costs.append(self.cache.costs(number, said, self._get(flat, "style").numpy()))
        return torch.stack(costs, dim=1).view(batch, time, 5), state
