"""The session: the one place where documents are replaced. Undo is a list of references to older documents.

Several songs may be open, each with a history, a file and a proposal of its own; one of them is the current one, and all that
is shown and heard follows it. Work that takes time remembers the :class:`Song` it was started for and hands that on.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from studio.engines.api import Chunk, Part, Turn
from studio.music.document import Document, Provenance
from studio.music.notes import Notes

HISTORY_LIMIT = 1_000


@dataclass(frozen=True)
class Step:
    """A step of the history: its name, and the document as it was after it."""

    name: str
    document: Document


@dataclass(frozen=True)
class ProposedTake:
    """One alternative: notes for each part, counted from the song's start, how far it is written, how its wishes turned so far."""

    parts: tuple[tuple[Part, Notes], ...] = ()
    written_to: int = 0
    provenance: Provenance = Provenance("generated")
    turns: tuple[Turn, ...] = ()

    @property
    def note_count(self) -> int:
        """Notes of all parts."""
        return sum(len(notes) for _, notes in self.parts)

    def with_chunk(self, chunk: Chunk) -> "ProposedTake":
        """This take with newly written notes added."""
        parts = dict(self.parts)
        for part, notes in chunk.notes:
            parts[part] = Notes.concat([parts[part], notes]) if part in parts else notes
        return replace(self, parts=tuple(parts.items()), written_to=chunk.written_to, turns=chunk.turns)


@dataclass(frozen=True)
class Proposal:
    """What a network proposes for [start, end): alternatives, the auditioned one, and whether it is still being written.

    Not part of the document until accepted; never in the undo history. ``id`` tells whose notes may still join it:
    0 when nobody's may. ``tempo``, quarters a minute, is what it brings along to an empty song.
    """

    start: int
    end: int
    takes: tuple[ProposedTake, ...]
    active: int = 0
    writing: bool = False
    id: int = 0
    tempo: float | None = None

    @property
    def take(self) -> ProposedTake:
        """The auditioned alternative."""
        return self.takes[self.active]

    def with_chunk(self, chunk: Chunk) -> "Proposal":
        """This proposal with newly written notes added to their take."""
        takes = list(self.takes)
        takes[chunk.take] = takes[chunk.take].with_chunk(chunk)
        return replace(self, takes=tuple(takes))


class Song:
    """A song being worked on: its history, its file, and what the network proposes for it. Only :class:`Session` changes it."""

    def __init__(self, id: int, steps: Iterable[Step], at: int = 0, path: Path | None = None) -> None:  # noqa: A002
        self.id = id
        self.steps = list(steps)
        self.at = at
        self.shown = self.steps[at].document
        self.saved: Document | None = self.shown
        self.path = path
        self.proposal: Proposal | None = None

    @property
    def committed(self) -> Document:
        """The document of the current step, without a running preview."""
        return self.steps[self.at].document

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.committed is not self.saved

    @property
    def untouched(self) -> bool:
        """Whether nobody would miss it: empty, never changed, in no file."""
        return len(self.steps) == 1 and self.path is None and not self.committed.tracks and not self.proposal


class Recorder(Protocol):
    """Told of everything that the recovery after a crash must know, on the session's thread."""

    def opened(self, song: Song) -> None:
        """A song is there, with a history of at least one step."""

    def stepped(self, song: Song, step: Step) -> None:
        """A step was added at the current place; undone ones behind it are gone."""

    def moved(self, song: Song) -> None:
        """Another step is the current one."""

    def saved(self, song: Song) -> None:
        """The song lies in a file."""

    def closed(self, song: Song) -> None:
        """The song is not needed any more."""


