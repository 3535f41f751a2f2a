"""The pointer: selects, moves, resizes; a box on empty ground."""

from PySide6.QtCore import Qt

from studio.ui.roll.state import RollState
from studio.ui.roll.tools.base import Gesture, Hit, Pointer, Tool, hit, note_cursor
from studio.ui.roll.tools.box import BoxSelect
from studio.ui.roll.tools.move import MoveNotes
from studio.ui.roll.tools.resize import ResizeNotes


class PointerTool(Tool):
    """Click selects, Ctrl+click toggles, Shift+click takes a range; body moves, edges resize, empty ground draws a box."""

    name = "pointer"

    def __init__(self, state: RollState) -> None:
        super().__init__(state)
        self._anchor: int | None = None

    def press(self, at: Pointer) -> Gesture | None:
        found = hit(self.state, at)
        if found is None:
            return BoxSelect(self.state, at)
        if at.ctrl:
            self._anchor = found.id
            self.state.select(self.state.selection ^ {found.id})
            return BoxSelect(self.state, at) if not at.shift else None
        if at.shift:
            self._select_range(found)
            return None
        self._anchor = found.id
        return grab(self.state, at, found)

    def cursor(self, at: Pointer) -> Qt.CursorShape:
        found = None if at.ctrl or at.shift else hit(self.state, at)
        return note_cursor(found, Qt.CursorShape.ArrowCursor)

    def _select_range(self, found: Hit) -> None:
        """All notes between the one clicked last and this one, in time and in pitch."""
        notes = self.state.shown.notes
        anchors = notes.index_of([-1 if self._anchor is None else self._anchor])
        if not len(anchors):
            self._anchor = found.id
            self.state.select(self.state.selection | {found.id})
            return
        ends = [int(anchors[0]), found.index]
        first, last = (int(f(notes.start[ends])) for f in (min, max))
        low, high = (int(f(notes.pitch[ends])) for f in (min, max))
        inside = (notes.start >= first) & (notes.start <= last) & (notes.pitch >= low) & (notes.pitch <= high)
        self.state.select(notes.id[inside].tolist())


def grab(state: RollState, at: Pointer, found: Hit) -> Gesture:
    """The gesture of pressing on a note: it is selected unless it was, then moved or resized with the selection."""
    several = found.id in state.selection and len(state.selection) > 1
    if found.id not in state.selection:
        state.select([found.id])
    if found.part != "body":
        return ResizeNotes(state, at, found)
    gesture = MoveNotes(state, at, found)
    gesture.collapse = several
    return gesture
