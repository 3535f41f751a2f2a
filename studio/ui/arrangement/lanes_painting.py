"""How the lanes look: stretches as boxes, changes as flags, each with its text where there is room."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from studio.music.document import Document
from studio.ui.arrangement.lanes import SECTIONS, Item, Lane
from studio.ui.roll.primitives import boxes, fill_rects
from studio.ui.roll.state import RollState
from studio.ui.theme import Theme, mixed

ROW = 20
_FLAG = 8  # pixels before a change's text
_TINY = 14  # pixels of a stretch that has no room for a text
_MOST = 300  # items with texts of their own in one go: more cannot be read


@dataclass(frozen=True, eq=False)
class _Placed:
    """Items, and by column where they start and end (-1: a change) and how many pixels a change's text takes."""

    items: list[Item]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    widths: npt.NDArray[np.float64]


class LanePainter:
    """Paints lanes, and knows where their items are."""

    def __init__(self, state: RollState, theme: Theme, font: QFont) -> None:
        self._state, self.theme, self.viewport = state, theme, state.viewport
        self._font = QFont(font)
        self._font.setPixelSize(11)
        self._metrics = QFontMetrics(self._font)
        self._places: dict[str, tuple[Document, _Placed]] = {}

    def box_of(self, item: Item, top: int) -> QRectF:
        """Where an item is: a stretch, or as wide as its text."""
        x0 = float(self.viewport.x_of(item.start))
        if item.end is None:
            return QRectF(x0, top + 1, _FLAG + self._metrics.horizontalAdvance(item.text) + 6, ROW - 2)
        return QRectF(x0, top + 1, max(3.0, float(self.viewport.x_of(item.end)) - x0 - 1), ROW - 2)

    def paint(self, painter: QPainter, clip: QRect, lane: Lane, top: int, selected: Item | None) -> None:
        """The items of a lane that touch ``clip``: each by itself, or where they are many and tiny as bare boxes in one call."""
        painter.setFont(self._font)
        placed = self._placed_of(lane)
        x0 = self.viewport.x_of(placed.starts)
        x1 = np.where(placed.ends < 0, x0 + placed.widths, self.viewport.x_of(placed.ends))
        seen = np.flatnonzero((x0 <= clip.right()) & (x1 >= clip.left()))
        tiny = seen[(placed.ends[seen] >= 0) & (x1[seen] - x0[seen] < _TINY)]
        box = boxes(x0[tiny], top + 3, np.maximum(1.0, x1[tiny] - x0[tiny] - 1), ROW - 6)
        fill_rects(painter, box, self._fill_of(lane))
        for k in np.setdiff1d(seen, tiny, assume_unique=True)[:_MOST].tolist():
            item = placed.items[k]
            self._paint_item(painter, lane, item, self.box_of(item, top), item == selected)

    def _placed_of(self, lane: Lane) -> _Placed:
        """A lane's items and where they are, worked out once for each document."""
        document = self._state.document
        known = self._places.get(lane.id)
        if known is None or known[0] is not document:
            items = list(lane.items(document))
            starts = np.array([i.start for i in items], np.int64)
            ends = np.array([-1 if i.end is None else i.end for i in items], np.int64)
            widths = np.array([_FLAG + self._metrics.horizontalAdvance(i.text) + 6 for i in items], np.float64)
            known = self._places[lane.id] = document, _Placed(items, starts, ends, widths)
        return known[1]

    def _fill_of(self, lane: Lane) -> QColor:
        return mixed(self.theme.panel, self.theme.text, 0.20 if lane is SECTIONS else 0.11)

    def _paint_item(self, painter: QPainter, lane: Lane, item: Item, box: QRectF, chosen: bool) -> None:
        theme = self.theme
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if item.end is None:
            painter.fillRect(QRectF(box.left(), box.top(), 2, ROW - 2), mixed(theme.muted, theme.text, 0.9 if chosen else 0.2))
            painter.fillRect(QRectF(box.left() + 2, box.top(), 4, 5), mixed(theme.muted, theme.text, 0.9 if chosen else 0.2))
            painter.setPen(theme.color("text" if chosen else "muted"))
            painter.drawText(box.adjusted(_FLAG, 0, 0, 0), align, item.text)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(theme.color("text") if chosen else Qt.PenStyle.NoPen)
        painter.setBrush(self._fill_of(lane))
        painter.drawRoundedRect(box.adjusted(0.5, 1.5, -0.5, -1.5), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(theme.color("text"))
        text = self._metrics.elidedText(item.text, Qt.TextElideMode.ElideRight, int(box.width()) - 8)
        painter.drawText(box.adjusted(5, 0, -3, 0), align, text)
