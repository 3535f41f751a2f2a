import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest

from studio.music.notes import PITCH_BEND, SUSTAIN
from studio.ui.roll.controls import MODULATION, VIBRATO_RATE, ControlLane
from studio.ui.roll.state import RollState
from studio.ui.theme import DARK
from tests.ui.roll.conftest import ALT, LEFT, NONE, RIGHT, SHIFT, drag


@pytest.fixture
def lane(qtbot, state: RollState) -> ControlLane:
    made = ControlLane(state, DARK)
    qtbot.addWidget(made)
    made.resize(1000, 100)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(lane: ControlLane, tick: float, value: float) -> QPoint:
    return QPoint(round(lane.viewport.x_at(tick)), round(lane.y_of(value)))


def events(lane: ControlLane) -> list[tuple[int, int]]:
    found = lane.state.session.document.track(11).controls.numbered(lane.number)
    return list(zip(found.tick.tolist(), found.value.tolist(), strict=True))


def test_a_drag_on_the_pedal_presses_it_on_the_grid(lane: ControlLane) -> None:
    assert lane.number == SUSTAIN
    drag(lane, at(lane, 970, 100), at(lane, 1900, 20))
    assert events(lane) == [(960, 127), (1920, 0)]
    assert lane.state.session.steps == ("Open", "Draw controllers")
    drag(lane, at(lane, 3000, 100), at(lane, 3500, 20), keys=ALT)
    assert abs(events(lane)[2][0] - 3000) <= 10
    lane.state.session.undo()
    lane.state.session.undo()
    assert events(lane) == []


def test_a_free_drag_draws_a_curve(lane: ControlLane) -> None:
    lane.set_number(MODULATION)
    drag(lane, at(lane, 0, 10), at(lane, 1920, 120))
    ticks, values = np.array(events(lane)).T
    assert len(ticks) > 20
    assert (np.diff(values) >= 0).all()
    assert values[0] == pytest.approx(10, abs=2)
    assert values[-1] == pytest.approx(120, abs=2)


def test_with_shift_it_is_a_straight_line_over_what_was_there(lane: ControlLane) -> None:
    lane.set_number(PITCH_BEND)
    drag(lane, at(lane, 0, 0), at(lane, 1920, 8000), keys=SHIFT)
    ticks, values = np.array(events(lane)).T
    line = np.interp(ticks, [0, 1920], [0, 8000])
    assert np.abs(values - line).max() < 400
    drag(lane, at(lane, 0, -8000), at(lane, 1920, -8000), keys=SHIFT)
    assert max(value for _, value in events(lane)) < -7500


def test_the_right_button_erases_and_escape_cancels(lane: ControlLane) -> None:
    drag(lane, at(lane, 960, 100), at(lane, 1920, 20))
    drag(lane, at(lane, 1500, 50), at(lane, 2500, 50), button=RIGHT)
    assert events(lane) == [(960, 127)]
    drag(lane, at(lane, 0, 100), at(lane, 500, 20), release=False)
    QTest.keyClick(lane, Qt.Key.Key_Escape)
    QTest.mouseRelease(lane, LEFT, NONE, at(lane, 500, 20))
    assert events(lane) == [(960, 127)]


def test_the_list_tells_what_the_track_has(lane: ControlLane) -> None:
    drag(lane, at(lane, 960, 100), at(lane, 1920, 20))
    entries = lane.make_menu().actions()
    assert [e.text() for e in entries if e.isChecked()] == ["Pedal \u2022"]
    next(e for e in entries if e.text() == "Pitch bend").trigger()
    assert lane.number == PITCH_BEND


def test_all_that_shapes_a_note_can_be_chosen_by_name(lane: ControlLane) -> None:
    """Brightness and the vibrato's rate, which Humanize writes too, had been heard but were numbers, and only where a file had them."""
    names = [e.text() for e in lane.make_menu().actions()]
    assert {"Modulation", "Expression", "Volume", "Pitch bend", "Brightness", "Vibrato rate"} <= set(names)


def test_a_long_name_is_seen_whole_on_two_lines(lane: ControlLane) -> None:
    font = QFont(lane.font())
    font.setPixelSize(10)
    lane.set_number(VIBRATO_RATE)
    assert " ".join(reversed(lane.lines_of_name(QFontMetrics(font)))) == "Vibrato rate"


def test_the_value_under_the_hand_is_told(lane: ControlLane) -> None:
    for number, value, told in ((MODULATION, 100, "100"), (VIBRATO_RATE, 40, "-24"), (SUSTAIN, 100, "")):
        lane.set_number(number)
        place = at(lane, 960, value)
        QTest.mousePress(lane, LEFT, pos=place)
        exact = lane.value_at(place.y()) - value
        assert lane.drawn_text() == (told and f"{int(told) + exact:{'+' if number == VIBRATO_RATE else ''}}")
        QTest.mouseRelease(lane, LEFT, pos=place)
        assert lane.drawn_text() == ""


def test_a_pressed_pedal_is_seen(lane: ControlLane) -> None:
    drag(lane, at(lane, 960, 100), at(lane, 1920, 20))
    image = lane.grab().toImage()
    inside, outside = (image.pixelColor(at(lane, tick, 60)).lightness() for tick in (1400, 2500))
    assert inside > outside + 20
