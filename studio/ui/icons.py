"""Icons: SVG files of one stroke weight, tinted with the theme's colours, sharp at every scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.paths import resources
from studio.ui.theme import Theme, look, mixed

SIZE = 20


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    source = (resources() / "icons" / f"{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", color).encode()))


class _Tinted(QIconEngine):
    """Draws the file in the colour of the icon's state, at the size asked for."""

    def __init__(self, name: str, normal: str, on: str, disabled: str) -> None:
        super().__init__()
        self._name, self._normal, self._on, self._disabled = name, normal, on, disabled

    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:  # type: ignore[no-untyped-def]
        color = self._on if state == QIcon.State.On else self._normal
        if mode == QIcon.Mode.Disabled:
            color = self._disabled
        side = min(rect.width(), rect.height())
        left, top = rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2
        _renderer(self._name, color).render(painter, QRectF(left, top, side, side))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Tinted(self._name, self._normal, self._on, self._disabled)


def icon(name: str, role: str = "text", on: str = "", theme: Theme | None = None) -> QIcon:
    """The icon ``name`` in the colour of ``role`` in ``theme`` (that in use by default); ``on`` is the role of its checked state."""
    theme = theme or look()
    normal = getattr(theme, role)
    disabled = mixed(theme.line, theme.muted, 0.25).name()
    return QIcon(_Tinted(name, normal, getattr(theme, on or role), disabled))


def app_icon() -> QIcon:
    """The application's own icon."""
    return QIcon(str(resources() / "icons" / "app.svg"))
