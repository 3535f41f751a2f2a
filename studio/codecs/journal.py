"""The journal of a song being worked on: every step of its history, one record behind the other.

No crash costs more than the step that was just being written. A record is its length, its CRC-32 and a packed head (JSON)
with columns. A step's columns hold only what differs from the step written before it: notes are sorted by time, so that an
edit changes a stretch in the middle, and a journal of a thousand edits of a large song stays small. Reading stops at the
first record that is not whole. Nothing is pickled.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.codecs.project_json import Columns, from_json, to_json
from studio.codecs.project_versions import VERSION, upgraded
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track

MAGIC = b"PARTITA JOURNAL 1\n"
_FRAME = struct.Struct("<II")  # length and CRC-32 of what follows
_HEAD = struct.Struct("<I")  # length of the JSON in front of the columns
_LARGEST = 1 << 30
_UNNUMBERED = 2  # the version of the songs in journals that do not say so
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, struct.error, zlib.error, RecursionError)

Head = dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """What a journal tells: ``steps`` as (name, document), and the current one ``at``.

    ``path`` is the song's file, ``saved`` the step that lies in it (None for none), ``takes`` head and columns of the last
    record of that kind.
    """

    steps: tuple[tuple[str, Document], ...]
    at: int
    path: str | None = None
    saved: int | None = None
    takes: tuple[Head, Columns] | None = None


class JournalWriter:
    """Makes the records of one song; ``limit`` is how many steps a history keeps."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._before: Columns = {}

    def start(self) -> bytes:
        """How a journal begins."""
        self._before = {}
        return MAGIC + record({"kind": "start", "limit": self._limit}, {})

    def step(self, name: str, document: Document) -> bytes:
        """A new step behind the current one; undone ones are gone."""
        song, columns = to_json(document)
        kept, changed = {}, {}
        for key, column in columns.items():
            old = self._before.get(key, column[:0])
            first, last = _alike(old, column)
            kept[key] = (first, last)
            changed[key] = column[first : len(column) - last]
        self._before = columns
        return record({"kind": "step", "version": VERSION, "name": name, "song": song, "kept": kept}, changed)

    @staticmethod
    def place(at: int) -> bytes:
        """Step ``at`` is the current one."""
        return record({"kind": "place", "at": at}, {})

    @staticmethod
    def file(path: str | None, saved: int | None) -> bytes:
        """The song's file, and the step that lies in it."""
        return record({"kind": "file", "path": path, "saved": saved}, {})


def record(head: Head, columns: Columns) -> bytes:
    """One record of any kind."""
    told = head | {"columns": [[name, column.dtype.str, len(column)] for name, column in columns.items()]}
    packed = json.dumps(told).encode()
    body = b"".join([_HEAD.pack(len(packed)), packed, *(column.tobytes() for column in columns.values())])
    body = zlib.compress(body, 1)
    return _FRAME.pack(len(body), zlib.crc32(body)) + body


def records(data: bytes) -> Iterator[tuple[Head, Columns]]:
    """The whole records of a journal, oldest first."""
    if not data.startswith(MAGIC):
        return
    at = len(MAGIC)
    while at + _FRAME.size <= len(data):
        length, crc = _FRAME.unpack_from(data, at)
        body = data[at + _FRAME.size : at + _FRAME.size + length]
        if len(body) != length or zlib.crc32(body) != crc:
            return
        yield _opened(body)
        at += _FRAME.size + length


def read_journal(data: bytes, name: str = "journal") -> Journal:
    """The history that a journal tells, up to its last whole record; equal parts of its documents are the same objects.

    Raises:
        StudioError: not even its first step is whole.
    """
    reader = _Reader()
    try:
        for head, columns in records(data):
            reader.take(head, columns)
    except _DAMAGE as error:
        if not reader.steps:
            raise _damaged(name) from error
    if not reader.steps:
        raise _damaged(name)
    return Journal(tuple(reader.steps), reader.at, reader.path, reader.saved, reader.takes)


