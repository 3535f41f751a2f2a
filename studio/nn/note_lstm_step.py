"""The writing network one note at a time, as fast as two cores allow: the same function as :class:`studio.nn.note_lstm.NoteLstm`.

A step costs what it takes to read the weights, so the products keep them in half precision, as the model's file does, and
reckon in single precision (FBGEMM, Khudia et al. 2021, arXiv 2101.05615): half the bytes, and a row's result does not depend
on the rows beside it, to the bit. Where a processor cannot, single precision serves, with a fixed number of rows. What lies
between the products costs by the call, not by the number: it is done in few calls, most of them numpy's (a fraction of
torch's), into buffers that stay, with tables of places for the logits that are gathered.
"""

from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.nn.note_asked import Asked
from studio.nn.note_lstm import BAR_CELLS, CELL, HEADS, REACH, VELOCITY_REACH, Lookup, NoteLstm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
State = list[tuple[Tensor, Tensor]]
"""Of each layer what it puts out and its cell, [rows, units]."""
_HALF = torch.ops.quantized.linear_dynamic_fp16.default._op
_ROOT_HALF = 0.5**0.5
_TOGETHER = 3
"""FBGEMM takes what is left of one or two rows through kernels that add in another order, on processors with AVX2 alone. Of
multiples of three up to 320 none was so divided."""
_PITCH = HEADS.index("pitch")


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


class _Norm:
    """A layer norm."""

    def __init__(self, norm: torch.nn.Module) -> None:
        self._weight, self._bias = norm.weight.detach(), norm.bias.detach()  # type: ignore[operator, union-attr]
        self._size, self._eps = list(self._weight.shape), float(norm.eps)  # type: ignore[arg-type]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, self._size, self._weight, self._bias, self._eps)


class _Bag:
    """Lookups summed: what is asked for, and ``more`` tables by column, go in the same sum."""

    def __init__(self, lookup: Lookup, asked: Asked | None, more: tuple[tuple[int, Tensor], ...] = ()) -> None:
        tables: list[Tensor] = [lookup.table]
        where, offset = [lookup.where], [lookup.offset]
        if asked is not None:
            tables.append(asked.table)
            where.append(asked.where)
            offset.append(asked.offset + len(lookup.table))
        for column, table in more:
            where.append(torch.tensor([column]))
            offset.append(torch.tensor([sum(map(len, tables))]))
            tables.append(table)
        self.table = torch.cat([t.detach() for t in tables])
        self.where, self.offset = torch.cat(where).numpy(), torch.cat(offset).numpy()


class _Sums:
    """The sums of a bag for a batch of rows."""

    def __init__(self, bag: _Bag, rows: int) -> None:
        self._bag = bag
        self._index = np.empty((rows, len(bag.where)), np.int64)
        self._flat = torch.from_numpy(self._index.reshape(-1))
        self._begin = torch.arange(0, self._index.size, len(bag.where))

    def __call__(self, ints: Ints) -> Tensor:
        index, bag = self._index, self._bag
        ints.take(bag.where, axis=1, out=index, mode="clip")
        index += bag.offset
        return torch.embedding_bag(bag.table, self._flat, self._begin, False, 0, False, None)[0]


class _Scores:
    """How a head's logits are gathered from what its product puts out.

    Of each of its ``keys`` columns, a class's logit is the sum of the outputs whose places ``tables`` give, [keys, [values, n]];
    then each of the last outputs is added where its column of ``pointers`` points, class n being nowhere.
    """

    def __init__(self, keys: list[int], tables: list[Ints], pointers: list[int]) -> None:
        self.keys, self.pointers = np.array(keys), np.array(pointers)
        self.first = np.cumsum([0, *(len(t) for t in tables[:-1])])
        self.table = np.concatenate(tables)
        self.classes = self.table.shape[1]


