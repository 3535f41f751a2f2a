"""Dragging notes: the grabbed one keeps to the grid, the others keep their distance to it; its pitch sounds."""

from studio.music import edits
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import NEAR, Gesture, Hit, Pointer


class MoveNotes(Gesture):
    """Moves the selection by whole steps of the grid (freely with Alt) and semitones."""

    def __init__(self, state: RollState, start: Pointer, grabbed: Hit) -> None:
        super().__init__(state, start)
        notes = state.shown.notes
        self.ids = state.selection
        self.grabbed = grabbed.id
        self.note_start = int(notes.start[grabbed.index])
        self.note_pitch = int(notes.pitch[grabbed.index])
        self.velocity = int(notes.velocity[grabbed.index])
        moving = state.selected()
        self.earliest = int(moving.start.min())
        self.lowest, self.highest = int(moving.pitch.min()), int(moving.pitch.max())
        self.by = (0, 0)
        self.collapse = False  # a click without a drag on one of several selected notes selects it alone
        state.audition(self.note_pitch, self.velocity)

    def move(self, at: Pointer) -> None:
        if not self.is_drag(at):
            return
        ticks = 0
        if abs(at.x - self.start.x) >= NEAR or self.by[0]:
            target = self.note_start + at.tick - self.start.tick
            ticks = self.state.snapped(target, free=at.alt) - self.note_start
        ticks = max(ticks, -self.earliest)
        semitones = max(-self.lowest, min(127 - self.highest, at.pitch - self.start.pitch))
        if (ticks, semitones) == self.by:
            return
        if semitones != self.by[1]:
            self.state.audition(self.note_pitch + semitones, self.velocity)
        self.by = (ticks, semitones)
        self.state.session.preview(edits.move_notes(self.base, self.ids, ticks, semitones))

    def release(self, at: Pointer) -> None:
        self.state.audition(self.note_pitch, 0)
        if self.by != (0, 0):
            self.state.session.commit("Move notes" if len(self.ids) > 1 else "Move note")
        else:
            self.state.session.cancel()
            if self.collapse and not self.dragged:
                self.state.select([self.grabbed])

    def cancel(self) -> None:
        self.state.audition(self.note_pitch, 0)
        super().cancel()
