"""Recording in the real window: typed keys, on a silent device, become a take that is one step."""

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.music.notes import Origin
from studio.ui.window import MainWindow
from tests.jack import MidiKeyboard, jack

__all__ = ["jack"]


def until_sounding(window: MainWindow, qtbot: QtBot, tick: int) -> None:
    qtbot.waitUntil(lambda: window.studio.playback.playing and window.studio.playback.position > tick, timeout=20_000)


def test_record_typed_keys(window: MainWindow, qtbot: QtBot, no_sound_card: None) -> None:
    studio, roll = window.studio, window.column.roll
    studio.change_settings(count_in=0)
    before = studio.session.document
    window.recording.toggle_typing()
    QTest.mouseClick(window.transport_panel.findChild(object, "button-record"), Qt.MouseButton.LeftButton)
    until_sounding(window, qtbot, 300)
    assert window.recording.on and window.actions_by_id["play.record"].isChecked()
    assert window.viewport.playhead_role == "recording"
    QTest.keyPress(roll, Qt.Key.Key_Z)
    pressed = studio.playback.position
    qtbot.waitUntil(lambda: studio.playback.position > pressed + 300, timeout=20_000)
    QTest.keyRelease(roll, Qt.Key.Key_Z)
    released = studio.playback.position
    qtbot.waitUntil(lambda: len(roll._recorded) == 1, timeout=5_000)
    assert studio.session.document is before
    QTest.keyClick(roll, Qt.Key.Key_Space)
    assert not studio.playback.playing and not window.recording.on
    assert window.viewport.playhead_role != "recording"
    window.recording.toggle_typing()
    notes = studio.session.document.tracks[0].notes
    (at,) = (notes.origin == Origin.PLAYED).nonzero()[0]
    assert notes.pitch[at] == 48
    assert abs(int(notes.start[at]) - pressed) < 200
    assert abs(int(notes.end[at]) - released) < 200
    assert studio.session.steps[-1] == "Record"
    assert len(notes) == len(before.tracks[0].notes) + 1, "overdub keeps what was there"
    assert len(roll._recorded) == 0
    window.undo()
    assert studio.session.document is before


def test_count_in_stands_still_and_is_shown(window: MainWindow, qtbot: QtBot, no_sound_card: None) -> None:
    playback = window.studio.playback
    playback.start()
    qtbot.waitUntil(lambda: playback.settled, timeout=20_000)
    window.transport.seek(3_840)
    window.actions_by_id["play.record"].trigger()
    began = time.monotonic()
    qtbot.waitUntil(lambda: window.recording.counting > 0, timeout=5_000)
    qtbot.waitUntil(lambda: window.transport_panel.bars.text() in ("- 3", "- 2"), timeout=5_000)
    assert playback.position == 3_840
    until_sounding(window, qtbot, 3_900)
    assert time.monotonic() - began > 1.0  # a bar at 120 is two seconds
    assert window.recording.counting == 0
    assert not window.transport_panel.bars.text().startswith("-")
    window.transport.stop()
    assert window.studio.session.steps == ("Open",)


def test_an_empty_song_gets_a_track(make_window, no_sound_card: None) -> None:
    window = make_window()
    window.recording.toggle()
    assert len(window.studio.session.document.tracks) == 1
    window.transport.stop()


def test_metronome_and_modes_are_remembered(window: MainWindow) -> None:
    for name, setting in (("metronome", "metronome"), ("replace", "record_replaces"), ("count_in", "count_in")):
        before = getattr(window.studio.settings, setting)
        window.actions_by_id[f"play.{name}"].trigger()
        assert getattr(window.studio.settings, setting) != before
        assert window.actions_by_id[f"play.{name}"].isChecked() == bool(getattr(window.studio.settings, setting))


def test_record_a_midi_keyboard_with_its_pedal(window: MainWindow, qtbot: QtBot, no_sound_card: None, jack: None) -> None:
    studio = window.studio
    studio.change_settings(count_in=0)
    studio.midi.start()
    keyboard = MidiKeyboard()
    qtbot.waitUntil(lambda: bool(studio.midi.names), timeout=20_000)
    qtbot.waitUntil(lambda: any("keyboard" in n.message for n in studio.notices.entries), timeout=5_000)
    window.recording.toggle()
    until_sounding(window, qtbot, 300)
    keyboard.send(0xB0, 64, 127)
    keyboard.send(0x90, 50, 77)
    qtbot.waitUntil(lambda: len(studio.recorder.shown()) == 1, timeout=5_000)
    at = studio.playback.position
    qtbot.waitUntil(lambda: studio.playback.position > at + 300, timeout=20_000)
    keyboard.unplug()  # with the key and the pedal down
    qtbot.waitUntil(lambda: not studio.midi.names, timeout=20_000)
    window.transport.stop()
    track = studio.session.document.tracks[0]
    (played,) = (track.notes.pitch == 50).nonzero()[0]
    assert int(track.notes.velocity[played]) == 77
    assert abs(int(track.notes.start[played]) - at) < 300
    assert track.controls.numbered(64).value.tolist() == [127, 0]
    assert studio.session.steps[-1] == "Record"
