"""The arrangement strip: every track a row, its clips as blocks in its hue with the notes in them, small."""

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from studio.music.document import Clip, Track
from studio.music.notes import Notes
from studio.ui.roll.grid import lines_between
from studio.ui.roll.layers.overview import draw_levels, top_levels
from studio.ui.roll.palette import Palette
from studio.ui.roll.primitives import boxes, columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.theme import Theme, mixed

LEAST_ROW, MOST_ROW = 14, 30
INSET = 3
MANY = 2_000
LEAST_RANGE = 12


class ArrangementStrip(SeekWidget):
    """Where the tracks have clips. A press selects the track under it and calls ``seek(tick)``; a drag goes on seeking."""

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self.palette_of_roll = Palette(theme)
        self._top = 0
        self.setMinimumHeight(3 * LEAST_ROW)
        self.setAccessibleName("Arrangement")
        for signal in (state.document_changed, state.setting_changed):
            signal.connect(self.repaint_all)

    def row_height(self) -> int:
        """Pixels of one track's row: as many rows as fit, within reason."""
        rows = max(1, len(self.state.document.tracks))
        return max(LEAST_ROW, min(MOST_ROW, (self.height() - 1) // rows))

    def row_top(self, index: int) -> int:
        """The upper edge of the row of track number ``index``."""
        return index * self.row_height() - self._scrolled()

    def track_at(self, y: float) -> Track | None:
        """The track whose row is at ``y``."""
        index = int(y + self._scrolled()) // self.row_height()
        tracks = self.state.document.tracks
        return tracks[index] if 0 <= index < len(tracks) else None

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

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view = self.theme, self.viewport
        painter.fillRect(clip, theme.color("ground"))
        height = self.row_height()
        for index, track in enumerate(self.state.document.tracks):
            if track.id == self.state.track_id:
                row = QRect(clip.left(), self.row_top(index), clip.width(), height)
                painter.fillRect(row, mixed(theme.ground, theme.text, 0.035))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, self.height()), self.palette_of_roll.step_line)
        for index, track in enumerate(self.state.document.tracks):
            top = self.row_top(index)
            if top + height < clip.top() or top > clip.bottom():
                continue
            for piece in track.clips:
                self._paint_clip(painter, clip, track, piece, top, height)
        self._paint_proposal(painter, clip, height)
        painter.fillRect(QRect(clip.left(), self.height() - 1, clip.width(), 1), theme.color("line"))

    def _paint_clip(self, painter: QPainter, clip: QRect, track: Track, piece: Clip, top: int, height: int) -> None:
        x0, x1 = self.viewport.x_of([piece.start, piece.end])
        if x1 < clip.left() or x0 > clip.right():
            return
        hue = self.theme.tracks[track.color % len(self.theme.tracks)]
        strength = 0.10 if track.mute else 0.20 if track.id != self.state.track_id else 0.28
        box = QRectF(x0, top + 1, max(2.0, x1 - x0 - 1), height - 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.theme.ground, hue, strength))
        painter.drawRoundedRect(box, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_notes(painter, clip, track, piece, top, height)

    def _paint_notes(self, painter: QPainter, clip: QRect, track: Track, piece: Clip, top: int, height: int) -> None:
        shown, view = self.state.shown_of(track), self.viewport
        low, high = _range_of(shown.notes)
        start = max(float(piece.start), view.tick_at(clip.left() - 1))
        end = min(float(piece.end), view.tick_at(clip.right() + 2))
        among = shown.between(start, end)
        inside = np.flatnonzero((shown.notes.start[among] < piece.end) & (shown.end[among] > start)) + among.start
        inside = inside[shown.notes.start[inside] >= piece.start]
        if not len(inside):
            return
        hue = self.theme.tracks[track.color % len(self.theme.tracks)]
        color = mixed(self.theme.ground, hue, 0.40 if track.mute else 0.92)
        room = height - 2 - 2 * INSET
        x0, x1 = view.x_of(shown.notes.start[inside]), view.x_of(np.minimum(shown.end[inside], piece.end))
        share = (high - shown.notes.pitch[inside]) / (high - low)
        whole = shown.between(*view.visible_ticks())
        if whole.stop - whole.start > MANY:  # by the whole view, whatever part of it is being painted
            left = max(clip.left(), int(view.x_of(piece.start)))
            width = min(clip.right() + 1, int(view.x_of(piece.end))) - left
            row = np.rint(share * (room - 1)).astype(np.int64)
            a, b = (x0 - left).astype(np.int64), (x1 - left).astype(np.int64)
            levels = top_levels(row, a, b, np.zeros_like(row), room, max(1, width))
            draw_levels(painter, left, top + 1 + INSET, levels, (color,), 1)
            return
        thick = 2 if room >= 12 else 1
        y = top + 1 + INSET + np.rint(share * (room - thick))
        fill_rects(painter, boxes(x0, y, np.maximum(1.0, x1 - x0 - 1), thick), color)

    def _paint_proposal(self, painter: QPainter, clip: QRect, height: int) -> None:
        """What a network proposes for each track: its stretch, how far it is written, and the notes, small."""
        proposal = self.state.session.proposal
        if proposal is None:
            return
        x0, x1, xw = self.viewport.x_of([proposal.start, proposal.end, proposal.take.written_to])
        written = max(x0, min(x1, xw)) if proposal.writing else x1
        notes_of = {part.track_id: notes for part, notes in proposal.take.parts}
        for index, track in enumerate(self.state.document.tracks):
            if track.id not in notes_of:
                continue
            top = self.row_top(index)
            painter.fillRect(QRectF(x0, top + 1, x1 - x0 - 1, height - 2), self.theme.color("proposed", 0.10))
            painter.fillRect(QRectF(x0, top + 1, max(0.0, written - x0 - 1), height - 2), self.theme.color("proposed", 0.12))
            notes = notes_of[track.id]
            low, high = _range_of(self.state.shown_of(track).notes, notes)
            room = height - 2 - 2 * INSET
            thick = 2 if room >= 12 else 1
            left, right = self.viewport.x_of(notes.start), self.viewport.x_of(notes.end)
            seen = (left <= clip.right()) & (right >= clip.left())
            y = top + 1 + INSET + np.rint((high - notes.pitch[seen]) / (high - low) * (room - thick))
            bars = boxes(left[seen], y, np.maximum(1.0, right[seen] - left[seen] - 1), thick)
            fill_rects(painter, bars, self.theme.color("proposed"))

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
            name = metrics.elidedText(track.name, Qt.TextElideMode.ElideRight, GUTTER - 13)
            painter.drawText(QRectF(8, top, GUTTER - 10, height), int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.fillRect(QRect(0, self.height() - 1, GUTTER, 1), theme.color("line"))

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        track = self.track_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and track is not None:
            self.state.set_track(track.id)
        super().mousePressEvent(event)


def _range_of(*parts: Notes) -> tuple[int, int]:
    """The lowest and highest pitch of all, at least an octave apart."""
    pitches = [pitch for notes in parts if len(notes) for pitch in (int(notes.pitch.min()), int(notes.pitch.max()))]
    if not pitches:
        return 54, 66
    low, high = min(pitches), max(pitches)
    missing = max(0, LEAST_RANGE - (high - low))
    return low - missing // 2, high + missing - missing // 2
