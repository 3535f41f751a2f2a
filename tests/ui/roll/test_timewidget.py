import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.roll.conftest import ALT, CTRL, SHIFT, Hands, wheel


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


def test_the_gutter_is_painted_anew_only_when_it_shows_something_else(hands: Hands) -> None:
    roll, painted = hands.roll, []
    plain = roll.paint_gutter
    roll.paint_gutter = lambda painter, clip: (painted.append(1), plain(painter, clip))
    roll.grab()
    painted.clear()
    hands.state.select(hands.state.shown.notes.id.tolist())
    roll.grab()
    assert not painted
    roll.viewport.scroll(dy=30)
    roll.grab()
    assert len(painted) == 1


def test_what_shows_the_same_is_not_painted_anew(hands: Hands) -> None:
    roll, asked = hands.roll, []
    roll.repaint_all = lambda: asked.append(1)
    roll.repaint_for(1, (2, 3))
    roll.repaint_for(1, (2, 3))
    assert len(asked) == 1
    roll.repaint_for(1, (2, 4))
    assert len(asked) == 2
