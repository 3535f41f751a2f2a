"""Lanes as they look: texts where there is room, bare boxes where there is none, quickly whatever their number."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from studio.music import edits
from studio.music.pitch import Chord
from studio.ui.arrangement.lanes import CHORDS, TEMPO
from studio.ui.arrangement.lanes_painting import ROW, LanePainter
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK

BAR = 3840


@pytest.fixture
def painter(qapp, state: RollState) -> LanePainter:
    document = state.document
    for k in range(200):
        document = edits.set_chord(document, k * BAR, (k + 1) * BAR, Chord(k % 12))
    state.session.commit("Chords", edits.set_tempo(document, 2 * BAR, 90))
    return LanePainter(state, DARK, qapp.font())


def painted(painter: LanePainter, lane, selected=None) -> QImage:
    image = QImage(1_000, ROW, QImage.Format.Format_RGB32)
    image.fill(DARK.ground)
    brush = QPainter(image)
    painter.paint(brush, QRect(0, 0, 1_000, ROW), lane, 0, selected)
    brush.end()
    return image


def colors(image: QImage) -> int:
    return len({image.pixelColor(x, ROW // 2).name() for x in range(image.width())})


def test_texts_where_there_is_room(painter: LanePainter) -> None:
    painter.viewport.show_ticks(0, 8 * BAR)
    assert colors(painted(painter, CHORDS)) > 5
    painter.viewport.set_content_end(200 * BAR)
    painter.viewport.show_ticks(0, 200 * BAR)
    assert 2 <= colors(painted(painter, CHORDS)) <= 4


def test_the_selected_one_is_told_apart(painter: LanePainter) -> None:
    painter.viewport.show_ticks(0, 8 * BAR)
    for lane in (CHORDS, TEMPO):
        item = lane.items(painter._state.document)[1]
        assert painted(painter, lane) != painted(painter, lane, item)


def test_items_are_worked_out_once_for_a_document(painter: LanePainter, monkeypatch) -> None:
    painted(painter, CHORDS)
    monkeypatch.setattr(painter._metrics, "horizontalAdvance", lambda text: pytest.fail("measured again"))
    painted(painter, CHORDS)
