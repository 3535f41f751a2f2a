"""What steers the writer: open until it is touched, and open again after a double click."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.session import ProposedTake
from studio.engines.api import Turn, Wishes
from studio.music.document import Provenance
from studio.ui.panels.steering import MoodPad, Steering, moods_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def steering(qtbot):
    steering = Steering()
    qtbot.addWidget(steering)
    steering.resize(280, 260)
    steering.fold.setChecked(True)
    steering.show()
    return steering


def test_untouched_it_asks_for_nothing(steering):
    assert steering.wishes == Wishes()
    assert steering.fold.text() == "Steer"


def test_a_press_on_the_pad_is_energy_across_and_brightness_up(steering):
    pad = steering.mood
    QTest.mouseClick(pad, LEFT, pos=QPoint(pad.width() - 12, pad.height() // 2))
    assert steering.wishes.energy > 0.9 and abs(steering.wishes.brightness - 0.5) < 0.05
    QTest.mouseClick(pad, LEFT, pos=QPoint(1, 1))
    assert (steering.wishes.energy, steering.wishes.brightness) == (0.0, 1.0)
    assert "energy 0 %" in pad.accessibleName()
    QTest.mouseDClick(pad, LEFT)
    assert steering.wishes == Wishes() and "as it comes" in pad.accessibleName()


def test_the_pad_obeys_the_keys(steering):
    pad = steering.mood
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(pad, key)
    assert pad.mood == (0.6, 0.45)
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.mood is None


def test_a_pad_stays_within_its_bounds(qtbot):
    pad = MoodPad()
    qtbot.addWidget(pad)
    pad.mood = (1.4, -0.2)
    assert pad.mood == (1.0, 0.0)


def test_sliders_and_chords(steering):
    steering.density.setValue(80)
    steering.register.setValue(10)
    steering.chords.setText("C Am F,G C")
    assert steering.wishes == Wishes(density=0.8, register=0.1)
    assert steering.fold.text() == "Steer (3 set)"


def test_what_was_asked_for_can_be_shown(steering):
    wishes = Wishes(density=0.25, energy=0.9, brightness=0.2)
    steering.wishes = wishes
    assert steering.wishes == wishes
    steering.wishes = Wishes()
    assert steering.wishes == Wishes()


def test_the_way_of_a_take_is_seen_on_the_pad(qtbot):
    pad = MoodPad()
    qtbot.addWidget(pad)
    pad.show()
    before = pad.grab().toImage()
    pad.course = ((0.1, 0.2), (0.1, 0.9), (0.9, 0.9))
    assert pad.grab().toImage() != before
    pad.course = ()
    assert pad.grab().toImage() == before


def test_the_way_begins_with_what_was_asked_for_and_leaves_out_what_did_not_move():
    asked = Provenance("generated", request='{"wishes": {"energy": 0.2, "brightness": null}}')
    turns = (Turn(960, Wishes(energy=0.2, density=0.9)), Turn(1920, Wishes(energy=0.8, brightness=0.7)))
    assert moods_of(ProposedTake(provenance=asked, turns=turns)) == ((0.2, 0.5), (0.8, 0.7))
    assert moods_of(ProposedTake(provenance=asked)) == ()
