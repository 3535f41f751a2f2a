"""The pencil: draws on empty ground, moves and resizes notes, and its right button deletes."""

from PySide6.QtCore import QRectF, Qt

from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.tools.base import Gesture, Pointer, hit, note_cursor
from studio.ui.roll.tools.draw import DrawNote
from studio.ui.roll.tools.erase import EraseNotes
from studio.ui.roll.tools.pointer import PointerTool


class PencilTool(PointerTool):
    """Draws notes on empty ground; on notes, and with Ctrl or Shift held, it does what the pointer does."""

    name = "pencil"

    def press(self, at: Pointer) -> Gesture | None:
        if at.ctrl or at.shift or hit(self.state, at) is not None:
            return super().press(at)
        return DrawNote(self.state, at) if self.state.track is not None and at.tick >= 0 else None

    def right_press(self, at: Pointer) -> Gesture | None:
        return EraseNotes(self.state, at)

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        selecting = at.ctrl or at.shift
        found = None if selecting else hit(self.state, at)
        return note_cursor(found, Qt.CursorShape.ArrowCursor if selecting else Qt.CursorShape.CrossCursor)

    def paint_hover(self, frame: Frame, at: Pointer) -> None:
        """The note that a click would draw, faintly."""
        if at.ctrl or at.shift or frame.track is None or at.tick < 0 or hit(self.state, at) is not None:
            return
        view = frame.viewport
        tick = self.state.snapped_down(at.tick, free=at.alt)
        x0, x1 = view.x_of([tick, tick + self.state.last_length])
        color = frame.theme.track(frame.track.color, 0.25)
        frame.painter.fillRect(QRectF(x0, float(view.y_of(at.pitch)), x1 - x0 - 1, view.key_height - 1), color)
