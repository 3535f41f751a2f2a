"""The lanes by mouse and keys: added, dragged, typed, taken away; each one step."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.music import edits
from studio.music.pitch import Chord
from studio.ui.arrangement.lanes import CHORDS, KEYS, METER, SECTIONS, TEMPO
from studio.ui.arrangement.lanes_painting import ROW
from studio.ui.arrangement.lanes_view import LanesView
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import ALT, LEFT, NONE, drag, move

BAR = 3840


@pytest.fixture
def view(qtbot, state: RollState) -> LanesView:
    made = LanesView(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, made.height())
    for lane in (TEMPO, METER, KEYS, CHORDS):
        made.show_lane(lane.id, True)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(view: LanesView, lane, tick: float) -> QPoint:
    return QPoint(round(view.viewport.x_at(tick)), view.row_top(lane) + ROW // 2)


def texts(view: LanesView, lane) -> list[tuple[float, str]]:
    return [(i.start / BAR, i.text) for i in lane.items(view.state.document)]


def answer(view: LanesView, text: str, key=Qt.Key.Key_Return) -> None:
    assert view.field.isVisible()
    view.field.selectAll()
    QTest.keyClicks(view.field, text)
    QTest.keyClick(view.field, key)


def test_lanes_are_shown_where_the_song_has_something(view: LanesView) -> None:
    view.chosen.clear()
    view.state.session.open(view.state.document)
    assert [x.id for x in view.shown] == ["sections"]
    view.state.session.commit("Tempo", edits.set_tempo(view.state.document, BAR, 90))
    assert [x.id for x in view.shown] == ["sections", "tempo"]
    assert view.height() == 2 * ROW + 1
    view.show_lane("tempo", False)
    assert "tempo" not in [x.id for x in view.shown]
    view.toggle("keys")
    assert [x.id for x in view.shown] == ["sections", "keys"]


def test_a_double_click_adds_and_asks_what(view: LanesView) -> None:
    QTest.mouseDClick(view, LEFT, NONE, at(view, TEMPO, 2 * BAR))
    answer(view, "90")
    assert texts(view, TEMPO) == [(0, "120"), (2, "90")]
    QTest.mouseDClick(view, LEFT, NONE, at(view, CHORDS, 2 * BAR))
    answer(view, "Gm7")
    assert texts(view, CHORDS) == [(2, "Gm7")]
    QTest.mouseDClick(view, LEFT, NONE, at(view, SECTIONS, BAR))
    answer(view, "Bass enters")
    assert view.state.document.markers[0].name == "Bass enters"
    assert not view.field.isVisible()


def test_what_is_wrong_stays_to_be_mended(view: LanesView) -> None:
    QTest.mouseDClick(view, LEFT, NONE, at(view, METER, 0))
    answer(view, "4/5")
    assert view.field.isVisible()
    answer(view, "3/4")
    assert texts(view, METER) == [(0, "3/4")]
    assert view.state.session.steps[1:] == ("Time signature",)
    QTest.mouseDClick(view, LEFT, NONE, at(view, METER, 0))
    answer(view, "5/4", Qt.Key.Key_Escape)
    assert texts(view, METER) == [(0, "3/4")]


def test_stretches_are_drawn_moved_and_resized(view: LanesView) -> None:
    drag(view, at(view, SECTIONS, 0), at(view, SECTIONS, 4 * BAR))
    answer(view, "Verse")
    assert [(s.start // BAR, s.end // BAR, s.name) for s in view.state.document.sections] == [(0, 4, "Verse")]
    drag(view, at(view, SECTIONS, 2 * BAR), at(view, SECTIONS, 4 * BAR))
    assert [(s.start // BAR, s.end // BAR) for s in view.state.document.sections] == [(2, 6)]
    drag(view, at(view, SECTIONS, 6 * BAR) - QPoint(3, 0), at(view, SECTIONS, 5 * BAR))
    assert [(s.start // BAR, s.end // BAR) for s in view.state.document.sections] == [(2, 5)]
    drag(view, at(view, SECTIONS, 2 * BAR) + QPoint(2, 0), at(view, SECTIONS, 1.1 * BAR), keys=ALT)
    assert view.state.document.sections[0].start not in (BAR, 2 * BAR)
    assert view.state.session.steps[1:] == ("Sections",) * 5  # drawn, named, moved, and two edges


def test_changes_are_dragged_and_the_first_stays(view: LanesView) -> None:
    view.state.session.commit("Tempo", edits.set_tempo(view.state.document, 2 * BAR, 90))
    drag(view, at(view, TEMPO, 2 * BAR) + QPoint(3, 0), at(view, TEMPO, 5 * BAR) + QPoint(3, 0))
    assert texts(view, TEMPO) == [(0, "120"), (5, "90")]
    before = view.state.document
    drag(view, at(view, TEMPO, 0) + QPoint(3, 0), at(view, TEMPO, 3 * BAR))
    assert view.state.document is before
    drag(view, at(view, TEMPO, 5 * BAR) + QPoint(3, 0), at(view, TEMPO, 7 * BAR), release=False)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.state.document is before


def test_keys_of_the_selected_one(view: LanesView) -> None:
    view.state.session.commit("Chords", edits.set_chord(view.state.document, BAR, 3 * BAR, Chord.parse("F")))
    QTest.mouseClick(view, LEFT, NONE, at(view, CHORDS, 2 * BAR))
    QTest.keyClick(view, Qt.Key.Key_F2)
    answer(view, "Bb")
    assert texts(view, CHORDS) == [(1, "Bb")]
    QTest.mouseClick(view, LEFT, NONE, at(view, CHORDS, 2 * BAR))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert texts(view, CHORDS) == []


def test_a_click_on_empty_ground_seeks(view: LanesView) -> None:
    asked: list[int] = []
    view.seek = asked.append
    QTest.mouseClick(view, LEFT, NONE, at(view, CHORDS, 4 * BAR))
    assert asked == [4 * BAR]
    assert view.state.session.steps == ("Open",)


def test_menu(view: LanesView) -> None:
    view.state.session.commit("Sections", edits.add_section(view.state.document, BAR, 3 * BAR, "Verse"))
    point = at(view, SECTIONS, 2 * BAR)

    def entries() -> dict:
        return {a.text(): a for a in view.menu(point.x(), point.y()).actions() if a.text()}

    entries()["Set the loop to it"].trigger()
    assert view.state.document.loop == (BAR, 3 * BAR)
    entries()["Delete"].trigger()
    assert view.state.document.sections == ()
    entries()["Add a section here"].trigger()
    answer(view, "Bridge")
    assert [(s.start // BAR, s.end // BAR) for s in view.state.document.sections] == [(2, 6)]
    entries()["Show key"].trigger()
    assert "keys" not in [x.id for x in view.shown]


def test_cursors(view: LanesView) -> None:
    view.state.session.commit("Chords", edits.set_chord(view.state.document, BAR, 3 * BAR, Chord.parse("F")))
    shapes = []
    for x in (at(view, CHORDS, 2 * BAR), at(view, CHORDS, BAR) + QPoint(2, 0), at(view, CHORDS, 5 * BAR)):
        move(view, x)
        shapes.append(view.cursor().shape())
    assert shapes == [Qt.CursorShape.SizeAllCursor, Qt.CursorShape.SizeHorCursor, Qt.CursorShape.PointingHandCursor]


def test_who_asks_for_a_chord_gets_the_lane_and_the_field(view: LanesView) -> None:
    view.show_lane("chords", False)
    view.edit_at(CHORDS, 2.5 * BAR)
    answer(view, "Am")
    assert texts(view, CHORDS) == [(2.5, "Am")] and CHORDS in view.shown
    view.edit_at(CHORDS, 2.6 * BAR)
    answer(view, "Am7")
    assert texts(view, CHORDS) == [(2.5, "Am7")]
