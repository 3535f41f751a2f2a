"""The ruler: bars and beats, the loop, and where the playhead is put."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QMouseEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QMenu, QWidget

from studio.music import edits
from studio.music.document import Document
from studio.ui.roll.grid import lines_between
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

HEIGHT = 32
LOOP_BAND = 11
GRIP = 6
LABEL_ROOM = 38


class Ruler(SeekWidget):
    """Bars above the roll. A click or drag in the lower part seeks, in the upper band it makes or changes the loop.

    ``seek(tick)`` moves the playhead. ``loop_on`` says whether the loop is in use; a click on it calls ``toggle_loop()``.
    """

    playhead_reach = 7
    gutter_follows = True

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self.toggle_loop: Callable[[], None] = lambda: self.set_loop_on(not self.loop_on)
        self.loop_on = True
        self._rendering: tuple[tuple[int, int], ...] = ()
        self._loop_from: int | None = None
        self._loop_base: Document | None = None
        self._pressed_x = 0.0
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(t("Ruler"))
        state.document_changed.connect(self._follow_document)
        state.setting_changed.connect(self.repaint_all)

    def _follow_document(self) -> None:
        document = self.state.document
        self.repaint_for(document.meter, document.loop, document.tempo)

    def set_loop_on(self, on: bool) -> None:
        """Show the loop as used or not."""
        if on != self.loop_on:
            self.loop_on = on
            self.repaint_all()

    def set_rendering(self, ranges: tuple[tuple[int, int], ...]) -> None:
        """Show which stretches (start, end in ticks) are still being rendered."""
        if ranges != self._rendering:
            self._rendering = ranges
            self.repaint_all()

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        view, theme = self.viewport, self.theme
        painter.fillRect(clip, theme.color("panel"))
        start, end = view.visible_ticks(clip.left() - LABEL_ROOM, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.beats), HEIGHT - 7, HEIGHT), mixed(theme.line, theme.text, 0.10))
        fill_rects(painter, columns(view.x_of(lines.bars), LOOP_BAND + 3, HEIGHT), mixed(theme.line, theme.text, 0.28))
        self._paint_labels(painter, lines.numbers.tolist())
        self._paint_loop(painter, clip)
        for a, b in self._rendering:
            x0, x1 = view.x_of([a, b])
            painter.fillRect(QRectF(x0, HEIGHT - 2, x1 - x0, 2), theme.color("proposed", 0.85))
        painter.fillRect(QRect(clip.left(), HEIGHT - 1, clip.width(), 1), theme.color("line"))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        painter.fillRect(QRect(0, HEIGHT - 1, GUTTER, 1), self.theme.color("line"))
        painter.setPen(self.theme.color("muted"))
        painter.setFont(self._font(10))
        meter = self.state.document.meter.at(max(0, int(self.viewport.tick_at(GUTTER))))
        box = QRectF(0, LOOP_BAND, GUTTER - 8, HEIGHT - LOOP_BAND)
        text = f"{meter.numerator}/{meter.denominator}"
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)

    def _font(self, pixels: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(pixels)
        return font

    def _paint_labels(self, painter: QPainter, numbers: list[int]) -> None:
        """The bars' numbers, as many as there is room for; which ones does not hang on what part is being painted."""
        painter.setFont(self._font(11))
        painter.setPen(self.theme.color("muted"))
        meter, scale = self.state.document.meter, self.viewport.scale
        for number in numbers:
            start = meter.bar_start(number)
            step = 1
            while meter.at(start).bar_ticks * scale * step < LABEL_ROOM:
                step *= 2
            cut = step == 1 and (meter.bar_end(number) - start) * scale < LABEL_ROOM / 2  # by a change of metre
            if number % step == 0 and not cut:
                painter.drawText(QPointF(float(self.viewport.x_of(start)) + 5, HEIGHT - 8), str(number + 1))

    def _paint_loop(self, painter: QPainter, clip: QRect) -> None:
        loop = self.state.document.loop
        painter.fillRect(QRect(clip.left(), 0, clip.width(), LOOP_BAND), mixed(self.theme.panel, self.theme.ground, 0.45))
        if loop is None:
            return
        x0, x1 = self.viewport.x_of(loop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.theme.panel, self.theme.text, 0.62 if self.loop_on else 0.20))
        painter.drawRoundedRect(QRectF(x0, 2, max(4.0, x1 - x0), LOOP_BAND - 4), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def paint_over(self, painter: QPainter, clip: QRect) -> None:
        """The playhead's handle."""
        x = self.viewport.x_at(self.viewport.playhead) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(self.viewport.playhead_role))
        y = LOOP_BAND + 2.0
        corners = ((-5, 0), (5, 0), (5, 4), (0, 9), (-5, 4))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton and at.x() >= GUTTER and at.y() < LOOP_BAND:
            self._begin_loop(at)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._loop_base is not None:
            self._drag_loop(event)
            return
        if not event.buttons():
            self.setCursor(self._cursor(event.position()))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._loop_base is None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        base, self._loop_base = self._loop_base, None
        if self.state.document is base:
            self.state.session.cancel()
            self._click_loop(event.position().x())
        else:
            self.state.session.commit("Set the loop")

    def _edge(self, x: float) -> int | None:
        """Which end of the loop lies under ``x``: 0, 1, or None."""
        loop = self.state.document.loop
        if loop is not None:
            near = [abs(float(self.viewport.x_of(t)) - x) for t in loop]
            if min(near) <= GRIP:
                return near.index(min(near))
        return None

    def _cursor(self, at: QPointF) -> Qt.CursorShape:
        if at.x() < GUTTER:
            return Qt.CursorShape.ArrowCursor
        if at.y() < LOOP_BAND:
            if self._edge(at.x()) is not None:
                return Qt.CursorShape.SizeHorCursor
            return Qt.CursorShape.SizeAllCursor if self._within(at.x()) else Qt.CursorShape.ArrowCursor
        return Qt.CursorShape.PointingHandCursor

    def _within(self, x: float) -> bool:
        """Whether ``x`` lies on the loop."""
        loop = self.state.document.loop
        return loop is not None and loop[0] <= self.viewport.tick_at(x) <= loop[1]

    def _begin_loop(self, at: QPointF) -> None:
        self._loop_base = self.state.session.committed
        self._pressed_x = at.x()
        edge = self._edge(at.x())
        loop = self._loop_base.loop
        if edge is not None and loop is not None:
            self._loop_from = loop[1 - edge]
        else:
            self._loop_from = None if self._within(at.x()) else self.state.snapped(self.viewport.tick_at(at.x()))

    def _drag_loop(self, event: QMouseEvent) -> None:
        if self._loop_base is None or abs(event.position().x() - self._pressed_x) < 4:
            return
        loop = self._loop_base.loop
        if self._loop_from is None and loop is not None:  # the loop as a whole
            free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            by = self.viewport.ticks_of(event.position().x() - self._pressed_x)
            start = self.state.snapped(max(0.0, loop[0] + by), free=free)
            self.state.session.preview(edits.set_loop(self._loop_base, (start, start + loop[1] - loop[0])))
            return
        if self._loop_from is None:
            return
        ends = sorted((self._loop_from, self.tick_of(event)))
        if ends[0] < ends[1]:
            self.state.session.preview(edits.set_loop(self._loop_base, (ends[0], ends[1])))

    def _click_loop(self, x: float) -> None:
        if self._within(x):
            self.toggle_loop()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.pos().x() >= GUTTER:
            self.menu(event.pos().x()).popup(event.globalPos())

    def menu(self, x: float) -> QMenu:
        """The right button's menu there."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        document = self.state.session.committed
        tick = self.state.snapped(max(0.0, self.viewport.tick_at(x)))
        bar = document.meter.bar_of(tick)
        notes = self.state.selected()
        stretches = [
            (t("Loop this bar"), (document.meter.bar_start(bar), document.meter.bar_end(bar))),
            (t("Loop the selected notes"), (int(notes.start[0]), notes.last_end) if len(notes) else None),
            (t("Loop the whole song"), (0, document.end) if document.end else None),
        ]
        for text, stretch in stretches:
            action = menu.addAction(text)
            action.setEnabled(stretch is not None)
            action.triggered.connect(lambda _=False, s=stretch: self._set_loop(s))
        menu.addSeparator()
        remove = menu.addAction(t("Remove the loop"))
        remove.setEnabled(document.loop is not None)
        remove.triggered.connect(lambda: self._set_loop(None))
        marker = menu.addAction(t("Add a marker here"))
        marker.triggered.connect(lambda: self.state.session.commit("Sections", edits.add_marker(document, tick, t("Marker"))))
        return menu

    def _set_loop(self, loop: tuple[int, int] | None) -> None:
        document = self.state.session.committed
        new = edits.set_loop(document, loop)
        if new is not document:
            self.state.session.commit("Set the loop" if loop else "Remove the loop", new)