class _Head:
    """A head for a batch of rows."""

    def __init__(self, step: "NoteStepper", head: str, rows: int) -> None:
        self._sums, self._norm, self._out = _Sums(step.bags[head], rows), step.norms[head], step.outs[head]
        self._scores = scores = step.scores[head]
        self._key = getattr(step, f"{head}_keys", None)
        self._logits = np.zeros((rows, scores.classes + 1), np.float32)
        self._line, self._plain = self._logits.reshape(-1), self._logits[:, :-1]
        self._row = np.arange(rows)[:, None, None]
        self._where = np.empty((rows, len(scores.pointers)), np.int64)
        self._at = self._where.reshape(-1)
        self._begin = np.arange(0, self._logits.size, scores.classes + 1)[:, None]
        self.hidden = torch.empty(0)
        """What its logits were worked out from, [rows, width]."""

    def __call__(self, shared: Tensor, ints: Ints) -> Floats:
        scores = self._scores
        self.hidden = x = self._norm(self._sums(ints).add_(shared))
        # A GELU by its definition, without the half that the product's weights hold: for so few numbers, torch's own spends
        # its time on choosing how.
        out = self._out(torch.addcmul(x, x, x.mul(_ROOT_HALF).erf_())).numpy()
        keys = ints.take(scores.keys, axis=1)
        keys += scores.first
        if self._key is not None:
            self._key(keys, ints)
        index = scores.table.take(keys, axis=0)
        if len(out) > 1:
            index += self._row * out.shape[1]
        np.add.reduce(out.take(index), axis=1, out=self._plain)
        ints.take(scores.pointers, axis=1, out=self._where, mode="clip")
        self._where += self._begin
        np.add.at(self._line, self._at, out[:, -len(scores.pointers) :].reshape(-1))
        return self._plain


class Steps:
    """A batch while it is written: ``ints`` and ``levels`` are read anew at every step, ``told`` [rows, tracks + 1] once.

    A row's result is the same among any others, as long as there are as many as :meth:`NoteStepper.rows` says.
    """

    def __init__(self, step: "NoteStepper", ints: Ints, levels: Bytes, told: Floats, state: State) -> None:
        self._step, self._ints, self._levels = step, ints, levels
        rows, width, units = len(ints), step.shape.width, step.shape.units
        self._width = width
        self._told = step.told(torch.from_numpy(told))
        self._input = _Sums(step.bags["input"], rows)
        self._heads = {h: _Head(step, h, rows) for h in HEADS}
        inputs = [width, *[units] * (len(state) - 1)]
        # What each layer reads, input and then its own last output; what the trunk reads, output and then input.
        self._fed = [np.empty((rows, n + units), np.float32) for n in inputs]
        self._end = np.empty((rows, units + width), np.float32)
        self._tensors = [torch.from_numpy(f) for f in (*self._fed, self._end)]
        self._cells = [c.numpy().copy() for _, c in state]
        for fed, n, (h, _) in zip(self._fed, inputs, state, strict=True):
            fed[:, n:] = h.numpy()
        self._shared: list[Tensor] = []

    def state(self, row: int) -> State:
        """The state of one row, as it is now."""
        outs = (fed[row : row + 1, -cell.shape[1] :] for fed, cell in zip(self._fed, self._cells, strict=True))
        return [
            (torch.from_numpy(out.copy()), torch.from_numpy(cell[row : row + 1].copy()))
            for out, cell in zip(outs, self._cells, strict=True)
        ]

    def remember(self) -> Tensor:
        """One step of the LSTM: what the heads share, [rows, 5 * width]."""
        step, width, units = self._step, self._width, self._step.shape.units
        dense = step.dense(torch.from_numpy(step.level_table.take(self._levels + step.level_first))).add_(self._told)
        seen = step.input_norm(self._input(self._ints).add_(dense[:, :width])).numpy()
        self._fed[0][:, :width] = seen
        self._end[:, units:] = seen
        layers = len(self._fed)
        for k, cell in enumerate(self._cells):
            gates = step.layers[k](self._tensors[k]).numpy()
            np.tanh(gates, out=gates)
            open_ = gates[:, : 3 * units]
            open_ += 1
            cell *= gates[:, units : 2 * units]
            cell += np.multiply(gates[:, :units], gates[:, 3 * units :], out=gates[:, :units])
            cell *= 0.5
            out = np.tanh(cell, out=gates[:, :units])
            out *= gates[:, 2 * units : 3 * units]
            out *= 0.5
            self._fed[k][:, -units:] = out
            if k + 1 < layers:
                self._fed[k + 1][:, :units] = out
        self._end[:, :units] = step.output_norm(torch.from_numpy(out)).numpy()
        shared = step.trunk(self._tensors[-1])
        self._shared = list(shared.view(len(seen), len(HEADS), width).unbind(1))
        self._shared[_PITCH] = self._shared[_PITCH] + dense[:, width:]
        return shared

    def logits(self, head: str) -> Floats:
        """Logits of one head, float32 [rows, classes], until it is asked again; orders of notes that cannot occur are not masked."""
        return self._heads[head](self._shared[HEADS.index(head)], self._ints)

    def hidden(self, head: str) -> Tensor:
        """The hidden vectors that :meth:`logits` of the head was last made from, [rows, width]."""
        return self._heads[head].hidden


