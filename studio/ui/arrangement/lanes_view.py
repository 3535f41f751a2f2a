"""The lanes along the song: sections and markers, tempo, time signature, key, chords, each a row that can be edited."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from studio.music import edits
from studio.music.document import Document
from studio.ui.arrangement.field import InlineField
from studio.ui.arrangement.lanes import LANES, SECTIONS, Item, Lane, Wrong
from studio.ui.arrangement.lanes_painting import ROW, LanePainter
from studio.ui.roll.grid import lines_between
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

EDGE, NEAR = 6, 4


@dataclass(frozen=True)
class _At:
    """What lies under the pointer: lane, item, and which part of it: body, left or right."""

    lane: Lane
    item: Item | None
    part: str = "body"


@dataclass
class _Drag:
    """A running gesture: of an item, or (None) of one that is being drawn from ``tick`` on."""

    at: _At
    tick: float
    x: float
    base: Document
    moved: bool = False


class LanesView(SeekWidget):
    """Rows of things along the song.

    A click on empty ground seeks; a double click adds (in the sections' row a marker), a drag draws a stretch where there are
    stretches. Things are dragged, their edges too, double clicked to type, deleted with Delete. ``shown_changed`` follows a
    lane that is shown or hidden.
    """

    shown_changed = Signal()

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self.chosen: dict[str, bool] = {}  # lanes that the user showed or hid
        self.selected: tuple[str, Item] | None = None
        self.field = InlineField(self)
        self._drag: _Drag | None = None
        self._painter = LanePainter(state, theme, self.font())
        self._shown: tuple[Lane, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(t("Sections, tempo, time, key and chords"))
        state.document_changed.connect(self._follow)
        state.setting_changed.connect(self.repaint_all)
        self._follow()

    # which lanes

    @property
    def shown(self) -> tuple[Lane, ...]:
        """The lanes that are shown: sections, others where the song has changes or the user asked for them."""
        return self._shown

    def show_lane(self, lane_id: str, on: bool) -> None:
        """Show or hide a lane."""
        self.chosen[lane_id] = on
        self._follow()

    def toggle(self, lane_id: str) -> None:
        """Show a lane, or hide it."""
        self.show_lane(lane_id, all(lane.id != lane_id for lane in self._shown))

    def edit_at(self, lane: Lane, tick: float) -> None:
        """Show a lane, and let the user type what is at ``tick``; something is added where nothing is."""
        self.show_lane(lane.id, True)
        items = [i for i in lane.items(self.state.document) if i.end is not None and i.start <= tick < i.end]
        if items:
            self.edit(lane, items[0])
        else:
            self.add(lane, tick)

    def _follow(self) -> None:
        document = self.state.document
        shown = tuple(x for x in LANES if self.chosen.get(x.id, len(x.items(document)) >= x.many))
        if shown != self._shown:
            self._shown = shown
            self.setFixedHeight(ROW * len(shown) + (1 if shown else 0))
            self.setVisible(bool(shown))
            self.shown_changed.emit()
        if self.selected is not None and self._drag is None:
            lane = next(x for x in LANES if x.id == self.selected[0])
            if self.selected[1] not in lane.items(document):
                self.selected = None
        lanes = (document.sections, document.markers, document.tempo, document.meter, document.keys, document.chords)
        self.repaint_for(*lanes, self._shown, self.selected)

    def lane_at(self, y: float) -> Lane | None:
        """The lane whose row is at ``y``."""
        index = int(y // ROW)
        return self._shown[index] if 0 <= index < len(self._shown) else None

    def row_top(self, lane: Lane) -> int:
        """The upper edge of a lane's row."""
        return ROW * self._shown.index(lane)

    def box_of(self, lane: Lane, item: Item) -> QRectF:
        """Where an item is: a stretch, or as wide as its text."""
        return self._painter.box_of(item, self.row_top(lane))

    def found(self, x: float, y: float) -> _At | None:
        """What lies there."""
        lane = self.lane_at(y)
        if lane is None or x < GUTTER:
            return None
        for item in sorted(lane.items(self.state.document), key=lambda i: i.end is not None):  # markers lie over sections
            box = self.box_of(lane, item)
            if not box.left() <= x <= box.right():
                continue
            edge = min(EDGE, box.width() / 3)
            if item.end is None or box.left() + edge <= x <= box.right() - edge:
                return _At(lane, item)
            return _At(lane, item, "left" if x < box.left() + edge else "right")
        return _At(lane, None)

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view, document = self.theme, self.viewport, self.state.document
        painter.fillRect(clip, mixed(theme.ground, theme.panel, 0.5))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, self.height()), mixed(theme.ground, theme.line, 0.55))
        for lane in self._shown:
            selected = self.selected[1] if self.selected is not None and self.selected[0] == lane.id else None
            self._painter.paint(painter, clip, lane, self.row_top(lane), selected)
            painter.fillRect(QRect(clip.left(), self.row_top(lane) + ROW - 1, clip.width(), 1), theme.color("line"))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        for lane in self._shown:
            top = self.row_top(lane)
            painter.setPen(self.theme.color("muted"))
            painter.drawText(QRectF(8, top, GUTTER - 10, ROW), int(Qt.AlignmentFlag.AlignVCenter), t(lane.title))
            painter.fillRect(QRect(0, top + ROW - 1, GUTTER, 1), self.theme.color("line"))

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        at = self.found(event.position().x(), event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or at is None:
            super().mousePressEvent(event)
            return
        self._select(at.lane, at.item)
        tick = self.viewport.tick_at(event.position().x())
        self._drag = _Drag(at, tick, event.position().x(), self.state.session.committed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is None:
            super().mouseMoveEvent(event)
            if not event.buttons():
                self.setCursor(self._cursor(event))
            return
        drag.moved = drag.moved or abs(event.position().x() - drag.x) >= NEAR
        if drag.moved:
            self._dragged(drag, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        session = self.state.session
        if session.document is not drag.base:
            session.commit(drag.at.lane.step)
            if drag.at.item is None and self.selected is not None:
                self.edit(drag.at.lane, self.selected[1])
        else:
            session.cancel()
            if drag.at.item is None and not drag.moved:
                self.seek(self.tick_of(event))

    def _dragged(self, drag: _Drag, event: QMouseEvent) -> None:
        lane, item, session = drag.at.lane, drag.at.item, self.state.session
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        here = self.viewport.tick_at(event.position().x())
        if item is None:
            ends = sorted(self._snapped(tick, free) for tick in (drag.tick, here))
            if lane.spans and ends[0] < ends[1]:
                self._preview(lane, lane.add(drag.base, ends[0], ends[1], lane.default(drag.base, ends[0])), ends[0])
            return
        if item.fixed:
            return
        edge = item.end if drag.at.part == "right" and item.end is not None else item.start
        ticks = self._snapped(edge + here - drag.tick, free) - edge
        start, end = item.start, item.end or item.start
        start += ticks * (drag.at.part != "right")
        end += ticks * (drag.at.part != "left")
        if drag.at.part != "body":
            start, end = min(start, end - 1), max(end, start + 1)
        moved = lane.move(drag.base, item, max(0, start), end if start >= 0 else end - start)
        if moved is drag.base:
            session.cancel()
        else:
            self._preview(lane, moved, max(0, start))

    def _preview(self, lane: Lane, document: Document, start: int) -> None:
        """Show a change, and select what is now at ``start``."""
        self.state.session.preview(document)
        near = [i for i in lane.items(document) if abs(i.start - start) <= document.meter.at(start).bar_ticks]
        new = min(near, key=lambda i: abs(i.start - start), default=None)
        self.selected = None if new is None else (lane.id, new)
        self.repaint_all()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.found(event.position().x(), event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or at is None:
            return
        self._drag = None
        if at.item is not None:
            self.edit(at.lane, at.item)
        else:
            self.add(at.lane, self.viewport.tick_at(event.position().x()))

    def _cursor(self, event: QMouseEvent) -> QCursor | Qt.CursorShape:
        at = self.found(event.position().x(), event.position().y())
        if at is None:
            return Qt.CursorShape.ArrowCursor
        if at.item is None:
            return Qt.CursorShape.PointingHandCursor
        if at.item.fixed:
            return Qt.CursorShape.ArrowCursor
        return Qt.CursorShape.SizeAllCursor if at.part == "body" and at.item.end is not None else Qt.CursorShape.SizeHorCursor

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu(event.pos().x(), event.pos().y()).popup(event.globalPos())

    def menu(self, x: float, y: float) -> QMenu:
        """The right button's menu there."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        at = self.found(x, y)
        if at is not None and at.item is not None:
            lane, item = at.lane, at.item
            self._select(lane, item)
            menu.addAction(t("Change...")).triggered.connect(lambda: self.edit(lane, item))
            if item.end is not None:
                menu.addAction(t("Set the loop to it")).triggered.connect(lambda: self._loop(item))
            if not item.fixed:
                menu.addAction(t("Delete")).triggered.connect(lambda: self._remove(lane, item))
            menu.addSeparator()
        if at is not None:
            row, tick = at.lane, self.viewport.tick_at(x)
            menu.addAction(t("Add here")).triggered.connect(lambda: self.add(row, tick))
            if row is SECTIONS:
                menu.addAction(t("Add a section here")).triggered.connect(lambda: self.add(row, tick, span=True))
            menu.addSeparator()
        for each in LANES:
            action = menu.addAction(t("Show {lane}", lane=t(each.title).lower()))
            action.setCheckable(True)
            action.setChecked(each in self._shown)
            action.toggled.connect(lambda on, name=each.id: self.show_lane(name, on))
        return menu

    # doing

    def add(self, lane: Lane, tick: float, *, span: bool = False) -> None:
        """Add something at ``tick``, and let the user type what."""
        document = self.state.session.committed
        at = self._snapped_down(tick)
        bar = document.meter.bar_end(document.meter.bar_of(at))
        end = at if lane is SECTIONS and not span else max(bar, at + 1)
        if span:
            end = document.meter.bar_start(document.meter.bar_of(at) + 4)
        text = t("Marker") if lane is SECTIONS and not span else lane.default(document, at)
        new = lane.add(document, at, end, text)
        self.state.session.commit(lane.step, new)
        added = next((i for i in lane.items(new) if i.start == at and i not in lane.items(document)), None)
        added = added or next((i for i in lane.items(new) if i.start == at), None)
        if added is not None:
            self._select(lane, added)
            self.edit(lane, added)

    def edit(self, lane: Lane, item: Item) -> None:
        """Let the user type the item's value."""
        box = self.box_of(lane, item).toRect()
        box.setWidth(max(96, min(220, box.width())))

        def typed(text: str) -> str:
            document = self.state.session.committed
            try:
                new = lane.typed(document, item, text.strip()) if text.strip() else lane.remove(document, item)
            except Wrong as wrong:
                return str(wrong)
            if new is not document:
                self.state.session.commit(lane.step, new)
            return ""

        self.field.ask(box.adjusted(0, -1, 0, 1), item.text, t(lane.title), typed)

    def _remove(self, lane: Lane, item: Item) -> None:
        self._commit(lane.step, lambda d: lane.remove(d, item))

    def _loop(self, item: Item) -> None:
        self._commit("Set the loop", lambda d: edits.set_loop(d, (item.start, item.end or item.start)))

    def _commit(self, name: str, edit: Callable[[Document], Document]) -> None:
        document = self.state.session.committed
        new = edit(document)
        if new is not document:
            self.state.session.commit(name, new)

    def _select(self, lane: Lane, item: Item | None) -> None:
        self.selected = None if item is None else (lane.id, item)
        self.repaint_all()

    def _snapped(self, tick: float, free: bool) -> int:
        whole = max(0, round(tick))
        return whole if free or not self.state.grid.snap else self.state.document.meter.snap(whole, self._grid(whole))

    def _snapped_down(self, tick: float) -> int:
        whole = max(0, round(tick))
        return self.state.document.meter.snap_down(whole, self._grid(whole)) if self.state.grid.snap else whole

    def _grid(self, tick: int) -> int:
        return max(self.state.grid_ticks(), self.state.document.meter.at(tick).beat_ticks)

    # keys

    def event(self, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_Escape)
        asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in keys
        if asked and (self.selected is not None or self._drag is not None):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._drag is not None and event.key() == Qt.Key.Key_Escape:
            self._drag = None
            self.state.session.cancel()
            return
        if self.selected is None:
            event.ignore()
            return
        lane = next(x for x in LANES if x.id == self.selected[0])
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(lane, self.selected[1])
        elif event.key() == Qt.Key.Key_F2:
            self.edit(lane, self.selected[1])
        elif event.key() == Qt.Key.Key_Escape:
            self._select(lane, None)
        else:
            event.ignore()
