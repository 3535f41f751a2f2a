"""A box drawn over notes selects those it touches."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPen

from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import Gesture, Pointer


class BoxSelect(Gesture):
    """Selects what the box touches, or adds it to the selection when begun with Ctrl. A click clears the selection."""

    def __init__(self, state: RollState, start: Pointer) -> None:
        super().__init__(state, start)
        self.before = state.selection
        self.kept = self.before if start.ctrl or start.shift else frozenset[int]()
        self.at = start

    def move(self, at: Pointer) -> None:
        self.at = at
        if not self.is_drag(at):
            return
        low, high = sorted((self.start.pitch, at.pitch))
        first, last = sorted((self.start.tick, at.tick))
        shown = self.state.shown
        among = shown.between(first, last)
        pitch = shown.notes.pitch[among]
        touched = (shown.end[among] > first) & (pitch >= low) & (pitch <= high)
        self.state.select(self.kept.union(shown.notes.id[among][np.flatnonzero(touched)].tolist()))

    def release(self, at: Pointer) -> None:
        if not self.dragged:
            self.state.select(self.kept)

    def cancel(self) -> None:
        self.state.select(self.before)

    def paint(self, frame: Frame) -> None:
        if self.dragged:
            frame.painter.setPen(QPen(frame.palette.box_line))
            frame.painter.setBrush(frame.palette.box_fill)
            x, y = frame.viewport.x_at(self.start.tick), self.start.y
            frame.painter.drawRect(QRectF(round(x) + 0.5, round(y) + 0.5, round(self.at.x - x), round(self.at.y - y)))
