"""What keys and menus do to the selection: each one step of the history, each by a name that the table of actions uses."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from studio.music import edits
from studio.music.beats import beats_of
from studio.music.document import Document
from studio.music.notes import Notes
from studio.ui.roll.grid import NOTE_VALUES
from studio.ui.roll.state import TOOLS, RollState
from studio.ui.texts import noted

OCTAVE = 12


@dataclass(frozen=True)
class Command:
    """What menus call it, the keys it has at first, the menu, whether a line goes before it, and what its tip says.

    ``local`` keys work only while the editor has the focus, so that arrows still move through lists and sliders.
    """

    text: str
    keys: tuple[str, ...] = ()
    menu: str = "Notes"
    gap: bool = False
    tip: str = ""
    local: bool = False


COMMANDS: dict[str, Command] = {
    "cut": Command(noted("Cut"), ("Ctrl+X",), "Edit", gap=True),
    "copy": Command(noted("Copy"), ("Ctrl+C",), "Edit"),
    "paste": Command(noted("Paste at the playhead"), ("Ctrl+V",), "Edit"),
    "duplicate": Command(noted("Duplicate"), ("Ctrl+D",), "Edit", tip=noted("Copy the selection right behind itself")),
    "delete": Command(noted("Delete"), ("Delete", "Backspace"), "Edit"),
    "select_all": Command(noted("Select all"), ("Ctrl+A",), "Edit", gap=True),
    "clear_selection": Command(noted("Select nothing"), ("Esc",), "Edit", local=True),
    "pointer": Command(noted("Pointer"), ("1",), "Edit", gap=True, tip=noted("Select, move and resize notes")),
    "pencil": Command(noted("Pencil"), ("2",), "Edit", tip=noted("Draw notes; the right button deletes")),
    "eraser": Command(noted("Eraser"), ("3",), "Edit", tip=noted("Delete notes by passing over them")),
    "knife": Command(noted("Knife"), ("4",), "Edit", tip=noted("Cut notes in two")),
    "quantize": Command(noted("Quantize"), ("Q",), tip=noted("Move the selection to the grid, as set under Quantize with")),
    "quantize_with": Command(noted("Quantize with..."), ("Shift+Q",), tip=noted("Choose grid, strength and swing, and see it at once")),
    "humanize": Command(noted("Humanize"), ("H",),
                        tip=noted("Play the selection as people do: timing, loudness and late vibrato, learned from players")),
    "fit": Command(noted("Fit playing to the grid"), tip=noted("Find the beats of free playing and lay them on the song's")),
    "fit_tempo": Command(noted("Let the tempo follow the playing"),
                         tip=noted("Find the beats of free playing and set the song's tempo to them: it sounds as it was played")),
    "glue": Command(noted("Glue"), ("Ctrl+J",), gap=True, tip=noted("Make one note of all selected ones of a pitch")),
    "legato": Command(noted("Legato"), ("Shift+L",), tip=noted("Let every note last until the next begins")),
    "reverse": Command(noted("Reverse"), ("Shift+R",), tip=noted("Play the selection backwards")),
    "up": Command(noted("Semitone up"), ("Up",), gap=True, local=True),
    "down": Command(noted("Semitone down"), ("Down",), local=True),
    "octave_up": Command(noted("Octave up"), ("Shift+Up", "Ctrl+Up"), local=True),
    "octave_down": Command(noted("Octave down"), ("Shift+Down", "Ctrl+Down"), local=True),
    "left": Command(noted("Earlier by the grid"), ("Left",), gap=True, local=True),
    "right": Command(noted("Later by the grid"), ("Right",), local=True),
    "longer": Command(noted("Longer by the grid"), ("Shift+Right",), local=True),
    "shorter": Command(noted("Shorter by the grid"), ("Shift+Left",), local=True),
    "snap": Command(noted("Snap to the grid on or off"), ("G",), gap=True, tip=noted("Hold Alt while dragging to leave the grid")),
    "finer": Command(noted("Finer grid"), ("]",)),
    "coarser": Command(noted("Coarser grid"), ("[",)),
    "triplets": Command(noted("Grid of triplets"), ("Shift+T",)),
    "follow_zoom": Command(noted("Grid follows the zoom"), ("Shift+G",)),
    "lock": Command(noted("Lock or unlock"), ("Ctrl+L",), gap=True, tip=noted("Locked notes stay as they are, whoever edits or writes")),
}  # fmt: skip


class RollCommands(QObject):
    """Runs a command of :data:`COMMANDS` on the roll's state. ``quantize_asked``: the user wants to choose how."""

    quantize_asked = Signal()

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
            self._commit("Quantize", self.state.quantizing.of(self._base(), self.state.selection, self.state.grid_ticks()))

    def _quantize_with(self) -> None:
        if self.state.selection:
            self.quantize_asked.emit()

    def _humanize(self) -> None:
        if self.state.selection:
            self._commit("Humanize", self.state.humanized(self._base(), self.state.selection))

    def _fit(self) -> None:
        self._fit_to_beats("Fit to the grid", follow=False)

    def _fit_tempo(self) -> None:
        self._fit_to_beats("Tempo from the playing", follow=True)

    def _fit_to_beats(self, name: str, follow: bool) -> None:
        """Of the selection, else of the whole track."""
        ids = self.state.selection or frozenset(self.state.shown.notes.id.tolist())
        notes = self.state.shown.notes
        beats = beats_of(notes.select(notes.index_of(ids)), self._base().tempo)
        self._commit(name, edits.fit_to_beats(self._base(), ids, beats, follow))

    def _glue(self) -> None:
        self._commit("Glue notes", edits.join_notes(self._base(), self.state.selection))

    def _legato(self) -> None:
        self._commit("Legato", edits.make_legato(self._base(), self.state.selection))

    def _reverse(self) -> None:
        self._commit("Reverse notes", edits.reverse_notes(self._base(), self.state.selection))

    def _lock(self) -> None:
        notes = self.state.selected()
        if len(notes):
            on = not bool(notes.locked.all())
            changed = edits.set_locked(self._base(), self.state.selection, on)
            self._commit("Lock notes" if on else "Unlock notes", changed)

    def _snap(self) -> None:
        self._set_grid(snap=not self.state.grid.snap)

    def _finer(self) -> None:
        self._step_grid(1)

    def _coarser(self) -> None:
        self._step_grid(-1)

    def _triplets(self) -> None:
        self._set_grid(triplets=not self.state.grid.triplets)

    def _follow_zoom(self) -> None:
        self._set_grid(pinned=0)

    def _step_grid(self, places: int) -> None:
        """Pin the note value that many places finer than the one shown."""
        grid = self.state.grid
        now = grid.pinned or replace(grid, triplets=False).ticks(self.state.viewport.scale)
        at = NOTE_VALUES.index(now) + places
        self._set_grid(pinned=NOTE_VALUES[max(0, min(len(NOTE_VALUES) - 1, at))])

    def _set_grid(self, **changed: int | bool) -> None:
        self.state.set_grid(replace(self.state.grid, **changed))  # type: ignore[arg-type]

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
