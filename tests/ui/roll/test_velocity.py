import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.ui.roll.state import RollState
from studio.ui.roll.velocity import VelocityLane
from studio.ui.theme import DARK
from tests.ui.roll.conftest import LEFT, NONE, SHIFT, drag, move


@pytest.fixture
def lane(qtbot, state: RollState) -> VelocityLane:
    made = VelocityLane(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, 100)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(lane: VelocityLane, tick: int, velocity: int) -> QPoint:
    return QPoint(round(lane.viewport.x_at(tick)) + 1, round(lane.y_of(velocity)))


def test_drag_changes_one_note_in_one_step(lane: VelocityLane) -> None:
    drag(lane, at(lane, 960, 40), at(lane, 960, 90))
    assert lane.state.shown.notes.velocity.tolist()[1] == pytest.approx(90, abs=1)
    assert lane.state.shown.notes.velocity.tolist()[0] == 80
    assert lane.state.session.steps == ("Open", "Change velocity")
    lane.state.session.undo()
    assert lane.state.shown.notes.velocity.tolist() == [80, 40, 100, 80]


def test_drag_on_the_selection_changes_all_of_it(lane: VelocityLane) -> None:
    lane.state.select([1, 2, 3])
    drag(lane, at(lane, 960, 40), at(lane, 960, 60))
    got = lane.state.shown.notes.velocity.tolist()
    by = got[1] - 40
    assert 18 <= by <= 22
    assert got == [80 + by, 40 + by, 100 + by, 80]


def test_escape_cancels(lane: VelocityLane) -> None:
    drag(lane, at(lane, 960, 40), at(lane, 960, 90), release=False)
    assert lane.state.shown.notes.velocity.tolist()[1] > 80
    QTest.keyClick(lane, Qt.Key.Key_Escape)
    QTest.mouseRelease(lane, LEFT, NONE, at(lane, 960, 90))
    assert lane.state.shown.notes.velocity.tolist() == [80, 40, 100, 80]
    assert not lane.state.session.can_undo


def test_a_press_beside_every_bar_does_nothing(lane: VelocityLane) -> None:
    drag(lane, at(lane, 6000, 40), at(lane, 6000, 90))
    assert not lane.state.session.can_undo


def test_louder_notes_have_higher_bars(lane: VelocityLane) -> None:
    image = lane.grab().toImage()

    def lit(tick: int, velocity: int) -> bool:
        return image.pixelColor(at(lane, tick, velocity)).lightness() > 80

    assert lit(0, 70)
    assert not lit(0, 95)
    assert lit(1920, 95)
    assert not lit(960, 60)


def test_proposed_notes_have_violet_bars_that_cannot_be_dragged(lane: VelocityLane) -> None:
    notes = lane.state.shown.notes.select(slice(2, 3)).shifted(5760 - 1920)
    take = ProposedTake(((Part("Melody", track_id=11), notes),), 7680)
    lane.state.session.propose(Proposal(5760, 7680, (take,)))
    color = lane.grab().toImage().pixelColor(at(lane, 5760, 70))
    assert color.blue() > color.green() + 25
    drag(lane, at(lane, 5760, 100), at(lane, 5760, 20))
    assert not lane.state.session.can_undo


def test_a_drag_with_shift_draws_a_ramp_in_one_step(lane: VelocityLane) -> None:
    drag(lane, at(lane, 0, 20), at(lane, 1920, 120), keys=SHIFT)
    got = lane.state.shown.notes.velocity.tolist()
    assert got[:3] == pytest.approx([20, 70, 120], abs=3)
    assert got[3] == 80
    assert lane.state.session.steps == ("Open", "Draw velocities")


def test_a_ramp_touches_only_the_selection_if_there_is_one(lane: VelocityLane) -> None:
    lane.state.select([2])
    drag(lane, at(lane, 0, 20), at(lane, 1920, 120), keys=SHIFT)
    got = lane.state.shown.notes.velocity.tolist()
    assert got[1] == pytest.approx(70, abs=3)
    assert [got[0], got[2], got[3]] == [80, 100, 80]


def test_the_pencil_draws_freely(lane: VelocityLane) -> None:
    lane.state.set_tool("pencil")
    drag(lane, at(lane, 0, 100), at(lane, 960, 20), release=False)
    move(lane, at(lane, 1920, 110), LEFT)
    QTest.mouseRelease(lane, LEFT, NONE, at(lane, 1920, 110))
    assert lane.state.shown.notes.velocity.tolist()[:3] == pytest.approx([100, 20, 110], abs=4)
    assert lane.state.session.steps == ("Open", "Draw velocities")
