"""The roll as its user meets it: real key, mouse and wheel events on the real widget."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music.document import Document
from studio.ui.roll.viewport import GUTTER
from tests.ui.roll.conftest import MELODY, NONE, Hands


def test_right_click_opens_a_menu_for_the_note(hands: Hands) -> None:
    menu = hands.roll.make_menu()
    assert not next(a for a in menu.actions() if a.objectName() == "delete").isEnabled()
    hands.click(hands.at(300, 62))
    menu = hands.roll.make_menu()
    next(a for a in menu.actions() if a.objectName() == "delete").trigger()
    assert hands.rows() == MELODY[1:]
    assert all(isinstance(m, QMenu) for m in hands.roll.findChildren(QMenu))


def test_set_track_edits_another_track(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.roll.set_track(12)
    assert hands.state.selection == set()
    assert hands.rows() == [(0, 3840, 60)]
    hands.drag(hands.at(300, 60), hands.at(300, 62))
    assert hands.session.document.track(12).notes.pitch.tolist() == [62]


def test_selection_forgets_notes_that_undo_takes_away(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.click(hands.at(4850, 70))
    assert len(hands.state.selection) == 1
    hands.session.undo()
    assert hands.state.selection == set()


def test_paints_notes_proposals_and_playhead_where_they_are(hands: Hands) -> None:
    theme = hands.roll.theme
    part = Part("Melody", track_id=11)
    notes = hands.notes.select(slice(0, 1)).shifted(5760)
    hands.session.propose(Proposal(5760, 7680, (ProposedTake(((part, notes),), 7680),)))
    hands.roll.viewport.set_playhead(5000)
    image = hands.roll.grab().toImage()

    def color_at(tick: float, pitch: int):
        return image.pixelColor(hands.at(tick, pitch))

    def near(color, other) -> int:
        return sum(abs(a - b) for a, b in zip(color.getRgb()[:3], other.getRgb()[:3], strict=True))

    violet, sky = theme.color("proposed"), theme.track(0)
    assert near(color_at(480, 62), sky) < near(color_at(480, 62), violet)
    assert near(color_at(6200, 62), violet) < near(color_at(6200, 62), sky)
    assert color_at(5000, 75).lightness() > 150
    assert color_at(4700, 75).lightness() < 60
    assert image.pixelColor(GUTTER - 8, hands.at(0, 62).y()).lightness() > 90


def test_an_empty_document_paints_and_takes_no_harm(hands: Hands) -> None:
    hands.session.open(Document())
    hands.roll.grab()
    hands.state.set_tool("pencil")
    hands.click(QPoint(500, 200))
    hands.key(Qt.Key.Key_Delete)
    assert hands.session.document == Document()


def test_a_step_made_during_a_gesture_ends_it(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300, 64))
    hands.drag(hands.at(300, 64), hands.at(300, 70), release=False)
    hands.session.undo()
    assert hands.rows() == MELODY
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, hands.at(300, 70))
    assert hands.rows() == MELODY
    assert hands.session.can_redo


def test_a_track_out_of_sight_is_scrolled_to(hands: Hands) -> None:
    hands.roll.viewport.show_pitches(90, 100)
    hands.state.set_track(13)
    low, high = hands.roll.viewport.visible_pitches()
    assert low <= 36 and high >= 38
