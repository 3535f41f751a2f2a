import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from studio.ui.roll.arrangement import ArrangementStrip

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import LEFT, NONE, drag, wheel


@pytest.fixture
def strip(qtbot, state: RollState) -> ArrangementStrip:
    made = ArrangementStrip(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, 90)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(strip: ArrangementStrip, tick: int, row: int) -> QPoint:
    return QPoint(round(strip.viewport.x_at(tick)), strip.row_top(row) + strip.row_height() // 2)


def test_press_selects_the_track_and_seeks(strip: ArrangementStrip) -> None:
    asked: list[int] = []
    strip.seek = asked.append
    drag(strip, at(strip, 3840, 1), at(strip, 5760, 1))
    assert strip.state.track_id == 12
    assert (asked[0], asked[-1]) == (3840, 5760)


def test_press_on_the_name_only_selects(strip: ArrangementStrip) -> None:
    asked: list[int] = []
    strip.seek = asked.append
    QTest.mouseClick(strip, LEFT, NONE, QPoint(20, at(strip, 0, 2).y()))
    assert strip.state.track_id == 13
    assert asked == []


def test_clips_are_in_their_tracks_hue(strip: ArrangementStrip) -> None:
    image = strip.grab().toImage()
    inside = image.pixelColor(at(strip, 7000, 1) - QPoint(0, strip.row_height() // 2 - 2))
    hue = DARK.track(1)
    assert abs(inside.hue() - hue.hue()) < 25
    outside = image.pixelColor(QPoint(990, strip.height() - 8))
    assert outside.lightness() < inside.lightness() + 5


def test_wheel_scrolls_tracks_that_do_not_fit(strip: ArrangementStrip) -> None:
    strip.setFixedHeight(42)
    strip.state.session.open(_many(strip.state.document))
    left = strip.viewport.left
    assert strip.row_top(0) == 0
    wheel(strip, QPoint(500, 20), -120)
    assert strip.row_top(0) < 0
    assert strip.viewport.left == left


def test_proposed_notes_are_violet_in_their_tracks_row(strip: ArrangementStrip) -> None:
    notes = strip.state.shown.notes.select(slice(0, 1)).replace(start=5760)
    take = ProposedTake(((Part("Melody", track_id=11), notes), (Part("Flute"), notes)), 6000)
    strip.state.session.propose(Proposal(5760, 7680, (take,), writing=True))
    image = strip.grab().toImage()
    row = [image.pixelColor(at(strip, 6000, 0).x(), y) for y in range(strip.row_top(0) + 2, strip.row_top(1) - 2)]
    brightest = max(row, key=lambda c: c.lightness())
    assert brightest.blue() > brightest.green() + 60
    written, rest = (image.pixelColor(at(strip, t, 0).x(), strip.row_top(0) + 2).lightness() for t in (5900, 7400))
    assert written > rest


def _many(document):
    from dataclasses import replace

    from studio.music.document import Track

    return replace(document, tracks=(*document.tracks, *(Track(50 + i, f"T{i}") for i in range(20))), next_id=200)
