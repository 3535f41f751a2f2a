"""EXPLORE: the rows of WRITE that walk around the chosen bars: a map of variants, and a slider for each attribute.

The bars themselves are the middle of the map. A click, a drag or an arrow key goes somewhere else, which is heard at once;
Enter keeps what is heard, Escape goes back to the bars as they are.
"""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.app.exploring import Compass, Surroundings, Values
from studio.music.pitch import Key, pitch_name
from studio.ui.forms import form_line
from studio.ui.icons import icon
from studio.ui.key_frame import KeyFrame
from studio.ui.texts import noted, t, told
from studio.ui.theme import look, mixed, ui_font
from studio.ui.widgets import Fader, label, named

REACH = 3.0  # standard deviations of all clips from the middle of the map to its edges
_STEP = 0.25
_EDGE = 18
_NAME_WIDTH, _VALUE_WIDTH = 80, 96
_HEIGHT, _LEAST_HEIGHT = 196, 108
_KEPT = 24  # visited places that are shown
_TENTHS = 25  # a slider's largest deviation in either direction
NAMES = {
    "density": noted("Density"),
    "syncopation": noted("Syncopation"),
    "register": noted("Register"),
    "leaps": noted("Leaps"),
}
_TIPS = {
    "density": noted("How many notes a beat"),
    "syncopation": noted("How much it pulls against the beat"),
    "register": noted("How high the music lies"),
    "leaps": noted("How far it is from note to note"),
}
_ENDS = {
    "density": (noted("sparser"), noted("denser")),
    "syncopation": (noted("straighter"), noted("more syncopated")),
    "register": (noted("lower"), noted("higher")),
    "leaps": (noted("smoother"), noted("more leaps")),
}


def value_text(name: str, value: float, key: Key | None = None) -> str:
    """An attribute's value in its own unit; a pitch as ``key`` spells it."""
    if name == "density":
        return t("{n} a beat", n=f"{value:.1f}")
    if name == "register":
        return pitch_name(round(value), key)
    if name == "leaps":
        return t("{n} semitones", n=f"{value:.1f}")
    return f"{value:.2f}"


