"""How clips look: blocks in their track's hue with their notes in them, small; what is proposed in violet over them."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from studio.music.document import Clip, Track
from studio.music.notes import Notes
from studio.ui.roll.layers.overview import draw_levels, top_levels
from studio.ui.roll.primitives import boxes, fill_rects
from studio.ui.roll.state import RollState
from studio.ui.theme import Theme, mixed

INSET = 3
MANY = 2_000
LEAST_RANGE = 12
RADIUS, CAP = 3, 6
FOLD = 4
NAMED = 26  # pixels of a row from which on clips show their names
_NAME_HEIGHT = 11


@dataclass(frozen=True)
class Row:
    """Where a track is painted: its upper edge and height."""

    top: int
    height: int


def fill_rounded(painter: QPainter, box: QRectF, color: QColor) -> None:
    """A box with round corners. Only its ends are antialiased, which costs ten times as much."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if box.width() <= 4 * CAP:
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        return
    for left in (box.left(), box.right() - 2 * CAP):
        painter.drawRoundedRect(QRectF(left, box.top(), 2 * CAP, box.height()), RADIUS, RADIUS)
    painter.fillRect(box.adjusted(CAP, 0, -CAP, 0), color)


class ClipPainter:
    """Paints the clips of :class:`.strip.ArrangementStrip`."""

    def __init__(self, state: RollState, theme: Theme, font: QFont) -> None:
        self.state, self.theme, self.viewport = state, theme, state.viewport
        self.font = QFont(font)
        self.font.setPixelSize(9)
        self._ranges: dict[int, tuple[Notes, tuple[int, int]]] = {}

    def paint(self, painter: QPainter, clip: QRect, track: Track, piece: Clip, row: Row, selected: bool) -> None:
        """A clip, as far as it lies in ``clip``."""
        top, height = row.top, row.height
        x0, x1 = self.viewport.x_of([piece.start, piece.end])
        if x1 < clip.left() or x0 > clip.right():
            return
        hue = self.theme.tracks[track.color % len(self.theme.tracks)]
        strength = 0.10 if track.mute else 0.20 if track.id != self.state.track_id else 0.28
        box = QRectF(x0, top + 1, max(2.0, x1 - x0 - 1), height - 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        fill_rounded(painter, box, mixed(self.theme.ground, hue, strength))
        if selected:
            painter.setPen(QPen(self.theme.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        head = self._paint_name(painter, piece, box) if height >= NAMED else 0
        self._paint_sound(painter, clip, piece, Row(top + head, height - head), mixed(self.theme.ground, hue, 0.62))
        self._paint_notes(painter, clip, track, piece, Row(top + head, height - head))
        self._paint_folds(painter, piece, box, mixed(self.theme.ground, hue, 0.75))

    def _paint_sound(self, painter: QPainter, clip: QRect, piece: Clip, row: Row, color: QColor) -> None:
        """The waveform of the sound that a clip plays."""
        heard, document, view = piece.take.sound, self.state.document, self.viewport
        sound = next((s for s in document.sounds if heard and s.id == heard.sound), None)
        left, right = max(clip.left(), int(view.x_of(piece.start))), min(clip.right(), int(view.x_of(piece.end)) - 2)
        if heard is None or sound is None or not len(sound.peaks) or left > right:
            return
        ticks = np.maximum(0, np.array([view.tick_at(x) for x in range(left, right + 2)]))
        begin = float(document.tempo.seconds(max(0, piece.start + heard.at)))
        places = (document.tempo.seconds(ticks) - begin) * len(sound.peaks) / sound.seconds
        edges = np.clip(places.astype(np.int64), 0, len(sound.peaks) - 1)
        edges[1:] = np.maximum(edges[1:], np.minimum(edges[:-1] + 1, len(sound.peaks) - 1))
        loud = np.maximum.reduceat(sound.peaks, edges)[:-1] / 255
        loud[(places[:-1] < 0) | (places[:-1] >= len(sound.peaks))] = 0
        reach = np.maximum(0.5, np.sqrt(loud) * (row.height / 2 - INSET))
        middle = row.top + row.height / 2
        top = np.rint(middle - reach)
        fill_rects(painter, boxes(np.arange(left, right + 1), top, 1, np.rint(middle + reach) - top), color)

    def _paint_folds(self, painter: QPainter, piece: Clip, box: QRectF, color: QColor) -> None:
        """A small triangle at an edge that hides notes, pointing to them."""
        middle = round(box.center().y())
        for notes, x, away in ((piece.take.before, round(box.left()), 1), (piece.take.after, round(box.right()) - 1, -1)):
            if len(notes) and box.width() >= 4 * FOLD:
                lines = np.arange(FOLD)
                fill_rects(painter, boxes(x + away * lines, middle - lines, 1, 2 * lines + 1), color)

    def _paint_name(self, painter: QPainter, piece: Clip, box: QRectF) -> int:
        """The clip's name, and how many takes it has; the pixels that this takes."""
        takes = f"{piece.active + 1}/{len(piece.takes)}" if len(piece.takes) > 1 else ""
        text = " ".join(filter(None, (piece.name, takes)))
        if not text:
            return 0
        painter.setFont(self.font)
        painter.setPen(mixed(self.theme.ground, self.theme.text, 0.72))
        room = box.adjusted(5, 1, -4, 0)
        room.setHeight(_NAME_HEIGHT)
        shown = QFontMetrics(self.font).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        return _NAME_HEIGHT - 1

    def _paint_notes(self, painter: QPainter, clip: QRect, track: Track, piece: Clip, row_of: Row) -> None:
        top, height = row_of.top, row_of.height
        shown, view = self.state.shown_of(track).at(1 / self.viewport.scale), self.viewport
        low, high = self._range(track.id, shown.notes)
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

    def _range(self, track_id: int, notes: Notes) -> tuple[int, int]:
        """The range of a track's pitches, worked out once for each state of its notes."""
        known = self._ranges.get(track_id)
        if known is None or known[0] is not notes:
            known = self._ranges[track_id] = notes, _range_of(notes)
        return known[1]

    def paint_proposal(self, painter: QPainter, clip: QRect, rows: list[Row]) -> None:
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
            top, height = rows[index].top, rows[index].height
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


def _range_of(*parts: Notes) -> tuple[int, int]:
    """The lowest and highest pitch of all, at least an octave apart."""
    pitches = [pitch for notes in parts if len(notes) for pitch in (int(notes.pitch.min()), int(notes.pitch.max()))]
    if not pitches:
        return 54, 66
    low, high = min(pitches), max(pitches)
    missing = max(0, LEAST_RANGE - (high - low))
    return low - missing // 2, high + missing - missing // 2
