"""The roll as its user meets it: real key, mouse and wheel events on the real widget."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.ui.roll.viewport import GUTTER
from tests.ui.roll.conftest import ALT, CTRL, NONE, RIGHT, SHIFT, Hands, move, wheel

MELODY = [(0, 960, 62), (960, 480, 65), (1920, 960, 69), (3840, 960, 62)]


def test_click_selects_and_a_click_on_empty_ground_clears(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    assert hands.state.selection == {1}
    hands.click(hands.at(5500, 72))
    assert hands.state.selection == set()
    assert len(hands.session.steps) == 1


def test_ctrl_click_toggles_and_shift_click_takes_a_range(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.click(hands.at(1100, 65), keys=CTRL)
    assert hands.state.selection == {1, 2}
    hands.click(hands.at(300, 62), keys=CTRL)
    assert hands.state.selection == {2}
    hands.click(hands.at(300, 62))
    hands.click(hands.at(2300, 69), keys=SHIFT)
    assert hands.state.selection == {1, 2, 3}


def test_body_drag_moves_on_the_grid_in_one_step(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 970, 64))
    assert (960, 960, 64) in hands.rows()
    assert hands.session.steps == ("Open", "Move note")
    hands.session.undo()
    assert hands.rows() == MELODY
    hands.session.redo()
    assert (960, 960, 64) in hands.rows()


def test_a_drag_takes_the_whole_selection(hands: Hands) -> None:
    hands.key(Qt.Key.Key_A, CTRL)
    hands.drag(hands.at(300, 62), hands.at(300, 60))
    assert [p for _, _, p in hands.rows()] == [60, 63, 67, 60]
    assert hands.state.selection == {1, 2, 3, 4}
    assert len(hands.session.steps) == 2


def test_pitch_sounds_while_dragging(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300, 64))
    assert hands.heard[0] == (62, 80)
    assert (64, 80) in hands.heard
    assert hands.heard[-1][1] == 0


def test_alt_bypasses_the_grid(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 130, 62), keys=ALT)
    start = next(s for s, _, p in hands.rows() if p == 62)
    assert start == pytest.approx(130, abs=8)
    assert start % hands.state.grid_ticks()


def test_escape_cancels_a_gesture_then_clears_the_selection(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(2300, 67), release=False)
    assert hands.rows() != MELODY
    hands.key(Qt.Key.Key_Escape)
    assert hands.rows() == MELODY
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, hands.at(2300, 67))
    assert hands.rows() == MELODY
    assert len(hands.session.steps) == 1
    assert hands.state.selection == {1}
    hands.key(Qt.Key.Key_Escape)
    assert hands.state.selection == set()


def test_edges_resize(hands: Hands) -> None:
    hands.drag(hands.at(960, 62) - QPoint(2, 0), hands.at(1440, 62) - QPoint(2, 0))
    assert hands.rows()[0] == (0, 1440, 62)
    hands.drag(hands.at(1920, 69) + QPoint(1, 0), hands.at(2400, 69) + QPoint(1, 0))
    assert (2400, 480, 69) in hands.rows()
    assert hands.session.steps == ("Open", "Resize note", "Resize note")


def test_the_cursor_tells_body_from_edge(hands: Hands) -> None:
    move(hands.roll, hands.at(480, 62))
    assert hands.roll.cursor().shape() == Qt.CursorShape.SizeAllCursor
    move(hands.roll, hands.at(0, 62) + QPoint(1, 0))
    assert hands.roll.cursor().shape() == Qt.CursorShape.SizeHorCursor
    move(hands.roll, hands.at(480, 70))
    assert hands.roll.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_box_selects_what_it_touches(hands: Hands) -> None:
    hands.drag(hands.at(3000, 72), hands.at(900, 64))
    assert hands.state.selection == {2, 3}
    hands.drag(hands.at(3600, 64), hands.at(4200, 60), keys=CTRL)
    assert hands.state.selection == {2, 3, 4}


def test_pencil_draws_with_the_last_length_and_a_drag_sets_it(hands: Hands) -> None:
    hands.key(Qt.Key.Key_2)
    assert hands.state.tool == "pencil"
    hands.click(hands.at(4850, 70))
    assert (4800, 480, 70) in hands.rows()
    hands.drag(hands.at(5780, 67), hands.at(5780 + 1420, 67))
    assert (5760, 1440, 67) in hands.rows()
    hands.click(hands.at(7700, 65))
    assert (7680, 1440, 65) in hands.rows()
    assert hands.session.steps == ("Open", "Draw note", "Draw note", "Draw note")
    ids = hands.notes.id.tolist()
    assert len(set(ids)) == len(ids)


def test_pencil_moves_a_note_it_is_pressed_on_and_boxes_with_ctrl(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.drag(hands.at(300, 62), hands.at(300, 63))
    assert (0, 960, 63) in hands.rows()
    hands.drag(hands.at(3000, 72), hands.at(900, 64), keys=CTRL)
    assert hands.state.selection == {1, 2, 3}
    assert len(hands.notes) == 4


def test_pencil_right_click_deletes(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.click(hands.at(300, 62), RIGHT)
    assert hands.rows() == MELODY[1:]
    hands.click(hands.at(300, 62), RIGHT)
    assert hands.session.steps == ("Open", "Delete note")


def test_pencil_escape_leaves_nothing(hands: Hands) -> None:
    hands.state.set_tool("pencil")
    hands.drag(hands.at(4850, 70), hands.at(5850, 70), release=False)
    assert len(hands.notes) == 5
    hands.key(Qt.Key.Key_Escape)
    assert hands.rows() == MELODY
    assert not hands.session.can_undo


def test_eraser_rubs_out_along_its_path_in_one_step(hands: Hands) -> None:
    hands.key(Qt.Key.Key_3)
    hands.drag(hands.at(100, 62), hands.at(4500, 62))
    assert hands.rows() == MELODY[1:3]
    assert hands.session.steps == ("Open", "Delete notes")


def test_knife_cuts_at_the_grid(hands: Hands) -> None:
    hands.key(Qt.Key.Key_4)
    hands.click(hands.at(490, 62))
    assert hands.rows()[:2] == [(0, 480, 62), (480, 480, 62)]
    assert hands.session.steps == ("Open", "Cut note")


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete(hands: Hands, key: Qt.Key) -> None:
    hands.click(hands.at(300, 62))
    hands.key(key)
    assert hands.rows() == MELODY[1:]


@pytest.mark.parametrize(
    ("key", "held", "change"),
    [
        (Qt.Key.Key_Up, NONE, (0, 0, 1)),
        (Qt.Key.Key_Down, NONE, (0, 0, -1)),
        (Qt.Key.Key_Up, SHIFT, (0, 0, 12)),
        (Qt.Key.Key_Down, CTRL, (0, 0, -12)),
        (Qt.Key.Key_Right, NONE, (120, 0, 0)),
        (Qt.Key.Key_Left, NONE, (-120, 0, 0)),
        (Qt.Key.Key_Right, SHIFT, (0, 120, 0)),
        (Qt.Key.Key_Left, SHIFT, (0, -120, 0)),
    ],
)
def test_arrows(hands: Hands, key: Qt.Key, held: Qt.KeyboardModifier, change: tuple[int, int, int]) -> None:
    assert hands.state.grid_ticks() == 120
    hands.click(hands.at(1100, 65))
    hands.key(key, held)
    assert tuple(a + b for a, b in zip((960, 480, 65), change, strict=True)) in hands.rows()
    assert len(hands.session.steps) == 2


def test_copy_paste_cut_duplicate(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.key(Qt.Key.Key_C, CTRL)
    hands.roll.viewport.set_playhead(7680)
    hands.key(Qt.Key.Key_V, CTRL)
    assert (7680, 960, 62) in hands.rows()
    hands.key(Qt.Key.Key_D, CTRL)
    assert (8640, 960, 62) in hands.rows()
    hands.key(Qt.Key.Key_X, CTRL)
    assert (8640, 960, 62) not in hands.rows()
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.rows().count((7680, 960, 62)) == 2


def test_q_quantizes(hands: Hands) -> None:
    hands.drag(hands.at(300, 62), hands.at(300 + 130, 62), keys=ALT)
    hands.key(Qt.Key.Key_Q)
    assert hands.rows()[0] in {(120, 960, 62), (240, 960, 62)}


def test_lock_keeps_notes_from_edits(hands: Hands) -> None:
    hands.click(hands.at(300, 62))
    hands.key(Qt.Key.Key_L, CTRL)
    assert hands.notes.locked.tolist() == [True, False, False, False]
    hands.key(Qt.Key.Key_Delete)
    assert hands.rows() == MELODY
    hands.key(Qt.Key.Key_L, CTRL)
    assert not hands.notes.locked.any()


def test_keyboard_sounds_the_key(hands: Hands) -> None:
    QTest.mousePress(hands.roll, Qt.MouseButton.LeftButton, NONE, QPoint(40, hands.at(0, 64).y()))
    assert hands.heard[-1][0] == 64
    assert hands.heard[-1][1] > 0
    move(hands.roll, QPoint(40, hands.at(0, 65).y()), Qt.MouseButton.LeftButton)
    assert hands.heard[-1][0] == 65
    QTest.mouseRelease(hands.roll, Qt.MouseButton.LeftButton, NONE, QPoint(40, hands.at(0, 65).y()))
    assert hands.heard[-1] == (65, 0)
    assert len(hands.session.steps) == 1


def test_right_click_opens_a_menu_for_the_note(hands: Hands) -> None:
    menu = hands.roll.make_menu()
    assert not next(a for a in menu.actions() if a.text() == "Delete").isEnabled()
    hands.click(hands.at(300, 62))
    menu = hands.roll.make_menu()
    next(a for a in menu.actions() if a.text() == "Delete").trigger()
    assert hands.rows() == MELODY[1:]
    assert all(isinstance(m, QMenu) for m in hands.roll.findChildren(QMenu))


def test_wheel_scrolls_pitch_and_with_shift_time(hands: Hands) -> None:
    view, at = hands.roll.viewport, QPoint(500, 200)
    top, left = view.top, view.left
    wheel(hands.roll, at, -120)
    assert view.top > top
    assert view.left == left
    wheel(hands.roll, at, -120, SHIFT)
    assert view.left > left


@pytest.mark.parametrize("angle", [120, -120, 15])
def test_ctrl_wheel_zooms_time_about_the_pointer(hands: Hands, angle: int) -> None:
    view = hands.roll.viewport
    view.scroll(dx=2500)
    at, scale = QPoint(531, 200), view.scale
    tick = view.tick_at(at.x())
    for _ in range(5):
        wheel(hands.roll, at, angle, CTRL)
    assert (view.scale > scale) == (angle > 0)
    assert abs(view.x_at(tick) - at.x()) <= 1


@pytest.mark.parametrize("keys", [ALT, CTRL | SHIFT])
def test_pitch_zoom_keeps_the_pitch_under_the_pointer(hands: Hands, keys: Qt.KeyboardModifier) -> None:
    view, at = hands.roll.viewport, QPoint(500, 200)
    before = (at.y() + view.top) / view.key_height
    height = view.key_height
    for _ in range(4):
        wheel(hands.roll, at, 120, keys)
    assert view.key_height > height
    assert (at.y() + view.top) / view.key_height == pytest.approx(before, abs=1 / view.key_height)


def test_touchpads_zoom_smoothly(hands: Hands) -> None:
    view = hands.roll.viewport
    scale = view.scale
    wheel(hands.roll, QPoint(500, 200), keys=CTRL, pixels=QPoint(0, 2))
    assert 1 < view.scale / scale < 1.02


def test_middle_drag_pans(hands: Hands) -> None:
    view = hands.roll.viewport
    view.scroll(dx=400)
    left, top = view.left, view.top
    hands.drag(QPoint(600, 200), QPoint(500, 170), Qt.MouseButton.MiddleButton)
    assert (view.left, view.top) == (left + 100, top + 30)
    assert len(hands.session.steps) == 1


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
    from studio.music.document import Document

    hands.session.open(Document())
    hands.roll.grab()
    hands.state.set_tool("pencil")
    hands.click(QPoint(500, 200))
    hands.key(Qt.Key.Key_Delete)
    assert hands.session.document == Document()
