import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.music import edits
from studio.music.document import ChordSpan
from studio.music.notes import Notes
from studio.music.pitch import Chord
from studio.ui.roll.chordstrip import ChordStrip
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK

BAR = 3840


@pytest.fixture
def strip(qtbot, state: RollState) -> ChordStrip:
    chord = Notes.of([2 * BAR] * 3 + [3 * BAR] * 3, BAR, [62, 65, 69, 55, 59, 62])
    state.session.commit("chords", edits.add_notes(state.session.document, 12, chord))
    made = ChordStrip(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


def names(strip: ChordStrip, start: int, end: int) -> list[tuple[int, str, bool]]:
    return [(span.start // BAR, str(span.chord), written) for span, written in strip.spans(start, end)]


def test_chords_are_recognised_from_the_notes(strip: ChordStrip) -> None:
    found = names(strip, 2 * BAR, 4 * BAR - 1)
    assert (2, "Dm", False) in found
    assert (3, "G", False) in found


def test_written_chords_come_before_recognised_ones(strip: ChordStrip) -> None:
    session = strip.state.session
    session.commit("lane", edits.set_chords(session.document, [ChordSpan(2 * BAR, 3 * BAR, Chord.parse("Dm7"))]))
    found = names(strip, 2 * BAR, 4 * BAR - 1)
    assert (2, "Dm7", True) in found
    assert (2, "Dm", False) not in found
    assert (3, "G", False) in found


def test_names_are_painted_where_there_is_room(strip: ChordStrip) -> None:
    def lit() -> int:
        image = strip.grab().toImage()
        x = round(strip.viewport.x_of(2 * BAR))
        return sum(image.pixelColor(x + dx, y).lightness() > 90 for dx in range(4, 24) for y in range(2, 16))

    strip.viewport.show_exactly(2 * BAR, 4 * BAR)
    assert lit() > 8
    strip.viewport.show_exactly(0, 200 * BAR)
    assert strip.viewport.scale * BAR < 40


def test_a_drag_under_way_changes_no_names(strip: ChordStrip) -> None:
    session = strip.state.session
    before = names(strip, 0, 4 * BAR)
    session.preview(edits.remove_notes(session.document, session.document.track(12).notes.id))
    assert names(strip, 0, 4 * BAR) == before
    session.commit("gone")
    assert names(strip, 0, 4 * BAR) != before


def test_a_press_moves_the_playhead(strip: ChordStrip) -> None:
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.viewport.x_of(BAR)), 8))
    assert strip.viewport.playhead == BAR
