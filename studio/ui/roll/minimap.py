"""The mini-map: the whole song on one strip, and the part of it that is seen as a frame to be dragged."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.music.document import Document
from studio.ui.roll.layers.overview import draw_levels, top_levels
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import wheel_pixels
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

HEIGHT = 30
INSET = 4
GRIP = 5
LEAST_FRAME = 14.0
MOST_NOTES = 60_000  # of a track; of more, every second, third... one
ROOM_AFTER = 4  # bars behind the song's end


class MiniMap(QWidget):
    """All notes of the song, small, each track in its hue. The frame shows what is seen: drag it, or its edges to zoom.

    A press beside the frame goes there. The wheel moves through time.
    """

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.theme = theme
        self._picture = QPixmap()
        self._of: tuple[Document, int, float] | None = None
        self._held: str = ""  # which part of the frame is being dragged: left, right or body
        self._offset = 0.0
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(t("Mini-map"))
        state.viewport.changed.connect(self.update)
        state.viewport.playhead_moved.connect(self._playhead_moved)
        state.document_changed.connect(self.update)
        state.setting_changed.connect(self._renew)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def end_tick(self) -> float:
        """What the right edge stands for: the song's end and a little more, at least what is seen."""
        document = self.state.document
        after = ROOM_AFTER * document.meter.at(document.end).bar_ticks
        return max(self.state.viewport.visible_ticks()[1], float(document.end + after))

    def x_of(self, tick: float) -> float:
        """Where ``tick`` is."""
        return GUTTER + (self.width() - GUTTER) * tick / self.end_tick()

    def tick_at(self, x: float) -> float:
        """The tick at ``x``."""
        return (x - GUTTER) * self.end_tick() / max(1, self.width() - GUTTER)

    def frame(self) -> QRectF:
        """The part that is seen."""
        start, end = self.state.viewport.visible_ticks()
        x0, x1 = self.x_of(max(0.0, start)), self.x_of(end)
        wider = max(0.0, LEAST_FRAME - (x1 - x0)) / 2
        return QRectF(x0 - wider, 1, x1 - x0 + 2 * wider, HEIGHT - 2)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        self._refresh()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        frame = self.frame()
        shade = self.theme.color("ground", 0.45)
        painter.fillRect(QRectF(GUTTER, 0, max(0.0, frame.left() - GUTTER), HEIGHT), shade)
        painter.fillRect(QRectF(frame.right(), 0, max(0.0, self.width() - frame.right()), HEIGHT), shade)
        self._paint_marks(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self.theme.color("text", 0.85 if self._held else 0.5))
        painter.setBrush(self.theme.color("text", 0.06))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()

    def _paint_marks(self, painter: QPainter) -> None:
        """The loop, what is proposed, and the playhead."""
        document, view = self.state.document, self.state.viewport
        proposal = self.state.session.proposal
        for span, color, y in (
            (document.loop, self.theme.color("text", 0.55), 0),
            ((proposal.start, proposal.end) if proposal else None, self.theme.color("proposed"), HEIGHT - 2),
        ):
            if span:
                x0, x1 = self.x_of(span[0]), self.x_of(span[1])
                painter.fillRect(QRectF(x0, y, max(2.0, x1 - x0), 2), color)
        x = self.x_of(view.playhead)
        painter.fillRect(QRectF(round(x), 0, 1, HEIGHT), self.theme.color(view.playhead_role))

    def _refresh(self) -> None:
        """Paint the notes anew where the song, the width or the scale is another one; a drag under way is waited for."""
        document, ratio = self.state.session.committed, self.devicePixelRatioF()
        now = (document, self.width(), self.end_tick())
        if self._of is not None and self._of[0] is now[0] and self._of[1:] == now[1:] and not self._picture.isNull():
            return
        self._of = now
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        painter = QPainter(self._picture)
        painter.fillRect(self.rect(), self.theme.color("panel"))
        painter.fillRect(QRect(GUTTER, 0, self.width() - GUTTER, HEIGHT), self.theme.color("ground"))
        self._paint_notes(painter, document)
        painter.end()

    def _paint_notes(self, painter: QPainter, document: Document) -> None:
        room, width = HEIGHT - 2 * INSET, max(1, self.width() - GUTTER)
        pitched = [t for t in document.tracks if not t.drums and len(t.notes)]
        low = min((int(t.notes.pitch.min()) for t in pitched), default=36)
        high = max((int(t.notes.pitch.max()) for t in pitched), default=low + 24)
        scale, rows = width / self.end_tick(), min(room, high - low + 1)
        thick = min(3, room // rows)
        top = (HEIGHT - rows * thick) // 2
        for track in sorted(document.tracks, key=lambda t: t.id == self.state.track_id):  # the edited one on top
            if not len(track.notes) or track.mute:
                continue
            part = track.notes.select(slice(None, None, 1 + len(track.notes) // MOST_NOTES))
            share = (high - part.pitch.astype(np.int64)) / max(1, high - low)
            row = np.full(len(part), rows - 1) if track.drums else np.rint(share * (rows - 1))
            x0, x1 = np.rint(part.start * scale).astype(np.int64), np.rint(part.end * scale).astype(np.int64)
            levels = top_levels(row.astype(np.int64), x0, x1, np.zeros(len(part), np.int64), rows, width)
            hue = self.theme.tracks[track.color % len(self.theme.tracks)]
            strength = 0.9 if track.id == self.state.track_id else 0.5
            draw_levels(painter, GUTTER, top, levels, (mixed(self.theme.ground, hue, strength),), thick)

    def _renew(self) -> None:
        self._of = None
        self.update()

    def _playhead_moved(self) -> None:
        self.update()

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.position().x() < GUTTER:
            event.ignore()
            return
        x = event.position().x()
        self._held = self._part(event.position()) or "body"
        frame = self.frame()
        self._offset = x - frame.left() if frame.left() <= x <= frame.right() else frame.width() / 2
        if self._held == "body":
            self._move(x)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._held == "body":
            self._move(x)
        elif self._held:
            self._resize(x)
        else:
            edge = self._part(event.position()) in ("left", "right")
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        dx, dy = wheel_pixels(event)
        self.state.viewport.scroll(dx=-(dx or dy))
        event.accept()

    def _part(self, at: QPointF) -> str:
        """Which part of the frame is under the pointer, empty beside it."""
        frame = self.frame()
        if abs(at.x() - frame.left()) <= GRIP:
            return "left"
        if abs(at.x() - frame.right()) <= GRIP:
            return "right"
        return "body" if frame.left() < at.x() < frame.right() else ""

    def _move(self, x: float) -> None:
        self.state.viewport.scroll_to(max(0.0, self.tick_at(x - self._offset)))

    def _resize(self, x: float) -> None:
        start, end = self.state.viewport.visible_ticks()
        at = max(0.0, self.tick_at(x))
        if self._held == "left":
            start = min(at, end - 240)
        else:
            end = max(at, start + 240)
        self.state.viewport.show_exactly(start, end)
