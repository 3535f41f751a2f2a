"""The track list: every change is an undoable step, one drag one step."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from studio.app.session import Session
from studio.audio.meters import Levels
from studio.music.document import Clip, Document, SoundAt, Take, Track
from studio.ui.instruments import InstrumentMenu, instrument_title
from studio.ui.panels.mixer import MixerPanel, pan_text

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session():
    return Session(Document(tracks=(Track(1, "Melody"), Track(2, "", program=42), Track(3, "Beat", drums=True)), next_id=4))


@pytest.fixture
def panel(qtbot, session):
    actions = [QAction(name) for name in ("Add", "Remove", "Effects")]
    panel = MixerPanel(session, *actions)
    panel.kept = actions
    qtbot.addWidget(panel)
    panel.resize(264, 500)
    end = session.subscribe(lambda: panel.show_document(session.document, 1))
    panel.show_document(session.document, 1)
    panel.show()
    yield panel
    end()


def test_rows_show_tracks(panel):
    assert panel.row(1).name.text() == "Melody"
    assert panel.row(2).name.text() == "Cello"
    assert "Drum kit" in panel.row(3).instrument.toolTip()


def test_mute_and_solo_are_steps(panel, session):
    QTest.mouseClick(panel.row(1).mute, LEFT)
    QTest.mouseClick(panel.row(2).solo, LEFT)
    assert session.document.track(1).mute
    assert session.document.track(2).solo
    assert session.steps == ("Open", "Mute", "Solo")
    session.undo()
    session.undo()
    assert not panel.row(1).mute.isChecked()


def test_a_drag_of_the_volume_is_one_step(panel, session):
    fader = panel.row(1).volume
    QTest.mousePress(fader, LEFT, pos=QPoint(50, 12))
    for x in (45, 35, 25):
        QTest.mouseMove(fader, QPoint(x, 12))
    assert session.document.track(1).gain_db < -5
    assert not session.dirty
    QTest.mouseRelease(fader, LEFT, pos=QPoint(25, 12))
    assert session.steps == ("Open", "Volume")
    session.undo()
    assert session.document.track(1).gain_db == 0
    assert fader.value() == 750


def test_pan(panel, session):
    fader = panel.row(2).pan
    QTest.mouseClick(fader, LEFT, pos=QPoint(fader.width() - 8, 12))
    assert session.document.track(2).pan > 0.8
    assert pan_text(0) == "Pan: centre"
    assert pan_text(-30) == "Pan: 30 % left"


def test_rename(panel, session):
    name = panel.row(1).name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "Lead ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert session.document.track(1).name == "Lead"


def test_a_long_name_is_seen_from_its_start(panel, session):
    long = "The second violin of a large orchestra, muted"
    session.commit(
        "Rename", replace(session.document, tracks=(replace(session.document.track(1), name=long), *session.document.tracks[1:]))
    )
    name = panel.row(1).name
    assert name.text() == long and name.cursorPosition() == 0
    name.setFocus()
    name.setCursorPosition(20)
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert name.cursorPosition() == 0


def test_tracks_come_and_go_in_order(panel, session):
    first, second, third = session.document.tracks
    session.commit("Move", replace(session.document, tracks=(third, first)))
    assert [panel._list.itemAt(i).widget().track_id for i in range(2)] == [3, 1]
    session.commit("Clear", replace(session.document, tracks=()))
    assert panel._empty.isVisible()


def test_a_click_chooses_the_track(panel):
    chosen = []
    panel.chosen.connect(chosen.append)
    QTest.mouseClick(panel.row(2), LEFT, pos=QPoint(8, 60))
    assert chosen == [2]


def test_instrument_menu_offers_all(qtbot):
    track = Track(1, program=42)
    menu = InstrumentMenu(track, None)
    qtbot.addWidget(menu)
    picked = []
    menu.picked.connect(lambda program, drums: picked.append((program, drums)))
    families = [a.menu() for a in menu.actions() if a.menu()]
    entries = [e for family in families for e in family.actions()]
    assert len(families) == 16
    assert len(entries) == 128
    assert [e.text() for e in entries if e.isChecked()] == [instrument_title(track)]
    entries[73].trigger()
    menu.actions()[0].trigger()
    assert picked == [(73, False), (42, True)]


def test_room_and_width_of_the_edited_track_are_mix_settings(panel, session):
    row = panel.row(1)
    assert row.more.isVisible() and not panel.row(2).more.isVisible()
    for fader, field in ((row.room, "room"), (row.spread, "width")):
        QTest.mouseClick(fader, LEFT, pos=QPoint(fader.width() - 8, 12))
        assert getattr(session.document.tracks[0], field) > 0.9
    assert session.steps[1:] == ("Room", "Width")
    assert row.room.accessibleName() == "Room of Melody"


def test_meters_show_the_tracks_by_id(panel):
    panel.show_levels({1: Levels((0.5, 0.5)), 3: Levels((2.0, 2.0))})
    assert [panel.row(i).meter.held_db()[0] > -10 for i in (1, 2, 3)] == [True, False, True]
    assert panel.row(3).meter.clipped and not panel.row(1).meter.clipped


def test_menu_duplicates_colours_and_removes(panel, session):
    def entries(track_id):
        menu = panel.menu(track_id)
        found = {a.text(): a for a in menu.actions() if a.text()}
        return menu, found

    menu, found = entries(1)
    found["Duplicate track"].trigger()
    assert [t.name for t in session.document.tracks][:2] == ["Melody", "Melody"]
    found["Colour"].menu().actions()[3].trigger()
    assert session.document.tracks[0].color == 3
    menu, found = entries(3)
    found["Remove track"].trigger()
    assert len(session.document.tracks) == 3


def test_no_instrument_is_offered_where_sound_files_play(panel, session):
    heard = Track(2, "Voice", clips=(Clip(9, 0, 960, (Take(sound=SoundAt("a")),)),))
    session.commit("Import", session.committed.with_track(heard))
    assert not panel.row(2).instrument.isEnabled() and "Sound files" in panel.row(2).instrument.toolTip()
    assert panel.row(1).instrument.isEnabled()
