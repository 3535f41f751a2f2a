"""The writing network one note at a time, as fast as two cores allow: the same function as :class:`studio.nn.note_lstm.NoteLstm`.

A step costs what it takes to read the weights, so the products keep them in half precision, as the model's file does, and
reckon in single precision (FBGEMM, Khudia et al. 2021, arXiv 2101.05615): half the bytes, and a row's result does not depend
on the rows beside it, to the bit. Where a processor cannot, single precision serves, with a fixed number of rows. What lies
between the products, and small products, are compiled loops over buffers that stay (:mod:`studio.nn.note_step_kernels`), with
tables of places for the logits that are gathered: as torch's calls, or numpy's, they would cost more than all else.
"""

from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.nn import note_step_kernels as kernels
from studio.nn.note_asked import Asked
from studio.nn.note_lstm import BAR_CELLS, CELL, HEADS, REACH, VELOCITY_REACH, Lookup, NoteLstm
from studio.nn.note_step_kernels import Gathering, Layer, Lookups, Norm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
State = list[tuple[Tensor, Tensor]]
"""Of each layer what it puts out and its cell, [rows, units]."""
_HALF = torch.ops.quantized.linear_dynamic_fp16.default._op
_TOGETHER = 3
"""FBGEMM takes what is left of one or two rows through kernels that add in another order, on processors with AVX2 alone. Of
multiples of three up to 320 none was so divided."""


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


def _norm(module: torch.nn.Module) -> Norm:
    weight: Any = torch.stack([module.weight.detach(), module.bias.detach()])  # type: ignore[operator, union-attr, list-item]
    return Norm(weight.float().numpy(), float(module.eps))  # type: ignore[arg-type]


def _lookups(lookup: Lookup, asked: Asked | None, more: tuple[tuple[int, Tensor], ...] = ()) -> Lookups:
    """Lookups in one sum: what is asked for goes in it too, and ``more`` tables by column."""
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
    return Lookups(torch.cat(where).numpy(), torch.cat(offset).numpy(), torch.cat([t.detach().float() for t in tables]).numpy())


_Key = tuple[Ints, list[tuple[int, Ints]]]
"""A key's table of places [values, classes], and the columns that it is the sum of, each with the steps of its values."""


def _gathering(keys: list[_Key], pointers: list[int]) -> Gathering:
    begin = np.cumsum([0, *(len(places) for places, _ in keys)])
    parts = [
        (key, column, steps + (begin[key] if not number else 0))
        for key, (_, columns) in enumerate(keys)
        for number, (column, steps) in enumerate(columns)
    ]
    return Gathering(
        np.array([key for key, _, _ in parts]),
        np.array([column for _, column, _ in parts]),
        np.cumsum([0, *(len(steps) for _, _, steps in parts[:-1])]),
        np.concatenate([steps for _, _, steps in parts]),
        np.concatenate([places for places, _ in keys]),
        np.array(pointers),
    )


class _Head:
    """A head for a batch of rows."""

    def __init__(self, step: "NoteStepper", head: str, rows: int) -> None:
        self._lookups, self._norm, self._out = step.lookups[head], step.norms[head], step.outs[head]
        self._gathering = step.gatherings[head]
        self._logits = np.zeros((rows, self._gathering.places.shape[1]), np.float32)
        self.hidden = np.zeros((rows, step.shape.width), np.float32)
        """What its logits were worked out from, [rows, width]."""

    def __call__(self, shared: Floats, at: int, more: Floats, ints: Ints) -> Floats:
        kernels.hidden(self.hidden, shared, at, more, ints, self._lookups, self._norm)
        kernels.logits(self._logits, self.hidden, ints, self._out, self._gathering)
        return self._logits


