"""What the mouse does to clips: from a press to its release, one step of the history or none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from studio.music import edits
from studio.music.document import Clip, Document, Track
from studio.ui.roll.state import RollState
from studio.ui.theme import Theme

EDGE = 7
NEAR = 4  # pixels a pointer moves before a press is a drag


@dataclass(frozen=True)
class Spot:
    """Where the pointer is: pixels, the tick, the row of tracks (also above and below them), and the keys held."""

    x: float
    y: float
    tick: float
    row: int
    shift: bool = False
    ctrl: bool = False
    alt: bool = False


@dataclass(frozen=True)
class Found:
    """The clip under the pointer, its track, and which part of it: body, left, right, or loop (the right edge's upper half)."""

    track: Track
    clip: Clip
    part: str


class Board(Protocol):
    """What gestures see of the strip."""

    @property
    def state(self) -> RollState: ...
    @property
    def theme(self) -> Theme: ...
    @property
    def selection(self) -> frozenset[int]: ...
    def select(self, ids: frozenset[int]) -> None: ...
    def snapped(self, tick: float, free: bool) -> int: ...
    def snapped_down(self, tick: float, free: bool) -> int: ...
    def found(self, spot: Spot) -> Found | None: ...
    def clips_in(self, left: float, right: float, top: float, bottom: float) -> frozenset[int]: ...


class Gesture:
    """``release`` makes a step or none; ``cancel`` leaves no trace."""

    def __init__(self, board: Board, start: Spot) -> None:
        self.board, self.start = board, start
        self.session = board.state.session
        self.base: Document = self.session.committed
        self.dragged = False

    def is_drag(self, at: Spot) -> bool:
        """Whether the pointer has moved far enough for a drag; stays so."""
        self.dragged = self.dragged or abs(at.x - self.start.x) >= NEAR or abs(at.y - self.start.y) >= NEAR
        return self.dragged

    def move(self, at: Spot) -> None:
        """The pointer moved."""

    def release(self, at: Spot) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """As if it had not begun."""
        self.session.cancel()

    def paint(self, painter: QPainter) -> None:
        """Paint what the gesture itself shows."""

    def _end(self, name: str) -> None:
        """One step, if anything changed."""
        if self.session.document is self.base:
            self.session.cancel()
        else:
            self.session.commit(name)


class MoveClips(Gesture):
    """Moves the selection by the grid and from track to track; with Ctrl held it copies. A click alone selects.

    ``added``: the press has added the grabbed clip to the selection, so that a click with Ctrl does not take it away again.
    """

    def __init__(self, board: Board, start: Spot, grabbed: Clip, added: bool = False) -> None:
        super().__init__(board, start)
        self.grabbed, self.added = grabbed, added
        self.ids = board.selection
        self.copy = False

    def move(self, at: Spot) -> None:
        if not self.is_drag(at):
            return
        ticks = 0
        if abs(at.x - self.start.x) >= NEAR:
            ticks = self.board.snapped(self.grabbed.start + at.tick - self.start.tick, at.alt) - self.grabbed.start
        rows = at.row - self.start.row
        self.copy = at.ctrl
        self.session.preview(edits.move_clips(self.base, self.ids, ticks, rows, copy=at.ctrl))

    def release(self, at: Spot) -> None:
        if not self.dragged:
            one = frozenset([self.grabbed.id])
            if not at.ctrl:
                self.board.select(one)
            elif not self.added:
                self.board.select(self.board.selection - one)
            self.session.cancel()
            return
        before = self.base.next_id
        self._end("Copy clips" if self.copy else "Move clips")
        if self.copy:
            self.board.select(edits.copied_ids(self.base, self.ids, before))


class ResizeClips(Gesture):
    """Moves an edge of the grabbed clip, and with it those of the others that are selected."""

    def __init__(self, board: Board, start: Spot, grabbed: Clip, left: bool) -> None:
        super().__init__(board, start)
        self.left, self.edge = left, grabbed.start if left else grabbed.end
        self.ids = board.selection

    def move(self, at: Spot) -> None:
        if self.is_drag(at):
            ticks = self.board.snapped(self.edge + at.tick - self.start.tick, at.alt) - self.edge
            least = 1 if at.alt else self.board.state.grid_ticks()
            self.session.preview(edits.resize_clips(self.base, self.ids, ticks, left=self.left, shortest=least))

    def release(self, at: Spot) -> None:
        self._end("Resize clips")


class LoopClips(Gesture):
    """Repeats the selection up to the pointer."""

    def move(self, at: Spot) -> None:
        if self.is_drag(at):
            self.session.preview(edits.repeat_clips(self.base, self.board.selection, self.board.snapped(at.tick, at.alt)))

    def release(self, at: Spot) -> None:
        self._end("Loop clips")


class DrawClip(Gesture):
    """Draws an empty clip; a click alone makes one of a bar."""

    def __init__(self, board: Board, start: Spot, track: Track) -> None:
        super().__init__(board, start)
        self.track = track
        self.at = board.snapped_down(start.tick, start.alt)
        meter = self.base.meter
        self._show(meter.bar_end(meter.bar_of(self.at)))

    def _show(self, end: int) -> None:
        start, end = sorted((self.at, end))
        if end > start:
            self.session.preview(edits.add_clip(self.base, self.track.id, start, end))

    def move(self, at: Spot) -> None:
        if self.is_drag(at):
            self._show(self.board.snapped(at.tick, at.alt))

    def release(self, at: Spot) -> None:
        drawn = self.base.next_id
        self._end("Draw clip")
        if edits.clips_of(self.session.document, [drawn]):
            self.board.select(frozenset([drawn]))


class EraseClips(Gesture):
    """Deletes every clip that the pointer touches."""

    def __init__(self, board: Board, start: Spot) -> None:
        super().__init__(board, start)
        self.gone: set[int] = set()
        self.move(start)

    def move(self, at: Spot) -> None:
        found = self.board.found(at)
        if found is not None:
            self.gone.add(found.clip.id)
            self.session.preview(edits.remove_clips(self.base, self.gone))

    def release(self, at: Spot) -> None:
        self._end("Delete clips")


class BoxClips(Gesture):
    """A box selects the clips that it touches, or adds them with Ctrl or Shift; a click alone calls ``clicked``."""

    def __init__(self, board: Board, start: Spot, clicked: Callable[[], None]) -> None:
        super().__init__(board, start)
        self.before = board.selection
        self.kept = board.selection if start.ctrl or start.shift else frozenset[int]()
        self.clicked, self.at = clicked, start

    def move(self, at: Spot) -> None:
        self.at = at
        if self.is_drag(at):
            (left, right), (top, bottom) = sorted((self.start.x, at.x)), sorted((self.start.y, at.y))
            self.board.select(self.kept | self.board.clips_in(left, right, top, bottom))

    def release(self, at: Spot) -> None:
        if not self.dragged:
            self.board.select(self.kept)
            self.clicked()

    def cancel(self) -> None:
        self.board.select(self.before)

    def paint(self, painter: QPainter) -> None:
        if self.dragged:
            painter.setPen(self.board.theme.color("text", 0.75))
            painter.setBrush(self.board.theme.color("text", 0.08))
            box = QRectF(self.start.x, self.start.y, self.at.x - self.start.x, self.at.y - self.start.y).normalized()
            painter.drawRect(box)
