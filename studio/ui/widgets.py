"""Small controls that all panels share: fields that leave the window's shortcuts alone, faders, segments, chips."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QToolTip,
    QWidget,
)

from studio.ui.icons import SIZE, icon
from studio.ui.theme import Theme, look, mixed

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_HANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def named(widget: QWidget, name: str, tip: str = "") -> None:
    """Tell people and screen readers what ``widget`` is for."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip or name)


def role(widget: QWidget, name: str) -> None:
    """Give ``widget`` a role of the style sheet, also when it is already shown."""
    widget.setProperty("role", name)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def label(text: str, kind: str = "") -> QLabel:
    """A line of text; ``kind`` is muted, hint, heading or title."""
    made = QLabel(text)
    if kind:
        made.setProperty("role", kind)
    return made


def rule(vertical: bool = False) -> QFrame:
    """A line one pixel wide."""
    line = QFrame()
    line.setProperty("role", "rule")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def icon_button(name: str, text: str, tip: str = "", kind: str = "icon", color: str = "muted", on: str = "") -> QToolButton:
    """A button that is only an icon; ``kind`` icon (28 px) or small (24 px), ``on`` the colour role when checked."""
    button = QToolButton()
    button.setProperty("role", kind)
    button.setIcon(icon(name, color, on))
    button.setIconSize(QSize(SIZE, SIZE) if kind == "icon" else QSize(16, 16))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCheckable(bool(on))
    named(button, text, tip)
    return button


def _typed_text(event: QKeyEvent) -> bool:
    """Whether the key belongs to the field that has the focus rather than to the window's shortcuts."""
    return event.key() in _RETURN or not event.modifiers() & _HANDS


def give_back_focus(widget: QWidget) -> None:
    """Let go of the focus; it goes to what the window is for (its focus proxy), where it says so."""
    widget.clearFocus()
    home = widget.window().focusProxy()
    if home is not None:
        home.setFocus(Qt.FocusReason.OtherFocusReason)


class TextField(QLineEdit):
    """A line of text; Enter and Escape give the focus back."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _typed_text(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.undo_all()
            give_back_focus(self)
            return
        super().keyPressEvent(event)
        if event.key() in _RETURN:
            give_back_focus(self)

    def undo_all(self) -> None:
        """Take back what was typed since the field got the focus."""
        while self.isUndoAvailable():
            self.undo()


def _keeps_key(event: QEvent) -> bool | None:
    """For a shortcut's announcement: whether a number keeps the key. Space is the transport's; None for other events."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return None
    keeps = _typed_text(event) and event.key() != Qt.Key.Key_Space
    event.setAccepted(keeps)
    return keeps


