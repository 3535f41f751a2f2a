"""A song, a session, and a roll on it that is really shown; and hands that use a mouse and a wheel."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app.session import Session
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.ui.roll.commands import COMMANDS
from studio.ui.roll.state import RollState
from studio.ui.roll.view import RollEditor
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import DARK

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)

MELODY = [(0, 960, 62), (960, 480, 65), (1920, 960, 69), (3840, 960, 62)]


def song() -> Document:
    """Eight bars in D minor: four notes of a melody, a bass note, a drum."""
    melody = Notes.of([0, 960, 1920, 3840], [960, 480, 960, 960], [62, 65, 69, 62], [80, 40, 100, 80], id=[1, 2, 3, 4])
    bass = Notes.of([0], [3840], [60], id=[5])
    drums = Notes.of([0, 960], [120, 120], [36, 38], id=[6, 7])
    bars = 8 * 3840
    return Document(
        keys=(KeyChange(0, Key.parse("D minor")),),
        next_id=100,
        tracks=(
            Track(11, "Melody", 0, clips=(Clip(21, 0, bars, (Take(melody),)),)),
            Track(12, "Bass", 1, clips=(Clip(22, 0, bars, (Take(bass),)),)),
            Track(13, "Drums", 2, drums=True, clips=(Clip(23, 0, bars, (Take(drums),)),)),
        ),
    )


@dataclass
class Hands:
    """A roll, its state, and what a user does to it."""

    roll: RollEditor
    state: RollState
    heard: list[tuple[int, int]]

    @property
    def session(self) -> Session:
        return self.state.session

    @property
    def notes(self) -> Notes:
        return self.state.shown.notes

    def rows(self) -> list[tuple[int, int, int]]:
        """(start, duration, pitch) of the edited track's notes."""
        n = self.notes
        return list(zip(n.start.tolist(), n.duration.tolist(), n.pitch.tolist(), strict=True))

    def at(self, tick: float, pitch: int) -> QPoint:
        view = self.roll.viewport
        return QPoint(round(view.x_at(tick)), int(view.y_of(pitch)) + view.key_height // 2)

    def drag(self, start: QPoint, end: QPoint, button=LEFT, keys=NONE, release=True) -> None:
        drag(self.roll, start, end, button, keys, release)

    def click(self, at: QPoint, button=LEFT, keys=NONE) -> None:
        QTest.mouseClick(self.roll, button, keys, at)

    def key(self, key: Qt.Key, keys=NONE) -> None:
        QTest.keyClick(self.roll, key, keys)


def drag(widget: QWidget, start: QPoint, end: QPoint, button=LEFT, keys=NONE, release=True) -> None:
    """Press, move in a few steps, and let go."""
    QTest.mousePress(widget, button, keys, start)
    for part in (0.3, 0.7, 1.0):
        point = QPointF(start) + (QPointF(end) - QPointF(start)) * part
        move(widget, point.toPoint(), button, keys)
    if release:
        QTest.mouseRelease(widget, button, keys, end)


def move(widget: QWidget, at: QPoint, button=Qt.MouseButton.NoButton, keys=NONE) -> None:
    """A mouse move with buttons and keys held (QTest's own moves have neither)."""
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton, button, keys
    )
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, at: QPoint, angle: int = 0, keys=NONE, pixels: QPoint | None = None) -> None:
    """Turn the wheel by ``angle`` (120 is a notch), or a touchpad by ``pixels``."""
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        pixels or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.fixture
def state(qapp: QApplication) -> Iterator[RollState]:
    made = RollState(Session(song()), Viewport())
    yield made
    made.close()


@pytest.fixture
def hands(qtbot: QtBot, state: RollState) -> Hands:
    roll = RollEditor(state, DARK)
    qtbot.addWidget(roll)
    heard: list[tuple[int, int]] = []
    state.audition = lambda pitch, velocity: heard.append((pitch, velocity))
    roll.resize(1000, 420)
    roll.show()
    qtbot.waitExposed(roll)
    for name, command in COMMANDS.items():  # as the window does
        action = QAction(name, roll)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.triggered.connect(lambda _=False, name=name: roll.commands.run(name))
        roll.addAction(action)
    roll.activateWindow()
    QTest.qWaitForWindowActive(roll)
    roll.setFocus()
    roll.center_on_notes()
    return Hands(roll, state, heard)
