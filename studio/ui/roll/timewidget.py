"""What every widget on the time axis has in common: the wheel, panning, the playhead, and when to repaint."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.roll.layers.playhead import paint_playhead
from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import Theme

NOTCH = 120  # angle units of one click of a wheel
ROWS_A_NOTCH = 3
PIXELS_A_NOTCH = 96
NOTCHES_A_DOUBLING = 4
PIXELS_A_DOUBLING = 200
MOST_PARTS = 3
AHEAD = 256
NEAR_STRIPS = 24
EDGE_SCROLL = 24.0  # pixels at most for each move of the pointer
KEYS_BROUGHT_IT = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class TimeWidget(QWidget):
    """A painted widget of the column. Subclasses fill :meth:`paint_time`, left of it :meth:`paint_gutter`; :meth:`paint_over`.

    The first two are painted into pictures that are kept, and painted anew only where :meth:`stale` says so. The time's
    picture reaches further than the widget: it slides under it when the view scrolls, so that a scroll paints seldom and
    then a broad strip. The playhead and what follows the pointer go over it: a frame of playing costs next to nothing.
    While frame after frame shows something else (a zoom, a drag of many notes), they are painted without a picture.

    Wheel: scrolls; with Shift time; with Ctrl zooms time; with Ctrl+Shift or Alt zooms pitch. Middle drag pans.
    """

    scrolls_pitch = False
    gutter_follows = False  # whether the gutter shows something of the time at the left edge
    playhead_reach = 2  # pixels on either side that the playhead touches

    def __init__(self, viewport: Viewport, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = viewport
        self.theme = theme
        self._panned_from: QPointF | None = None
        self._place = self._new_place()
        self._picture = QPixmap()  # of the time, AHEAD pixels more on either side
        self._gutter = QPixmap()
        self._stale = QRegion()
        self._gutter_stale = True
        self._gutter_key: object = None
        self._shown_for: tuple[object, ...] | None = None
        self._slid = 0  # pixels that the picture lies to the right of its place
        self._ring = False  # whether the focus is to be seen
        self._all_new = False  # whether the last frame was painted anew as a whole
        self._ahead = 0  # 1 after a scroll to the right, -1 to the left: where to paint more than is seen
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        viewport.changed.connect(self._follow_viewport)
        viewport.playhead_moved.connect(self._playhead_moved)

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        """Paint the part of ``clip`` right of the gutter; the painter is clipped to it."""
        painter.fillRect(clip, self.theme.color("ground"))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        """Paint the part of ``clip`` in the gutter."""
        painter.fillRect(clip, self.theme.color("panel"))

    def gutter_key(self) -> object:
        """All that the gutter shows: it is painted anew where this is not equal to what it was. None: always."""
        return None

    def paint_over(self, painter: QPainter, clip: QRect) -> None:
        """Paint what is not kept, over the rest and under the playhead; the painter is clipped to the time's part."""

    def stale(self, rect: QRect) -> None:
        """Have this part of the time painted anew, soon."""
        self._stale |= QRegion(rect)
        self.update(rect)

    def stale_gutter(self) -> None:
        """Have the gutter painted anew, soon."""
        self._gutter_stale = True
        self.update(self.gutter_rect())

    def repaint_all(self) -> None:
        """Have everything painted anew, soon."""
        self._stale = QRegion(self._kept_rect())
        self._gutter_stale = True
        self._slid = self._ahead = 0
        self.update()

    def repaint_for(self, *shown: object) -> None:
        """As :meth:`repaint_all`, unless all that is ``shown`` equals what it was at the last such call."""
        if self._shown_for != shown:
            self._shown_for = shown
            self.repaint_all()

    def time_rect(self) -> QRect:
        """What lies right of the gutter."""
        return QRect(GUTTER, 0, max(0, self.width() - GUTTER), self.height())

    def gutter_rect(self) -> QRect:
        """The gutter."""
        return QRect(0, 0, GUTTER, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        time = event.rect().intersected(self.time_rect())
        all_new = time == self.time_rect() and (QRegion(time) - self._stale).isEmpty()
        directly = all_new and self._all_new and not self._picture.isNull()
        self._all_new = all_new
        self._refresh(with_time=not directly)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._gutter)  # all of it clipped to what the event asks for
        if not time.isEmpty():
            painter.setClipRect(time, Qt.ClipOperation.IntersectClip)
            if directly:
                self.paint_time(painter, time)
            else:
                painter.drawPixmap(self._picture_left(), 0, self._picture)
            self.paint_over(painter, time)
            paint_playhead(painter, self.viewport, self.theme, self.height())
            painter.setClipping(False)
        if self._ring and self.hasFocus():
            painter.setPen(self.theme.color("text"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus is shown where it came by keys: who clicked knows where."""
        self._ring = event.reason() in KEYS_BROUGHT_IT
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _picture_left(self) -> int:
        return GUTTER - AHEAD + self._slid

    def _kept_rect(self) -> QRect:
        return self.time_rect().adjusted(-AHEAD, 0, AHEAD, 0)

    def _refresh(self, with_time: bool) -> None:
        """Paint what is stale and seen; after a scroll also what will be seen next."""
        ratio = self.devicePixelRatioF()
        if self._picture.size() != self._kept_rect().size() * ratio or self._picture.devicePixelRatio() != ratio:
            self._picture, self._gutter = (QPixmap(r.size() * ratio) for r in (self._kept_rect(), self.gutter_rect()))
            for picture in (self._picture, self._gutter):
                picture.setDevicePixelRatio(ratio)
            self._gutter_key = None
            self.repaint_all()
        seen = QRegion(self.time_rect())
        if with_time and self._stale.intersects(seen):
            self._settle_picture()
            if self._ahead:
                seen |= seen.translated(self._ahead * AHEAD, 0)
            stale = self._stale & seen & QRegion(self._kept_rect())
            self._paint_into(self._picture, self._picture_left(), stale, self.paint_time)
            self._stale -= seen
            self._ahead = 0
        if self._gutter_stale:
            self._gutter_stale = False
            key = self.gutter_key()
            if key is None or key != self._gutter_key:
                self._paint_into(self._gutter, 0, QRegion(self.gutter_rect()), self.paint_gutter)
            self._gutter_key = key

    def _settle_picture(self) -> None:
        """Move the picture back to its place, what it shows with it: there is room on both sides again."""
        if self._slid:
            self._picture.scroll(self._slid * round(self.devicePixelRatioF()), 0, self._picture.rect())
            self._slid = 0

    def _paint_into(self, picture: QPixmap, left: int, region: QRegion, paint: Callable[[QPainter, QRect], None]) -> None:
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.translate(-left, 0)
        for clip in region if region.rectCount() <= MOST_PARTS else [region.boundingRect()]:  # type: ignore[union-attr]
            painter.setClipRect(clip)
            paint(painter, clip)
        painter.end()

    def scroll_at_edges(self, position: QPointF) -> None:
        """A drag past an edge takes the view along."""
        x, y = position.x(), position.y()
        dx = min(0.0, x - GUTTER) + max(0.0, x - self.width())
        dy = min(0.0, y) + max(0.0, y - self.height()) if self.scrolls_pitch else 0.0
        if dx or dy:
            self.viewport.scroll(max(-EDGE_SCROLL, min(EDGE_SCROLL, dx)), max(-EDGE_SCROLL, min(EDGE_SCROLL, dy)))

    def gesture_runs(self) -> bool:
        """Whether a drag is under way: then keys are its own, and no shortcut interrupts it."""
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self.gesture_runs():
            event.accept()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        height = self.height() if self.scrolls_pitch else None
        if self.width() != self.viewport.width or height not in (None, self.viewport.height):
            self.viewport.resize(self.width(), height)

    def wheelEvent(self, event: QWheelEvent) -> None:
        keys = event.modifiers()
        ctrl = bool(keys & Qt.KeyboardModifier.ControlModifier)
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        alt = bool(keys & Qt.KeyboardModifier.AltModifier)
        at = event.position()
        dx, dy = wheel_pixels(event)
        both = dy or dx  # some systems turn Alt or Shift and the wheel into a sideways one
        if alt or (ctrl and shift):
            self.viewport.zoom_pitch(2.0 ** wheel_doublings(event), at.y() if self.scrolls_pitch else self.viewport.height / 2)
        elif ctrl:
            self.viewport.zoom_time(2.0 ** wheel_doublings(event), max(at.x(), GUTTER))
        elif shift:
            self.viewport.scroll(dx=-both)
        elif self.scrolls_pitch:
            rows = 1.0 if event.hasPixelDelta() else ROWS_A_NOTCH * self.viewport.key_height / PIXELS_A_NOTCH
            self.viewport.scroll(dx=-dx, dy=-dy * rows)
        else:
            self.scroll_plain(dx, dy)
        event.accept()

    def scroll_plain(self, dx: float, dy: float) -> None:
        """What the bare wheel does where there are no rows to scroll: it moves through time."""
        self.viewport.scroll(dx=-(dx or dy))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            moved = event.position() - self._panned_from
            self._panned_from = event.position()
            self.viewport.scroll(-moved.x(), -moved.y() if self.scrolls_pitch else 0.0)
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton and self._panned_from is not None:
            self._panned_from = None
            self.unsetCursor()
        else:
            event.ignore()

    def _new_place(self) -> tuple[float, int, int, int, int]:
        view = self.viewport
        return view.scale, view.key_height, view.height, view.left, view.top if self.scrolls_pitch else 0

    def _follow_viewport(self) -> None:
        """After a plain scroll the picture is shifted, and only what came into sight is stale."""
        old, self._place = self._place, self._new_place()
        dx, dy = old[3] - self._place[3], old[4] - self._place[4]
        whole = self.devicePixelRatioF().is_integer() and not self._picture.isNull()
        if old[:3] != self._place[:3] or not whole or abs(dx) > self.width() / 2 or abs(dy) > self.height() / 2:
            keys_moved = old[1:3] != self._place[1:3] or dy
            fresh = self._gutter_stale or self.gutter_follows or keys_moved
            self.repaint_all()
            self._gutter_stale = bool(fresh)
            return
        if dx:
            self._slide(dx)
            self._ahead = 1 if dx < 0 else -1
            if self.gutter_follows:
                self.stale_gutter()
        if dy:
            self._shift(dy)
            self.stale_gutter()

    def _slide(self, dx: int) -> None:
        """Have the picture lie ``dx`` further to the right; what it does not reach is stale."""
        kept = QRegion(self._kept_rect())
        self._stale = (self._stale.translated(dx, 0) | (kept - kept.translated(dx, 0))) & kept
        self._slid += dx
        self.update()

    def _shift(self, dy: int) -> None:
        self._picture.scroll(0, dy * round(self.devicePixelRatioF()), self._picture.rect())
        kept = QRegion(self._kept_rect())
        self._stale = (self._stale.translated(0, dy) | (kept - kept.translated(0, dy))) & kept
        self.update()

    def _playhead_moved(self, old: float, new: float) -> None:
        """Repaint where the playhead was and where it is: one strip, or two where they are far apart."""
        left, right = sorted((int(old), int(new)))
        reach = self.playhead_reach
        if right - left <= NEAR_STRIPS:
            self.update(QRect(left - reach, 0, right - left + 2 * reach + 1, self.height()))
        else:
            for x in (left, right):
                self.update(QRect(x - reach, 0, 2 * reach + 1, self.height()))


def wheel_pixels(event: QWheelEvent) -> tuple[float, float]:
    """How far the wheel asks to scroll, in pixels: a touchpad's own, else by the notch or its fraction."""
    if event.hasPixelDelta():
        delta: QPoint = event.pixelDelta()
        return float(delta.x()), float(delta.y())
    angle = event.angleDelta()
    return angle.x() * PIXELS_A_NOTCH / NOTCH, angle.y() * PIXELS_A_NOTCH / NOTCH


def wheel_doublings(event: QWheelEvent) -> float:
    """How far the wheel asks to zoom, in doublings."""
    if event.hasPixelDelta():
        delta = event.pixelDelta()
        return float(delta.y() or delta.x()) / PIXELS_A_DOUBLING
    angle = event.angleDelta()
    return float(angle.y() or angle.x()) / NOTCH / NOTCHES_A_DOUBLING
