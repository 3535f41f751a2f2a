"""STEER: a mood pad, density, register and chords for the writer; each left open until it is touched."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.app.provenance_notes import asked_of
from studio.app.session import ProposedTake
from studio.engines.api import Wishes
from studio.ui.fold import FoldButton
from studio.ui.forms import form_row
from studio.ui.texts import noted, t
from studio.ui.theme import look, mixed, ui_font
from studio.ui.widgets import Fader, named

_PAD = 96
_EDGE = 10
_STEP = 0.05
_MIDDLE = 50
_DENSITY = (noted("sparse"), noted("rather sparse"), noted("rather dense"), noted("dense"))
_REGISTER = (noted("low"), noted("rather low"), noted("rather high"), noted("high"))


def wish_text(position: int, words: tuple[str, ...]) -> str:
    """What a fader from 0 to 100 asks for; nothing in the middle."""
    return t("as it comes") if position == _MIDDLE else t(words[min(3, position * len(words) // 100)])


def moods_of(take: ProposedTake) -> tuple[tuple[float, float], ...]:
    """Energy and brightness that ``take`` was written with one after the other, where it turned; else nothing."""
    if not take.turns:
        return ()
    first = asked_of(take.provenance).get("wishes") or {}
    wishes = [(first.get("energy"), first.get("brightness")), *((w.wishes.energy, w.wishes.brightness) for w in take.turns)]
    found = [(0.5 if energy is None else energy, 0.5 if brightness is None else brightness) for energy, brightness in wishes]
    return tuple(mood for k, mood in enumerate(found) if not k or mood != found[k - 1])


class MoodPad(QWidget):
    """Energy across, brightness up, each 0 to 1, or open (None), which a double click brings back. ``changed`` follows."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mood: tuple[float, float] | None = None
        self._course: tuple[tuple[float, float], ...] = ()
        self.setFixedSize(QSize(_PAD, _PAD))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._name()

    @property
    def mood(self) -> tuple[float, float] | None:
        """Energy and brightness, None while the music decides."""
        return self._mood

    @mood.setter
    def mood(self, mood: tuple[float, float] | None) -> None:
        if mood is not None:
            mood = (min(1.0, max(0.0, mood[0])), min(1.0, max(0.0, mood[1])))
        if mood != self._mood:
            self._mood = mood
            self._name()
            self.update()
            self.changed.emit()

    @property
    def course(self) -> tuple[tuple[float, float], ...]:
        """The moods that the shown take has gone through, the first ones first."""
        return self._course

    @course.setter
    def course(self, course: tuple[tuple[float, float], ...]) -> None:
        if course != self._course:
            self._course = course
            self._name()
            self.update()

    def _name(self) -> None:
        if self._mood is None:
            said = t("Mood: as it comes")
        else:
            energy, brightness = (round(100 * v) for v in self._mood)
            said = t("Mood: energy {energy} %, brightness {brightness} %", energy=energy, brightness=brightness)
        tip = t("Calm to driving across, dark to bright up. Double click: as it comes")
        more = t(
            "Drag while the network writes: it follows from the next beat on, repeats of a form as a whole. "
            "The line is the way of the take shown."
        )
        named(self, said, f"{tip}\n{more}")

    def _place(self, mood: tuple[float, float]) -> QPointF:
        room = self._room()
        return QPointF(room.left() + mood[0] * room.width(), room.bottom() - mood[1] * room.height())

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)

    def _take(self, event: QMouseEvent) -> None:
        room, at = self._room(), event.position()
        self.mood = ((at.x() - room.left()) / room.width(), 1 - (at.y() - room.top()) / room.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._take(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mood = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-_STEP, 0.0), Qt.Key.Key_Right: (_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, _STEP), Qt.Key.Key_Down: (0.0, -_STEP),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step:
            energy, brightness = self._mood or (0.5, 0.5)
            self.mood = (round(energy + step[0], 2), round(brightness + step[1], 2))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.mood = None
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, room = look(), self._room()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.color("proposed") if self.hasFocus() else theme.color("line")
        painter.setPen(QPen(edge, 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QPen(mixed(theme.raised, theme.line, 0.9), 1))
        painter.drawLine(QPointF(room.center().x(), room.top()), QPointF(room.center().x(), room.bottom()))
        painter.drawLine(QPointF(room.left(), room.center().y()), QPointF(room.right(), room.center().y()))
        painter.setPen(theme.color("muted"))
        painter.setFont(ui_font(9))
        centre = int(Qt.AlignmentFlag.AlignHCenter)
        painter.drawText(QRectF(self.rect()).adjusted(0, 3, 0, 0), centre | int(Qt.AlignmentFlag.AlignTop), t("bright"))
        painter.drawText(QRectF(self.rect()).adjusted(0, 0, 0, -3), centre | int(Qt.AlignmentFlag.AlignBottom), t("dark"))
        middle = QRectF(self.rect()).adjusted(4, 0, -4, 0)
        upright = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(middle, upright | int(Qt.AlignmentFlag.AlignLeft), t("calm"))
        painter.drawText(middle, upright | int(Qt.AlignmentFlag.AlignRight), t("driving"))
        self._paint_course(painter)
        painter.setPen(QPen(theme.color("proposed" if self._mood else "muted"), 1.5))
        painter.setBrush(theme.color("proposed") if self._mood else theme.color("raised"))
        painter.drawEllipse(self._place(self._mood or (0.5, 0.5)), 5, 5)
        painter.end()

    def _paint_course(self, painter: QPainter) -> None:
        """The way of the take: a line that grows stronger towards where it has got to, a dot where it turned."""
        color = look().color("proposed")
        places = [self._place(mood) for mood in self._course]
        for k, (a, b) in enumerate(pairwise(places)):
            color.setAlphaF(0.25 + 0.5 * (k + 1) / (len(places) - 1))
            painter.setPen(QPen(color, 1.5))
            painter.drawLine(a, b)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(a, 2, 2)


class Steering(QWidget):
    """The fold with everything that steers the writer; closed, it asks for nothing that is not set. ``changed`` follows."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.body = QWidget()
        self.fold = FoldButton(self.body)
        self.mood = MoodPad()
        self.density = self._wish(t("Density"), t("How many notes a beat"), _DENSITY)
        self.register = self._wish(t("Register"), t("How high the music lies"), _REGISTER)
        self.chords = QLineEdit()
        self.chords.setPlaceholderText(t("as it comes, or: C Am F G"))
        named(self.chords, t("Chords"), t("A chord a bar, over and over; two in a bar with a comma: C Am F,G"))
        self._arrange()
        for signal in (self.mood.changed, self.density.valueChanged, self.register.valueChanged, self.chords.textChanged):
            signal.connect(self._note)
        self._note()

    @staticmethod
    def _wish(name: str, tip: str, words: tuple[str, ...]) -> Fader:
        fader = Fader(0, 100, _MIDDLE, lambda position: wish_text(position, words), centred=True)
        fader.accent = look().proposed
        named(fader, name, f"{tip}. " + t("In the middle, and after a double click: as it comes"))
        return fader

    def _arrange(self) -> None:
        sliders = QVBoxLayout()
        sliders.setSpacing(6)
        sliders.addStretch(1)
        sliders.addLayout(form_row(t("Density"), self.density))
        sliders.addLayout(form_row(t("Register"), self.register))
        sliders.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.mood)
        top.addLayout(sliders, 1)
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 2, 0, 4)
        inner.setSpacing(8)
        inner.addLayout(top)
        inner.addLayout(form_row(t("Chords"), self.chords))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.fold)
        column.addWidget(self.body)

    def _note(self) -> None:
        """Say on the fold whether something is asked for: closed, it must not hide a wish."""
        asked = sum((
            self.mood.mood is not None, self.density.value() != _MIDDLE,
            self.register.value() != _MIDDLE, bool(self.chords.text().strip()),
        ))  # fmt: skip
        said = t("Steer") if not asked else t("Steer ({n} set)", n=asked)
        self.fold.say(said, t("Mood, density, register and chords of what is written"))
        self.changed.emit()

    @property
    def wishes(self) -> Wishes:
        """What is asked for."""
        energy, brightness = self.mood.mood or (None, None)
        return Wishes(_wish_of(self.density), _wish_of(self.register), energy, brightness)

    @wishes.setter
    def wishes(self, wishes: Wishes) -> None:
        for fader, value in ((self.density, wishes.density), (self.register, wishes.register)):
            fader.setValue(_MIDDLE if value is None else round(100 * value))
        mood = (wishes.energy, wishes.brightness)
        self.mood.mood = None if mood == (None, None) else tuple(0.5 if v is None else v for v in mood)  # type: ignore[assignment]


def _wish_of(fader: Fader) -> float | None:
    return None if fader.value() == _MIDDLE else fader.value() / 100
