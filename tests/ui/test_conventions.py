"""The fifteen conventions that editors agree on, each driven on the real window with real key, mouse and wheel events."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music.notes import Notes
from studio.ui.panels.tools import ToolStrip
from studio.ui.roll.viewport import GUTTER
from studio.ui.window import MainWindow
from tests.ui.roll.conftest import ALT, CTRL, LEFT, NONE, RIGHT, SHIFT, drag, move, wheel

BAR = 3840
LEAD = [(0, 900, 62), (960, 900, 65), (1920, 900, 69), (BAR, 900, 62)]
Key = Qt.Key


class User:
    """What a user does in the window's roll, and what is then in the song."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.roll = window.column.roll
        self.session = window.studio.session
        self.view = window.viewport
        self.heard: list[tuple[int, int]] = []
        window.studio.playback.audition = lambda pitch, program, velocity, drums=False: self.heard.append((pitch, program))
        self.view.show_exactly(0, 2 * BAR)
        self.view.show_pitches(60, 72)
        self.roll.setFocus()

    def key(self, key: Qt.Key, keys=NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.roll, key, keys)

    def at(self, tick: float, pitch: int) -> QPoint:
        return QPoint(round(self.view.x_at(tick)), int(self.view.y_of(pitch)) + self.view.key_height // 2)

    def click(self, tick: float, pitch: int, keys=NONE, button=LEFT) -> None:
        QTest.mouseClick(self.roll, button, keys, self.at(tick, pitch))

    def drag(self, start: tuple[float, int], end: tuple[float, int], keys=NONE, release=True) -> None:
        drag(self.roll, self.at(*start), self.at(*end), keys=keys, release=release)

    def rows(self) -> list[tuple[int, int, int]]:
        notes = self.session.document.tracks[0].notes
        return list(zip(notes.start.tolist(), notes.duration.tolist(), notes.pitch.tolist(), strict=True))

    @property
    def chosen(self) -> list[tuple[int, int, int]]:
        notes = self.window.state.selected()
        return list(zip(notes.start.tolist(), notes.duration.tolist(), notes.pitch.tolist(), strict=True))


@pytest.fixture
def user(window: MainWindow) -> User:
    made = User(window)
    assert made.rows() == LEAD
    return made


@pytest.mark.parametrize("stop", [Key.Key_Return, Key.Key_Enter, Key.Key_Home])
def test_01_space_plays_and_pauses_enter_and_home_stop_and_return(user: User, stop: Qt.Key) -> None:
    transport, playback = user.window.transport, user.window.studio.playback
    user.key(Key.Key_Space)
    assert transport.playing
    transport.seek(BAR)
    user.key(Key.Key_Space)
    assert not transport.playing
    assert playback.position >= BAR - 10
    user.key(Key.Key_Space)
    user.key(stop)
    assert not transport.playing
    assert playback.position == 0
    drag(user.window.column.ruler, QPoint(user.at(960, 60).x(), 4), QPoint(user.at(BAR, 60).x(), 4))
    transport.set_loop(True)
    user.roll.setFocus()
    user.key(stop)
    assert playback.position == 960


def test_02_ctrl_z_undoes_both_redo_one_gesture_is_one_step(user: User) -> None:
    user.drag((400, 62), (400, 70))
    moved = user.session.document
    assert user.session.steps[1:] == ("Move note",)
    user.key(Key.Key_Z, CTRL)
    assert user.rows() == LEAD
    for redo, keys in ((Key.Key_Y, CTRL), (Key.Key_Z, CTRL | SHIFT)):
        user.key(redo, keys)
        assert user.session.document is moved
        user.key(Key.Key_Z, CTRL)
    user.click(1400, 65)
    wheel(user.roll, QPoint(400, 100), 120, CTRL)
    assert user.session.steps[1:] == ("Move note",)  # selection and zoom are no steps


@pytest.mark.parametrize("delete", [Key.Key_Delete, Key.Key_Backspace])
def test_03_clipboard_select_all_delete_and_escape(user: User, delete: Qt.Key) -> None:
    user.key(Key.Key_A, CTRL)
    assert user.chosen == LEAD
    user.key(Key.Key_Escape)
    assert user.chosen == []
    user.click(400, 62)
    user.key(Key.Key_C, CTRL)
    user.window.transport.seek(2 * BAR)
    user.key(Key.Key_V, CTRL)
    assert (2 * BAR, 900, 62) in user.rows()
    user.key(Key.Key_X, CTRL)
    assert user.rows() == LEAD
    user.click(400, 62)
    user.key(delete)
    assert user.rows() == LEAD[1:]
    user.drag((1400, 65), (2400, 71), release=False)
    assert user.rows() != LEAD[1:]
    user.key(Key.Key_Escape)  # cancels the gesture, keeps the selection
    assert user.rows() == LEAD[1:]
    assert len(user.chosen) == 1
    QTest.mouseRelease(user.roll, LEFT, NONE, user.at(2400, 71))
    assert user.rows() == LEAD[1:]


def test_04_ctrl_d_duplicates_right_behind(user: User) -> None:
    user.view.show_exactly(0, BAR)
    user.click(400, 62)
    user.click(1400, 65, CTRL)
    grid = user.window.state.grid_ticks()
    user.key(Key.Key_D, CTRL)
    first, second = user.chosen
    assert first[0] == -(-1860 // grid) * grid
    assert (second[0] - first[0], first[2], second[2]) == (960, 62, 65)
    user.key(Key.Key_D, CTRL)
    assert user.chosen[0][0] == 2 * first[0]


def test_05_number_keys_pick_tools(user: User) -> None:
    for key, tool in ((Key.Key_2, "pencil"), (Key.Key_3, "eraser"), (Key.Key_4, "knife"), (Key.Key_1, "pointer")):
        user.key(key)
        assert user.window.state.tool == tool
    user.key(Key.Key_2)
    user.click(2900, 66)
    assert len(user.rows()) == 5
    user.key(Key.Key_3)
    user.click(400, 62)
    assert user.rows()[0] == LEAD[1]
    user.key(Key.Key_4)
    user.click(2400, 69)
    assert [r for r in user.rows() if r[2] == 69] == [(1920, 480, 69), (2400, 420, 69)]


def test_06_up_and_down_move_a_semitone_with_shift_or_ctrl_an_octave(user: User) -> None:
    user.click(1400, 65)
    for key, keys, pitch in (
        (Key.Key_Up, NONE, 66), (Key.Key_Down, NONE, 65), (Key.Key_Up, SHIFT, 77), (Key.Key_Down, SHIFT, 65),
        (Key.Key_Up, CTRL, 77), (Key.Key_Down, CTRL, 65),
    ):  # fmt: skip
        user.key(key, keys)
        assert user.chosen == [(960, 900, pitch)]


def test_07_arrows_nudge_and_resize_by_the_grid_and_can_be_remapped(user: User) -> None:
    grid = user.window.state.grid_ticks()
    user.click(1400, 65)
    user.key(Key.Key_Right)
    assert user.chosen == [(960 + grid, 900, 65)]
    user.key(Key.Key_Left)
    user.key(Key.Key_Right, SHIFT)
    assert user.chosen == [(960, 900 + grid, 65)]
    user.key(Key.Key_Left, SHIFT)
    assert user.chosen == [(960, 900, 65)]
    user.window.preferring.change("shortcuts", ("roll.right\tCtrl+Alt+R",))
    user.key(Key.Key_Right)
    assert user.chosen == [(960, 900, 65)]
    user.key(Key.Key_R, CTRL | ALT)
    assert user.chosen == [(960 + grid, 900, 65)]


def test_07_clips_have_the_keys_of_the_same_table(user: User) -> None:
    strip, clips = user.window.column.arrangement.strip, user.session.document.tracks[0].clips
    user.window.transport.seek(BAR)
    strip.select(frozenset([clips[0].id]))
    user.key(Key.Key_S)  # whatever has the focus
    assert user.session.steps[-1] == "Split clips" and len(user.session.document.tracks[0].clips) == len(clips) + 1
    user.window.preferring.change("shortcuts", ("roll.duplicate\tCtrl+B",))
    strip.setFocus()
    for key, step in ((Key.Key_D, "Split clips"), (Key.Key_B, "Duplicate clips")):
        user.key(key, CTRL)
        assert user.session.steps[-1] == step


def test_08_the_wheel_scrolls_pitch_with_shift_time_with_ctrl_zooms_time_with_both_pitch(user: User) -> None:
    view, at = user.view, QPoint(500, 120)
    view.scroll(dx=300)

    def seen() -> tuple[int, int, float, int]:
        return view.top, view.left, view.scale, view.key_height

    def changed(keys, angle=-120) -> list[bool]:
        before = seen()
        wheel(user.roll, at, angle, keys)
        return [a != b for a, b in zip(before, seen(), strict=True)]

    assert changed(NONE) == [True, False, False, False]
    assert changed(SHIFT) == [False, True, False, False]
    assert changed(CTRL, 120)[2:] == [True, False]
    assert changed(CTRL | SHIFT, 480)[2:] == [False, True]
    assert changed(ALT, -480)[2:] == [False, True]


def test_09_zoom_keeps_what_is_under_the_pointer_and_touchpads_zoom_smoothly(user: User) -> None:
    view, at = user.view, QPoint(517, 120)
    view.scroll(dx=400)
    tick = view.tick_at(at.x())
    for angle in (120, 120, -120, 40, 8):
        wheel(user.roll, at, angle, CTRL)
        assert abs(view.x_at(tick) - at.x()) <= 1
    pitch = view.pitch_at(at.y())
    for _ in range(3):
        wheel(user.roll, at, 120, CTRL | SHIFT)
    assert abs(view.pitch_at(at.y()) - pitch) <= 1
    scale = view.scale
    wheel(user.roll, at, keys=CTRL, pixels=QPoint(0, 3))
    assert 1 < view.scale / scale < 1.03


def test_10_a_click_in_the_ruler_seeks_and_the_loop_is_its_own(user: User) -> None:
    ruler, transport = user.window.column.ruler, user.window.transport
    QTest.mouseClick(ruler, LEFT, NONE, QPoint(user.at(1920, 60).x(), ruler.height() - 6))
    assert user.window.studio.playback.position == 1920
    assert user.session.document.loop is None
    user.click(400, 62)
    drag(ruler, QPoint(user.at(960, 60).x(), 4), QPoint(user.at(BAR, 60).x(), 4))
    assert user.session.document.loop == (960, BAR)
    assert user.chosen == LEAD[:1]
    before = transport.loop_on
    user.roll.setFocus()
    user.key(Key.Key_L)
    assert transport.loop_on is not before
    assert user.session.document.loop == (960, BAR)


def test_11_bodies_move_edges_resize_the_cursor_tells_and_pitches_sound(user: User) -> None:
    shapes = {}
    for name, tick in (("left", 975), ("body", 1400), ("right", 1845), ("none", 2800)):
        move(user.roll, user.at(tick, 65))
        shapes[name] = user.roll.cursor().shape()
    assert shapes["left"] == shapes["right"] == Qt.CursorShape.SizeHorCursor
    assert shapes["body"] == Qt.CursorShape.SizeAllCursor
    assert shapes["none"] == Qt.CursorShape.ArrowCursor
    user.drag((1400, 65), (1400 + 480, 67))
    assert user.chosen == [(1440, 900, 67)]
    assert user.heard[0] == (65, 73)
    assert user.heard[-1] == (67, 73)
    user.drag((1460, 67), (1460 + 240, 67))
    assert user.chosen == [(1680, 660, 67)]
    user.drag((2320, 67), (2320 + 480, 67))
    assert user.chosen[0][:1] == (1680,)
    assert user.chosen[0][1] > 1000
    user.heard.clear()
    user.window.actions_by_id["play.audition"].trigger()
    user.drag((1900, 67), (1900, 70))
    assert user.heard == []
    user.window.actions_by_id["play.audition"].trigger()
    QTest.mousePress(user.roll, LEFT, NONE, QPoint(GUTTER // 2, user.at(0, 64).y()))
    assert user.heard == [(64, 73)]  # with the track's instrument
    QTest.mouseRelease(user.roll, LEFT, NONE, QPoint(GUTTER // 2, user.at(0, 64).y()))


@pytest.mark.parametrize("tool", [Key.Key_1, Key.Key_2])
def test_12_ctrl_click_toggles_shift_click_takes_a_range_ctrl_drag_boxes(user: User, tool: Qt.Key) -> None:
    user.key(tool)
    user.click(400, 62)
    user.click(1400, 65, CTRL)
    assert user.chosen == LEAD[:2]
    user.click(400, 62, CTRL)
    assert user.chosen == LEAD[1:2]
    user.click(400, 62)
    user.click(2400, 69, SHIFT)
    assert user.chosen == LEAD[:3]
    user.key(Key.Key_Escape)
    user.drag((700, 64), (3000, 71), CTRL)
    assert user.chosen == LEAD[1:3]
    assert user.rows() == LEAD


def test_13_alt_bypasses_snap_and_the_grid_follows_the_zoom_unless_it_is_pinned(user: User) -> None:
    state = user.window.state
    user.drag((1400, 65), (1400 + 333, 65))
    assert (user.chosen[0][0] - 960) % state.grid_ticks() == 0
    user.key(Key.Key_Z, CTRL)
    user.drag((1400, 65), (1400 + 333, 65), ALT)
    assert abs(user.chosen[0][0] - 960 - 333) <= 6
    coarse = state.grid_ticks()
    for _ in range(8):
        wheel(user.roll, QPoint(500, 100), 120, CTRL)
    assert state.grid_ticks() < coarse
    tools = user.window.findChild(ToolStrip)
    pinned = next(entry for entry in tools.menu.actions() if entry.text() == "1/8")
    pinned.trigger()
    tools.triplets.trigger()
    assert state.grid_ticks() == 320
    for _ in range(12):
        wheel(user.roll, QPoint(500, 100), -120, CTRL)
    assert state.grid_ticks() == 320


def test_14_right_click_deletes_with_the_pencil_and_opens_a_menu_with_the_pointer(user: User) -> None:
    user.key(Key.Key_2)
    user.click(400, 62, button=RIGHT)
    assert user.rows() == LEAD[1:]
    assert user.roll.findChildren(QMenu) == []
    user.key(Key.Key_1)
    at = user.at(1400, 65)
    user.click(1400, 65, button=RIGHT)
    QTest.qWait(1)
    if not user.roll.findChildren(QMenu):  # some platforms send the menu's own event only from a real mouse
        _ask_for_menu(user.roll, at)
    menu = user.roll.findChildren(QMenu)[0]
    assert user.chosen == [LEAD[1]]
    assert user.rows() == LEAD[1:]
    next(entry for entry in menu.actions() if entry.objectName() == "delete").trigger()
    assert user.rows() == LEAD[2:]
    menu.close()


def _ask_for_menu(widget: QWidget, at: QPoint) -> None:
    QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at)))


class Picture:
    """Colours of the roll as it is painted."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._image = user.roll.grab().toImage()

    def color(self, tick: float, pitch: int, dx: int = 0, dy: int = 0) -> QColor:
        return self._image.pixelColor(self._user.at(tick, pitch) + QPoint(dx, dy))

    def light(self, tick: float, pitch: int) -> int:
        return self.color(tick, pitch, 5).lightness()


def test_15_rows_keys_ghosts_proposed_and_locked_notes_look_as_they_should(user: User) -> None:
    picture = Picture(user)
    empty = BAR + 2000
    assert picture.light(empty, 66) < picture.light(empty, 64)  # a black key out of the scale (D minor) and a white one in it
    assert picture.light(empty, 70) > picture.light(empty, 66)  # B flat belongs to it
    assert picture.light(empty, 62) > picture.light(empty, 64)  # the root
    ghost = picture.color(400, 63)  # the track Low has a note there
    assert ghost.lightness() > picture.light(empty, 63) + 8
    assert ghost.lightness() < picture.light(400, 62)
    user.click(1400, 65)
    user.key(Key.Key_L, CTRL)
    amber = Picture(user).color(960, 65, 1).toHsv()
    assert abs(amber.hue() - 39) < 15
    user.key(Key.Key_Delete)
    assert user.rows() == LEAD  # locked
    take = ProposedTake(((Part("Lead", track_id=user.window.state.track_id), Notes.of([BAR + 1920], 1200, 66)),), 2 * BAR)
    user.session.propose(Proposal(BAR + 1900, 2 * BAR, (take,)))
    violet = Picture(user).color(BAR + 2400, 66)
    assert violet.blue() > violet.green() + 30
    user.session.propose(None)


def test_15_one_velocity_bar_of_a_selection_changes_all_of_it(user: User) -> None:
    lane = user.window.column.velocity
    user.key(Key.Key_A, CTRL)
    x = round(user.view.x_at(960)) + 1
    drag(lane, QPoint(x, round(lane.y_of(80))), QPoint(x, round(lane.y_of(100))))
    velocities = user.session.document.tracks[0].notes.velocity.tolist()
    assert velocities == [velocities[0]] * 4
    assert 97 <= velocities[0] <= 103


def test_15_q_quantizes_and_following_pages_or_keeps_the_playhead_still(user: User) -> None:
    user.drag((1400, 65), (1400 + 130, 65), ALT)
    user.key(Key.Key_Q)
    assert user.chosen[0][0] % user.window.state.grid_ticks() == 0
    view, transport = user.view, user.window.transport
    view.show_exactly(0, BAR)
    for key, keys, mode in ((Key.Key_F, SHIFT, "center"), (Key.Key_F, SHIFT, "page"), (Key.Key_F, NONE, "")):
        user.key(key, keys)
        assert transport.follow_mode == mode
        view.scroll_to(0)
        xs = []
        for tick in range(2000, 6000, 100):
            view.set_playhead(tick, playing=True, follow=transport.follow_mode)
            xs.append(view.x_at(tick))
        if mode == "center":
            assert max(xs) - min(xs) <= 2
        elif mode == "page":
            assert GUTTER <= min(xs) <= max(xs) <= view.width
            assert view.left > 0
        else:
            assert view.left == 0
            assert max(xs) > view.width
