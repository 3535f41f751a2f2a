"""A button that shows a key and opens a small page to choose another."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.music.pitch import NAMES_FLAT, NAMES_SHARP, SCALES, Key
from studio.ui.texts import noted, t
from studio.ui.widgets import Flow, label, named, rule

_TONIC_WIDTH = 60
_WIDE = 6 * _TONIC_WIDTH + 5 * 4
_BOTH = ["/".join(dict.fromkeys((a, b))) for a, b in zip(NAMES_SHARP, NAMES_FLAT, strict=True)]


def key_title(key: Key) -> str:
    """A key as people read it: its tonic and its scale."""
    return f"{str(key).removesuffix(key.scale).strip()} {t(key.scale)}"


class KeyPicker(QToolButton):
    """Shows ``key``; ``picked(Key | None)`` tells what was chosen. ``none`` is the text for no key, empty forbids it."""

    picked = Signal(object)

    def __init__(self, name: str, tip: str, none: str = noted("No key")) -> None:
        super().__init__()
        self.setProperty("role", "value")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named(self, name, tip)
        self._none = none
        self._key: Key | None = None
        self._page: _KeyPage | None = None
        self.clicked.connect(self._open)
        self.key = None

    @property
    def key(self) -> Key | None:
        """The key shown."""
        return self._key

    @key.setter
    def key(self, key: Key | None) -> None:
        self._key = key
        self.setText(key_title(key or Key()) if key or not self._none else t(self._none))

    def _open(self) -> None:
        self._page = _KeyPage(self, self._key or Key(), self._none)
        self._page.chosen.connect(self._choose)
        self._page.adjustSize()
        below = self.mapToGlobal(QPoint(0, self.height() + 4))
        screen = self.screen().availableGeometry()
        below.setX(min(below.x(), screen.right() - self._page.width() - 8))
        below.setY(min(below.y(), screen.bottom() - self._page.height() - 8))
        self._page.move(below)
        self._page.show()

    def _choose(self, key: Key | None) -> None:
        self.key = key
        self.picked.emit(key)


class _KeyPage(QFrame):
    """Twelve tonics and the scales; a click chooses at once, a click elsewhere closes."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, key: Key, none: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self._key = key
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 12, 12, 12)
        page.setSpacing(8)
        page.addWidget(label(t("TONIC"), "heading"))
        page.addLayout(self._tonics())
        page.addWidget(label(t("SCALE"), "heading"))
        scales = QWidget()
        scales.setFixedWidth(_WIDE)
        flow = Flow(scales)
        group = QButtonGroup(self)
        for name in SCALES:
            button = _chip(t(name), t("Scale: {name}", name=t(name)), name == key.scale)
            button.clicked.connect(lambda _=False, n=name: self._set(Key(self._key.tonic, n)))
            group.addButton(button)
            flow.addWidget(button)
        scales.setMinimumHeight(flow.heightForWidth(_WIDE))
        page.addWidget(scales)
        if none:
            page.addWidget(rule())
            free = QPushButton(t(none))
            free.setProperty("role", "quiet")
            named(free, t(none), t("Leave the pitches free"))
            free.clicked.connect(self._clear)
            page.addWidget(free)

    def _tonics(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        group = QButtonGroup(self)
        for tonic, text in enumerate(_BOTH):
            button = _chip(text, t("Tonic: {name}", name=text), tonic == self._key.tonic)
            button.clicked.connect(lambda _=False, t=tonic: self._set(Key(t, self._key.scale)))
            group.addButton(button)
            grid.addWidget(button, tonic // 6, tonic % 6)
            grid.setColumnStretch(tonic % 6, 1)
            button.setFixedWidth(_TONIC_WIDTH)
        return grid

    def _set(self, key: Key) -> None:
        self._key = key
        self.chosen.emit(key)

    def _clear(self) -> None:
        self.chosen.emit(None)
        self.close()


def _chip(text: str, name: str, on: bool) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "chip")
    button.setCheckable(True)
    button.setChecked(on)
    named(button, name)
    return button
