"""Meters: they rise at once, fall by themselves, hold the peak for a while, and remember what was too loud."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.audio.meters import Levels
from studio.ui.panels.strip_meter import HOLD_SECONDS, LevelMeter, track_meter
from studio.ui.theme import look


@pytest.fixture
def meter(qtbot) -> LevelMeter:
    made = track_meter()
    qtbot.addWidget(made)
    made.show()
    made.show_levels(Levels(), 100.0)
    return made


def heights(meter: LevelMeter, role: str) -> int:
    """Pixels of the left bar in a colour."""
    image, color = meter.grab().toImage(), look().color(role).name()
    return sum(image.pixelColor(1, y).name() == color for y in range(image.height()))


def test_a_peak_is_held_while_the_bar_falls(meter: LevelMeter) -> None:
    meter.show_levels(Levels((0.25, 0.25)), 100.1)
    high = heights(meter, "playing")
    assert high > 20 and heights(meter, "text") == 2
    meter.show_levels(Levels(), 101.0)
    assert 0 < heights(meter, "playing") < high - 5
    assert meter.held_db()[0] == pytest.approx(-12.04, abs=0.1)
    meter.show_levels(Levels(), 100.1 + HOLD_SECONDS + 0.1)
    assert meter.held_db()[0] < -30
    meter.show_levels(Levels(), 110.0)
    assert heights(meter, "playing") == 0 and heights(meter, "text") == 0


def test_the_light_stays_until_it_is_put_out(meter: LevelMeter) -> None:
    meter.show_levels(Levels((0.9, 0.9)), 100.1)
    assert not meter.clipped and heights(meter, "locked") > 0
    meter.show_levels(Levels((1.2, 0.1)), 100.2)
    meter.show_levels(Levels(), 120.0)
    assert meter.clipped and heights(meter, "recording") == 4
    QTest.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert not meter.clipped and heights(meter, "recording") == 0


def test_nothing_new_is_not_painted_again(meter: LevelMeter, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(meter, "update", lambda: asked.append(1))
    for k in range(5):
        meter.show_levels(Levels(), 130.0 + k)
    assert asked == []
