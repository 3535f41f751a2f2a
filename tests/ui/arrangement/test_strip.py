import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music import edits
from studio.ui.arrangement.strip import ArrangementStrip
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import CTRL, LEFT, NONE, RIGHT, SHIFT, drag, move, wheel

BAR = 3840


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


def clips(strip: ArrangementStrip, row: int) -> list[tuple[int, int]]:
    return [(c.start // BAR, c.end // BAR) for c in strip.state.document.tracks[row].clips]


def test_a_click_on_empty_ground_selects_the_track_and_seeks(strip: ArrangementStrip) -> None:
    asked: list[int] = []
    strip.seek = asked.append
    QTest.mouseClick(strip, LEFT, NONE, at(strip, 9 * BAR, 1))
    assert strip.state.track_id == 12
    assert asked == [9 * BAR]


def test_click_drag_and_ctrl_click_select_move_and_add(strip: ArrangementStrip) -> None:
    QTest.mouseClick(strip, LEFT, NONE, at(strip, BAR, 1))
    assert strip.selection == {22}
    assert strip.state.session.steps == ("Open",)
    QTest.mouseClick(strip, LEFT, CTRL, at(strip, BAR, 0))
    assert strip.selection == {21, 22}
    drag(strip, at(strip, BAR, 1), at(strip, 3 * BAR, 1))
    assert clips(strip, 0) == clips(strip, 1) == [(2, 10)]
    assert strip.state.session.steps[1:] == ("Move clips",)
    QTest.mouseClick(strip, LEFT, CTRL, at(strip, 4 * BAR, 0))
    assert strip.selection == {22}


def test_drag_to_another_track_with_ctrl_copies_and_escape_leaves_no_trace(strip: ArrangementStrip) -> None:
    strip.state.session.commit("Cut", edits.remove_clips(strip.state.document, [22]))
    before = strip.state.document
    QTest.mouseClick(strip, LEFT, NONE, at(strip, BAR, 0))
    drag(strip, at(strip, BAR, 0), at(strip, BAR, 1), keys=CTRL, release=False)
    assert clips(strip, 1) == [(0, 8)]
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.state.document is before
    drag(strip, at(strip, BAR, 0), at(strip, BAR, 1), keys=CTRL)
    assert (clips(strip, 0), clips(strip, 1)) == ([(0, 8)], [(0, 8)])
    assert strip.state.session.steps[-1] == "Copy clips"
    assert strip.selection == {strip.state.document.tracks[1].clips[0].id}
    assert strip.state.document.tracks[1].notes.pitch.tolist() == strip.state.document.tracks[0].notes.pitch.tolist()


def test_ctrl_drag_copies_a_clip_that_is_not_selected_and_a_click_adds_it(strip: ArrangementStrip) -> None:
    first, second = (strip.state.document.tracks[row].clips[0].id for row in (0, 1))
    QTest.mouseClick(strip, LEFT, NONE, at(strip, BAR, 0))
    QTest.mouseClick(strip, LEFT, CTRL, at(strip, BAR, 1))
    assert strip.selection == {first, second}
    QTest.mouseClick(strip, LEFT, CTRL, at(strip, BAR, 1))
    assert strip.selection == {first}
    strip.select(frozenset())
    strip.viewport.show_exactly(0, 18 * BAR)
    drag(strip, at(strip, BAR, 0), at(strip, 9 * BAR, 0), keys=CTRL)
    assert clips(strip, 0) == [(0, 8), (8, 16)]
    assert strip.state.session.steps[-1] == "Copy clips"


def test_a_drag_past_the_edge_takes_the_view_along(strip: ArrangementStrip) -> None:
    left = strip.viewport.left
    drag(strip, at(strip, BAR, 0), QPoint(strip.width() + 30, at(strip, 0, 0).y()))
    assert strip.viewport.left > left
    assert strip.state.session.steps[-1] == "Move clips"


def test_edges_resize_and_the_upper_half_of_the_right_one_loops(strip: ArrangementStrip) -> None:
    strip.viewport.show_exactly(0, 12 * BAR)
    low = QPoint(0, strip.row_height() // 4)
    drag(strip, at(strip, 8 * BAR, 0) - QPoint(2, 0) + low, at(strip, 2 * BAR, 0) + low)
    assert clips(strip, 0) == [(0, 2)]
    drag(strip, at(strip, 2 * BAR, 0) - QPoint(2, 0) - low, at(strip, 5 * BAR, 0) - low)
    assert clips(strip, 0) == [(0, 2), (2, 4), (4, 5)]
    drag(strip, at(strip, 0, 0) + QPoint(2, 0), at(strip, BAR, 0))
    assert clips(strip, 0)[0] == (1, 2)
    assert strip.state.session.steps[1:] == ("Resize clips", "Loop clips", "Resize clips")


def test_the_cursor_says_what_a_press_would_do(strip: ArrangementStrip) -> None:
    def cursor(point: QPoint) -> Qt.CursorShape:
        move(strip, point)
        return strip.cursor().shape()

    low = QPoint(0, strip.row_height() // 4)
    edge = at(strip, 8 * BAR, 0) - QPoint(2, 0)
    shapes = [cursor(p) for p in (at(strip, BAR, 0), edge + low, edge - low, at(strip, 9 * BAR, 0))]
    assert shapes == [
        Qt.CursorShape.SizeAllCursor, Qt.CursorShape.SizeHorCursor, Qt.CursorShape.BitmapCursor, Qt.CursorShape.ArrowCursor,
    ]  # fmt: skip
    strip.state.set_tool("knife")
    assert cursor(at(strip, BAR, 0)) == Qt.CursorShape.CrossCursor


def test_pencil_draws_and_its_right_button_deletes(strip: ArrangementStrip) -> None:
    strip.state.set_tool("pencil")
    drag(strip, at(strip, 9 * BAR, 2), at(strip, 11 * BAR, 2))
    assert clips(strip, 2) == [(0, 8), (9, 11)]
    QTest.mouseClick(strip, LEFT, NONE, at(strip, 8.5 * BAR, 1))
    assert clips(strip, 1) == [(0, 8), (8, 9)]
    QTest.mouseClick(strip, RIGHT, NONE, at(strip, 9.5 * BAR, 2))
    assert clips(strip, 2) == [(0, 8)]
    assert strip.state.session.steps[1:] == ("Draw clip", "Draw clip", "Delete clips")


def test_eraser_and_knife(strip: ArrangementStrip) -> None:
    strip.state.set_tool("knife")
    QTest.mouseClick(strip, LEFT, NONE, at(strip, 3 * BAR, 0))
    assert clips(strip, 0) == [(0, 3), (3, 8)]
    strip.state.set_tool("eraser")
    drag(strip, at(strip, 2 * BAR, 0), at(strip, 4 * BAR, 0))
    assert clips(strip, 0) == []
    assert strip.state.session.steps[1:] == ("Split clip", "Delete clips")


def test_a_box_selects_what_it_touches_and_shift_takes_a_range(strip: ArrangementStrip) -> None:
    drag(strip, at(strip, 10 * BAR, 0), at(strip, 7 * BAR, 1))
    assert strip.selection == {21, 22}
    QTest.mouseClick(strip, LEFT, NONE, at(strip, BAR, 0))
    QTest.mouseClick(strip, LEFT, SHIFT, at(strip, BAR, 2))
    assert strip.selection == {21, 22, 23}
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.selection == frozenset()


def test_double_clicks_open_a_clip_or_make_one(strip: ArrangementStrip) -> None:
    opened: list[int] = []
    strip.opened.connect(opened.append)
    QTest.mouseDClick(strip, LEFT, NONE, at(strip, BAR, 1))
    assert opened == [22]
    QTest.mouseDClick(strip, LEFT, NONE, at(strip, 9.5 * BAR, 1))
    assert clips(strip, 1) == [(0, 8), (9, 10)]
    assert strip.selection == {strip.state.document.tracks[1].clips[1].id}


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
