"""The writing network one note at a time, as fast as two cores allow: the same function as :class:`studio.nn.note_lstm.NoteLstm`.

Products go through torch with the weights laid out for few rows (measured: 0.6 ms a note where LSTM cells and linear layers
took 2.5), the small arithmetic around them through numpy, whose calls cost a fraction of torch's.
"""

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from studio.nn.note_lstm import BAR_CELLS, CELL, HEADS, REACH, VELOCITY_REACH, Lookup, NoteLstm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
_NEVER = np.float32(-1e9)


class _Bag:
    """The rows of a lookup summed for a fixed number of rows."""

    def __init__(self, lookup: Lookup, rows: int) -> None:
        self._where = lookup.where.numpy()
        self._offset = lookup.offset.numpy()
        self._table = lookup.table.detach()
        self._starts = torch.arange(rows) * len(self._where)

    def __call__(self, ints: Ints) -> Tensor:
        rows = torch.from_numpy(np.ascontiguousarray(ints[:, self._where] + self._offset).ravel())
        return torch.embedding_bag(self._table, rows, self._starts, False, 0)[0]


class NoteStepper:
    """Steps of a network for batches of exactly ``rows`` rows."""

    def __init__(self, model: NoteLstm, rows: int) -> None:
        self.shape, self.rows = model.shape, rows
        self._column = model.column
        self._input, self._bags = (
            _Bag(model.input, rows),
            {h: _Bag(m, rows) for h, m in model.lookups.items() if isinstance(m, Lookup)},
        )
        self._dense = _turned(model.dense)
        self._input_norm, self._output_norm, self._norms = model.input_norm, model.output_norm, model.norms
        self._layers = []
        for k in range(model.shape.layers):
            into, back = getattr(model.lstm, f"weight_ih_l{k}"), getattr(model.lstm, f"weight_hh_l{k}")
            bias = getattr(model.lstm, f"bias_ih_l{k}") + getattr(model.lstm, f"bias_hh_l{k}")
            self._layers.append((torch.cat([into, back], dim=1).t().contiguous(), bias))
        self._trunk, self._harmony = _turned(model.trunk), _turned(model.harmony)
        self._outs = {h: _turned(m) for h, m in model.outs.items()}
        self._shifts, self._durations, self._bars = (
            np.array(v) for v in (model.shape.shifts, model.shape.durations, model.shape.bars)
        )
        self._pitches, self._bits = np.arange(128), 1 << np.arange(12)
        self._row = np.arange(rows)[:, None]

    def start(self) -> list[tuple[Tensor, Tensor]]:
        """The state before anything."""
        zero = torch.zeros(self.rows, self.shape.units)
        return [(zero, zero) for _ in range(self.shape.layers)]

    def remember(
        self, ints: Ints, levels: npt.NDArray[np.uint8], told: Floats, state: list[tuple[Tensor, Tensor]]
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """One step of the LSTM: what the heads share, [rows, 5 * width], and the new state."""
        t, raw = self.shape.tracks, levels.astype(np.float32)
        parts = [np.minimum(raw[:, :t], 96) / 48, np.exp(raw[:, t : 2 * t] / -24), raw[:, 2 * t :] / 64, told]
        weight, bias = self._dense
        seen = self._input_norm(self._input(ints) + torch.addmm(bias, torch.from_numpy(np.concatenate(parts, axis=1)), weight))
        below, after = seen, []
        for (w, b), (h, c) in zip(self._layers, state, strict=True):
            i, f, g, o = torch.addmm(b, torch.cat([below, h], dim=1), w).chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            below = o.sigmoid() * c.tanh()
            after.append((below, c))
        weight, bias = self._trunk
        return torch.addmm(bias, torch.cat([self._output_norm(below), seen], dim=1), weight), after

    def logits(self, head: str, shared: Tensor, ints: Ints, levels: npt.NDArray[np.uint8]) -> Floats:
        """Logits of one head, float32 [rows, classes]."""
        i, width = HEADS.index(head), self.shape.width
        hidden = shared[:, i * width : (i + 1) * width] + self._bags[head](ints)
        if head == "pitch":
            weight, bias = self._harmony
            masks = np.stack([self._get(ints, "held"), self._get(ints, "group_chroma")], axis=1)
            bits = ((masks[:, :, None] & self._bits) != 0).reshape(self.rows, 24)
            dense = np.concatenate([bits, levels[:, 2 * self.shape.tracks :] / 64], axis=1, dtype=np.float32)
            hidden = hidden + torch.addmm(bias, torch.from_numpy(dense), weight)
        weight, bias = self._outs[head]
        out = torch.addmm(bias, F.gelu(self._norms[head](hidden)), weight).numpy()
        return getattr(self, f"_{head}")(out, ints)

    def _get(self, ints: Ints, name: str) -> Ints:
        return ints[:, self._column[name]]

    def _copy(self, logits: Floats, weights: Floats, ints: Ints, names: list[str]) -> Floats:
        """Add each weight where its column points; one past the end means nowhere."""
        made = np.concatenate([logits, np.zeros((self.rows, 1), np.float32)], axis=1)
        np.add.at(made, (self._row, ints[:, [self._column[n] for n in names]]), weights)
        return made[:, :-1]

    def _at(self, head: str) -> list[str]:
        return [f"{head}_at_{i}" for i in range(self.shape.pointers)]

    def _shift(self, out: Floats, ints: Ints) -> Floats:
        n = len(self._shifts)
        beat, bar = self._get(ints, "beat")[:, None], self._get(ints, "bar")[:, None]
        place = (bar * 3 + beat % 3 + self._shifts) % self._bars[self._get(ints, "metre")][:, None] // CELL
        cells = out[:, n + 24 : n + 24 + BAR_CELLS]
        logits = (
            out[:, :n]
            + out[:, n : n + 24][self._row, (beat + self._shifts) % 24]
            + cells[self._row, np.minimum(place, BAR_CELLS - 1)]
        )
        return self._copy(logits, out[:, n + 24 + BAR_CELLS :], ints, [*self._at("shift"), "next_end"])

    def _track(self, out: Floats, ints: Ints) -> Floats:
        n = self.shape.tracks
        logits = self._copy(out[:, :n], out[:, n:], ints, self._at("track"))
        was = self._get(ints, "was_track")
        chained = (self._get(ints, "shift") == 0) & (was < n)
        return np.where(chained[:, None] & (np.arange(n) < was[:, None]), _NEVER, logits)

    def _pitch(self, out: Floats, ints: Ints) -> Floats:
        span = 2 * REACH + 1
        was, track = self._get(ints, "was_pitch"), self._get(ints, "track")
        drum = track == 0
        marks = np.stack(
            [*(self._get(ints, n) for n in ("last_pitch", "pitch_before", "voice_pitch", "bass")), np.minimum(was, 128)], axis=1
        )
        logits = np.where(drum[:, None], out[:, 128:256], out[:, :128])
        near = out[:, 256 : 256 + 5 * span].reshape(self.rows, 5, span)
        where = np.clip(self._pitches - marks[:, :, None], -REACH, REACH) + REACH
        chosen = np.take_along_axis(near, where, axis=2) * ((marks < 128) & ~drum[:, None])[:, :, None]
        logits = self._copy(logits + chosen.sum(axis=1), out[:, 256 + 5 * span :], ints, self._at("pitch"))
        chained = (self._get(ints, "shift") == 0) & (self._get(ints, "was_track") == track) & (was < 256)
        return np.where(chained[:, None] & (self._pitches <= (was % 128)[:, None]), _NEVER, logits)

    def _duration(self, out: Floats, ints: Ints) -> Floats:
        n = len(self._durations)
        then = (self._get(ints, "beat_then")[:, None] + self._durations) % 24
        logits = out[:, :n] + out[:, n : n + 24][self._row, then]
        return self._copy(logits, out[:, n + 24 :], ints, [*self._at("duration"), "last_duration", "same_duration"])

    def _velocity(self, out: Floats, ints: Ints) -> Floats:
        n, span = self.shape.velocities, 2 * VELOCITY_REACH + 1
        logits = out[:, :n]
        for k, name in enumerate(("last_velocity", "same_velocity")):
            mark = self._get(ints, name)[:, None]
            where = np.clip(np.arange(n) - mark, -VELOCITY_REACH, VELOCITY_REACH) + VELOCITY_REACH
            near = out[:, n + k * span : n + (k + 1) * span]
            logits = logits + near[self._row, where] * (mark < n)
        return self._copy(logits, out[:, n + 2 * span :], ints, self._at("velocity"))


def _turned(linear: torch.nn.Module) -> tuple[Tensor, Tensor]:
    return linear.weight.detach().t().contiguous(), linear.bias.detach()  # type: ignore[operator, union-attr]
