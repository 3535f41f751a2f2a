import pytest
from PySide6.QtCore import QPoint

from studio.app.session import Proposal, ProposedTake
from studio.ui.roll.minimap import MiniMap
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import drag, wheel


@pytest.fixture
def map_(qtbot, state: RollState) -> MiniMap:
    made = MiniMap(state, DARK)
    qtbot.addWidget(made)
    state.viewport.resize(1000, 400)
    made.resize(1000, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_frame_is_what_is_seen(map_: MiniMap) -> None:
    view = map_.state.viewport
    view.show_exactly(3840, 3 * 3840)
    frame = map_.frame()
    assert map_.tick_at(frame.left()) == pytest.approx(3840, abs=80)
    assert map_.tick_at(frame.right()) == pytest.approx(3 * 3840, abs=80)


def test_a_press_beside_the_frame_goes_there(map_: MiniMap) -> None:
    view = map_.state.viewport
    view.show_exactly(0, 3840)
    x = round(map_.x_of(5 * 3840))
    drag(map_, QPoint(x, 10), QPoint(x, 10))
    start, end = view.visible_ticks()
    assert start < 5 * 3840 < end


def test_dragging_an_edge_zooms(map_: MiniMap) -> None:
    view = map_.state.viewport
    view.show_exactly(0, 3840)
    right = round(map_.frame().right())
    drag(map_, QPoint(right, 10), QPoint(round(map_.x_of(2 * 3840)), 10))
    start, end = view.visible_ticks()
    assert start == pytest.approx(0, abs=30)
    assert end == pytest.approx(2 * 3840, abs=200)


def test_the_wheel_moves_through_time(map_: MiniMap) -> None:
    map_.state.viewport.show_exactly(0, 3840)
    wheel(map_, QPoint(500, 10), -240)
    assert map_.state.viewport.left > 0


def test_notes_loop_and_proposal_are_seen(map_: MiniMap) -> None:
    map_.state.session.propose(Proposal(5 * 3840, 6 * 3840, (ProposedTake((), 6 * 3840),)))
    image = map_.grab().toImage()

    def lit(tick: int, rows: range) -> int:
        x = round(map_.x_of(tick))
        return max(image.pixelColor(x, y).lightness() for y in rows)

    assert lit(2400, range(3, 27)) > lit(7 * 3840, range(3, 27)) + 40
    violet = image.pixelColor(round(map_.x_of(5.5 * 3840)), map_.height() - 1)
    assert violet.blue() > violet.green() + 25
