"""The window, driven as people drive it: mouse, keys, and nothing behind its back."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit

from studio.app.jobs import Progress
from studio.ui.dialogs import AboutPage, CrashPage, ShortcutSheet
from studio.ui.mirror import EMPTY_WORDS
from tests.ui.conftest import BAR

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def write(window, qtbot, takes=2, bars=2):
    """Ask for takes with the button, and wait until they are written."""
    window.write_panel.takes.index = takes - 1
    window.write_panel.bars.setValue(bars)
    window.write_panel.listen.setChecked(False)
    QTest.mouseClick(window.write_panel.write, LEFT)
    session = window.studio.session
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing, timeout=10_000)


def test_every_control_has_a_name_and_a_tooltip(window, qtbot):
    write(window, qtbot)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    nameless = []
    for kind in kinds:
        for widget in window.findChildren(kind):
            inner = widget.objectName().startswith(("qt_", "ScrollRight", "ScrollLeft"))
            scroll = "ScrollBar" in type(widget).__name__
            if not (inner or scroll) and not (widget.accessibleName() and widget.toolTip()):
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []


def test_takes_are_shown_kept_undone_redone(window, qtbot):
    session = window.studio.session
    before = session.document
    write(window, qtbot, takes=3)
    assert len(window.takes_panel.cards) == 3
    assert session.proposal.start == 2 * BAR
    QTest.mouseClick(window.takes_panel.cards[2].picture, LEFT)
    QTest.mouseClick(window.takes_panel.cards[1].keep, LEFT)
    assert session.proposal is None
    assert session.document.end == 4 * BAR
    assert session.document.note_count == before.note_count + 8
    assert window.windowTitle().startswith("Song*")
    assert window.actions_by_id["edit.undo"].text() == "Undo keep take"
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert session.document is before
    assert window.actions_by_id["edit.redo"].text() == "Redo keep take"
    assert window.actions_by_id["edit.undo"].text() == "Undo"
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert session.document.end == 4 * BAR
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(window, Qt.Key.Key_Y, CTRL)
    assert session.document.end == 4 * BAR


def test_takes_by_keys(window, qtbot):
    session = window.studio.session
    write(window, qtbot, takes=3)
    window.takes_panel.setFocus()
    QTest.keyClick(window.takes_panel, Qt.Key.Key_Down)
    assert session.proposal.active == 1
    QTest.keyClick(window.takes_panel, Qt.Key.Key_Backspace)
    assert len(session.proposal.takes) == 2
    QTest.keyClick(window.takes_panel, Qt.Key.Key_Return)
    assert session.proposal is None
    assert session.document.end == 4 * BAR


def test_dropping_all_takes_leaves_the_song_alone(window, qtbot):
    before = window.studio.session.document
    write(window, qtbot, takes=2)
    QTest.mouseClick(window.takes_panel.cards[0].drop, LEFT)
    QTest.mouseClick(window.takes_panel.cards[0].drop, LEFT)
    assert window.studio.session.proposal is None
    assert window.studio.session.document is before
    assert not window.studio.session.dirty


def test_writing_can_be_stopped(window, qtbot, writer):
    writer.wait = 0.05
    window.write_panel.bars.setValue(200)
    window.write_panel.listen.setChecked(False)
    QTest.mouseClick(window.write_panel.write, LEFT)
    session = window.studio.session
    qtbot.waitUntil(lambda: session.proposal is not None and session.proposal.take.note_count > 4)
    qtbot.waitUntil(window.write_panel.cancel.isVisible)
    QTest.mouseClick(window.write_panel.cancel, LEFT)
    qtbot.waitUntil(lambda: not session.proposal.writing)
    qtbot.waitUntil(window.write_panel.write.isVisible)
    assert session.proposal.take.note_count < 400


def test_the_order_reaches_the_engine(window, qtbot, writer):
    window.write_panel.verb.index = 1
    window.write_panel.lock.setChecked(True)
    window.write_panel.die.setChecked(False)
    window.write_panel.seed.setValue(11)
    write(window, qtbot, takes=2, bars=4)
    request = writer.requests[0]
    assert (request.seed, request.takes, request.length) == (11, 2, 4 * BAR)
    assert str(request.key) == "D minor"
    assert request.context.tracks == ()


def test_number_keys_pick_tools_unless_typed_or_in_the_takes(window, qtbot, monkeypatch):
    played = []
    monkeypatch.setattr(window.studio.playback, "play", lambda: played.append(window.studio.playback.position))
    window.column.roll.setFocus()
    QTest.keyClick(window.column.roll, Qt.Key.Key_2)
    assert window.state.tool == "pencil"
    window.write_panel.seed.setFocus()
    QTest.keyClick(window.write_panel.seed, Qt.Key.Key_3)
    assert window.state.tool == "pencil"
    write(window, qtbot, takes=4)
    window.takes_panel.setFocus()
    QTest.keyClick(window.takes_panel, Qt.Key.Key_3)
    assert window.state.tool == "pencil"
    assert window.studio.session.proposal.active == 2
    assert played == [2 * BAR]


def test_space_plays_wherever_the_focus_is_but_not_while_typing(window, qtbot):
    for widget in (window.column.roll, window.write_panel.bars, window.takes_panel, window.mixer.row(1).mute):
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        assert window.transport.playing, widget
        QTest.keyClick(widget, Qt.Key.Key_Space)
        assert not window.transport.playing, widget
    name = window.mixer.row(1).name
    name.setFocus()
    QTest.keyClick(name, Qt.Key.Key_Space)
    assert not window.transport.playing
    assert " " in name.text()


def test_stop_goes_back_to_the_loop(window):
    window.transport.toggle_loop()
    assert window.studio.session.document.loop == (0, 2 * BAR)
    assert window.transport.loop_on
    window.transport.seek(BAR)
    assert window.transport_panel.bars.text() == "002.1.000"
    window.column.roll.setFocus()
    QTest.keyClick(window.column.roll, Qt.Key.Key_Return)
    assert window.transport_panel.bars.text() == "001.1.000"
    QTest.keyClick(window.column.roll, Qt.Key.Key_L)
    assert not window.transport.loop_on


def test_a_click_in_the_ruler_moves_the_playhead(window):
    ruler = window.column.ruler
    x = round(window.viewport.x_at(BAR))
    QTest.mouseClick(ruler, LEFT, pos=QPoint(x, ruler.height() - 6))
    assert window.transport_panel.bars.text() == "002.1.000"


def test_tempo_signature_key_are_steps(window):
    session = window.studio.session
    window.transport_panel.tempo.setFocus()
    window.transport_panel.tempo.selectAll()
    QTest.keyClicks(window.transport_panel.tempo, "100")
    QTest.keyClick(window.transport_panel.tempo, Qt.Key.Key_Return)
    window.transport_panel.signature.menu().actions()[1].trigger()
    window.transport_panel.key.picked.emit(None)
    assert session.document.tempo.at(0).bpm == pytest.approx(100)
    assert session.document.meter.at(0).numerator == 3
    assert session.document.key_at(0) is None
    assert session.steps[1:] == ("Tempo", "Time signature", "Key")


def test_a_drag_of_the_master_is_one_step(window):
    session, fader = window.studio.session, window.transport_panel.master
    QTest.mousePress(fader, LEFT, pos=QPoint(60, 12))
    QTest.mouseMove(fader, QPoint(30, 12))
    assert session.document.master.gain_db < -5
    assert not session.dirty
    QTest.mouseRelease(fader, LEFT, pos=QPoint(30, 12))
    assert session.steps[1:] == ("Master volume",)
    session.undo()
    assert fader.value() == 750


def test_tracks_are_added_moved_removed(window):
    session = window.studio.session
    ids = [t.id for t in session.document.tracks]
    window.actions_by_id["track.add"].trigger()
    new = session.document.tracks[-1].id
    assert window.state.track_id == new
    window.actions_by_id["track.up"].trigger()
    assert [t.id for t in session.document.tracks] == [ids[0], new, ids[1]]
    window.actions_by_id["track.remove"].trigger()
    assert [t.id for t in session.document.tracks] == ids
    window.state.set_track(ids[0])
    window.actions_by_id["track.next"].trigger()
    assert window.state.track_id == ids[1]


def test_an_empty_window_says_what_to_do(make_window):
    window = make_window()
    assert window.words.text() == EMPTY_WORDS
    assert window.words.isVisible()


def test_the_network_begins_in_an_empty_song(make_window, qtbot):
    window = make_window()
    write(window, qtbot, takes=1)
    assert not window.words.isVisible()
    window.actions_by_id["write.keep"].trigger()
    assert [t.name for t in window.studio.session.document.tracks] == ["New"]


def test_progress_is_shown_and_cancelled_in_the_activity_line(window, qtbot):
    window.studio.jobs.on_progress(Progress("x", "Rendering", 0.5, "Rendering piano"))
    assert "Rendering piano" in window.activity._jobs["x"].text.text()


def test_device_loss_is_one_line_with_one_thing_to_do(window):
    window.studio.notices.tell("The sound device has gone.", action="devices")
    assert window.activity.notice.text() == "The sound device has gone."
    assert window.activity.action.text() == "Choose device"


def test_a_crash_puts_the_song_aside(window):
    window.studio.jobs.on_crash("Traceback: something")
    page = window.findChild(CrashPage)
    assert page.isVisible()
    assert not page.isModal()
    window.studio.jobs.on_crash("Traceback: again")
    assert len(window.findChildren(CrashPage)) == 1
    assert "rescued-" in page.findChildren(type(window.write_panel.explain))[1].text()
    page.close()


def test_parts_can_be_hidden(window):
    window.actions_by_id["view.wave"].trigger()
    assert window.wave.isHidden()
    assert not window.actions_by_id["view.wave"].isChecked()
    window.actions_by_id["view.wave"].trigger()
    assert not window.wave.isHidden()
    before = window.viewport.scale
    window.actions_by_id["view.in"].trigger()
    assert window.viewport.scale > before
    window.actions_by_id["view.out"].trigger()
    window.actions_by_id["view.fit"].trigger()
    assert window.viewport.x_at(2 * BAR) <= window.viewport.width


def test_a_dropped_midi_file_comes_into_the_song(window, qtbot, tmp_path):
    from studio.app.songs import export_midi

    path = tmp_path / "more.mid"
    export_midi(window.studio.session.document, path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, LEFT, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: len(window.studio.session.document.tracks) == 4)
    assert window.studio.session.steps[-1] == "Import more.mid"


def test_smallest_and_largest_size_fit(window):
    for width, height in ((1100, 700), (3840, 2160)):
        window.resize(width, height)
        picture = window.grab()
        assert picture.width() >= width
        assert window.write_panel.write.geometry().right() <= window.write_panel.width()
        assert window.takes_panel.width() >= 300


def test_pages_open(window):
    window.show_shortcuts()
    window.show_about()
    pages = [p for kind in (ShortcutSheet, AboutPage) for p in window.findChildren(kind)]
    assert [p.isVisible() and not p.isModal() for p in pages] == [True, True]
    for page in pages:
        page.close()


def test_in_a_low_window_the_pictures_of_the_sound_make_way_for_the_roll(window, qtbot):
    window.resize(940, 500)  # a screen of 1920 x 1080 at 200 %
    qtbot.waitUntil(lambda: window.column.roll.height() >= 150)
    shown = window.actions_by_id["view.wave"], window.actions_by_id["view.spectrum"]
    assert window.wave.isHidden() and window.spectrum.isHidden() and not any(a.isChecked() for a in shown)
    shown[0].trigger()
    window.resize(940, 520)
    assert not window.wave.isHidden()  # as somebody chose
    window.resize(1280, 740)
    qtbot.waitUntil(lambda: not window.spectrum.isHidden())
    assert all(a.isChecked() for a in shown)
