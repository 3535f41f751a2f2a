"""What every widget on the time axis has in common: the wheel, panning, the playhead, and when to repaint."""

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
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
NEAR_STRIPS = 24


class TimeWidget(QWidget):
    """A painted widget of the column. Subclasses fill :meth:`paint_time` and, left of it, :meth:`paint_gutter`.

    Wheel: scrolls; with Shift time; with Ctrl zooms time; with Ctrl+Shift or Alt zooms pitch. Middle drag pans.
    """

    scrolls_pitch = False
    playhead_reach = 2  # pixels on either side that the playhead touches

    def __init__(self, viewport: Viewport, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = viewport
        self.theme = theme
        self._panned_from: QPointF | None = None
        self._place = self._new_place()
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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        parts: list[QRect] = list(event.region())  # type: ignore[call-overload] # strips far apart: what lies between stays
        for clip in parts if len(parts) <= MOST_PARTS else [event.rect()]:
            time = clip.intersected(QRect(GUTTER, 0, max(0, self.width() - GUTTER), self.height()))
            if not time.isEmpty():
                painter.setClipRect(time)
                self.paint_time(painter, time)
                paint_playhead(painter, self.viewport, self.theme, self.height())
            gutter = clip.intersected(QRect(0, 0, GUTTER, self.height()))
            if not gutter.isEmpty():
                painter.setClipRect(gutter)
                self.paint_gutter(painter, gutter)
        painter.end()

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

    def repaint_all(self) -> None:
        """Paint everything anew, soon."""
        self.update()

    def may_shift(self) -> bool:
        """Whether what is shown only moves when the view scrolls: False while something follows the pointer."""
        return True

    def _new_place(self) -> tuple[float, int, int, int, int]:
        view = self.viewport
        return view.scale, view.key_height, view.height, view.left, view.top if self.scrolls_pitch else 0

    def _follow_viewport(self) -> None:
        """After a plain scroll shift the pixels that are there, so that only the strip that came into sight is painted."""
        old, self._place = self._place, self._new_place()
        dx, dy = old[3] - self._place[3], old[4] - self._place[4]
        if old[:3] != self._place[:3] or not self.may_shift() or abs(dx) > self.width() / 2 or abs(dy) > self.height() / 2:
            self.update()
            return
        if dx:
            self.scroll(dx, 0, QRect(GUTTER, 0, self.width() - GUTTER, self.height()))
        if dy:
            self.scroll(0, dy, self.rect())

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
