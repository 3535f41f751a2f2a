"""The session: the one place where the current document is replaced. Undo is a list of references to older documents."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from studio.engines.api import Chunk, Part
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
    """One alternative: notes for each part, counted from the song's start, and how far it is written."""

    parts: tuple[tuple[Part, Notes], ...] = ()
    written_to: int = 0
    provenance: Provenance = Provenance("generated")

    @property
    def note_count(self) -> int:
        """Notes of all parts."""
        return sum(len(notes) for _, notes in self.parts)

    def with_chunk(self, chunk: Chunk) -> "ProposedTake":
        """This take with newly written notes added."""
        parts = dict(self.parts)
        for part, notes in chunk.notes:
            parts[part] = Notes.concat([parts[part], notes]) if part in parts else notes
        return replace(self, parts=tuple(parts.items()), written_to=chunk.written_to)


@dataclass(frozen=True)
class Proposal:
    """What a network proposes for [start, end): alternatives, the auditioned one, and whether it is still being written.

    Not part of the document until accepted; never in the undo history. ``id`` tells whose notes may still join it:
    0 when nobody's may.
    """

    start: int
    end: int
    takes: tuple[ProposedTake, ...]
    active: int = 0
    writing: bool = False
    id: int = 0

    @property
    def take(self) -> ProposedTake:
        """The auditioned alternative."""
        return self.takes[self.active]

    def with_chunk(self, chunk: Chunk) -> "Proposal":
        """This proposal with newly written notes added to their take."""
        takes = list(self.takes)
        takes[chunk.take] = takes[chunk.take].with_chunk(chunk)
        return replace(self, takes=tuple(takes))


class Session:
    """A document being worked on, with its history, its file and the network's proposal.

    One gesture is one step: ``preview`` while it lasts (the document changes, the history does not), then ``commit``
    or ``cancel``. Every change calls the subscribers, on the thread that made it: the main thread.
    """

    def __init__(self, document: Document | None = None, path: Path | None = None) -> None:
        self._steps = [Step("Open", document or Document())]
        self._at = 0
        self._shown = self._steps[0].document
        self._saved = self._shown
        self.path = path
        self._proposal: Proposal | None = None
        self._subscribers: list[Callable[[], None]] = []

    @property
    def document(self) -> Document:
        """The current document, a running preview included."""
        return self._shown

    @property
    def committed(self) -> Document:
        """The document of the current step, without a running preview."""
        return self._steps[self._at].document

    @property
    def proposal(self) -> Proposal | None:
        """What the network proposes, None when there is nothing to decide."""
        return self._proposal

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.committed is not self._saved

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the history's steps, oldest first, undone ones included."""
        return tuple(step.name for step in self._steps)

    @property
    def position(self) -> int:
        """Index of the current step in :attr:`steps`."""
        return self._at

    @property
    def can_undo(self) -> bool:
        """Whether there is an older step."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step."""
        return self._at < len(self._steps) - 1

    def subscribe(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call ``call()`` after every change; returns a function that ends it."""
        self._subscribers.append(call)
        return lambda: self._subscribers.remove(call)

    def preview(self, document: Document) -> None:
        """Show ``document`` while a gesture lasts."""
        self._show(document)

    def cancel(self) -> None:
        """End a gesture without a step."""
        self._show(self.committed)

    def commit(self, name: str, document: Document | None = None) -> None:
        """Make ``document`` (the previewed one by default) the current one, as one step; nothing if it did not change."""
        new = self._shown if document is None else document
        if new is self.committed:
            self._show(new)
            return
        del self._steps[self._at + 1 :]
        self._steps.append(Step(name, new))
        del self._steps[: max(0, len(self._steps) - HISTORY_LIMIT)]
        self._at = len(self._steps) - 1
        self._show(new)

    def undo(self) -> None:
        """Go one step back."""
        self.go_to(self._at - 1)

    def redo(self) -> None:
        """Go one step forward again."""
        self.go_to(self._at + 1)

    def go_to(self, step: int) -> None:
        """Make step ``step`` of the history the current one; out of range does nothing."""
        if 0 <= step < len(self._steps):
            self._at = step
            self._show(self.committed)

    def propose(self, proposal: Proposal | None) -> None:
        """Set, change or drop what the network proposes."""
        self._proposal = proposal
        self._tell()

    def open(self, document: Document, path: Path | None = None) -> None:
        """Start anew with ``document``: history and proposal are gone."""
        self._steps = [Step("Open", document)]
        self._at = 0
        self._saved = document
        self.path = path
        self._proposal = None
        self._show(document)

    def saved(self, document: Document, path: Path) -> None:
        """Note that ``document`` now lies in ``path``."""
        self._saved = document
        self.path = path
        self._tell()

    def _show(self, document: Document) -> None:
        self._shown = document
        self._tell()

    def _tell(self) -> None:
        for call in tuple(self._subscribers):
            call()
