"""Dragging a note's edge: every selected note changes by as much, none becomes shorter than the grid."""

from studio.music import edits
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import Gesture, Hit, Pointer


class ResizeNotes(Gesture):
    """Moves the selection's left or right edges; the grabbed edge keeps to the grid (freely with Alt)."""

    def __init__(self, state: RollState, start: Pointer, grabbed: Hit) -> None:
        super().__init__(state, start)
        notes = state.shown.notes
        self.ids = state.selection
        self.left = grabbed.part == "left"
        self.grabbed = grabbed.id
        self.edge = int(notes.start[grabbed.index] if self.left else state.shown.end[grabbed.index])
        self.by = 0

    def move(self, at: Pointer) -> None:
        if not self.is_drag(at):
            return
        target = self.state.snapped(self.edge + at.tick - self.start.tick, free=at.alt)
        step = 1 if at.alt or not self.state.grid.snap else self.state.grid_ticks()
        by = target - self.edge
        if by != self.by:
            self.by = by
            self.state.session.preview(edits.resize_notes(self.base, self.ids, by, left=self.left, shortest=step))

    def release(self, at: Pointer) -> None:
        if not self.by:
            self.state.session.cancel()
            return
        changed = self.state.document
        if changed is not self.base:
            self.state.last_length = int(edits.notes_of(changed, [self.grabbed])[0][1].duration[0])
        self.state.session.commit("Resize notes" if len(self.ids) > 1 else "Resize note")
