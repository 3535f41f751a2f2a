"""The writing network one note at a time, as fast as two cores allow: the same function as :class:`studio.nn.note_lstm.NoteLstm`.

A step costs what it takes to read the weights, so the products keep them in half precision, as the model's file does, and
reckon in single precision (FBGEMM, Khudia et al. 2021, arXiv 2101.05615): half the bytes, and a row's result does not depend
on the rows beside it, to the bit. Where a processor cannot, single precision serves, with a fixed number of rows. The
small arithmetic around the products goes through numpy, whose calls cost a fraction of torch's, with tables for what
depends on few values.
"""

from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.nn.note_lstm import BAR_CELLS, CELL, HEADS, REACH, VELOCITY_REACH, Asked, Lookup, NoteLstm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
_NEVER = np.float32(-1e9)
_SPAN, _LOUD_SPAN = 2 * REACH + 1, 2 * VELOCITY_REACH + 1


_HALF = torch.ops.quantized.linear_dynamic_fp16.default


class _Product:
    """A linear layer for few rows."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        weight, self._bias = weight.detach().float(), bias.detach().float()
        self._packed: Any = None
        self._turned = weight.t().contiguous()
        with suppress(RuntimeError, NotImplementedError):  # not every processor has it
            self._packed = torch.ops.quantized.linear_prepack_fp16(weight.contiguous(), self._bias)
            self._turned = weight[:0]

    @property
    def half(self) -> bool:
        """Whether the weights are kept in half precision."""
        return self._packed is not None

    def __call__(self, x: Tensor) -> Tensor:
        if self._packed is not None:
            return _HALF(x, self._packed)  # type: ignore[no-any-return]
        return torch.addmm(self._bias, x, self._turned)


class _Bag:
    """Lookups summed; what is asked for goes in the same sum."""

    def __init__(self, lookup: Lookup, asked: Asked | None) -> None:
        tables: list[Tensor] = [lookup.table]
        where, offset = [lookup.where], [lookup.offset]
        if asked is not None:
            tables.append(asked.table)
            where.append(asked.where)
            offset.append(asked.offset + len(lookup.table))
        self._table = torch.cat([t.detach() for t in tables]).numpy()
        self._where, self._offset = torch.cat(where).numpy(), torch.cat(offset).numpy()

    def __call__(self, ints: Ints) -> Floats:
        return self._table.take(ints.take(self._where, axis=1) + self._offset, axis=0).sum(axis=1)  # type: ignore[no-any-return]


class _Norm:
    """A layer norm."""

    def __init__(self, norm: torch.nn.Module) -> None:
        self._weight, self._bias = norm.weight.detach(), norm.bias.detach()  # type: ignore[operator, union-attr]
        self._size, self._eps = list(self._weight.shape), float(norm.eps)  # type: ignore[arg-type]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, self._size, self._weight, self._bias, self._eps)


def _linear(module: torch.nn.Module) -> _Product:
    return _Product(module.weight, module.bias)  # type: ignore[arg-type]


class NoteStepper:
    """Steps of a network for batches of rows. A row's result is the same among any others, as long as :attr:`rows` agree."""

    def __init__(self, model: NoteLstm, rows: int) -> None:
        self.shape, self._rows = model.shape, rows
        self._column = model.column
        asked = dict(model.asked.items())
        self._bags = {
            h: _Bag(m, asked.get(h))  # type: ignore[arg-type]
            for h, m in (("input", model.input), *model.lookups.items())
        }
        self._dense, self._trunk, self._harmony = _linear(model.dense), _linear(model.trunk), _linear(model.harmony)
        self._input_norm, self._output_norm = _Norm(model.input_norm), _Norm(model.output_norm)
        self._norms = {h: _Norm(m) for h, m in model.norms.items()}
        self._outs = {h: _linear(m) for h, m in model.outs.items()}
        self._layers = [self._layer(model, k) for k in range(model.shape.layers)]
        self._tables()

    def _layer(self, model: NoteLstm, k: int) -> _Product:
        """Input and state in one product; gates in the order input, forget, output, cell, so that three share a function."""
        into, back = getattr(model.lstm, f"weight_ih_l{k}"), getattr(model.lstm, f"weight_hh_l{k}")
        bias = getattr(model.lstm, f"bias_ih_l{k}") + getattr(model.lstm, f"bias_hh_l{k}")
        units = model.shape.units
        order = torch.cat([torch.arange(2 * units), torch.arange(3 * units, 4 * units), torch.arange(2 * units, 3 * units)])
        return _Product(torch.cat([into, back], dim=1)[order], bias[order])

    def _tables(self) -> None:
        shape, byte = self.shape, np.arange(256, dtype=np.float32)
        self._row = np.arange(64)[:, None]
        self._shifts, self._durations = np.array(shape.shifts), np.array(shape.durations)
        self._bars = np.array(shape.bars)
        self._remaining, self._since, self._share = np.minimum(byte, 96) / 48, np.exp(byte / -24), byte / 64
        self._bit_table = ((np.arange(4096)[:, None] >> np.arange(12)) & 1).astype(np.float32)
        self._beats_then = (np.arange(24)[:, None] + self._shifts) % 24
        self._ends_then = (np.arange(24)[:, None] + self._durations) % 24
        marks, pitches = np.arange(129)[:, None], np.arange(128)
        self._near = np.where(marks < 128, np.clip(pitches - marks, -REACH, REACH) + REACH, _SPAN)
        marks, loud = np.arange(shape.velocities + 1)[:, None], np.arange(shape.velocities)
        near = np.clip(loud - marks, -VELOCITY_REACH, VELOCITY_REACH) + VELOCITY_REACH
        self._near_loud = np.where(marks < shape.velocities, near, _LOUD_SPAN)
        self._at = {h: [self._column[f"{h}_at_{i}"] for i in range(shape.pointers)] for h in HEADS}
        self._at["shift"].append(self._column["next_end"])
        self._at["duration"] += [self._column["last_duration"], self._column["same_duration"]]
        names = ("last_pitch", "pitch_before", "voice_pitch", "bass", "was_pitch")
        self._marks = [self._column[n] for n in names]

    def rows(self, wanted: int) -> int:
        """How many rows to step with for so many takes: as many, or always the same where rows would see each other."""
        return wanted if self._trunk.half else self._rows

    def start(self, rows: int) -> list[tuple[Tensor, Tensor]]:
        """The state before anything."""
        zero = torch.zeros(rows, self.shape.units)
        return [(zero, zero) for _ in range(self.shape.layers)]

    @staticmethod
    def together(states: list[list[tuple[Tensor, Tensor]]]) -> list[tuple[Tensor, Tensor]]:
        """States of a row each as one state of many rows."""
        return [tuple(torch.cat(list(parts)) for parts in zip(*layer, strict=True)) for layer in zip(*states, strict=True)]  # type: ignore[misc]

    def remember(
        self, ints: Ints, levels: npt.NDArray[np.uint8], told: Floats, state: list[tuple[Tensor, Tensor]]
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """One step of the LSTM: what the heads share, [rows, 5 * width], and the new state."""
        t, units = self.shape.tracks, self.shape.units
        parts = [self._remaining[levels[:, :t]], self._since[levels[:, t : 2 * t]], self._share[levels[:, 2 * t :]], told]
        dense = self._dense(torch.from_numpy(np.concatenate(parts, axis=1)))
        seen = self._input_norm(torch.from_numpy(self._bags["input"](ints)) + dense)
        below, after = seen, []
        for product, (h, c) in zip(self._layers, state, strict=True):
            gates = product(torch.cat([below, h], dim=1))
            i, f, o = gates[:, : 3 * units].sigmoid().chunk(3, dim=1)
            c = f * c + i * gates[:, 3 * units :].tanh()
            below = o * c.tanh()
            after.append((below, c))
        return self._trunk(torch.cat([self._output_norm(below), seen], dim=1)), after

    def logits(self, head: str, shared: Tensor, ints: Ints, levels: npt.NDArray[np.uint8]) -> Floats:
        """Logits of one head, float32 [rows, classes]."""
        i, width = HEADS.index(head), self.shape.width
        hidden = shared[:, i * width : (i + 1) * width] + torch.from_numpy(self._bags[head](ints))
        if head == "pitch":
            tones = self._bit_table[ints[:, [self._column["held"], self._column["group_chroma"]]]].reshape(len(ints), 24)
            dense = np.concatenate([tones, self._share[levels[:, 2 * self.shape.tracks :]]], axis=1)
            hidden = hidden + self._harmony(torch.from_numpy(dense))
        x = self._norms[head](hidden)
        # A GELU by its definition: for so few numbers, torch's own spends its time on choosing how.
        out = self._outs[head]((x * 0.5**0.5).erf_().add_(1).mul_(x).mul_(0.5)).numpy()
        return getattr(self, f"_{head}")(out, ints)  # type: ignore[no-any-return]

    def _get(self, ints: Ints, name: str) -> Ints:
        return ints[:, self._column[name]]

    def _rows_of(self, ints: Ints) -> Ints:
        return self._row[: len(ints)]

    def _copy(self, head: str, logits: Floats, weights: Floats, ints: Ints) -> Floats:
        """Add each weight where its column points; one past the end means nowhere."""
        rows, classes = logits.shape
        made = np.zeros((rows, classes + 1), np.float32)
        made[:, :-1] = logits
        where = ints.take(self._at[head], axis=1) + np.arange(0, made.size, classes + 1)[:, None]
        np.add.at(made.ravel(), where.ravel(), weights.ravel())
        return made[:, :-1]

    def _shift(self, out: Floats, ints: Ints) -> Floats:
        n = len(self._shifts)
        beat = self._get(ints, "beat")
        place = (self._get(ints, "bar") * 3 + beat % 3)[:, None] + self._shifts
        cell = np.minimum(place % self._bars[self._get(ints, "metre")][:, None] // CELL, BAR_CELLS - 1)
        beats, cells = out[:, n : n + 24], out[:, n + 24 : n + 24 + BAR_CELLS]
        row = self._rows_of(ints)
        logits = out[:, :n] + beats[row, self._beats_then[beat]] + cells[row, cell]
        return self._copy("shift", logits, out[:, n + 24 + BAR_CELLS :], ints)

    def _track(self, out: Floats, ints: Ints) -> Floats:
        n = self.shape.tracks
        logits = self._copy("track", out[:, :n], out[:, n:], ints)
        was = self._get(ints, "was_track")
        chained = (self._get(ints, "shift") == 0) & (was < n)
        return np.where(chained[:, None] & (np.arange(n) < was[:, None]), _NEVER, logits)

    def _pitch(self, out: Floats, ints: Ints) -> Floats:
        rows = len(out)
        was, track = self._get(ints, "was_pitch"), self._get(ints, "track")
        drum = track == 0
        logits = np.where(drum[:, None], out[:, 128:256], out[:, :128])
        near = np.zeros((rows, 5, _SPAN + 1), np.float32)
        near[:, :, :-1] = out[:, 256 : 256 + 5 * _SPAN].reshape(rows, 5, _SPAN)
        marks = np.where(drum[:, None], 128, np.minimum(ints.take(self._marks, axis=1), 128))
        where = self._near[marks] + np.arange(0, near.size, _SPAN + 1).reshape(rows, 5, 1)
        logits = self._copy("pitch", logits + near.take(where).sum(axis=1), out[:, 256 + 5 * _SPAN :], ints)
        chained = (self._get(ints, "shift") == 0) & (self._get(ints, "was_track") == track) & (was < 256)
        return np.where(chained[:, None] & (np.arange(128) <= (was % 128)[:, None]), _NEVER, logits)

    def _duration(self, out: Floats, ints: Ints) -> Floats:
        n = len(self._durations)
        logits = out[:, :n] + out[:, n : n + 24][self._rows_of(ints), self._ends_then[self._get(ints, "beat_then")]]
        return self._copy("duration", logits, out[:, n + 24 :], ints)

    def _velocity(self, out: Floats, ints: Ints) -> Floats:
        n, rows = self.shape.velocities, len(out)
        near = np.zeros((rows, 2, _LOUD_SPAN + 1), np.float32)
        near[:, :, :-1] = out[:, n : n + 2 * _LOUD_SPAN].reshape(rows, 2, _LOUD_SPAN)
        marks = ints[:, [self._column["last_velocity"], self._column["same_velocity"]]]
        where = self._near_loud[marks] + np.arange(0, near.size, _LOUD_SPAN + 1).reshape(rows, 2, 1)
        return self._copy("velocity", out[:, :n] + near.take(where).sum(axis=1), out[:, n + 2 * _LOUD_SPAN :], ints)
