"""A column that scrolls: what goes on below or above fades into the edge, so that nobody takes a cut row for the last one."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from studio.ui.theme import look

_REACH = 24


class FadingScroll(QScrollArea):
    """Scrolls ``inner`` up and down, as wide as there is room; edges fade into the panel's colour where more lies beyond them."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shade = _Shade(self)
        self.viewport().installEventFilter(self)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._shade.update)
        bar.rangeChanged.connect(self._shade.update)

    @property
    def beyond(self) -> tuple[int, int]:
        """Pixels that are out of sight above and below."""
        bar = self.verticalScrollBar()
        return bar.value() - bar.minimum(), bar.maximum() - bar.value()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._shade.setGeometry(self.viewport().geometry())
            self._shade.raise_()
        return False


class _Shade(QWidget):
    """Lies over the column and lets every click through."""

    def __init__(self, scroll: FadingScroll) -> None:
        super().__init__(scroll)
        self._scroll = scroll
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        above, below = (min(_REACH, beyond) for beyond in self._scroll.beyond)
        for reach, edge in ((above, 0), (-below, self.height())):
            if reach:
                fade = QLinearGradient(0, edge, 0, edge + reach)
                fade.setColorAt(0, look().color("panel"))
                fade.setColorAt(1, look().color("panel", 0.0))
                painter.fillRect(QRectF(0, edge, self.width(), reach).normalized(), fade)
        painter.end()
