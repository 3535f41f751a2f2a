"""Notes as frozen numpy columns, and controllers likewise: the roll paints from them, the renderers read them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

IntColumn = npt.NDArray[np.int64]


class Origin(IntEnum):
    """Where a note came from."""

    DRAWN = 0
    IMPORTED = 1
    PLAYED = 2
    GENERATED = 3


_DTYPES: dict[str, Any] = {
    "id": np.int64,
    "start": np.int64,
    "duration": np.int64,
    "pitch": np.int16,
    "velocity": np.int16,
    "locked": np.bool_,
    "origin": np.uint8,
}


@dataclass(frozen=True, eq=False)
class Notes:
    """Notes sorted by (start, pitch, id); every column has shape [n] and is read-only.

    ``start`` and ``duration`` are ticks (duration at least 1), ``pitch`` is 0..127, ``velocity`` 1..127.
    ``id`` is unique within a document (0 for notes that do not belong to one yet).
    Build with :meth:`of`; compares by value.
    """

    id: IntColumn
    start: IntColumn
    duration: IntColumn
    pitch: npt.NDArray[np.int16]
    velocity: npt.NDArray[np.int16]
    locked: npt.NDArray[np.bool_]
    origin: npt.NDArray[np.uint8]

    @classmethod
    def of(
        cls,
        start: npt.ArrayLike,
        duration: npt.ArrayLike,
        pitch: npt.ArrayLike,
        velocity: npt.ArrayLike = 80,
        *,
        id: npt.ArrayLike = 0,  # noqa: A002 - the column's name
        locked: npt.ArrayLike = False,
        origin: npt.ArrayLike = int(Origin.DRAWN),
    ) -> "Notes":
        """Notes from columns or single values (broadcast to the length of ``start``), sorted and checked.

        Raises:
            ValueError: a value is out of range.
        """
        n = len(np.atleast_1d(start))
        given = dict(id=id, start=start, duration=duration, pitch=pitch, velocity=velocity, locked=locked, origin=origin)
        columns = {k: np.broadcast_to(np.asarray(v).astype(_DTYPES[k]), (n,)) for k, v in given.items()}
        if n and (
            columns["start"].min() < 0
            or columns["duration"].min() < 1
            or np.min(pitch) < 0
            or np.max(pitch) > 127
            or np.min(velocity) < 1
            or np.max(velocity) > 127
        ):
            raise ValueError("a note's start is 0 or more, duration 1 or more, pitch 0..127, velocity 1..127")
        order = _order(columns["start"], columns["pitch"], columns["id"])
        return cls(**{k: _frozen(v[order]) for k, v in columns.items()})

    @classmethod
    def empty(cls) -> "Notes":
        """No notes."""
        return _EMPTY

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All columns by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def end(self) -> IntColumn:
        """Ticks at which the notes end, shape [n]."""
        return self.start + self.duration

    @property
    def last_end(self) -> int:
        """The tick at which the last note ends; 0 without notes."""
        return int(self.end.max()) if len(self) else 0

    def __len__(self) -> int:
        return len(self.start)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Notes) or len(self) != len(other):
            return False
        return all(np.array_equal(v, getattr(other, k)) for k, v in self.columns().items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} notes, {int(self.start[0]) if len(self) else 0} to {self.last_end}>"

    def select(self, which: npt.NDArray[Any] | slice) -> "Notes":
        """The notes at a mask, slice, or rising indices: order and ids kept."""
        return Notes(**{k: _frozen(v[which]) for k, v in self.columns().items()})

    def replace(self, **changed: npt.ArrayLike) -> "Notes":
        """These notes with some columns replaced (arrays or single values), sorted anew."""
        return Notes.of(**{**self.columns(), **changed})

    def shifted(self, ticks: int) -> "Notes":
        """All starts moved by ``ticks``."""
        if not ticks or not len(self):
            return self
        if self.start[0] + ticks < 0:
            raise ValueError("notes cannot start before tick 0")
        return Notes(**{**self.columns(), "start": _frozen(self.start + ticks)})

    def with_ids_from(self, first: int) -> "Notes":
        """The notes numbered ``first``, ``first + 1``, ... in their order."""
        return self.replace(id=np.arange(first, first + len(self)))

    def starting_between(self, start: int, end: int) -> "Notes":
        """Notes that start in [start, end)."""
        a, b = np.searchsorted(self.start, [start, end])
        return self.select(slice(int(a), int(b)))

    def index_of(self, ids: Iterable[int]) -> IntColumn:
        """Rising indices of the notes whose id is among ``ids``."""
        return np.flatnonzero(np.isin(self.id, np.fromiter(ids, np.int64)))

    @staticmethod
    def concat(parts: Iterable["Notes"]) -> "Notes":
        """All notes of ``parts`` in one."""
        kept = [p for p in parts if len(p)]
        if len(kept) < 2:
            return kept[0] if kept else Notes.empty()
        return Notes.of(**{k: np.concatenate([getattr(p, k) for p in kept]) for k in _DTYPES})


def _order(start: IntColumn, pitch: npt.NDArray[np.int16], ids: IntColumn) -> IntColumn | slice:
    """What sorts by (start, pitch, id): one stable sort, which is a merge where sorted parts were put together."""
    key = start << 7 | pitch
    if (np.diff(key) > 0).all():
        return slice(None)
    order = np.argsort(key, kind="stable")
    ties = np.flatnonzero(np.diff(key[order]) == 0)
    if (ids[order[ties]] > ids[order[ties + 1]]).any():
        return np.lexsort((ids, key))
    return order


def _frozen(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    column = np.ascontiguousarray(column)
    column.setflags(write=False)
    return column


_EMPTY = Notes.of([], [], [], [])

SUSTAIN = 64
VOLUME = 7
PAN = 10
EXPRESSION = 11
PITCH_BEND = 128
CHANNEL_PRESSURE = 129
PROGRAM_CHANGE = 130


@dataclass(frozen=True, eq=False)
class Controls:
    """Controller events of a track, sorted by tick (stable); every column has shape [n] and is read-only.

    ``number`` is a MIDI controller 0..127, or :data:`PITCH_BEND` (value -8192..8191), :data:`CHANNEL_PRESSURE`,
    or :data:`PROGRAM_CHANGE` (a change after the track's first program).
    """

    tick: IntColumn
    number: npt.NDArray[np.int16]
    value: npt.NDArray[np.int32]

    @classmethod
    def of(cls, tick: npt.ArrayLike, number: npt.ArrayLike, value: npt.ArrayLike) -> "Controls":
        """Controllers from columns, sorted."""
        t = np.asarray(tick, np.int64)
        order = np.argsort(t, kind="stable")
        return cls(
            _frozen(t[order]),
            _frozen(np.broadcast_to(np.asarray(number, np.int16), t.shape)[order]),
            _frozen(np.broadcast_to(np.asarray(value, np.int32), t.shape)[order]),
        )

    @classmethod
    def empty(cls) -> "Controls":
        """No events."""
        return _NO_CONTROLS

    @staticmethod
    def concat(parts: Iterable["Controls"]) -> "Controls":
        """All events of ``parts`` in one; at one tick in the order of the parts."""
        kept = [p for p in parts if len(p)]
        if len(kept) < 2:
            return kept[0] if kept else Controls.empty()
        return Controls.of(*(np.concatenate([getattr(p, f.name) for p in kept]) for f in fields(Controls)))

    def numbered(self, number: int) -> "Controls":
        """Only the events of one controller."""
        mask = self.number == number
        return Controls(_frozen(self.tick[mask]), _frozen(self.number[mask]), _frozen(self.value[mask]))

    def __len__(self) -> int:
        return len(self.tick)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Controls):
            return False
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]


_NO_CONTROLS = Controls.of([], [], [])
