"""Levels on screen: bars that fall by themselves, the latest peak held, and a light that stays where it was too loud."""

from time import perf_counter

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.audio.levels import decibels
from studio.audio.meters import Levels, Meter
from studio.ui.panels.levels import LOWEST_DB
from studio.ui.texts import t
from studio.ui.theme import look
from studio.ui.widgets import named

HOLD_SECONDS = 1.5
_LOUD_DB = -6.0


class LevelMeter(QWidget):
    """Two bars of peak level from -60 to 0 decibels, along ``orientation``. A click puts the light out."""

    def __init__(self, orientation: Qt.Orientation, size: QSize, name: str, tip: str) -> None:
        super().__init__()
        self._upright = orientation == Qt.Orientation.Vertical
        self.setFixedSize(size)
        named(self, name, tip)
        self._meter = Meter()
        self._held = [0.0, 0.0]
        self._held_at = [0.0, 0.0]
        self._last = perf_counter()
        self._painted: tuple[object, ...] = ()

    @property
    def clipped(self) -> bool:
        """Whether it was over full scale since the light was put out."""
        return self._meter.clipped

    def held_db(self) -> tuple[float, float]:
        """The peaks held, decibels below full scale."""
        left, right = decibels(self._held)
        return float(left), float(right)

    def show_levels(self, levels: Levels, now: float | None = None) -> None:
        """Show what sounds now; ``now`` in seconds of the performance counter."""
        now = perf_counter() if now is None else now
        self._meter.update(levels, now - self._last)
        self._last = now
        for side, peak in enumerate(levels.peak):
            if peak >= self._held[side] or now - self._held_at[side] > HOLD_SECONDS:
                self._held[side], self._held_at[side] = max(peak, self._meter.peak[side]), now
        state = (*(self._place(p) for p in (*self._meter.peak, *self._held)), self.clipped)
        if state != self._painted:
            self._painted = state
            self.update()

    def _length(self) -> int:
        return (self.height() if self._upright else self.width()) - 6

    def _place(self, peak: float) -> int:
        """Pixels of a bar for a factor of full scale."""
        level = float(decibels(peak))
        return round(self._length() * min(1.0, max(0.0, 1 - level / LOWEST_DB)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._meter.reset()
        self._held = [0.0, 0.0]
        self.show_levels(Levels())
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        theme, length = look(), self._length()
        for side in range(2):
            self._bar(painter, side, 0, length, QColor(theme.line))
            now, loud = self._place(self._meter.peak[side]), round(length * (1 - _LOUD_DB / LOWEST_DB))
            self._bar(painter, side, 0, min(now, loud), QColor(theme.playing))
            if now > loud:
                self._bar(painter, side, loud, now, QColor(theme.locked))
            if held := self._place(self._held[side]):
                self._bar(painter, side, held - 1, held + 1, QColor(theme.text))
            self._bar(painter, side, length + 2, length + 6, QColor(theme.recording if self.clipped else theme.line))
        painter.end()

    def _bar(self, painter: QPainter, side: int, first: int, last: int, color: QColor) -> None:
        """Fill one side's bar between two places along it."""
        thick = ((self.width() if self._upright else self.height()) - 2) / 2
        across, along = side * (thick + 2), float(last - first)
        box = (
            QRectF(across, self.height() - last, thick, along) if self._upright else QRectF(first, across, along, thick)
        )  # fmt: skip
        painter.fillRect(box, color)


def master_meter() -> LevelMeter:
    """The meter of the whole mix."""
    tip = t("Level of the whole mix, left and right. The red light: the limiter had to hold it down. Click to put it out.")
    return LevelMeter(Qt.Orientation.Horizontal, QSize(94, 12), t("Level"), tip)


def track_meter() -> LevelMeter:
    """The meter of a track."""
    tip = t("Level of the track. The red light: it was over full scale. Click to put it out.")
    return LevelMeter(Qt.Orientation.Vertical, QSize(8, 48), t("Level of the track"), tip)
