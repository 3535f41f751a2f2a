"""Drawing a note: a click gives it the last length, a drag sets the length."""

from studio.music import edits
from studio.music.document import Document
from studio.music.notes import Notes
from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import NEAR, Gesture, Pointer


class DrawNote(Gesture):
    """Adds one note at the grid line before the pointer (exactly there with Alt); up and down changes its pitch until then."""

    def __init__(self, state: RollState, start: Pointer) -> None:
        super().__init__(state, start)
        self.tick = state.snapped_down(start.tick, free=start.alt)
        self.pitch = start.pitch
        self.length = state.last_length
        self.sized = False
        self._show()
        state.audition(self.pitch, state.last_velocity)

    def move(self, at: Pointer) -> None:
        self.sized = self.sized or abs(at.x - self.start.x) >= NEAR
        length, pitch = self.length, self.pitch if self.sized else at.pitch
        if self.sized:
            step = 1 if at.alt or not self.state.grid.snap else self.state.grid_ticks()
            length = max(step, self.state.snapped(at.tick, free=at.alt) - self.tick)
        if (length, pitch) == (self.length, self.pitch):
            return
        if pitch != self.pitch:
            self.state.audition(pitch, self.state.last_velocity)
        self.length, self.pitch = length, pitch
        self._show()

    def release(self, at: Pointer) -> None:
        self.state.audition(self.pitch, 0)
        self.state.last_length = self.length
        self.state.session.commit("Draw note", self._drawn())
        self.state.select([self.base.next_id])

    def cancel(self) -> None:
        self.state.audition(self.pitch, 0)
        super().cancel()

    def _show(self) -> None:
        self.state.session.preview(self._drawn())

    def _drawn(self) -> Document:
        note = Notes.of([self.tick], self.length, self.pitch, self.state.last_velocity)
        return edits.add_notes(self.base, self.state.track_id, note)