class Steps:
    """A batch while it is written: ``ints`` and ``levels`` are read anew at every step, ``told`` [rows, tracks + 1] once.

    A row's result is the same among any others, as long as there are as many as :meth:`NoteStepper.rows` says.
    """

    def __init__(self, step: "NoteStepper", ints: Ints, levels: Bytes, told: Floats, state: State) -> None:
        self._step, self._ints, self._levels = step, ints, levels
        rows, width, units = len(ints), step.shape.width, step.shape.units
        self._told, self._dense = (np.zeros((rows, 2 * width), np.float32) for _ in range(2))
        kernels.product(self._told, np.pad(told, ((0, 0), (0, len(step.told.weight) - told.shape[1]))), step.told)
        self._heads = {h: _Head(step, h, rows) for h in HEADS}
        inputs = [width, *[units] * (len(state) - 1)]
        # What each layer reads, input and then its own last output; what the trunk reads, output and then input.
        self._fed = [np.zeros((rows, n + units), np.float32) for n in inputs]
        self._end = np.zeros((rows, units + width), np.float32)
        self._tensors = [torch.from_numpy(f) for f in (*self._fed, self._end)]
        self._cells = [c.numpy().copy() for _, c in state]
        for fed, n, (h, _) in zip(self._fed, inputs, state, strict=True):
            fed[:, n:] = h.numpy()
        self._shared, self._none = np.zeros((rows, len(HEADS) * width), np.float32), np.zeros((rows, 0), np.float32)

    def state(self, row: int) -> State:
        """The state of one row, as it is now."""
        outs = (fed[row : row + 1, -cell.shape[1] :] for fed, cell in zip(self._fed, self._cells, strict=True))
        return [
            (torch.from_numpy(out.copy()), torch.from_numpy(cell[row : row + 1].copy()))
            for out, cell in zip(outs, self._cells, strict=True)
        ]

    def remember(self) -> Floats:
        """One step of the LSTM: what the heads share, [rows, 5 * width]."""
        step, units, fed = self._step, self._step.shape.units, self._fed
        kernels.dense(self._dense, self._levels, step.level_table, step.dense, self._told)
        kernels.looked_up(fed[0], 0, self._dense, self._ints, step.lookups["input"], step.input_norm)
        self._end[:, units:] = fed[0][:, : step.shape.width]
        for k, (cell, after) in enumerate(zip(self._cells, (*fed[1:], self._end), strict=True)):
            kernels.cells(fed[k], after, step.layers[k](self._tensors[k]).numpy(), cell)
        kernels.norm(self._end, units, step.output_norm)
        self._shared = step.trunk(self._tensors[-1]).numpy()
        return self._shared

    def logits(self, head: str) -> Floats:
        """Logits of one head, float32 [rows, classes], until it is asked again; orders of notes that cannot occur are not masked."""
        # The pitch reads the harmony, which stands behind what the input reads.
        more = self._dense if head == "pitch" else self._none
        return self._heads[head](self._shared, HEADS.index(head) * self._step.shape.width, more, self._ints)

    def hidden(self, head: str) -> Floats:
        """The hidden vectors that :meth:`logits` of the head was last made from, [rows, width]."""
        return self._heads[head].hidden


def _turned(weight: Tensor) -> Floats:
    """Weights [n, k] as the compiled loops take them, [k, n], with zeros up to a multiple of four."""
    return np.ascontiguousarray(np.pad(weight.detach().float().numpy().T, ((0, -weight.shape[1] % 4), (0, 0))))


def _linear(module: torch.nn.Module) -> _Product:
    return _Product(module.weight, module.bias)  # type: ignore[arg-type]


