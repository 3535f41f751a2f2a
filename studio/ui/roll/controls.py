"""The controller lane: the sustain pedal, or any other controller of the edited track, seen and drawn."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from studio.app.shaping import BRIGHTNESS, MODULATION, VIBRATO_RATE
from studio.music import edits
from studio.music.document import Document
from studio.music.edits_controls import control_range
from studio.music.notes import CHANNEL_PRESSURE, EXPRESSION, PAN, PITCH_BEND, PROGRAM_CHANGE, SUSTAIN, VOLUME
from studio.ui.roll.grid import lines_between
from studio.ui.roll.palette import Palette
from studio.ui.roll.primitives import boxes, columns, fill_rects
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import noted, t
from studio.ui.theme import Theme, mixed

PAD = 8
STEP = 4  # pixels between two points that are drawn
LEAST_TICKS = 15  # and ticks: more no ear can tell
SWITCHES = (64, 65, 66, 67, 68, 69)  # on from 64, off below
NAMES = {
    SUSTAIN: noted("Pedal"),
    MODULATION: noted("Modulation"),
    EXPRESSION: noted("Expression"),
    VOLUME: noted("Volume"),
    PAN: noted("Pan"),
    PITCH_BEND: noted("Pitch bend"),
    BRIGHTNESS: noted("Brightness"),
    VIBRATO_RATE: noted("Vibrato rate"),
    CHANNEL_PRESSURE: noted("Pressure"),
    66: noted("Sostenuto"),
    67: noted("Soft pedal"),
}
CENTRED = (PITCH_BEND, PAN, BRIGHTNESS, VIBRATO_RATE)


def control_name(number: int) -> str:
    """What people call a controller."""
    return t(NAMES[number]) if number in NAMES else t("Controller {number}", number=number)


class ControlLane(TimeWidget):
    """One controller over time. The name in the gutter opens the list of them.

    A drag draws its curve, with Shift a straight line; on a pedal a drag presses it from here to there, on the grid unless Alt
    is held. The right button erases. Esc cancels.
    """

    gutter_follows = True

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state.viewport, theme, parent)
        self.state = state
        self.number = SUSTAIN
        self.palette_of_roll = Palette(theme)
        self._base: Document | None = None
        self._from = QPointF()
        self._last = QPointF()
        self._drawn: dict[int, float] = {}  # ticks and values of this gesture
        self._erasing = False
        self.setMinimumHeight(44)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(t("Controllers"))
        state.document_changed.connect(self.repaint_all)
        state.setting_changed.connect(self.repaint_all)

    def set_number(self, number: int) -> None:
        """Show another controller."""
        self.number = number
        self.repaint_all()

    # painting

    def y_of(self, value: float) -> float:
        """Where ``value`` is."""
        low, high = control_range(self.number)
        return self.height() - 5 - (self.height() - 5 - PAD) * (value - low) / (high - low)

    def value_at(self, y: float) -> int:
        """The value at ``y``, kept in range."""
        low, high = control_range(self.number)
        share = (self.height() - 5 - y) / max(1, self.height() - 5 - PAD)
        return max(low, min(high, round(low + share * (high - low))))

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view, bottom = self.theme, self.viewport, self.height()
        painter.fillRect(clip, theme.color("ground"))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.beats), 0, bottom), self.palette_of_roll.step_line)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, bottom), self.palette_of_roll.beat_line)
        painter.fillRect(QRect(clip.left(), round(self.y_of(self._rest())), clip.width(), 1), self.palette_of_roll.row_line)
        self._paint_events(painter, clip)
        painter.fillRect(QRect(clip.left(), 0, clip.width(), 1), theme.color("line"))

    def _rest(self) -> int:
        """The value of a controller that nobody has touched."""
        return 0 if self.number == PITCH_BEND else 64 if self.number in CENTRED else 0

    def _paint_events(self, painter: QPainter, clip: QRect) -> None:
        track, view = self.state.track, self.viewport
        events = track.controls.numbered(self.number) if track else None
        if track is None or events is None or not len(events):
            return
        first = max(0, int(np.searchsorted(events.tick, view.tick_at(clip.left()), "right")) - 1)
        last = int(np.searchsorted(events.tick, view.tick_at(clip.right() + 1), "right"))
        x = view.x_of(events.tick[first:last])
        if not len(x):
            return
        until = np.append(x[1:], view.x_of(events.tick[last]) if last < len(events) else clip.right() + 1)
        width = np.maximum(1, until - x)
        y, rest = np.rint(self.y_of(0) + events.value[first:last] * (self.y_of(1) - self.y_of(0))), round(self.y_of(self._rest()))
        hue = self.theme.tracks[track.color % len(self.theme.tracks)]
        body = boxes(x, np.minimum(y, rest), width, np.abs(rest - y) + 1)
        fill_rects(painter, body, mixed(self.theme.ground, hue, 0.30))
        fill_rects(painter, boxes(x, y, width, 2), mixed(self.theme.ground, hue, 0.85))
        risers = np.abs(np.diff(y)) > 2
        upright = boxes(x[1:], np.minimum(y[1:], y[:-1]), 1, np.abs(np.diff(y)) + 1)
        fill_rects(painter, upright[risers], mixed(self.theme.ground, hue, 0.55))
        if len(x) < 400:  # the events themselves, where they can be told apart
            fill_rects(painter, boxes(x, y - 1, 4, 4), mixed(self.theme.ground, hue, 1.0))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        theme = self.theme
        painter.fillRect(clip, theme.color("panel"))
        painter.fillRect(QRect(0, 0, GUTTER, 1), theme.color("line"))
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        middle = self.height() // 2 - 4
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for k, line in enumerate(self.lines_of_name(painter.fontMetrics())):
            painter.drawText(QRectF(2, middle - 8 - 12 * k, GUTTER - 10, 16), right, line)
        if drawn := self.drawn_text():
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(2, middle + 6, GUTTER - 10, 16), right, drawn)
            return
        for k in range(4):  # a small triangle: there is a list
            painter.fillRect(QRectF(GUTTER - 15 + k, middle + 11 + k, 7 - 2 * k, 1), theme.color("muted"))

    def drawn_text(self) -> str:
        """The value under the hand while a curve is drawn, else nothing; what has a middle is told from there."""
        if self._base is None or self._erasing or self.number in SWITCHES:
            return ""
        value = self.value_at(self._last.y()) - self._rest()
        return f"{value:+}" if self.number in CENTRED else f"{value}"

    def lines_of_name(self, metrics: QFontMetrics) -> list[str]:
        """The controller's name as it has room in the gutter: the last line first, cut where a line is too long."""
        name = control_name(self.number)
        lines = [name] if metrics.horizontalAdvance(name) <= GUTTER - 10 else name.rsplit(" ", 1)[::-1]
        return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, GUTTER - 8) for line in lines]

    # the list of controllers

    def make_menu(self) -> QMenu:
        """The list of controllers: the usual ones, and what the track has besides."""
        track = self.state.track
        used = {int(n) for n in np.unique(track.controls.number).tolist()} if track else set()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number in (*NAMES, *sorted(used - NAMES.keys() - {PROGRAM_CHANGE})):
            entry = menu.addAction(control_name(number) + (" \u2022" if number in used else ""))
            entry.setCheckable(True)
            entry.setChecked(number == self.number)
            entry.triggered.connect(lambda _=False, n=number: self.set_number(n))
        return menu

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
        if event.button() not in buttons or self._base is not None:
            super().mousePressEvent(event)
        elif event.position().x() < GUTTER:
            self.make_menu().popup(self.mapToGlobal(QPoint(4, self.height() // 2)))
        elif self.state.track is not None:
            self._base = self.state.session.committed
            self._erasing = event.button() == Qt.MouseButton.RightButton
            self._from = self._last = event.position()
            self._drawn = {}
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._base is not None:
            self._drag(event)
            return
        over_name = event.position().x() < GUTTER
        self.setCursor(Qt.CursorShape.PointingHandCursor if over_name else Qt.CursorShape.CrossCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._base is None:
            super().mouseReleaseEvent(event)
            return
        self._base = None
        self.state.session.commit("Erase controllers" if self._erasing else "Draw controllers")

    def gesture_runs(self) -> bool:
        return self._base is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._base is not None:
            self._base = None
            self.state.session.cancel()
        else:
            event.ignore()

    def _drag(self, event: QMouseEvent) -> None:
        base, at = self._base, event.position()
        if base is None or base is not self.state.session.committed:  # a step was made meanwhile
            self._base = None
            return
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if self._erasing:
            changed = edits.remove_controls(base, self.state.track_id, self.number, *self._span(at, free=True))
        elif self.number in SWITCHES:
            start, end = self._span(at, free)
            changed = edits.draw_controls(base, self.state.track_id, self.number, [start, max(end, start + 1)], [127, 0])
        else:
            straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if straight:
                self._drawn = {}
            self._add_points(self._from if straight else self._last, at)
            ticks = sorted(self._drawn)
            changed = edits.draw_controls(base, self.state.track_id, self.number, ticks, [self._drawn[k] for k in ticks])
        self._last = at
        self.state.session.preview(changed)

    def _span(self, at: QPointF, free: bool) -> tuple[int, int]:
        """The ticks between the press and ``at``."""
        first, last = sorted(max(0.0, self.viewport.tick_at(p.x())) for p in (self._from, at))
        return self.state.snapped(first, free=free), self.state.snapped(last, free=free)

    def _add_points(self, a: QPointF, b: QPointF) -> None:
        """Points of the straight stretch from ``a`` to ``b``; what was drawn between before is forgotten."""
        a, b = sorted((a, b), key=lambda p: p.x())
        first, last = (max(0, round(self.viewport.tick_at(p.x()))) for p in (a, b))
        step = max(LEAST_TICKS, round(self.viewport.ticks_of(STEP)))
        ticks = np.unique(np.append(np.arange(first, last, step), last))
        for gone in [k for k in self._drawn if first <= k <= last]:
            del self._drawn[gone]
        values = np.interp(ticks, [first, max(last, first + 1)], [self.value_at(a.y()), self.value_at(b.y())])
        self._drawn |= dict(zip(ticks.tolist(), values.tolist(), strict=True))
