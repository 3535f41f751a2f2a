"""The waveform of the mix, on the roll's time axis."""

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.app.jobs import Jobs
from studio.ui.panels.mix import MixFollower, MixSource
from studio.ui.panels.pyramid import BLOCK, BlockPeaks, Pyramid, block_peaks
from studio.ui.panels.timeline import columns_rect, edge_frames, visible_frames
from studio.ui.roll.grid import lines_between
from studio.ui.roll.primitives import boxes, columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed, ui_font

PIECE = 1 << 19
PAD = 6
MARKS = ((1.0, "0 dB"), (0.251, "-12"), (0.0631, "-24"))
BEND = 0.5  # heights go with this power of the amplitude: quiet passages stay visible


class Waveform(SeekWidget):
    """Peaks of the mix a pixel column; parts not rendered yet are silent. The peaks are found on a worker. A press seeks."""

    def __init__(self, state: RollState, source: MixSource, jobs: Jobs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self._source = source
        self._pyramid = Pyramid()
        self._follower = MixFollower("waveform", source, jobs, block_peaks, self._take, unit=BLOCK, piece=PIECE, parent=self)
        self._follower.seen = lambda: visible_frames(self.state, self._source.rate)
        self.setMinimumHeight(36)
        self.setAccessibleName(t("Waveform"))
        state.document_changed.connect(self._follow_document)

    def _follow_document(self) -> None:
        """Only where times lie and how long the song is; the sound comes by itself."""
        document = self.state.document
        self.repaint_for(document.tempo, document.meter, document.end)

    def close_source(self) -> None:
        """Stop following the mix."""
        self._follower.close()

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view = self.theme, self.viewport
        self._pyramid.resize(self._source.frames)  # a song that became shorter leaves nothing behind
        painter.fillRect(clip, theme.color("ground"))
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, self.height()), mixed(theme.ground, theme.line, 0.55))
        middle, reach = self.height() / 2, self.height() / 2 - PAD
        for level, _ in MARKS:
            for side in (-1, 1):
                y = round(middle + side * level**BEND * reach)
                painter.fillRect(QRect(clip.left(), y, clip.width(), 1), mixed(theme.ground, theme.line, 0.35))
        peaks = self._pyramid.peaks(edge_frames(self.state, self._source.rate, clip.left(), clip.right() + 1))
        heights = np.sign(peaks) * np.abs(peaks) ** BEND * reach
        top = np.rint(middle - heights[:, 1])
        bottom = np.maximum(top + 1, np.rint(middle - heights[:, 0]))
        x = np.arange(clip.left(), clip.right() + 1)
        fill_rects(painter, boxes(x, top, 1, bottom - top), mixed(theme.ground, theme.text, 0.52))
        loud = np.flatnonzero((peaks[:, 1] >= 0.999) | (peaks[:, 0] <= -0.999))
        fill_rects(painter, boxes(x[loud], 0, 1, 3), theme.color("recording"))
        painter.fillRect(QRect(clip.left(), 0, clip.width(), 1), theme.color("line"))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        painter.fillRect(QRect(0, 0, GUTTER, 1), self.theme.color("line"))
        painter.setFont(ui_font(10))
        painter.setPen(self.theme.color("muted"))
        middle, reach = self.height() / 2, self.height() / 2 - PAD
        for level, text in MARKS:
            y = middle - level**BEND * reach
            if level == 1.0 or reach * level**BEND > 12:
                box = QRectF(0, max(0.0, y - 7), GUTTER - 8, 14)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)

    def showEvent(self, event: QShowEvent) -> None:
        self._follower.set_active(True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._follower.set_active(False)
        super().hideEvent(event)

    def _take(self, peaks: BlockPeaks) -> None:
        self._pyramid.resize(self._source.frames)
        self._pyramid.put(peaks)
        first = peaks.first * BLOCK
        self.stale(columns_rect(self.state, self._source.rate, first, first + len(peaks.peaks) * BLOCK, self.height()))
