"""The tracks as rows and their clips as blocks in their hue: drawn, moved, copied, resized, looped, cut and deleted here."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from studio.music import edits
from studio.music.document import Clip, Track
from studio.ui.arrangement.commands import ClipCommands
from studio.ui.arrangement.field import InlineField
from studio.ui.arrangement.gestures import (
    EDGE,
    BoxClips,
    DrawClip,
    EraseClips,
    Found,
    Gesture,
    LoopClips,
    MoveClips,
    ResizeClips,
    Spot,
)
from studio.ui.arrangement.painting import ClipPainter, Row
from studio.ui.icons import icon
from studio.ui.instruments import track_title
from studio.ui.roll.grid import lines_between
from studio.ui.roll.palette import Palette
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

LEAST_ROW, MOST_ROW = 16, 34
_LOOP_FROM = 20  # pixels of a row from which on its right edge has an upper half


class ArrangementStrip(SeekWidget):
    """Where the tracks have clips. A click on empty ground selects the track under it and calls ``seek(tick)``.

    Pointer: click selects, drag moves (with Ctrl held copies), edges resize, the right edge's upper half loops, a box selects.
    Pencil draws, and its right button deletes; eraser deletes; knife cuts. ``selection`` are ids of clips; ``opened`` tells of
    a double click.
    """

    selection_changed = Signal()
    opened = Signal(int)

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self.palette_of_roll = Palette(theme)
        self.selection: frozenset[int] = frozenset()
        self.commands = ClipCommands(self)
        self.field = InlineField(self)
        self._painter = ClipPainter(state, theme, self.font())
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._top = 0
        self.setMinimumHeight(3 * LEAST_ROW)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(t("Arrangement"))
        state.document_changed.connect(self._follow_document)
        state.song_changed.connect(lambda: self.select(frozenset()))
        state.setting_changed.connect(self._follow_setting)

    # where things are

    def row_height(self) -> int:
        """Pixels of one track's row: as many rows as fit, within reason."""
        rows = max(1, len(self.state.document.tracks))
        return max(LEAST_ROW, min(MOST_ROW, (self.height() - 1) // rows))

    def row_top(self, index: int) -> int:
        """The upper edge of the row of track number ``index``."""
        return index * self.row_height() - self._scrolled()

    def row_at(self, y: float) -> int:
        """The number of the row at ``y``, below 0 and past the last one too."""
        return int((y + self._scrolled()) // self.row_height())

    def track_at(self, y: float) -> Track | None:
        """The track whose row is at ``y``."""
        tracks, index = self.state.document.tracks, self.row_at(y)
        return tracks[index] if 0 <= index < len(tracks) else None

    def box_of(self, row: int, clip: Clip) -> QRectF:
        """Where a clip of that row is painted."""
        x0, x1 = self.viewport.x_of([clip.start, clip.end])
        return QRectF(x0, self.row_top(row) + 1, max(2.0, x1 - x0 - 1), self.row_height() - 2)

    def found(self, spot: Spot) -> Found | None:
        """The clip under the pointer."""
        track = self.track_at(spot.y)
        clip = track.clip_at(int(spot.tick)) if track is not None and spot.x >= GUTTER else None
        if track is None or clip is None:
            return None
        x0, x1 = self.viewport.x_of([clip.start, clip.end])
        edge = min(EDGE, (x1 - x0) / 3)
        if spot.x < x0 + edge:
            return Found(track, clip, "left")
        if spot.x < x1 - edge:
            return Found(track, clip, "body")
        upper = spot.y - self.row_top(spot.row) < self.row_height() / 2
        return Found(track, clip, "loop" if upper and self.row_height() >= _LOOP_FROM else "right")

    def clips_in(self, left: float, right: float, top: float, bottom: float) -> frozenset[int]:
        """Ids of the clips that a box of pixels touches."""
        a, b = self.viewport.tick_at(left), self.viewport.tick_at(right)
        rows = range(self.row_at(top), self.row_at(bottom) + 1)
        tracks = self.state.document.tracks
        return frozenset(c.id for i, track in enumerate(tracks) if i in rows for c in track.clips if c.start < b and c.end > a)

    def snapped(self, tick: float, free: bool) -> int:
        """``tick`` on the grid, whose lines are never closer than beats here."""
        whole = max(0, round(tick))
        return whole if free or not self.state.grid.snap else self.state.document.meter.snap(whole, self._grid(whole))

    def snapped_down(self, tick: float, free: bool) -> int:
        """``tick`` on the line before it."""
        whole = max(0, round(tick))
        return whole if free or not self.state.grid.snap else self.state.document.meter.snap_down(whole, self._grid(whole))

    def _grid(self, tick: int) -> int:
        return max(self.state.grid_ticks(), self.state.document.meter.at(tick).beat_ticks)

    def select(self, ids: frozenset[int]) -> None:
        """Make ``ids`` the selection."""
        if ids != self.selection:
            self.selection = ids
            self.repaint_all()
            self.selection_changed.emit()

    def scroll_plain(self, dx: float, dy: float) -> None:
        """The bare wheel moves through the tracks while some are out of sight, else through time."""
        if dy and self._furthest():
            self._top = max(0, min(self._furthest(), self._scrolled() - round(dy / 2)))
            self.repaint_all()
        else:
            super().scroll_plain(dx, dy)

    def _furthest(self) -> int:
        return max(0, len(self.state.document.tracks) * self.row_height() + 1 - self.height())

    def _scrolled(self) -> int:
        return min(self._top, self._furthest())

    def _follow_document(self) -> None:
        if self._gesture is None:
            known = {c.id for track in self.state.document.tracks for c in track.clips}
            self.select(self.selection & known)
        self.repaint_all()

    def _follow_setting(self) -> None:
        row = next((i for i, x in enumerate(self.state.document.tracks) if x.id == self.state.track_id), 0)
        if self._furthest():  # keep the edited track in sight
            top = row * self.row_height()
            self._top = max(top + self.row_height() - self.height(), min(self._scrolled(), top))
        self.repaint_all()

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view = self.theme, self.viewport
        painter.fillRect(clip, theme.color("ground"))
        height = self.row_height()
        tracks = self.state.document.tracks
        rows = [Row(self.row_top(i), height) for i in range(len(tracks))]
        for row, track in zip(rows, tracks, strict=True):
            if track.id == self.state.track_id:
                painter.fillRect(QRect(clip.left(), row.top, clip.width(), height), mixed(theme.ground, theme.text, 0.035))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, self.height()), self.palette_of_roll.step_line)
        for row, track in zip(rows, tracks, strict=True):
            if row.top + height >= clip.top() and row.top <= clip.bottom():
                for piece in track.clips:
                    self._painter.paint(painter, clip, track, piece, row, piece.id in self.selection)
        self._painter.paint_proposal(painter, clip, rows)
        painter.fillRect(QRect(clip.left(), self.height() - 1, clip.width(), 1), theme.color("line"))

    def paint_over(self, painter: QPainter, clip: QRect) -> None:
        if self._gesture is not None:
            self._gesture.paint(painter)

    def gutter_key(self) -> object:
        rows = tuple((track_title(track), track.color, track.mute) for track in self.state.document.tracks)
        return rows, self.state.track_id, self.height(), self._scrolled()

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        theme, height = self.theme, self.row_height()
        painter.fillRect(clip, theme.color("panel"))
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        for index, track in enumerate(self.state.document.tracks):
            top = self.row_top(index)
            current = track.id == self.state.track_id
            if current:
                painter.fillRect(QRect(0, top, GUTTER, height), theme.color("raised"))
            painter.fillRect(QRect(0, top + 1, 3, height - 2), theme.track(track.color, 0.35 if track.mute else 1.0))
            painter.setPen(theme.color("text" if current else "muted"))
            name = metrics.elidedText(track_title(track), Qt.TextElideMode.ElideRight, GUTTER - 13)
            painter.drawText(QRectF(8, top, GUTTER - 10, height), int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.fillRect(QRect(0, self.height() - 1, GUTTER, 1), theme.color("line"))

    # the mouse

    def spot(self, at: QPointF, keys: Qt.KeyboardModifier) -> Spot:
        """Where the pointer is."""
        key = Qt.KeyboardModifier
        held = (bool(keys & k) for k in (key.ShiftModifier, key.ControlModifier, key.AltModifier))
        return Spot(at.x(), at.y(), max(0.0, self.viewport.tick_at(at.x())), self.row_at(at.y()), *held)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.MiddleButton:
            super().mousePressEvent(event)
            return
        track = self.track_at(event.position().y())
        if self._gesture is not None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        if track is not None:
            self.state.set_track(track.id)
        if event.position().x() < GUTTER:
            return
        spot = self.spot(event.position(), event.modifiers())
        self._button = event.button()
        self._gesture = self._press(spot, track) if event.button() == Qt.MouseButton.LeftButton else self._right_press(spot)
        self.update()

    def _press(self, spot: Spot, track: Track | None) -> Gesture | None:
        found, tool = self.found(spot), self.state.tool
        if tool == "eraser":
            return EraseClips(self, spot)
        if tool == "knife":
            if found is not None:
                at = self.snapped(spot.tick, spot.alt)
                self._commit("Split clip", edits.split_clips(self.state.session.committed, [found.clip.id], at))
            return None
        if found is None:
            if tool == "pencil" and track is not None and not spot.ctrl:
                return DrawClip(self, spot, track)
            return BoxClips(self, spot, lambda: self.seek(self.state.snapped(spot.tick, free=spot.alt)))
        return self._grab(spot, found)

    def _grab(self, spot: Spot, found: Found) -> Gesture | None:
        """A press on a clip: it is selected, then moved, resized or looped with the others that are."""
        one = found.clip.id
        if spot.shift and self.selection:
            self.select(self.selection | self.commands.range_to(one))
            return None
        added = one not in self.selection
        if added:
            self.select(self.selection | {one} if spot.ctrl else frozenset([one]))
        if found.part in ("left", "right"):
            return ResizeClips(self, spot, found.clip, found.part == "left")
        return LoopClips(self, spot) if found.part == "loop" else MoveClips(self, spot, found.clip, added)

    def _right_press(self, spot: Spot) -> Gesture | None:
        if self.state.tool == "pencil":
            return EraseClips(self, spot)
        found = self.found(spot)
        if found is not None and found.clip.id not in self.selection:
            self.select(frozenset([found.clip.id]))
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self.scroll_at_edges(event.position())
        spot = self.spot(event.position(), event.modifiers())
        if self._gesture is not None:
            self._gesture.move(spot)
            self.update()
            return
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.setCursor(self.cursor_at(spot))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() != self._button:
            super().mouseReleaseEvent(event)
            return
        gesture, self._gesture = self._gesture, None
        gesture.release(self.spot(event.position(), event.modifiers()))
        self._follow_document()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self.spot(event.position(), event.modifiers())
        found, track = self.found(spot), self.track_at(spot.y)
        if event.button() != Qt.MouseButton.LeftButton or spot.x < GUTTER or self.state.tool != "pointer":
            self.mousePressEvent(event)
        elif found is not None:
            self.opened.emit(found.clip.id)
        elif track is not None:
            self.commands.new_clip(track, self.snapped_down(spot.tick, spot.alt))

    def cursor_at(self, spot: Spot) -> QCursor | Qt.CursorShape:
        """The cursor's shape there: it says what a press would do."""
        tool, found = self.state.tool, self.found(spot)
        if spot.x < GUTTER or (found is None and tool != "pencil"):
            return Qt.CursorShape.ArrowCursor
        if found is None or tool == "knife":
            return Qt.CursorShape.CrossCursor
        if tool == "eraser":
            return Qt.CursorShape.PointingHandCursor
        if found.part == "loop":
            return QCursor(icon("loop", "text").pixmap(20, 20))
        return Qt.CursorShape.SizeAllCursor if found.part == "body" else Qt.CursorShape.SizeHorCursor

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.state.tool == "pointer" and event.pos().x() >= GUTTER and self._gesture is None:
            spot = self.spot(QPointF(event.pos()), Qt.KeyboardModifier.NoModifier)
            self.commands.menu(spot, self.track_at(spot.y)).popup(event.globalPos())

    # keys

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            escape = event.key() == Qt.Key.Key_Escape and (self._gesture is not None or bool(self.selection))
            if escape or self.commands.of_key(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self.commands.of_key(event)
        if event.key() == Qt.Key.Key_Escape:
            if self._gesture is not None:
                gesture, self._gesture = self._gesture, None
                gesture.cancel()
                self.update()
            else:
                self.select(frozenset())
        elif name and self._gesture is None:
            self.commands.run(name)
        else:
            event.ignore()

    def _commit(self, name: str, document: object) -> None:
        if document is not self.state.session.committed:
            self.state.session.commit(name, document)  # type: ignore[arg-type]

    def rename(self, clip_id: int) -> None:
        """Let the user type a clip's name, where it is."""
        ((row, clip),) = edits.clips_of(self.state.document, [clip_id])
        box = self.box_of(row, clip)
        left = max(float(GUTTER), box.left())
        place = QRect(int(left), int(box.top()), int(np.clip(box.right() - left, 96, 240)), max(22, int(box.height())))

        def typed(text: str) -> str:
            self._commit("Rename clip", edits.rename_clip(self.state.session.committed, clip_id, text.strip()))
            return ""

        self.field.ask(place, clip.name, t("Name of the clip"), typed)
