"""Holes cut into songs, and what the arranger learns from: rows, what is heard, and what its experts say of every choice.

Working these out costs more than a training step on them, so that they are kept (``float16`` and ``int16``) and learned from
several times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.engines.arranger_features import EXPERT, Hole, heard, hole_of, memory_columns, rows_of
from studio.engines.arranger_tables import LEAST_CHANCE, SIZES
from studio.engines.arranger_voice import PartVoice, shifts_within
from studio.engines.note_columns import N_TRACK, VELOCITIES, Piece, encode
from studio.nn.note_lstm import HEADS, NoteLstm
from studio.train.songs import PER_BEAT, SongParts

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """A hole and the notes that belong into it, [n, 5]: time, pitch, duration class, velocity class, steps; its song's number."""

    hole: Hole
    notes: Ints
    song: int = -1


def cut(piece: Piece, target: int, start: int, end: int, style: int, locked: Ints | None = None) -> Example:
    """The hole of a piece in [start, end) of a part, and what stood there. Notes of the indices ``locked`` stay in it."""
    inside = (piece.track == target) & (piece.time >= start) & (piece.time < end)
    if locked is not None:
        inside[locked] = False
    velocity = np.full(inside.sum(), VELOCITIES) if piece.flat else piece.velocity[inside]
    columns = (piece.time[inside], piece.pitch[inside], piece.duration[inside], velocity, piece.steps[inside])
    mode = 0 if piece.key < 0 else 1 + (piece.key >= 12)
    return Example(hole_of(piece, target, start, end, style, mode, locked), np.stack(columns, axis=1))


def kept(hole: Hole, which: npt.NDArray[np.bool_]) -> Hole:
    """The hole with only some of its heard notes."""
    names = ("time", "steps", "track", "pitch", "velocity", "own")
    return replace(hole, **{n: getattr(hole, n)[which] for n in names})


class Holes:
    """Songs to cut holes into; pieces are encoded when they are first wanted."""

    def __init__(self, songs: list[SongParts]) -> None:
        self.songs = songs
        self._pieces: dict[int, Piece] = {}

    def piece(self, song: int) -> Piece:
        """A song's rows."""
        if song not in self._pieces:
            s = self.songs[song]
            self._pieces[song] = encode(s.parts, s.signatures, PER_BEAT, s.key if s.key >= 0 else None)
        return self._pieces[song]

    def cut(self, song: int, draw: np.random.Generator, most: int, bars: int = 0, locked: float = 0.0) -> Example | None:
        """A hole of a song at random (of ``bars`` bars, else 1, 2, 4 or 8); None when none was found at once.

        A share ``locked`` of the holes keep some of their notes.
        """
        piece = self.piece(song)
        parts = np.unique(piece.track)
        target = int(draw.choice(parts))
        own = np.flatnonzero(piece.track == target)
        start, _, _, _ = piece.bars.at(int(piece.time[draw.choice(own)]))
        end = start
        for _ in range(bars or int(draw.choice([1, 2, 4, 8], p=[0.1, 0.25, 0.4, 0.25]))):
            at, size, _, _ = piece.bars.at(end)
            end = at + size
        keep = None
        if draw.random() < locked:
            inside = own[(piece.time[own] >= start) & (piece.time[own] < end)]
            keep = inside[draw.random(len(inside)) < draw.uniform(0.1, 0.8)]
        example = cut(piece, target, start, end, self.songs[song].set, keep)
        return replace(example, song=song) if 2 <= len(example.notes) <= most else None


# -- what is learned from


@dataclass(frozen=True)
class Prepared:
    """An example as the network takes it: columns of its rows [n + 1, ...] and of what is heard [m, ...]; steps a bar.

    ``experts`` [n + 1, 2, EXPERT] are logarithms of chances: the writer's, and those of the part's tables.
    """

    ints: npt.NDArray[np.int16]
    dense: npt.NDArray[np.float16]
    experts: npt.NDArray[np.float16]
    time: npt.NDArray[np.int32]
    notes: npt.NDArray[np.int16]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    bar: int

    @property
    def size(self) -> int:
        """About what it costs to learn from."""
        return 4 * len(self.ints) + len(self.notes)


def spoken(voice: NoteLstm, examples: Sequence[Example]) -> list[npt.NDArray[np.float32]]:
    """What the writer would play, hearing the part's past alone: [n + 1, EXPERT] of each example."""
    said = [PartVoice(e.hole) for e in examples]
    ints = [[*v.heard[0]] for v in said]
    levels = [[*v.heard[1]] for v in said]
    for e, v, rows, bytes_ in zip(examples, said, ints, levels, strict=True):
        for time, pitch, duration, velocity, steps in e.notes.tolist():
            v.before()
            v.place(time)
            v.sound(pitch)
            v.last(duration)
            rows.append(v.ints.copy())
            bytes_.append(v.levels.copy())
            v.push(velocity, steps)
        v.before()
        rows.append(v.ints.copy())
        bytes_.append(v.levels.copy())
    longest = max(map(len, ints))
    shown = np.zeros((len(said), longest, len(ints[0][0])), np.int64)
    beside = np.zeros((len(said), longest, len(levels[0][0])), np.uint8)
    for k, (rows, bytes_) in enumerate(zip(ints, levels, strict=True)):
        shown[k, : len(rows)], beside[k, : len(rows)] = rows, bytes_
    return [
        _chances(*x) for x in zip(examples, said, _logits(voice, shown, beside, [len(r) for r in ints], examples), strict=True)
    ]