def _linear(module: torch.nn.Module) -> _Product:
    return _Product(module.weight, module.bias)  # type: ignore[arg-type]


class NoteStepper:
    """The weights of a network as its steps use them; :class:`Steps` takes a batch through it."""

    def __init__(self, model: NoteLstm, rows: int) -> None:
        self.shape, self._rows = model.shape, rows
        self._column, self._sizes = model.column, dict(model.shape.all_columns)
        self._dense(model)
        self.trunk = _linear(model.trunk)
        self.input_norm, self.output_norm = _Norm(model.input_norm), _Norm(model.output_norm)
        self.norms = {h: _Norm(m) for h, m in model.norms.items()}
        self.outs = {h: self._output(m, self._pointers(h)) for h, m in model.outs.items()}  # type: ignore[arg-type]
        self.layers = [self._layer(model, k) for k in range(model.shape.layers)]
        places: dict[str, tuple[list[int], list[Ints]]] = {h: getattr(self, f"_{h}")() for h in HEADS}
        self.scores = {h: _Scores(*where, self._pointers(h)) for h, where in places.items()}
        self._no_marks = np.append(np.full(5, 128), 0) + self.scores["pitch"].first

    def _dense(self, model: NoteLstm) -> None:
        """What bytes become, the part of them that the pitch's harmony reads behind what the input reads; and the lookups."""
        t, width, byte = model.shape.tracks, model.shape.width, torch.arange(256.0)
        table = [*[byte.clamp(max=96) / 48] * t, *[torch.exp(byte / -24)] * t, *[byte / 64] * (model.shape.levels - 2 * t)]
        self.level_table = torch.cat(table).numpy()
        self.level_first = np.arange(0, self.level_table.size, 256)
        levels = model.shape.levels
        weight, tones = model.dense.weight.detach(), model.harmony.weight.detach()
        behind = torch.zeros(width, levels)
        behind[:, 2 * t :] = tones[:, 24:]
        self.dense = _Product(torch.cat([weight[:, :levels], behind]), torch.cat([model.dense.bias, model.harmony.bias]))
        self.told = _Product(torch.cat([weight[:, levels:], torch.zeros(width, t + 1)]), torch.zeros(2 * width))
        bits = ((torch.arange(4096)[:, None] >> torch.arange(12)) & 1).float()
        chords = [(self._column[n], bits @ tones[:, 12 * k : 12 * k + 12].T) for k, n in enumerate(("held", "group_chroma"))]
        lookups, asked = {"input": model.input, **dict(model.lookups.items())}, dict(model.asked.items())
        self.bags = {
            h: _Bag(m, asked.get(h), tuple(chords) if h == "pitch" else ())  # type: ignore[arg-type]
            for h, m in lookups.items()
        }

    @staticmethod
    def _output(out: torch.nn.Linear, pointers: list[int]) -> _Product:
        """A head's product, with half of its weights (see :class:`_Head`), and before what the pointers add an output that is 0."""
        weight, bias = out.weight.detach() / 2, out.bias.detach()
        at = len(bias) - len(pointers)
        nothing = torch.zeros(1, weight.shape[1])
        return _Product(torch.cat([weight[:at], nothing, weight[at:]]), torch.cat([bias[:at], nothing[0, :1], bias[at:]]))

    def _layer(self, model: NoteLstm, k: int) -> _Product:
        """Input and state in one product; gates in the order input, forget, output, cell.

        A sigmoid is half of one more than the hyperbolic tangent of half: the first three gates are halved here, so that one
        function serves all four.
        """
        into, back = getattr(model.lstm, f"weight_ih_l{k}"), getattr(model.lstm, f"weight_hh_l{k}")
        bias = getattr(model.lstm, f"bias_ih_l{k}") + getattr(model.lstm, f"bias_hh_l{k}")
        units = model.shape.units
        order = torch.cat([torch.arange(2 * units), torch.arange(3 * units, 4 * units), torch.arange(2 * units, 3 * units)])
        part = torch.cat([torch.full((3 * units,), 0.5), torch.ones(units)])
        return _Product(torch.cat([into, back], dim=1)[order] * part[:, None], bias[order] * part)

    def rows(self, wanted: int) -> int:
        """How many rows to step with for so many takes: about as many, or always the same where rows would see each other."""
        return -(-wanted // _TOGETHER) * _TOGETHER if self.trunk.half else self._rows

    def start(self, rows: int) -> State:
        """The state before anything."""
        zero = torch.zeros(rows, self.shape.units)
        return [(zero, zero) for _ in range(self.shape.layers)]

    @staticmethod
    def together(states: list[State]) -> State:
        """States of a row each as one state of many rows."""
        return [tuple(torch.cat(list(parts)) for parts in zip(*layer, strict=True)) for layer in zip(*states, strict=True)]  # type: ignore[misc]

    def steps(self, ints: Ints, levels: Bytes, told: Floats, state: State) -> Steps:
        """A batch that goes on from ``state``; ``ints`` and ``levels`` are kept, to be filled in before each step."""
        return Steps(self, ints, levels, told, state)

    # -- the columns and tables that each head's logits are gathered by, see _Scores

    def _pointers(self, head: str) -> list[int]:
        more = {"shift": ["next_end"], "duration": ["last_duration", "same_duration"]}.get(head, [])
        return [self._column[n] for n in (*(f"{head}_at_{i}" for i in range(self.shape.pointers)), *more)]

    def _plain(self, column: str, classes: int) -> Ints:
        """The first outputs, whatever the column holds."""
        return np.tile(np.arange(classes), (self._sizes[column], 1))

    def _shift(self) -> tuple[list[int], list[Ints]]:
        shifts, bars = np.array(self.shape.shifts), np.array(self.shape.bars)
        n = len(shifts)
        beats = n + (np.arange(24)[:, None] + shifts) % 24
        place = np.arange(3 * self._sizes["bar"])[:, None] + shifts
        cells = n + 24 + np.minimum(place % bars[:, None, None] // CELL, BAR_CELLS - 1)
        columns = [self._column[c] for c in ("metre", "beat", "bar")]
        return columns, [self._plain("metre", n), beats, cells.reshape(-1, n)]

    def shift_keys(self, keys: Ints, ints: Ints) -> None:
        """The third table is by metre and by the place in the bar, in eighths of a beat."""
        metre, beat, bar = ints.take(self.scores["shift"].keys, axis=1).T
        keys[:, 2] += metre * (3 * self._sizes["bar"]) + 2 * bar + beat % 3

    def _track(self) -> tuple[list[int], list[Ints]]:
        return [self._column["was_track"]], [self._plain("was_track", self.shape.tracks)]

    def _pitch(self) -> tuple[list[int], list[Ints]]:
        """Five marks that intervals are counted from, and by track the pitches themselves."""
        span = 2 * REACH + 1
        marks, pitches = np.arange(257)[:, None], np.arange(128)
        near = np.clip(pitches - marks, -REACH, REACH) + REACH
        tables = [np.where(marks < 128, 256 + k * span + near, 256 + 5 * span) for k in range(5)]
        drums = np.arange(self.shape.tracks)[:, None] == 0
        names = ("last_pitch", "pitch_before", "voice_pitch", "bass", "was_pitch", "track")
        return [self._column[n] for n in names], [*tables, np.where(drums, 128 + pitches, pitches)]

    def pitch_keys(self, keys: Ints, ints: Ints) -> None:
        """Drums have no intervals."""
        keys[ints[:, self._column["track"]] == 0] = self._no_marks

    def _duration(self) -> tuple[list[int], list[Ints]]:
        durations = np.array(self.shape.durations)
        ends = len(durations) + (np.arange(24)[:, None] + durations) % 24
        return [self._column["beat_then"]] * 2, [self._plain("beat_then", len(durations)), ends]

    def _velocity(self) -> tuple[list[int], list[Ints]]:
        n, span = self.shape.velocities, 2 * VELOCITY_REACH + 1
        marks = np.arange(n + 1)[:, None]
        near = np.clip(np.arange(n) - marks, -VELOCITY_REACH, VELOCITY_REACH) + VELOCITY_REACH
        tables = [np.where(marks < n, n + k * span + near, n + 2 * span) for k in range(2)]
        names = ("last_velocity", "same_velocity", "track")
        return [self._column[c] for c in names], [*tables, self._plain("track", n)]


def after(model: NoteLstm, ints: Ints, levels: Bytes) -> State:
    """The state of one row of :class:`Steps` once the rows [n, columns] were heard one after the other, tracks untold."""
    with torch.inference_mode():
        told = torch.zeros(len(ints), model.shape.tracks + 1)
        seen = model.look(torch.from_numpy(ints), torch.from_numpy(levels), told)
        _, (h, c) = model.lstm(seen[None])
    return [(h[k], c[k]) for k in range(model.shape.layers)]
