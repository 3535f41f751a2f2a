"""From the map to the proposal and back, in the window."""

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.arrangers import ArrangerShelf
from tests.ui.conftest import BAR

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def exploring(window, monkeypatch):
    shelf = ArrangerShelf()
    for name in ("clips", "changer"):
        monkeypatch.setattr(window.studio.shelf, name, getattr(shelf, name))
    window.state.select([int(window.state.track.notes.id[0])])
    panel = window.write_panel
    panel.form.value = dataclasses.replace(panel.form.value, verb="explore")
    return panel.exploring


def settled(qtbot, window):
    qtbot.waitUntil(lambda: not window.studio.jobs.busy, timeout=20_000)
    QTest.qWait(1)


def test_a_click_is_proposed_and_played_and_enter_keeps_it(qtbot, window, exploring):
    qtbot.waitUntil(lambda: bool(exploring._texts["density"].text()), timeout=20_000)
    played = []
    window.transport.play_from = played.append
    QTest.mouseClick(exploring.map, LEFT, NONE, QPoint(exploring.map.width() // 2 + 60, 40))
    qtbot.waitUntil(lambda: window.studio.session.proposal is not None, timeout=20_000)
    assert played == [0]
    part = window.studio.session.proposal.take.parts[0][0]
    assert part.track_id == window.state.track_id
    QTest.keyClick(exploring.map, Qt.Key.Key_Return)
    assert window.studio.session.proposal is None and window.studio.session.steps[-1] == "Keep take"
    assert not exploring.away and exploring.map.visited == [], "the map begins anew around what was kept"
    region = window.write_panel.changing.region
    assert (region.first, region.last) == (1, 1), "the same bars are meant, though their notes were replaced"
    assert set(window.state.selected().id) == set(window.state.track.notes.starting_between(0, BAR).id)
    settled(qtbot, window)


def test_escape_goes_back_to_the_bars(qtbot, window, exploring):
    window.transport.play_from = lambda tick: None
    exploring.map.go(2.0, 1.0)
    qtbot.waitUntil(lambda: window.studio.session.proposal is not None, timeout=20_000)
    QTest.keyClick(exploring.map, Qt.Key.Key_Escape)
    assert window.studio.session.proposal is None and not exploring.away
    assert window.studio.session.steps == ("Open",)
    settled(qtbot, window)


def test_what_cannot_be_explored_says_so(qtbot, window, exploring):
    settled(qtbot, window)
    window.studio.session.open(dataclasses.replace(window.studio.session.document, tracks=()))
    assert exploring.why.text() == "Choose a track with notes first." and not exploring.map.isVisible()


@pytest.mark.parametrize("height", [740, 960])
def test_map_and_sliders_are_in_sight_in_a_low_window(qtbot, window, exploring, height):
    settled(qtbot, window)
    window.resize(1280, height)
    qtbot.wait(50)
    panel = window.write_panel
    bar = panel._scroll.verticalScrollBar()
    assert bar.maximum() == bar.minimum(), "nothing of the form has to be scrolled to"
    assert exploring.map.height() >= (196 if height > 900 else 108)
    lowest = exploring.sliders["leaps"]
    assert lowest.isVisible() and lowest.mapTo(panel, QPoint(0, lowest.height())).y() <= panel._scroll.height()


def test_the_first_look_around_says_what_it_waits_for(qtbot, window, exploring):
    settled(qtbot, window)
    told = []
    window.studio.jobs.on_progress = lambda progress: None if progress.finished else told.append(progress.title)
    window.studio.exploring._compasses.clear()
    looked = []
    for said in ({"Getting the map ready"}, set()):
        window.studio.exploring.look(window.state.track_id, 0, BAR, looked.append)
        qtbot.waitUntil(lambda: bool(looked), timeout=20_000)
        settled(qtbot, window)
        assert set(told) == said
        looked.clear()
        told.clear()
