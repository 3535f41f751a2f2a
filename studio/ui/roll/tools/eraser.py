"""The eraser: a click or a drag deletes."""

from PySide6.QtCore import Qt

from studio.ui.roll.tools.base import Gesture, Pointer, Tool, hit
from studio.ui.roll.tools.box import BoxSelect
from studio.ui.roll.tools.erase import EraseNotes


class EraserTool(Tool):
    """Deletes what it passes; Ctrl+drag selects."""

    name = "eraser"

    def press(self, at: Pointer) -> Gesture | None:
        return BoxSelect(self.state, at) if at.ctrl else EraseNotes(self.state, at)

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor if hit(self.state, at) else Qt.CursorShape.ArrowCursor