class _Reader:
    """Goes through the records as the session went through the steps."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, Document]] = []
        self.at = 0
        self.path: str | None = None
        self.saved: int | None = None
        self.takes: tuple[Head, Columns] | None = None
        self._limit = 1 << 30
        self._columns: Columns = {}
        self._document: Document | None = None

    def take(self, head: Head, columns: Columns) -> None:
        kind = head["kind"]
        if kind == "start":
            self._limit = int(head["limit"])
        elif kind == "step":
            self._step(head, columns)
        elif kind == "place" and 0 <= head["at"] < len(self.steps):
            self.at = head["at"]
        elif kind == "file":
            self.path, self.saved = head["path"], head["saved"]
        elif kind == "takes":
            self.takes = (head, columns) if columns else None

    def _step(self, head: Head, changed: Columns) -> None:
        columns = {}
        for key, column in changed.items():
            first, last = head["kept"][key]
            old = self._columns.get(key, column[:0])
            if not 0 <= first <= first + last <= len(old):
                raise ValueError("a step keeps more than there was")
            whole = first + last == len(old) and not len(column)  # a sound, most often: megabytes that stay as they are
            columns[key] = old if whole else np.concatenate([old[:first], column, old[len(old) - last :]])
        document = from_json(*upgraded(head.get("version", _UNNUMBERED), head["song"], columns))
        self._columns = columns
        self._document = document = sharing(document, self._document) if self._document else document
        if self.saved is not None and self.saved > self.at:
            self.saved = None  # it was among the undone steps that are gone now
        del self.steps[self.at + 1 :]
        self.steps.append((str(head["name"]), document))
        if (gone := len(self.steps) - self._limit) > 0:
            del self.steps[:gone]
            self.saved = None if self.saved is None or self.saved < gone else self.saved - gone
        self.at = len(self.steps) - 1


def sharing(document: Document, before: Document) -> Document:
    """``document`` with those tracks, clips and takes that are as in ``before`` being the same objects, to save memory."""
    old = {track.id: track for track in before.tracks}
    return replace(document, tracks=tuple(_shared_track(t, old[t.id]) if t.id in old else t for t in document.tracks))


def _shared_track(track: Track, before: Track) -> Track:
    if track == before:
        return before
    old = {clip.id: clip for clip in before.clips}
    clips = tuple(_shared_clip(c, old[c.id]) if c.id in old else c for c in track.clips)
    return replace(track, clips=clips, controls=before.controls if track.controls == before.controls else track.controls)


def _shared_clip(clip: Clip, before: Clip) -> Clip:
    if clip == before:
        return before
    old = (*before.takes, *([Take()] * len(clip.takes)))
    return replace(clip, takes=tuple(b if a == b else a for a, b in zip(clip.takes, old, strict=False)))


def _alike(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> tuple[int, int]:
    """How many values at the start, and how many of the rest at the end, are as they were."""
    if old is new:
        return len(new), 0
    n = min(len(old), len(new))
    differs = np.flatnonzero(old[:n] != new[:n])
    first = int(differs[0]) if len(differs) else n
    n -= first
    differs = np.flatnonzero(old[len(old) - n :][::-1] != new[len(new) - n :][::-1]) if n else differs[:0]
    return first, int(differs[0]) if len(differs) else n


def _opened(body: bytes) -> tuple[Head, Columns]:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(body, _LARGEST)
    (length,) = _HEAD.unpack_from(data)
    head = json.loads(data[_HEAD.size : _HEAD.size + length])
    at, columns = _HEAD.size + length, {}
    for name, kind, count in head["columns"]:
        dtype = np.dtype(kind)
        if dtype.kind not in "biu" or count < 0:
            raise ValueError("not a column")
        columns[name] = np.frombuffer(data, dtype, count, at)
        at += count * dtype.itemsize
    return head, columns


def _damaged(name: str) -> StudioError:
    return StudioError(f"The copy '{name}' is damaged and cannot be opened.", "Open an older version of the song.")
