"""The knife: cuts the note under the pointer, or all selected ones if it is among them, at the nearest grid line."""

from PySide6.QtCore import Qt

from studio.music import edits
from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.tools.base import Gesture, Hit, Pointer, Tool, hit
from studio.ui.roll.tools.box import BoxSelect


class KnifeTool(Tool):
    """A click cuts; Ctrl+drag selects."""

    name = "knife"

    def press(self, at: Pointer) -> Gesture | None:
        if at.ctrl:
            return BoxSelect(self.state, at)
        found = hit(self.state, at)
        if found is not None:
            ids = self.state.selection if found.id in self.state.selection else frozenset([found.id])
            session = self.state.session
            session.commit("Cut note", edits.split_notes(session.committed, ids, self._tick(at, found)))
        return None

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        return Qt.CursorShape.SplitHCursor if hit(self.state, at) else Qt.CursorShape.ArrowCursor

    def paint_hover(self, frame: Frame, at: Pointer) -> None:
        """Where it would cut."""
        found = hit(self.state, at)
        if found is not None:
            view = frame.viewport
            y = float(view.y_of(at.pitch))
            line = columns([float(view.x_of(self._tick(at, found)))], y - 3, y + view.key_height + 2)
            fill_rects(frame.painter, line, frame.theme.color("text"))

    def _tick(self, at: Pointer, found: Hit) -> int:
        """The grid line if one lies within the note, else the pointer's place."""
        tick = self.state.snapped(at.tick, free=at.alt)
        start, end = int(self.state.shown.notes.start[found.index]), int(self.state.shown.end[found.index])
        return tick if start < tick < end else max(start + 1, min(end - 1, round(at.tick)))
