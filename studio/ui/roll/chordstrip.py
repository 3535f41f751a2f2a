"""The chord names above the roll: those of the song's chord lane, and where it has none those recognised from the notes."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from studio.music.chords import recognize_chords
from studio.music.document import ChordSpan, Document
from studio.music.notes import Notes
from studio.music.pitch import NAMES_FLAT, NAMES_SHARP
from studio.ui.roll.primitives import columns, fill_rects
from studio.ui.roll.seeking import SeekWidget
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t
from studio.ui.theme import Theme, mixed

HEIGHT = 18
BARS_AT_ONCE = 8
LEAST_BAR = 26  # pixels a bar, below which there is no room for names
MOST_NOTES = 20_000  # in eight bars; no chords are told from more
KEPT = 64


class ChordStrip(SeekWidget):
    """Chord names: written ones bright, recognised ones muted. A press moves the playhead, a double click asks for ``edit``."""

    def __init__(self, state: RollState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(state, theme, parent)
        self._found: OrderedDict[int, tuple[ChordSpan, ...]] = OrderedDict()  # by the number of eight bars
        self._of: Document | None = None
        self.edit: Callable[[float], None] = lambda tick: None
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(t("Chords"))
        state.document_changed.connect(self._document_changed)

    def spans(self, start: float, end: float) -> list[tuple[ChordSpan, bool]]:
        """The chords of [start, end) ticks, and whether each is written rather than recognised."""
        document = self.state.session.committed
        if document is not self._of:
            self._of, self._found = document, OrderedDict()
        written = [(span, True) for span in document.chords if span.end > start and span.start < end]
        first, last = (document.meter.bar_of(max(0, int(tick))) // BARS_AT_ONCE for tick in (start, end))
        heard = [span for part in range(first, last + 1) for span in self._recognized(document, part)]
        free = [(s, False) for s in heard if not any(w.start < s.end and s.start < w.end for w in document.chords)]
        return sorted([*written, *free], key=lambda item: item[0].start)

    def _recognized(self, document: Document, part: int) -> tuple[ChordSpan, ...]:
        """The chords heard in eight bars. What is being dragged changes them only once it is let go."""
        if part not in self._found:
            meter = document.meter
            bars = np.array([meter.bar_start(part * BARS_AT_ONCE + k) for k in range(BARS_AT_ONCE + 1)])
            beats = [np.arange(a, b, meter.at(a).beat_ticks) for a, b in pairwise(bars.tolist())]
            notes = Notes.concat(self._touching(document, int(bars[0]), int(bars[-1])))
            edges = np.append(np.concatenate(beats), bars[-1])
            self._found[part] = recognize_chords(notes, edges, bars) if len(notes) <= MOST_NOTES else ()
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return self._found[part]

    def _touching(self, document: Document, start: int, end: int) -> list[Notes]:
        parts = []
        for track in document.tracks:
            if not track.drums and not track.mute:
                shown = self.state.shown_of(track)
                parts.append(shown.notes.select(shown.between(start, end - 1)))
        return parts

    def _document_changed(self) -> None:
        if self.state.session.committed is not self._of:
            self.repaint_all()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= GUTTER:
            self.edit(self.viewport.tick_at(event.position().x()))

    # painting

    def paint_time(self, painter: QPainter, clip: QRect) -> None:
        theme, view = self.theme, self.viewport
        painter.fillRect(clip, theme.color("panel"))
        document = self.state.session.committed
        bar = document.meter.at(max(0, int(view.tick_at(clip.left())))).bar_ticks
        if bar * view.scale >= LEAST_BAR:
            start, end = view.visible_ticks(clip.left() - 80, clip.right() + 2)
            self._paint_names(painter, self.spans(max(0.0, start), end))
        painter.fillRect(QRect(clip.left(), HEIGHT - 1, clip.width(), 1), theme.color("line"))

    def _paint_names(self, painter: QPainter, spans: list[tuple[ChordSpan, bool]]) -> None:
        view, theme = self.viewport, self.theme
        key = self.state.session.committed.key_at(int(max(0.0, view.tick_at(GUTTER))))
        names = NAMES_FLAT if key and key.flats else NAMES_SHARP
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        starts = view.x_of([span.start for span, _ in spans])
        fill_rects(painter, columns(starts, 4, HEIGHT - 4), mixed(theme.panel, theme.text, 0.20))
        last = ""
        for k, (span, written) in enumerate(spans):
            root = names[span.chord.root]
            bass = f"/{names[span.chord.bass]}" if span.chord.bass is not None else ""
            name = f"{root}{span.chord.quality}{bass}"
            room = (starts[k + 1] if k + 1 < len(spans) else float(view.x_of(span.end))) - starts[k] - 6
            repeated = not written and name == last and starts[k] > GUTTER
            last = name
            if room >= metrics.horizontalAdvance(name) and not repeated:
                painter.setPen(theme.color("text" if written else "muted"))
                painter.drawText(QRectF(starts[k] + 4, 0, room + 2, HEIGHT - 1), int(Qt.AlignmentFlag.AlignVCenter), name)

    def paint_gutter(self, painter: QPainter, clip: QRect) -> None:
        painter.fillRect(clip, self.theme.color("panel"))
        painter.fillRect(QRect(0, HEIGHT - 1, GUTTER, 1), self.theme.color("line"))
