"""Rubbing notes out: every note that the pointer passes goes, in one step."""

import numpy as np

from studio.music import edits
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import Gesture, Pointer, hit


class EraseNotes(Gesture):
    """Deletes the notes under the pointer's path."""

    def __init__(self, state: RollState, start: Pointer) -> None:
        super().__init__(state, start)
        self.gone: set[int] = set()
        self.last = start
        self._rub(start)

    def move(self, at: Pointer) -> None:
        steps = max(1, int(max(abs(at.x - self.last.x), abs(at.y - self.last.y)) // 4))
        view = self.state.viewport
        for part in np.linspace(0, 1, steps + 1)[1:].tolist():
            x = self.last.x + (at.x - self.last.x) * part
            y = self.last.y + (at.y - self.last.y) * part
            self._rub(Pointer(x, y, view.tick_at(x), view.pitch_at(y)))
        self.last = at

    def release(self, at: Pointer) -> None:
        if self.gone:
            self.state.session.commit("Delete notes" if len(self.gone) > 1 else "Delete note")
        else:
            self.state.session.cancel()

    def _rub(self, at: Pointer) -> None:
        found = hit(self.state, at)
        if found and found.id not in self.gone:
            self.gone.add(found.id)
            self.state.session.preview(edits.remove_notes(self.base, self.gone))
