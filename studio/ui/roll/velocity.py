"""The velocity lane: a bar for each note of the edited track; dragging one of the selection changes all of it."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.music import edits
from studio.music.document import Document
from studio.ui.roll.grid import lines_between
from studio.ui.roll.layers.overview import draw_levels, top_levels
from studio.ui.roll.palette import LEVELS, Palette, level_of
from studio.ui.roll.primitives import boxes, columns, fill_groups, fill_rects
from studio.ui.roll.state import RollState
from studio.ui.roll.timewidget import TimeWidget
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

HEIGHT = 84
PAD = 8
STEM = 3
HEAD = 7
NEAR = 7
MANY = 4_000


class VelocityLane(TimeWidget):
    """Bars under the roll, as high as the notes are loud.

    A drag on a bar sets its note's velocity; where that note is selected with others, all change by as much. A drag beside
    the bars, or anywhere with Shift held, draws a line that the notes under it (of the selection, if there is one) reach up
    to; with the pencil it is drawn freely. Esc cancels.
    """

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state.viewport, theme, parent)
        self.state = state
        self.palette_of_roll = Palette(theme)
        self._base: Document | None = None
        self._grabbed = 0
        self._from = 0
        self._line: list[QPointF] = []  # the corners of the line that is being drawn
        self._over: int | None = None
        self.setMinimumHeight(48)
        self.resize(self.width(), HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(t("Velocity"))
        for signal in (state.document_changed, state.selection_changed, state.setting_changed):
            signal.connect(self.repaint_all)

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view, bottom = self.theme, self.viewport, self.height()
        painter.fillRect(clip, theme.color("ground"))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.beats), 0, bottom), self.palette_of_roll.step_line)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, bottom), self.palette_of_roll.beat_line)
        for velocity in (64, 127):
            painter.fillRect(QRect(clip.left(), round(self.y_of(velocity)), clip.width(), 1), self.palette_of_roll.row_line)
        self._paint_bars(painter, clip)
        self._paint_proposed(painter, clip)
        painter.fillRect(QRect(clip.left(), 0, clip.width(), 1), theme.color("line"))

    def gutter_key(self) -> object:
        return self.height()

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        painter.fillRect(QRect(0, 0, GUTTER, 1), self.theme.color("line"))
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for velocity in (1, 64, 127):
            painter.drawText(QRectF(0, self.y_of(velocity) - 7, GUTTER - 8, 14), right, str(velocity))

    def y_of(self, velocity: int) -> float:
        """Where the top of a bar of ``velocity`` is."""
        return self.height() - 5 - (self.height() - 5 - PAD) * velocity / 127

    def velocity_at(self, y: float) -> int:
        """The velocity whose bar ends at ``y``, 1..127."""
        return max(1, min(127, round(127 * (self.height() - 5 - y) / (self.height() - 5 - PAD))))

    def _paint_bars(self, painter: QPainter, clip: QRect) -> None:
        track, shown, view = self.state.track, self.state.shown, self.viewport
        if track is None:
            return
        starts = shown.notes.start
        span = np.array(view.visible_ticks(clip.left() - HEAD, clip.right() + HEAD)).astype(np.int64)
        first, last = np.searchsorted(starts, span)
        which = slice(int(first), int(last))
        x = view.x_of(starts[which])
        velocity = shown.notes.velocity[which]
        chosen = self.state.selected_mask(shown.notes.id[which])
        shades = self.palette_of_roll.note_levels(track.color)
        among = shown.between(*view.visible_ticks())
        if among.stop - among.start > MANY:  # by the whole view, whatever part of it is being painted
            self._paint_overview(painter, clip, x, velocity, shades)
            return
        faint = bool(chosen.any())
        top = np.rint(self.height() - 5 - (self.height() - 5 - PAD) * velocity / 127.0)
        stems = boxes(x, top, STEM, self.height() - 2 - top)
        heads = boxes(x, top, HEAD, 3)
        rest = tuple(mixed(self.theme.ground, shade.name(), 0.55) for shade in shades) if faint else shades
        groups = level_of(velocity) + LEVELS * chosen  # first those not selected, the selected ones over them
        order = np.argsort(groups, kind="stable")
        edges = 2 * np.searchsorted(groups[order], np.arange(2 * LEVELS + 1))
        bars = np.stack([stems[order], heads[order]], axis=1).reshape(-1, 4)
        fill_groups(painter, bars, edges.tolist(), (*rest, *shades))
        fill_rects(painter, heads[chosen], self.palette_of_roll.selected)

    def _paint_proposed(self, painter: QPainter, clip: QRect) -> None:
        """Bars of what a network proposes for this track, to be looked at only."""
        proposal, view = self.state.session.proposal, self.viewport
        for part, notes in proposal.take.parts if proposal else ():
            if part.track_id == self.state.track_id:
                x = view.x_of(notes.start)
                seen = (x >= clip.left() - HEAD) & (x <= clip.right() + 1)
                top = np.rint(self.height() - 5 - (self.height() - 5 - PAD) * notes.velocity[seen] / 127.0)
                bars = np.concatenate([boxes(x[seen], top, STEM, self.height() - 2 - top), boxes(x[seen], top, HEAD, 3)])
                fill_rects(painter, bars, self.theme.color("proposed", 0.6))

    def _paint_overview(self, painter: QPainter, clip: QRect, x: np.ndarray, velocity: np.ndarray, shades: tuple) -> None:  # type: ignore[type-arg]
        """A cloud of heads: one pixel a note and column, where bars would be a wall."""
        left = (x - clip.left()).astype(np.int64)
        rows = LEVELS * 2
        row = rows - 1 - velocity.astype(np.int64) * rows // 128
        levels = top_levels(row, left, left + 2, level_of(velocity), rows, clip.width())
        height = max(1, (self.height() - PAD - 5) // rows)
        draw_levels(painter, clip.left(), self.height() - 5 - rows * height, levels, shades, height)

    # the mouse

    def bar_at(self, at: QPointF) -> int | None:
        """Index of the note whose bar is meant by a press at ``at``: the nearest, a selected one first."""
        shown, view = self.state.shown, self.viewport
        first, last = np.searchsorted(shown.notes.start, [view.tick_at(at.x() - HEAD - NEAR), view.tick_at(at.x() + NEAR)])
        if first == last or at.x() < GUTTER:
            return None
        which = slice(int(first), int(last))
        away = np.abs(view.x_of(shown.notes.start[which]) + STEM / 2 - at.x())
        away = away + np.abs(shown.notes.velocity[which] - self.velocity_at(at.y())) / 64
        away = away - NEAR * 0.5 * self.state.selected_mask(shown.notes.id[which])
        best = int(np.argmin(away))
        return which.start + best if away[best] <= HEAD + NEAR else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.position().x() < GUTTER:
            super().mousePressEvent(event)
            return
        drawing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) or self.state.tool == "pencil"
        found = None if drawing else self.bar_at(event.position())
        self._base = self.state.session.committed
        if found is None:
            self._line = [event.position()]
            return
        notes = self.state.shown.notes
        self._grabbed, self._from = int(notes.id[found]), int(notes.velocity[found])
        if self._grabbed not in self.state.selection:
            self.state.select([self._grabbed])
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._base is not None:
            self._draw_line(event.position()) if self._line else self._drag(event.position())
            return
        found = self.bar_at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.SizeVerCursor)
        self.setToolTip("" if found is None else t("Velocity {n}", n=int(self.state.shown.notes.velocity[found])))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._base is None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        name = "Draw velocities" if self._line else "Change velocity"
        self._end()
        self.state.session.commit(name)

    def gesture_runs(self) -> bool:
        return self._base is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._base is not None:
            self._end()
            self.state.session.cancel()
        else:
            event.ignore()

    def _end(self) -> None:
        self._base = None
        self._line = []
        self.update()

    def _standing(self) -> Document | None:
        """What the gesture began with, unless a step was made meanwhile: that ends it."""
        if self._base is not self.state.session.committed:
            self._end()
        return self._base

    def _draw_line(self, at: QPointF) -> None:
        base = self._standing()
        if base is None:
            return
        free = self.state.tool == "pencil"
        self._line = [*self._line, at] if free else [self._line[0], at]
        ids = self.state.selection or frozenset(self.state.shown.notes.id.tolist())
        changed = self.state.document if free else base  # a free line goes on from what it has drawn
        ends = sorted(self._line[-2:], key=lambda p: p.x())
        ends = [ends[0] - QPointF(HEAD, 0), *ends]  # a bar lies to the right of its note's start
        ticks = [self.viewport.tick_at(p.x()) for p in ends]
        self.state.session.preview(edits.draw_velocity(changed, ids, ticks, [self.velocity_at(p.y()) for p in ends]))
        self.update()

    def paint_over(self, painter: QPainter, clip: QRect) -> None:
        """The line that is being drawn."""
        if len(self._line) > 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(self.theme.color("text", 0.8), 1.5))
            painter.drawPolyline(self._line)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _drag(self, at: QPointF) -> None:
        base = self._standing()
        if base is None:
            return
        velocity = self.velocity_at(at.y())
        if velocity == self._from:
            changed = base
        elif len(self.state.selection) > 1:
            changed = edits.change_velocity(base, self.state.selection, velocity - self._from)
        else:
            changed = edits.set_velocity(base, [self._grabbed], velocity)
        self.state.last_velocity = velocity
        self.state.session.preview(changed)