class NoteStepper:
    """The weights of a network as its steps use them; :class:`Steps` takes a batch through it."""

    def __init__(self, model: NoteLstm, rows: int) -> None:
        self.shape, self._rows = model.shape, rows
        self._column, self._sizes = model.column, dict(model.shape.all_columns)
        self._dense(model)
        self.trunk = _linear(model.trunk)
        self._together = self._company()
        self.input_norm, self.output_norm = _norm(model.input_norm), _norm(model.output_norm)
        self.norms = {h: _norm(m) for h, m in model.norms.items()}
        self.outs = {h: self._output(m, self._pointers(h)) for h, m in model.outs.items()}  # type: ignore[arg-type]
        self.layers = [self._layer(model, k) for k in range(model.shape.layers)]
        self.gatherings = {h: _gathering(getattr(self, f"_{h}")(), self._pointers(h)) for h in HEADS}

    def _dense(self, model: NoteLstm) -> None:
        """What bytes become, the part of them that the pitch's harmony reads behind what the input reads; and the lookups."""
        t, width, byte = model.shape.tracks, model.shape.width, torch.arange(256.0)
        table = [*[byte.clamp(max=96) / 48] * t, *[torch.exp(byte / -24)] * t, *[byte / 64] * (model.shape.levels - 2 * t)]
        self.level_table = torch.stack(table).numpy()
        levels = model.shape.levels
        weight, tones = model.dense.weight.detach(), model.harmony.weight.detach()
        behind = torch.zeros(width, levels)
        behind[:, 2 * t :] = tones[:, 24:]
        self.dense = _turned(torch.cat([weight[:, :levels], behind]))
        bias = torch.cat([model.dense.bias, model.harmony.bias]).detach().numpy()
        self.told = Layer(_turned(torch.cat([weight[:, levels:], torch.zeros(width, t + 1)])), bias)
        bits = ((torch.arange(4096)[:, None] >> torch.arange(12)) & 1).float()
        chords = [(self._column[n], bits @ tones[:, 12 * k : 12 * k + 12].T) for k, n in enumerate(("held", "group_chroma"))]
        lookups, asked = {"input": model.input, **dict(model.lookups.items())}, dict(model.asked.items())
        self.lookups = {
            h: _lookups(m, asked.get(h), tuple(chords) if h == "pitch" else ())  # type: ignore[arg-type]
            for h, m in lookups.items()
        }

    @staticmethod
    def _output(out: torch.nn.Linear, pointers: list[int]) -> Layer:
        """A head's weights, halved (see :func:`studio.nn.note_step_kernels.logits`), and before what the pointers add an output of 0."""
        weight, bias = out.weight.detach() / 2, out.bias.detach()
        at = len(bias) - len(pointers)
        nothing = torch.zeros(1, weight.shape[1])
        made = torch.cat([bias[:at], nothing[0, :1], bias[at:]])
        return Layer(_turned(torch.cat([weight[:at], nothing, weight[at:]])), made.float().numpy())

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
        return -(-wanted // self._together) * self._together if self.trunk.half else self._rows

    def _company(self) -> int:
        """Of how many rows there must be a multiple, so that a row's product does not depend on how many there are."""
        x = torch.linspace(-1, 1, 8 * (self.shape.units + self.shape.width)).sin().view(8, -1)
        made = self.trunk(x)
        return 1 if all(torch.equal(self.trunk(x[:n]), made[:n]) for n in range(1, 8)) else _TOGETHER

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

    def _plain(self, column: str, classes: int) -> _Key:
        """A key of the first outputs, whatever the column holds."""
        return np.arange(classes)[None], [(self._column[column], np.zeros(self._sizes[column], np.int64))]

    def _of(self, column: str, places: Ints) -> _Key:
        """A key that is what a column holds."""
        return places, [(self._column[column], np.arange(self._sizes[column]))]

    def _shift(self) -> list[_Key]:
        """The third key is by metre and by the place in the bar, in eighths of a beat."""
        shifts, bars, eighths = np.array(self.shape.shifts), np.array(self.shape.bars), 3 * self._sizes["bar"]
        n = len(shifts)
        beats = n + (np.arange(24)[:, None] + shifts) % 24
        cells = n + 24 + np.minimum((np.arange(eighths)[:, None] + shifts) % bars[:, None, None] // CELL, BAR_CELLS - 1)
        inside = [
            (self._column["metre"], eighths * np.arange(self._sizes["metre"])),
            (self._column["bar"], 3 * np.arange(self._sizes["bar"])),
            (self._column["beat"], np.arange(self._sizes["beat"]) % 3),
        ]
        return [self._plain("metre", n), self._of("beat", beats), (cells.reshape(-1, n), inside)]

    def _track(self) -> list[_Key]:
        return [self._plain("was_track", self.shape.tracks)]

    def _pitch(self) -> list[_Key]:
        """Five marks that intervals are counted from, unless drums are, which have none, and by track the pitches themselves."""
        span, drums = 2 * REACH + 1, np.arange(self.shape.tracks) == 0
        marks, pitches = np.arange(257 + 128)[:, None], np.arange(128)
        near = np.clip(pitches - marks, -REACH, REACH) + REACH
        track = self._column["track"]
        keys = []
        for k, name in enumerate(("last_pitch", "pitch_before", "voice_pitch", "bass", "was_pitch")):
            places, columns = self._of(name, np.where(marks < 128, 256 + k * span + near, 256 + 5 * span))
            keys.append((places, [*columns, (track, 128 * drums)]))
        return [*keys, self._of("track", np.where(drums[:, None], 128 + pitches, pitches))]

    def _duration(self) -> list[_Key]:
        durations = np.array(self.shape.durations)
        ends = len(durations) + (np.arange(24)[:, None] + durations) % 24
        return [self._plain("beat_then", len(durations)), self._of("beat_then", ends)]

    def _velocity(self) -> list[_Key]:
        n, span = self.shape.velocities, 2 * VELOCITY_REACH + 1
        marks = np.arange(n + 1)[:, None]
        near = np.clip(np.arange(n) - marks, -VELOCITY_REACH, VELOCITY_REACH) + VELOCITY_REACH
        tables = [np.where(marks < n, n + k * span + near, n + 2 * span) for k in range(2)]
        plain = self._plain("track", n)
        return [self._of("last_velocity", tables[0]), self._of("same_velocity", tables[1]), plain]


def after(model: NoteLstm, ints: Ints, levels: Bytes) -> State:
    """The state of one row of :class:`Steps` once the rows [n, columns] were heard one after the other, tracks untold."""
    with torch.inference_mode():
        told = torch.zeros(len(ints), model.shape.tracks + 1)
        seen = model.look(torch.from_numpy(ints), torch.from_numpy(levels), told)
        _, (h, c) = model.lstm(seen[None])
    return [(h[k], c[k]) for k in range(model.shape.layers)]
