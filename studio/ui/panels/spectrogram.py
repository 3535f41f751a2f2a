"""The spectrogram of the mix, on the roll's time axis and a scale of pitch."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QHideEvent, QImage, QMouseEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.app.jobs import Jobs
from studio.music.pitch import frequency, pitch_name
from studio.ui.panels.mix import MixFollower, MixSource
from studio.ui.panels.spectrum import (
    HIGHEST,
    HOP,
    LOWEST,
    MARGIN,
    ROWS,
    ROWS_A_SEMITONE,
    Columns,
    ColumnStore,
    columns_of,
)
from studio.ui.panels.timeline import columns_rect, edge_frames, visible_frames
from studio.ui.roll.grid import lines_between
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, ui_font

PIECE = HOP * 256
# Level 0..1 -> colour: rising in lightness, clear of the hues that mean something elsewhere.
STOPS = ((0.0, ""), (0.18, "#182633"), (0.42, "#1F5068"), (0.64, "#3D8C98"), (0.82, "#A3C4A8"), (1.0, "#FBF3D3"))
STOPS_BY_DAY = ((0.0, ""), (0.18, "#DDEDF0"), (0.42, "#93C6CF"), (0.64, "#3D8C98"), (0.82, "#1F5068"), (1.0, "#101C26"))


class Spectrogram(SeekWidget):
    """Levels of the mix over time and pitch, C1 to C9. Found on a worker in pieces, what is seen first. A press seeks."""

    def __init__(self, state: RollState, source: MixSource, jobs: Jobs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self._source = source
        self._columns = ColumnStore()
        self._colors = color_table(theme)
        self._follower = MixFollower(
            "spectrogram",
            source,
            jobs,
            lambda samples, first: columns_of(samples, first, source.rate),
            self._take,
            unit=HOP,
            piece=PIECE,
            margin=MARGIN,
            parent=self,
        )
        self._follower.seen = lambda: visible_frames(self.state, self._source.rate)
        self.setMinimumHeight(60)
        self.setAccessibleName(t("Spectrogram"))
        state.document_changed.connect(self._follow_document)

    def _follow_document(self) -> None:
        """Only where times lie and how long the song is; the sound comes by itself."""
        document = self.state.document
        self.repaint_for(document.tempo, document.meter, document.end)

    def close_source(self) -> None:
        """Stop following the mix."""
        self._follower.close()

    def y_of(self, pitch: float) -> float:
        """The middle of a pitch's row."""
        return self.height() * (1 - (pitch - LOWEST + 0.5 / ROWS_A_SEMITONE) / (HIGHEST - LOWEST))

    def pitch_at(self, y: float) -> float:
        """The pitch at ``y``, with its fraction."""
        return LOWEST + (1 - y / self.height()) * (HIGHEST - LOWEST) - 0.5 / ROWS_A_SEMITONE

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        self._columns.resize(-(-self._source.frames // HOP))  # a song that became shorter leaves nothing behind
        edges = edge_frames(self.state, self._source.rate, clip.left(), clip.right() + 1)
        painter.drawImage(clip.left(), 0, self._image(self._columns.at(edges)))
        theme, view = self.theme, self.viewport
        start, end = view.visible_ticks(clip.left() - 1, clip.right() + 2)
        lines = lines_between(self.state.document.meter, start, end, view.scale, self.state.grid)
        fill_rects(painter, columns(view.x_of(lines.bars), 0, self.height()), theme.color("text", 0.07))
        for pitch in range(LOWEST, HIGHEST, 12):
            painter.fillRect(QRect(clip.left(), round(self.y_of(pitch)), clip.width(), 1), theme.color("text", 0.07))
        painter.fillRect(QRect(clip.left(), 0, clip.width(), 1), theme.color("line"))

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        painter.fillRect(QRect(0, 0, GUTTER, 1), self.theme.color("line"))
        painter.setFont(ui_font(10))
        painter.setPen(self.theme.color("muted"))
        every = 12 if self.height() / 8 >= 13 else 24
        for pitch in range(LOWEST + 12 * (every == 24), HIGHEST, every):
            y = self.y_of(pitch)
            painter.fillRect(QRect(GUTTER - 5, round(y), 4, 1), self.theme.color("muted", 0.7))
            if 6 <= y <= self.height() - 4:
                box = QRectF(0, y - 7, GUTTER - 8, 14)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pitch_name(pitch))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pitch = round(self.pitch_at(event.position().y()))
        key = self.state.document.key_at(max(0, int(self.viewport.tick_at(event.position().x()))))
        name = pitch_name(pitch, key)
        self.setToolTip(f"{name}   {frequency(pitch):.0f} Hz")
        super().mouseMoveEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._follower.set_active(True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._follower.set_active(False)
        super().hideEvent(event)

    def _take(self, columns: Columns) -> None:
        self._columns.resize(-(-self._source.frames // HOP))
        self._columns.put(columns)
        first = columns.first * HOP
        self.stale(columns_rect(self.state, self._source.rate, first, first + len(columns.levels) * HOP, self.height()))

    def _image(self, levels: npt.NDArray[np.uint8]) -> QImage:
        """Levels [width, ROWS] as an image of the widget's height: the loudest of the rows that share a pixel."""
        height, width = max(1, self.height()), len(levels)
        share = next((k for k in (1, 2, 3, 4, 6) if k * height >= ROWS), 8)  # how many rows a pixel may have to show
        pooled = np.ascontiguousarray(levels.T).reshape(ROWS // share, share, width).max(axis=1)
        rows = (ROWS // share - 1) - np.arange(height) * (ROWS // share) // height
        pixels = self._colors[pooled[rows]]
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def color_table(theme: Theme) -> npt.NDArray[np.uint32]:
    """The colour of each level 0..255 as Qt's 32 bits."""
    stops = STOPS if theme.dark else STOPS_BY_DAY
    places = np.array([p for p, _ in stops])
    colors = [QColor(name or theme.ground) for _, name in stops]
    at = np.linspace(0, 1, 256)
    table: npt.NDArray[np.uint32] = np.full(256, 255, np.uint32)
    for channel in (QColor.red, QColor.green, QColor.blue):
        values = np.rint(np.interp(at, places, [channel(c) for c in colors]))
        table = (table << np.uint32(8)) | values.astype(np.uint32)
    return table
