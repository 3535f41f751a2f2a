"""What tools and gestures have in common."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt

from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.state import RollState

EDGE = 6
NEAR = 4  # pixels a pointer moves before a press is a drag


@dataclass(frozen=True)
class Pointer:
    """Where the pointer is: pixels, the tick and pitch there, and the keys held."""

    x: float
    y: float
    tick: float
    pitch: int
    shift: bool = False
    ctrl: bool = False
    alt: bool = False


@dataclass(frozen=True)
class Hit:
    """The note under the pointer: index and id, and which part of it: body, left or right."""

    index: int
    id: int
    part: str


def hit(state: RollState, at: Pointer) -> Hit | None:
    """The topmost note of the edited track under the pointer."""
    view, shown = state.viewport, state.shown
    among = shown.between(view.tick_at(at.x - 3), view.tick_at(at.x + 1))
    rows = np.flatnonzero(shown.notes.pitch[among] == at.pitch) + among.start
    if not len(rows):
        return None
    x0 = view.x_of(shown.notes.start[rows])
    x1 = np.maximum(x0 + 3, view.x_of(shown.end[rows]))
    inside = np.flatnonzero((x0 <= at.x) & (at.x < x1))
    if not len(inside):
        inside = np.flatnonzero((x0 <= at.x) & (at.x < x1 + 2))
    if not len(inside):
        return None
    k = int(inside[-1])
    index = int(rows[k])
    edge = min(EDGE, (x1[k] - x0[k]) / 3)
    part = "left" if at.x < x0[k] + edge else "right" if at.x >= x1[k] - edge else "body"
    return Hit(index, int(shown.notes.id[index]), part)


class Gesture:
    """From a press to its release. ``release`` makes one step of the history or none; ``cancel`` leaves no trace."""

    def __init__(self, state: RollState, start: Pointer) -> None:
        self.state = state
        self.start = start
        self.base = state.session.committed
        self.dragged = False

    def move(self, at: Pointer) -> None:
        """The pointer moved."""

    def release(self, at: Pointer) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """Esc: as if the gesture had not begun."""
        self.state.session.cancel()

    def paint(self, frame: Frame) -> None:
        """Paint what the gesture itself shows, over the notes."""

    def is_drag(self, at: Pointer) -> bool:
        """Whether the pointer has moved far enough for a drag; stays so."""
        self.dragged = self.dragged or abs(at.x - self.start.x) >= NEAR or abs(at.y - self.start.y) >= NEAR
        return self.dragged


class Tool:
    """What the pointer does. ``cursor`` and ``press`` look at what lies under it."""

    name = ""

    def __init__(self, state: RollState) -> None:
        self.state = state

    def press(self, at: Pointer) -> Gesture | None:
        """The left button went down: the gesture that begins, if any."""
        raise NotImplementedError

    def right_press(self, at: Pointer) -> Gesture | None:
        """The right button went down; None leaves it to the menu."""
        return None

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        """The cursor's shape there."""
        return Qt.CursorShape.ArrowCursor

    def paint_hover(self, frame: Frame, at: Pointer) -> None:
        """Paint what a press would do there, if the tool shows it."""


def note_cursor(found: Hit | None, otherwise: Qt.CursorShape) -> Qt.CursorShape:
    """The shape for a note's body or edge, or ``otherwise``."""
    if found is None:
        return otherwise
    return Qt.CursorShape.SizeAllCursor if found.part == "body" else Qt.CursorShape.SizeHorCursor