class Session:
    """The songs being worked on, one of them current.

    One gesture is one step: ``preview`` while it lasts (the document changes, the history does not), then ``commit``
    or ``cancel``. Every change calls the subscribers, on the thread that made it: the main thread.
    """

    def __init__(self, document: Document | None = None, path: Path | None = None) -> None:
        self._ids = itertools.count(1)
        self._song = Song(next(self._ids), [Step("Open", document or Document())], path=path)
        self._songs = [self._song]
        self._subscribers: list[Callable[[], None]] = []
        self._recorder: Recorder | None = None
        self.on_leave: Callable[[], None] = lambda: None  # called before another song becomes the current one

    # ------------------------------------------------------------ the current song

    @property
    def song(self) -> Song:
        """The current song."""
        return self._song

    @property
    def path(self) -> Path | None:
        """The current song's file."""
        return self._song.path

    @property
    def document(self) -> Document:
        """The current document, a running preview included."""
        return self._song.shown

    @property
    def committed(self) -> Document:
        """The document of the current step, without a running preview."""
        return self._song.committed

    @property
    def proposal(self) -> Proposal | None:
        """What the network proposes, None when there is nothing to decide."""
        return self._song.proposal

    @property
    def dirty(self) -> bool:
        """Whether there is something to save in the current song."""
        return self._song.dirty

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the history's steps, oldest first, undone ones included."""
        return tuple(step.name for step in self._song.steps)

    @property
    def position(self) -> int:
        """Index of the current step in :attr:`steps`."""
        return self._song.at

    @property
    def can_undo(self) -> bool:
        """Whether there is an older step."""
        return self._song.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step."""
        return self._song.at < len(self._song.steps) - 1

    def subscribe(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call()`` after every change; returns a function that ends it."""
        self._subscribers.append(call)
        return lambda: self._subscribers.remove(call)

    def record(self, recorder: Recorder | None) -> None:
        """Tell ``recorder`` of the songs that are there, and of every step from now on."""
        self._recorder = recorder
        if recorder:
            for song in self._songs:
                recorder.opened(song)

    def preview(self, document: Document) -> None:
        """Show ``document`` while a gesture lasts."""
        self._song.shown = document
        self._tell()

    def cancel(self) -> None:
        """End a gesture without a step."""
        self.preview(self.committed)

    def commit(self, name: str, document: Document | None = None, song: Song | None = None) -> None:
        """Make ``document`` (the previewed one by default) the one of ``song`` (the current one by default), as one step.

        Nothing if it did not change.
        """
        song = song or self._song
        new = song.shown if document is None else document
        if new is not song.committed:
            del song.steps[song.at + 1 :]
            step = Step(name, new)
            song.steps.append(step)
            del song.steps[: max(0, len(song.steps) - HISTORY_LIMIT)]
            song.at = len(song.steps) - 1
            if self._recorder:
                self._recorder.stepped(song, step)
        song.shown = new
        self._tell()

    def undo(self) -> None:
        """Go one step back."""
        self.go_to(self._song.at - 1)

    def redo(self) -> None:
        """Go one step forward again."""
        self.go_to(self._song.at + 1)

    def go_to(self, step: int) -> None:
        """Make step ``step`` of the history the current one; out of range does nothing."""
        song = self._song
        if 0 <= step < len(song.steps):
            moved, song.at = step != song.at, step
            if moved and self._recorder:
                self._recorder.moved(song)
            self.preview(song.committed)

    def propose(self, proposal: Proposal | None, song: Song | None = None) -> None:
        """Set, change or drop what the network proposes for ``song``, the current one by default."""
        (song or self._song).proposal = proposal
        self._tell()

    def saved(self, document: Document, path: Path, song: Song | None = None) -> None:
        """Note that ``document`` of ``song`` (the current one by default) now lies in ``path``."""
        song = song or self._song
        song.saved = document
        song.path = path
        if self._recorder:
            self._recorder.saved(song)
        self._tell()

    # ------------------------------------------------------------ several songs

    @property
    def songs(self) -> tuple[Song, ...]:
        """The open songs, in the order of their tabs."""
        return tuple(self._songs)

    def open(self, document: Document, path: Path | None = None) -> Song:
        """Start anew with ``document`` in the place of the current song: its history and proposal are gone."""
        self.on_leave()
        gone = self._song
        self._place(self._songs.index(gone), Song(next(self._ids), [Step("Open", document)], path=path))
        if self._recorder:
            self._recorder.closed(gone)
        self._tell()
        return self._song

    def add(self, document: Document, path: Path | None = None) -> Song:
        """Open ``document`` beside the other songs, in the place of the current one where nobody would miss that."""
        if self._song.untouched:
            return self.open(document, path)
        return self.bring_back([Step("Open", document)], 0, path, saved=0)

    def bring_back(self, steps: Iterable[Step], at: int, path: Path | None = None, saved: int | None = None) -> Song:
        """Open a song with its history beside the others; ``saved`` is the step that lies in ``path``, None for none of them."""
        song = Song(next(self._ids), steps, at, path)
        song.saved = None if saved is None else song.steps[saved].document
        self.on_leave()
        self.cancel()
        self._songs.append(song)
        self._place(len(self._songs) - 1, song)
        self._tell()
        return song

    def switch(self, song: Song) -> None:
        """Make ``song`` the current one; a gesture that lasts is cancelled."""
        if song is not self._song and song in self._songs:
            self.on_leave()
            self.cancel()
            self._song = song
            self._tell()

    def close(self, song: Song) -> None:
        """Close ``song``; where it was the last one, an empty one takes its place."""
        if song not in self._songs:
            return
        if song is self._song:
            self.on_leave()
        at = self._songs.index(song)
        if len(self._songs) == 1:
            self._place(0, Song(next(self._ids), [Step("Open", Document())]))
        else:
            del self._songs[at]
            if song is self._song:
                self._song = self._songs[min(at, len(self._songs) - 1)]
        if self._recorder:
            self._recorder.closed(song)
        self._tell()

    def _place(self, at: int, song: Song) -> None:
        self._songs[at] = self._song = song
        if self._recorder:
            self._recorder.opened(song)

    def _tell(self) -> None:
        for call in tuple(self._subscribers):
            call()
