from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from studio.ui.roll.layers.frame import Frame
from studio.ui.roll.palette import Palette
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK


def test_a_frame_knows_what_and_where(state: RollState) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    frame = Frame(painter, state, Palette(DARK), QRect(100, 0, 50, 100))
    assert frame.theme is DARK
    assert frame.track is state.document.tracks[0]
    start, end = frame.clip_ticks()
    assert start < state.viewport.tick_at(100)
    assert end > state.viewport.tick_at(150)
    painter.end()
