"""What the roll works on: the session's document, one of its tracks, and what is selected. None of it is saved."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from studio.app.session import Session
from studio.engines.arranger_take import Listened
from studio.music import edits
from studio.music.document import Document, Provenance, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER
from studio.ui.roll.grid import Grid
from studio.ui.roll.viewport import Viewport

MANY_NOTES = 150_000  # from here on it pays to thin them out where they are too close to be seen
LEAST_DOUBLINGS = 5
TOOLS = ("pointer", "pencil", "eraser", "knife")


@dataclass(frozen=True)
class Quantizing:
    """How notes are quantized: ``grid`` ticks (0: the roll's own), share of the way and swing 0..1, and whether ends move too."""

    grid: int = 0
    strength: float = 1.0
    swing: float = 0.0
    ends: bool = False

    def of(self, document: Document, ids: Iterable[int], grid: int) -> Document:
        """``document`` with those notes quantized; ``grid`` is the roll's."""
        return edits.quantize_notes(document, ids, self.grid or grid, self.strength, self.swing, ends=self.ends)


@dataclass(frozen=True, eq=False)
class Shown:
    """A track's notes as the roll paints and finds them.

    ``reach`` [n] is the running maximum of the ends: no note before the first index whose reach passes a tick
    can still sound there, so both edges of what is visible are found by bisection, however long notes are.
    """

    notes: Notes
    end: npt.NDArray[np.int64]
    reach: npt.NDArray[np.int64]
    _thinned: "dict[int, Shown]" = field(default_factory=dict)

    @classmethod
    def of(cls, notes: Notes) -> "Shown":
        """Prepare ``notes`` for painting."""
        end = notes.end
        return cls(notes, end, np.maximum.accumulate(end) if len(end) else end)

    def at(self, ticks_a_pixel: float) -> "Shown":
        """These notes as far as they can be told apart: of those of a pitch that begin within a pixel, the one that ends last."""
        doublings = int(math.log2(max(1.0, ticks_a_pixel)))
        if len(self.notes) < MANY_NOTES or doublings < LEAST_DOUBLINGS:
            return self
        if doublings not in self._thinned:
            self._thinned.clear()
            place = (self.notes.start >> doublings) << 7 | self.notes.pitch
            order = np.lexsort((self.end, place))
            last = np.append(np.diff(place[order]) > 0, True)
            self._thinned[doublings] = Shown.of(self.notes.select(np.sort(order[last])))
        return self._thinned[doublings]

    def between(self, start: float, end: float) -> slice:
        """Indices among which all notes are that touch [start, end]."""
        first, last = math.floor(start), math.ceil(end)  # whole numbers: numpy would make the column one of floats first
        return slice(int(np.searchsorted(self.reach, first, "right")), int(np.searchsorted(self.notes.start, last, "right")))


class RollState(QObject):
    """The edited track, the selection, the tool and the grid, shared by roll, velocity lane, arrangement and menus.

    ``document_changed`` follows every change of the session, ``song_changed`` another song, in which nothing is selected yet,
    ``selection_changed`` and ``setting_changed`` (track, tool, grid) the rest. ``audition(pitch, velocity)`` sounds a note of
    the edited track, velocity 0 ends it; ``humanized(document, ids)`` plays notes as people do.
    ``listened(provenance, start, pitch)`` tells what a written note listened to, shown while ``attention`` is on and told by
    ``told(sentence)``, which is empty when there is nothing to say.
    """

    document_changed = Signal()
    selection_changed = Signal()
    setting_changed = Signal()
    song_changed = Signal()

    def __init__(self, session: Session, viewport: Viewport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.viewport = viewport
        self.audition: Callable[[int, int], None] = lambda pitch, velocity: None
        self.listened: Callable[[Provenance, int, int], Listened | None] = lambda provenance, start, pitch: None
        self.attention = True
        self.told: Callable[[str], None] = lambda text: None
        self.humanized: Callable[[Document, Iterable[int]], Document] = lambda document, ids: document
        self.grid = Grid()
        self.quantizing = Quantizing()
        self.tool = TOOLS[0]
        self.last_length = TICKS_PER_QUARTER // 2
        self.last_velocity = 90
        self.clipboard = Notes.empty()
        self.selection: frozenset[int] = frozenset()
        self._chosen = np.zeros(0, np.int64)  # the selection as a column
        self.track_id = session.document.tracks[0].id if session.document.tracks else 0
        self._shown: dict[int, tuple[Track, Shown]] = {}
        self._seen: Document | None = None
        self._song = session.song
        self._end_subscription = session.subscribe(self._on_session)
        self._follow_document()

    def close(self) -> None:
        """Stop listening to the session."""
        self._end_subscription()
        self._end_subscription = lambda: None

    @property
    def document(self) -> Document:
        """The document as it is shown, a running gesture included."""
        return self.session.document

    @property
    def track(self) -> Track | None:
        """The edited track, None in a document without tracks."""
        return next((t for t in self.document.tracks if t.id == self.track_id), None)

    @property
    def shown(self) -> Shown:
        """The edited track's notes."""
        return self.shown_of(self.track) if self.track else _NOTHING

    def shown_of(self, track: Track) -> Shown:
        """Any track's notes, prepared once for each state of the track."""
        known = self._shown.get(track.id)
        if known is None or known[0] is not track:
            known = self._shown[track.id] = (track, Shown.of(track.notes))
        return known[1]

    def selected(self) -> Notes:
        """The selected notes, counted from the song's start."""
        notes = self.shown.notes
        return notes.select(self.selected_mask(notes.id)) if self.selection else Notes.empty()

    def selected_mask(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of ``ids`` are selected."""
        if not self.selection:
            return np.zeros(len(ids), bool)
        places = np.searchsorted(self._chosen, ids)
        return np.asarray(self._chosen[np.minimum(places, len(self._chosen) - 1)] == ids)

    def select(self, ids: Iterable[int]) -> None:
        """Make ``ids`` the selection."""
        chosen = frozenset(int(i) for i in ids)
        if chosen != self.selection:
            self._choose(chosen)
            self.selection_changed.emit()

    def _choose(self, chosen: frozenset[int]) -> None:
        self.selection = chosen
        self._chosen = np.sort(np.fromiter(chosen, np.int64, len(chosen)))

    def set_track(self, track_id: int) -> None:
        """Edit another track; the selection is cleared."""
        if track_id != self.track_id:
            self.track_id = track_id
            self._choose(frozenset())
            self.selection_changed.emit()
            self.setting_changed.emit()

    def set_tool(self, tool: str) -> None:
        """Take one of :data:`TOOLS`."""
        if tool != self.tool:
            self.tool = tool
            self.setting_changed.emit()

    def set_grid(self, grid: Grid) -> None:
        """Set what the grid is."""
        self.grid = grid
        self.setting_changed.emit()

    def toggle_attention(self) -> None:
        """Show what written notes listened to, or do not."""
        self.attention = not self.attention
        self.setting_changed.emit()

    def snapped(self, tick: float, *, free: bool = False) -> int:
        """``tick`` on the nearest grid line; ``free`` bypasses the grid."""
        return self.grid.snapped(self.document.meter, tick, self.viewport.scale, free=free)

    def snapped_down(self, tick: float, *, free: bool = False) -> int:
        """``tick`` on the grid line before it; ``free`` bypasses the grid."""
        return self.grid.snapped_down(self.document.meter, tick, self.viewport.scale, free=free)

    def grid_ticks(self) -> int:
        """Distance of the grid's lines at the present zoom."""
        return self.grid.ticks(self.viewport.scale)

    def _on_session(self) -> None:
        self._follow_document()
        if self.session.song is not self._song:
            self._song = self.session.song
            self.select(())  # the numbers of one song's notes mean other notes in the next
            self.song_changed.emit()
        self.document_changed.emit()

    def _follow_document(self) -> None:
        document = self.document
        if document is self._seen:
            return
        self._seen = document
        ids = {t.id for t in document.tracks}
        for gone in self._shown.keys() - ids:
            del self._shown[gone]
        if self.track_id not in ids and document.tracks:
            self.track_id = document.tracks[0].id
            self.setting_changed.emit()
        if self.selection:
            self._drop_missing()
        self.viewport.set_content_end(document.end)

    def _drop_missing(self) -> None:
        known = self.shown.notes.id
        kept = known[self.selected_mask(known)]
        if len(kept) != len(self._chosen):
            self.select(kept.tolist())


_NOTHING = Shown.of(Notes.empty())
