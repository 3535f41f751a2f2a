"""What keys and menus do to the selection: each one step of the history, each by a name that a table of shortcuts may use."""

from PySide6.QtCore import QObject

from studio.music import edits
from studio.music.document import Document
from studio.music.notes import Notes
from studio.ui.roll.state import TOOLS, RollState

OCTAVE = 12

# Command name -> (what menus call it, the keys). The window's table of shortcuts may replace the keys.
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "delete": ("Delete", ("Delete", "Backspace")),
    "select_all": ("Select all", ("Ctrl+A",)),
    "copy": ("Copy", ("Ctrl+C",)),
    "cut": ("Cut", ("Ctrl+X",)),
    "paste": ("Paste at the playhead", ("Ctrl+V",)),
    "duplicate": ("Duplicate", ("Ctrl+D",)),
    "quantize": ("Quantize to the grid", ("Q",)),
    "up": ("Semitone up", ("Up",)),
    "down": ("Semitone down", ("Down",)),
    "octave_up": ("Octave up", ("Shift+Up", "Ctrl+Up")),
    "octave_down": ("Octave down", ("Shift+Down", "Ctrl+Down")),
    "left": ("Earlier by the grid", ("Left",)),
    "right": ("Later by the grid", ("Right",)),
    "longer": ("Longer by the grid", ("Shift+Right",)),
    "shorter": ("Shorter by the grid", ("Shift+Left",)),
    "lock": ("Lock or unlock", ("Ctrl+L",)),
    "clear_selection": ("Select nothing", ()),
    "pointer": ("Pointer", ("1",)),
    "pencil": ("Pencil", ("2",)),
    "eraser": ("Eraser", ("3",)),
    "knife": ("Knife", ("4",)),
}


class RollCommands(QObject):
    """Runs a command of :data:`COMMANDS` on the roll's state."""

    def __init__(self, state: RollState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state

    def run(self, name: str) -> None:
        """Do what the command says; without a selection (or a track) those that need one do nothing."""
        if name in TOOLS:
            self.state.set_tool(name)
        elif self.state.track is not None:
            getattr(self, f"_{name}")()

    def _delete(self) -> None:
        state = self.state
        if state.selection:
            self._commit("Delete notes", edits.remove_notes(state.session.committed, state.selection))

    def _select_all(self) -> None:
        self.state.select(self.state.shown.notes.id.tolist())

    def _clear_selection(self) -> None:
        self.state.select(())

    def _copy(self) -> None:
        if self.state.selection:
            self.state.clipboard = self.state.selected()

    def _cut(self) -> None:
        self._copy()
        if self.state.selection:
            self._commit("Cut notes", edits.remove_notes(self._base(), self.state.selection))

    def _paste(self) -> None:
        notes = self.state.clipboard
        if len(notes):
            at = self.state.snapped(self.state.viewport.playhead)
            self._add("Paste notes", notes.shifted(at - int(notes.start[0])))

    def _duplicate(self) -> None:
        notes = self.state.selected()
        if len(notes):
            grid = self.state.grid_ticks()
            span = notes.last_end - int(notes.start[0])
            base = self._base()
            self._commit("Duplicate notes", edits.duplicate_notes(base, self.state.selection, -(-span // grid) * grid))
            self.state.select(range(base.next_id, base.next_id + len(notes)))

    def _quantize(self) -> None:
        if self.state.selection:
            grid = self.state.grid_ticks()
            self._commit("Quantize", edits.quantize_notes(self._base(), self.state.selection, grid))

    def _lock(self) -> None:
        notes = self.state.selected()
        if len(notes):
            on = not bool(notes.locked.all())
            changed = edits.set_locked(self._base(), self.state.selection, on)
            self._commit("Lock notes" if on else "Unlock notes", changed)

    def _up(self) -> None:
        self._move(0, 1)

    def _down(self) -> None:
        self._move(0, -1)

    def _octave_up(self) -> None:
        self._move(0, OCTAVE)

    def _octave_down(self) -> None:
        self._move(0, -OCTAVE)

    def _left(self) -> None:
        self._move(-self.state.grid_ticks(), 0)

    def _right(self) -> None:
        self._move(self.state.grid_ticks(), 0)

    def _longer(self) -> None:
        self._lengthen(self.state.grid_ticks())

    def _shorter(self) -> None:
        self._lengthen(-self.state.grid_ticks())

    def _move(self, ticks: int, semitones: int) -> None:
        """Move the selection as a whole, or not at all where part of it would leave the song or the keyboard."""
        notes = self.state.selected()
        if not len(notes):
            return
        if int(notes.pitch.min()) + semitones < 0 or int(notes.pitch.max()) + semitones > 127:
            return
        ticks = max(ticks, -int(notes.start[0]))
        if ticks or semitones:
            name = "Transpose" if semitones else "Nudge"
            self._commit(name, edits.move_notes(self._base(), self.state.selection, ticks, semitones))
            if semitones and len(notes) == 1:
                self.state.audition(int(notes.pitch[0]) + semitones, int(notes.velocity[0]))

    def _lengthen(self, ticks: int) -> None:
        if self.state.selection:
            grid = self.state.grid_ticks()
            document = edits.resize_notes(self._base(), self.state.selection, ticks, shortest=grid)
            self._commit("Change length", document)
            self.state.last_length = int(self.state.selected().duration[0])

    def _add(self, name: str, notes: Notes) -> None:
        base = self._base()
        self._commit(name, edits.add_notes(base, self.state.track_id, notes))
        self.state.select(range(base.next_id, base.next_id + len(notes)))

    def _base(self) -> Document:
        return self.state.session.committed

    def _commit(self, name: str, document: Document) -> None:
        self.state.session.commit(name, document)
