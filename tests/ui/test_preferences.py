"""Preferences: every change holds at once and is there at the next start."""

from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox

from studio.app.settings import Settings, load_settings
from studio.audio.latency import AUTOMATIC
from studio.nn import runtime
from studio.ui.preferences import PAGES, Pick


@pytest.fixture
def page(window, qtbot, monkeypatch):
    monkeypatch.setattr(runtime, "devices", lambda: ["cpu"])
    monkeypatch.setattr(window.studio.playback, "devices", lambda: ["Loud"])
    monkeypatch.setattr(window.studio.playback, "reload", lambda: None)
    window.studio.midi._there = ("Piano 20:0", "Organ 24:0")
    window.actions_by_id["help.preferences"].trigger()
    qtbot.waitUntil(lambda: window.preferences.controls["audio_device"].count() == 2)
    return window.preferences


def choose(widget: Pick, value) -> None:
    place = widget._values.index(value)
    widget.setCurrentIndex(place)
    widget.activated.emit(place)


def test_every_row_is_a_field_of_the_settings_and_shows_it(window, page):
    rows = {row.field for rows in PAGES.values() for row in rows}
    assert rows <= {f.name for f in fields(Settings)}
    assert {name: getattr(page.form.value, name) for name in rows} == {n: getattr(window.studio.settings, n) for n in rows}


def test_devices_and_latency_hold_at_once(window, page, monkeypatch):
    used = []
    monkeypatch.setattr(window.studio.playback, "set_device", lambda *sound: used.append(sound[:2]))
    choose(page.controls["audio_device"], "Loud")
    choose(page.controls["latency"], 0.0)
    assert used == [("Loud", AUTOMATIC), ("Loud", 0.0)]
    choose(page.controls["model_device"], "cpu")
    assert window.studio.shelf.device == "cpu"
    stored = load_settings()
    assert (stored.audio_device, stored.latency, stored.model_device) == ("Loud", 0.0, "cpu")


def test_one_of_the_keyboards_is_chosen(window, page):
    choose(page.controls["midi_input"], "Organ")
    assert window.studio.midi._wanted == "Organ"
    assert load_settings().midi_input == "Organ"


def test_no_line_stands_above_what_is_beside_the_tabs(page):
    assert not page.tabs.tabBar().drawBase()


def test_switches_hold_at_once(window, page):
    box = page.controls["audition_notes"]
    assert isinstance(box, QCheckBox) and box.isChecked()
    page.tabs.setCurrentIndex(1)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center().__class__(8, box.height() // 2))
    assert not window.studio.settings.audition_notes and not load_settings().audition_notes
    page.controls["listen_while_writing"].click()
    assert not window.write_panel.listen.isChecked()
    page.controls["follow_playhead"].click()
    assert not window.transport.follow


def test_shortcuts_are_changed_here(window, page):
    page.shortcuts.choose("play.loop")
    page.shortcuts.clear.click()
    assert window.actions_by_id["play.loop"].shortcuts() == []
    assert load_settings().shortcuts == ("play.loop",)


def test_language_and_theme_want_the_window_anew(window, page):
    wanted = []
    window.renew_wanted.connect(lambda: wanted.append((window.studio.settings.language, window.studio.settings.theme)))
    choose(page.controls["language"], "zh_CN")
    choose(page.controls["theme"], "light")
    choose(page.controls["theme"], "light")
    assert wanted == [("zh_CN", "dark"), ("zh_CN", "light")]


def test_a_device_that_is_gone_stays_chosen(window, page):
    page.controls["audio_device"].value = "Unplugged"
    page.controls["audio_device"].offer({"": "System", "Loud": "Loud"})
    assert page.controls["audio_device"].value == "Unplugged"