class MapPad(QWidget):
    """Where one is on the map: (x, y) in standard deviations of all clips, the bars themselves in the middle.

    ``moved`` follows every move; its flag says whether it is a new place to be heard from its start, or a drag going on.
    """

    moved = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.place = (0.0, 0.0)
        self.visited: list[tuple[float, float]] = []
        self._ends = ("", "", "", "")
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._name()

    def show_compass(self, compass: Compass | None) -> None:
        """Name the four ends of the map."""
        ends = ["", "", "", ""]
        for k, (name, way) in enumerate(compass or ()):
            low, high = (t(word) for word in _ENDS[name])
            ends[2 * k : 2 * k + 2] = (low, high) if way > 0 else (high, low)
        self._ends = (ends[0], ends[1], ends[2], ends[3])
        self._name()
        self.update()

    def go(self, x: float, y: float, *, afresh: bool = True) -> None:
        """Go to a place, as far as the map reaches."""
        place = tuple(round(min(REACH, max(-REACH, v)), 2) for v in (x, y))
        if place != self.place or afresh:
            self.place = (place[0], place[1])
            self._name()
            self.update()
            self.moved.emit(afresh)

    def remember(self) -> None:
        """Leave a mark where one is."""
        if self.place in self.visited:
            self.visited.remove(self.place)
        self.visited = [*self.visited, self.place][-_KEPT:]

    def reset(self) -> None:
        """Back to the middle of an untrodden map, without a signal."""
        self.place, self.visited = (0.0, 0.0), []
        self._name()
        self.update()

    def _name(self) -> None:
        if self.place == (0.0, 0.0):
            said = t("Map: the bars as they are")
        else:
            x, y = self.place
            words = [self._ends[int(x > 0)] if x else "", self._ends[2 + int(y > 0)] if y else ""]
            numbers = f"{x:+.2f}, {y:+.2f}"
            said = t("Map: {place}", place=f"{numbers} ({', '.join(w for w in words if w)})" if any(words) else numbers)
        named(self, said, t("Click or drag to hear a variant; arrow keys walk. The middle is the bars themselves"))

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)

    def _spot(self, place: tuple[float, float]) -> QPointF:
        room = self._room()
        return QPointF(
            room.center().x() + place[0] / REACH * room.width() / 2, room.center().y() - place[1] / REACH * room.height() / 2
        )

    def _take(self, event: QMouseEvent, afresh: bool) -> None:
        room, at = self._room(), event.position()
        x = (at.x() - room.center().x()) / (room.width() / 2) * REACH
        y = (room.center().y() - at.y()) / (room.height() / 2) * REACH
        near = min((*self.visited, (0.0, 0.0)), key=lambda v: (self._spot(v) - at).manhattanLength())
        self.go(*(near if (self._spot(near) - at).manhattanLength() < 7 else (x, y)), afresh=afresh)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._take(event, True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        step = steps.get(Qt.Key(event.key()))
        if step:
            self.go(self.place[0] + step[0] * _STEP, self.place[1] + step[1] * _STEP)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("proposed" if self.hasFocus() else "line"), 1))
        painter.setBrush(theme.color("ground"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._paint_ground(painter)
        middle, here = self._spot((0.0, 0.0)), self._spot(self.place)
        for k, place in enumerate(self.visited):
            painter.setPen(QPen(theme.color("proposed", 0.35 + 0.5 * (k + 1) / len(self.visited)), 1.2))
            painter.setBrush(theme.color("ground"))
            painter.drawEllipse(self._spot(place), 3, 3)
        away = self.place != (0.0, 0.0)
        if away:
            painter.setPen(QPen(theme.color("proposed", 0.5), 1, Qt.PenStyle.DashLine))
            painter.drawLine(middle, here)
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.setBrush(theme.color("ground") if away else theme.color("text"))
        painter.drawRect(QRectF(middle.x() - 4, middle.y() - 4, 8, 8))
        if away:
            painter.setPen(QPen(theme.color("text"), 1.5))
            painter.setBrush(theme.color("proposed"))
            painter.drawEllipse(here, 6, 6)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        """Rings a standard deviation apart, the axes, and what lies at their ends."""
        theme, room, middle = look(), self._room(), self._spot((0.0, 0.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ring in range(1, int(REACH) + 1):
            painter.setPen(QPen(mixed(theme.ground, theme.line, 1.15 - 0.25 * ring), 1))
            painter.drawEllipse(middle, ring / REACH * room.width() / 2, ring / REACH * room.height() / 2)
        painter.setPen(QPen(mixed(theme.ground, theme.line, 0.7), 1))
        painter.drawLine(QPointF(room.left(), middle.y()), QPointF(room.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), room.top()), QPointF(middle.x(), room.bottom()))
        painter.setPen(theme.color("muted"))
        painter.setFont(ui_font(11))
        left, right, bottom, top = self._ends
        side, across, up = Qt.AlignmentFlag, int(Qt.AlignmentFlag.AlignHCenter), int(Qt.AlignmentFlag.AlignBottom)
        whole = QRectF(self.rect())
        beside = QRectF(room.left() + 6, whole.top(), room.width() - 12, whole.height() / 2 - 3)  # inside the widest ring
        painter.drawText(beside, int(side.AlignLeft) | up, left)
        painter.drawText(beside, int(side.AlignRight) | up, right)
        painter.drawText(whole.adjusted(0, 4, 0, 0), across | int(side.AlignTop), top)
        painter.drawText(whole.adjusted(0, 0, 0, -4), across | up, bottom)


class _Deeds(KeyFrame):
    """Keep and back; keys do here what they do in the rows."""

    def __init__(self, deed: Callable[[QKeyEvent], Callable[[], None] | None]) -> None:
        super().__init__()
        self._of_rows = deed

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        return self._of_rows(event)


class ExploreRows(KeyFrame):
    """The map, the sliders, and what becomes of what is heard.

    ``wanted`` asks for the place and the sliders (its flag as :attr:`MapPad.moved`), ``left`` for the bars as they are.
    ``deeds`` has the buttons, to be placed where they stay in sight while the rows scroll.
    """

    wanted = Signal(bool)
    left = Signal()
    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.map = MapPad()
        self.why = QLabel()
        self.why.setProperty("role", "hint")
        self.why.setWordWrap(True)
        self.why.hide()
        self._key: Key | None = None
        self._shown: Values = ()
        self.sliders: dict[str, Fader] = {}
        self._texts: dict[str, QLabel] = {}
        self._rows: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.why, self.map):
            column.addWidget(widget)
        for name in NAMES:
            column.addWidget(self._slider(name))
        self._hint = label(t("Enter keeps, Esc goes back to the bars"), "hint")
        self.deeds = self._buttons()
        self.map.moved.connect(self._ask)
        self.show_values(())
        self._show_away()

    def _slider(self, name: str) -> QWidget:
        fader = Fader(-_TENTHS, _TENTHS, 0, lambda position: f"{position / 10:+.1f}", centred=True)
        fader.accent = look().proposed
        tip = t(_TIPS[name])
        named(fader, t(NAMES[name]), f"{tip}. " + t("In the middle, and after a double click: as in the bars"))
        fader.dragged.connect(lambda _: self._ask(False))
        fader.settled.connect(lambda _: self._ask(True))
        text = label("", "muted")
        text.setFixedWidth(_VALUE_WIDTH)
        text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.sliders[name], self._texts[name] = fader, text
        self._rows[name] = form_line(t(NAMES[name]), fader, text, width=_NAME_WIDTH)
        return self._rows[name]

    def _buttons(self) -> "_Deeds":
        self.back = QPushButton(t("Back to the bars"))
        named(self.back, t("Back to the bars"), t("The middle of the map, all sliders in the middle (Esc)"))
        self.keep = QPushButton(icon("check", "ground"), " " + t("Keep"))
        self.keep.setProperty("role", "primary")
        named(self.keep, t("Keep the variant"), t("Keep: it becomes part of the song (Enter)"))
        self.back.clicked.connect(self.go_back)
        self.keep.clicked.connect(self.kept)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.back, 1)
        row.addWidget(self.keep, 1)
        deeds = _Deeds(self._deed)
        column = QVBoxLayout(deeds)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._hint)
        return deeds

    @property
    def given_height(self) -> int:
        """Pixels that the map is lower than it may be."""
        return _HEIGHT - self.map.height()

    def give_height(self, missing: int) -> None:
        """Let the map be lower by ``missing`` pixels, as far as it can still be walked on."""
        self.map.setFixedHeight(_HEIGHT - min(_HEIGHT - _LEAST_HEIGHT, max(0, missing)))

    @property
    def amounts(self) -> tuple[tuple[str, float], ...]:
        """What the sliders ask for: attributes and standard deviations, those in the middle left out."""
        return tuple((name, fader.value() / 10) for name, fader in self.sliders.items() if fader.value())

    @property
    def away(self) -> bool:
        """Whether something else than the bars themselves is asked for."""
        return self.map.place != (0.0, 0.0) or bool(self.amounts)

    def _ask(self, afresh: bool) -> None:
        self._show_away()
        if self.away:
            if afresh:
                self.map.remember()
            self.wanted.emit(afresh)
        else:
            self.left.emit()

    def go_back(self) -> None:
        """Back to the bars as they are; the marks on the map stay."""
        was = self.map.visited
        self.reset()
        self.map.visited = was
        self.left.emit()

    def reset(self) -> None:
        """The middle of an untrodden map, all sliders in the middle; no signal."""
        self.map.reset()
        for fader in self.sliders.values():
            fader.set_quietly(0)
        self._show_away()

    def show_surroundings(self, found: Surroundings) -> None:
        """Name the map's ends; offer the sliders of the model that fits, with the bars' own values."""
        self.map.show_compass(found.compass)
        for name, row in self._rows.items():
            row.setVisible(name in dict(found.values))
        if not self.away:
            self.show_values(found.values)

    def show_key(self, key: Key | None) -> None:
        """Spell notes as ``key`` has them."""
        if key != self._key:
            self._key = key
            self.show_values(self._shown)

    def show_values(self, values: Values) -> None:
        """Show the attributes of what is heard."""
        self._shown = values
        known = dict(values)
        for name, text in self._texts.items():
            text.setText(value_text(name, known[name], self._key) if name in known else "")

    def show_why_not(self, why: str) -> None:
        """Say why the bars cannot be walked around; nothing where they can."""
        self.why.setText(told(why))
        self.why.setVisible(bool(why))
        for widget in (self.map, *self._rows.values(), self._hint):
            widget.setEnabled(not why)
        self.map.setVisible(not why)
        if why:
            for row in self._rows.values():
                row.hide()
        self._show_away()

    def _show_away(self) -> None:
        able = self.away and not self.why.text()
        self.back.setEnabled(able)
        self.keep.setEnabled(able)

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not self.keep.isEnabled():
            return None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.kept.emit
        return self.go_back if event.key() == Qt.Key.Key_Escape else None