class _QuietNumber(QAbstractSpinBox if TYPE_CHECKING else object):  # type: ignore[misc]
    """No signal while typing, no wheel without the focus; the style sheet hides the arrows, as NoButtons breaks its layout."""

    def _quieten(self) -> None:
        for text in self.findChildren(QLineEdit):
            text.setTextMargins(6, 0, 6, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)

    def event(self, event: QEvent) -> bool:
        keeps = _keeps_key(event)
        return super().event(event) if keeps is None else keeps

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (*_RETURN, Qt.Key.Key_Escape):
            give_back_focus(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class IntField(_QuietNumber, QSpinBox):
    """A whole number in a range."""

    def __init__(self, low: int, high: int, value: int) -> None:
        super().__init__()
        self._quieten()
        self.setRange(low, high)
        self.setValue(value)


class FloatField(_QuietNumber, QDoubleSpinBox):
    """A number with ``places`` decimals in a range."""

    def __init__(self, low: float, high: float, value: float, places: int = 1) -> None:
        super().__init__()
        self._quieten()
        self.setDecimals(places)
        self.setRange(low, high)
        self.setValue(value)


class Choice(QComboBox):
    """One of several texts; the wheel passes over it."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__()
        self.addItems(list(texts))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMaxVisibleItems(24)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Segments(QFrame):
    """One of a few, side by side in a rounded row, or in rows of ``columns``.

    ``picked`` gives the index, ``shown`` also where it was not the user who chose.
    """

    picked, shown = Signal(int), Signal(int)

    def __init__(self, texts: Iterable[str], tips: Iterable[str], name: str, columns: int = 100) -> None:
        super().__init__()
        self.setProperty("role", "raised")
        row = QGridLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        texts = list(texts)
        for i, (text, tip) in enumerate(zip(texts, tips, strict=True)):
            button = QPushButton(text)
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setMinimumWidth(24)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            named(button, f"{name}: {text}", tip)
            self._group.addButton(button, i)
            last = i == len(texts) - 1  # fills its row
            row.addWidget(button, i // columns, i % columns, 1, columns - i % columns if last and columns <= i else 1)
            row.setColumnStretch(i % columns, 1)
        self._group.idClicked.connect(self.picked)
        self._group.idToggled.connect(lambda i, on: self.shown.emit(i) if on else None)
        self._group.button(0).setChecked(True)
        named(self, name)

    @property
    def index(self) -> int:
        """Which one is chosen."""
        return self._group.checkedId()

    @index.setter
    def index(self, value: int) -> None:
        self._group.button(value).setChecked(True)

    def allow(self, index: int, on: bool) -> None:
        """Offer one of them, or do not."""
        self._group.button(index).setEnabled(on)


class Flow(QLayout):
    """Widgets in rows, wrapped like words."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        width = max((i.sizeHint().width() for i in self._items), default=0)
        height = max((i.sizeHint().height() for i in self._items), default=0)
        return QSize(width, height)

    def _place(self, rect: QRect, move: bool) -> int:
        x, y, tall = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, tall = rect.x(), y + tall + self._gap, 0
            if move:
                item.setGeometry(QRect(x, y, size.width(), size.height()))
            x += size.width() + self._gap
            tall = max(tall, size.height())
        return y + tall - rect.y()


class Fader(QSlider):
    """A level: one drag is ``dragged`` many times and ``settled`` once; double click goes home.

    Positions are whole numbers; ``shown(position)`` is the text beside the pointer. ``centred`` fills from the middle.
    """

    dragged = Signal(int)
    settled = Signal(int)

    def __init__(self, low: int, high: int, home: int, shown: Callable[[int], str], centred: bool = False) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(low, high)
        self.setValue(home)
        self.setFixedHeight(24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPageStep(max(1, (high - low) // 10))
        self._home, self._shown, self._centred = home, shown, centred
        self._theme: Theme = look()
        self._from: int | None = None
        self.accent = look().muted

    def set_quietly(self, value: int) -> None:
        """Show ``value`` without a signal, unless the user is dragging."""
        if self._from is None and value != self.value():
            blocked = self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(blocked)
            self.update()

    def _span(self) -> tuple[float, float]:
        return 7.0, max(1.0, self.width() - 14.0)

    def _at(self, x: float) -> int:
        left, span = self._span()
        return round(self.minimum() + min(1.0, max(0.0, (x - left) / span)) * (self.maximum() - self.minimum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self.value()
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._drag(event)

    def _drag(self, event: QMouseEvent) -> None:
        self.setValue(self._at(event.position().x()))
        QToolTip.showText(event.globalPosition().toPoint(), self._shown(self.value()), self)
        self.dragged.emit(self.value())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._from = None
            self.settled.emit(self.value())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self.setValue(self._home)
        self.settled.emit(self._home)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.value()
        super().keyPressEvent(event)
        if self.value() != before:
            self.settled.emit(self.value())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, span = self._span()
        share = (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        x, middle = left + share * span, self.height() / 2
        start = left + span / 2 if self._centred else left
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.line))
        painter.drawRoundedRect(QRectF(left - 2, middle - 1.5, span + 4, 3), 1.5, 1.5)
        painter.setBrush(QColor(self.accent))
        painter.drawRect(QRectF(min(x, start), middle - 1.5, abs(x - start), 3))
        hot = self.underMouse() or self.hasFocus() or self._from is not None
        painter.setBrush(QColor(self._theme.text) if hot else mixed(self._theme.muted, self._theme.text, 0.4))
        painter.drawEllipse(QPointF(x, middle), 5.5, 5.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.muted), 1))
            painter.drawEllipse(QPointF(x, middle), 8, 8)
        painter.end()


class Elided(QLabel):
    """A line of text that ends in dots where there is no room, and is whole in the tooltip."""

    def __init__(self, text: str = "", kind: str = "") -> None:
        super().__init__(text)
        if kind:
            self.setProperty("role", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment()), text)
        painter.end()


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    """The path of a rounded rectangle."""
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path