def _logits(
    voice: NoteLstm, shown: Ints, beside: npt.NDArray[np.uint8], lengths: list[int], examples: Sequence[Example]
) -> list[list[npt.NDArray[np.float32]]]:
    """Logits of the heads (shift, pitch, duration, velocity) of each hole's rows, the last of them closing it."""
    made = []
    with torch.no_grad():
        flat, bytes_ = torch.from_numpy(shown), torch.from_numpy(beside)
        told = torch.zeros(shown.shape[0] * shown.shape[1], N_TRACK + 1)
        seen = voice.look(flat.flatten(0, 1), bytes_.flatten(0, 1), told).view(*shown.shape[:2], -1)
        shared, _ = voice.remember(seen, None)
        for k, (length, example) in enumerate(zip(lengths, examples, strict=True)):
            rows = slice(length - len(example.notes) - 1, length)
            made.append([voice.logits(h, shared[k, rows], flat[k, rows], bytes_[k, rows]).numpy() for h in HEADS if h != "track"])
    return made


def _chances(example: Example, voice: PartVoice, logits: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    made = np.zeros((len(example.notes) + 1, EXPERT), np.float32)
    at = np.cumsum([0, *SIZES]).tolist()
    now = [voice.rest, *example.notes[:, 0].tolist()]
    for k, row in enumerate(logits[0]):
        made[k, : at[1]] = shifts_within(example.hole, row, now[k], k > 0)
    for h in (1, 2, 3):
        raw = torch.from_numpy(logits[h][:, : SIZES[h]])
        made[:, at[h] : at[h + 1]] = torch.log_softmax(raw, dim=1).numpy()
    return made.clip(min=LEAST_CHANCE)


def prepare(voice: NoteLstm, examples: Sequence[Example]) -> list[Prepared]:
    """Work out what the network takes."""
    made = []
    for example, said in zip(examples, spoken(voice, examples), strict=True):
        hole, ear = example.hole, heard(example.hole)
        ints, dense, tables = rows_of(hole, example.notes)
        made.append(
            Prepared(
                ints.astype(np.int16),
                dense.astype(np.float16),
                np.stack([said, tables.clip(min=LEAST_CHANCE)], axis=1).astype(np.float16),
                np.concatenate([[hole.start], example.notes[:, 0]]).astype(np.int32),
                memory_columns(hole, ear).astype(np.int16),
                hole.time[ear].astype(np.int32),
                (hole.time + hole.steps)[ear].astype(np.int32),
                hole.bars.at(hole.start)[1],
            )
        )
    return made


def batch_of(prepared: Sequence[Prepared]) -> list[Tensor]:
    """What :meth:`studio.nn.arranger.Arranger.losses` takes, padded, and last which rows count [batch, t]."""
    size, t, n = len(prepared), max(len(p.ints) for p in prepared), max(1, *(len(p.notes) for p in prepared))

    def padded(name: str, length: int, kind: type) -> Tensor:
        first = getattr(prepared[0], name)
        made = np.zeros((size, length, *first.shape[1:]), kind)
        for k, p in enumerate(prepared):
            values = getattr(p, name)
            made[k, : len(values)] = values
        return torch.from_numpy(made)

    there, valid = np.zeros((size, n), bool), np.zeros((size, t), bool)
    for k, p in enumerate(prepared):
        there[k, : len(p.notes)], valid[k, : len(p.ints)] = True, True
    rows = [padded("ints", t, np.int64), padded("dense", t, np.float32), padded("experts", t, np.float32)]
    ears = [padded("notes", n, np.int64), padded("start", n, np.int64), padded("end", n, np.int64), torch.from_numpy(there)]
    bar = torch.tensor([p.bar for p in prepared])
    return [*rows, *ears, padded("time", t, np.int64), bar, torch.from_numpy(valid)]


def keep(path: Path, prepared: Sequence[Prepared]) -> None:
    """Write prepared examples to a file, whole or not at all."""
    columns = {f.name: np.concatenate([getattr(p, f.name) for p in prepared]) for f in fields(Prepared) if f.name != "bar"}
    counts = np.array([[len(p.ints), len(p.notes), p.bar] for p in prepared])
    part = path.with_suffix(".part.npz")
    np.savez(part, counts=counts, **columns)  # type: ignore[arg-type]
    part.replace(path)


def kept_in(path: Path) -> list[Prepared]:
    """Read what :func:`keep` wrote."""
    with np.load(path) as saved:
        c = {k: saved[k] for k in saved.files}
    rows, ears = np.cumsum(np.vstack([[0, 0, 0], c["counts"]]), axis=0)[:, :2].T.tolist()
    names = [f.name for f in fields(Prepared) if f.name != "bar"]
    edge = {n: ears if n in ("notes", "start", "end") else rows for n in names}
    return [
        Prepared(**{n: c[n][edge[n][k] : edge[n][k + 1]] for n in names}, bar=bar)
        for k, bar in enumerate(c["counts"][:, 2].tolist())
    ]
