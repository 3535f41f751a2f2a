from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.session import Session
from studio.engines.api import Quiet
from studio.engines.cards import Card
from studio.engines.gm import PROGRAMS
from studio.engines.own_instruments import save
from studio.engines.own_names import PREFIX
from studio.music.document import Clip, Document, SoundAt, Take, Track
from studio.ui.instruments import InstrumentMenu, instrument_title, short_title
from studio.ui.own_instruments import BlendPage, OwnInstruments, can_be_blended
from studio.ui.panels.mixer import InstrumentButton
from tests.engines.test_own_instruments import ROW, SOUND


class Jobs:
    """Does what it is given at once."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def start(self, key, title, work, done):
        self.titles.append(title)
        done(work(None))


def test_a_blend_is_asked_for_as_it_is_set(qtbot):
    page = BlendPage({"flute": "Flute", "violin": "Violin", "cello": "Cello"}, None)
    qtbot.addWidget(page)
    asked = []
    page.wanted.connect(lambda *wish: asked.append(wish))
    page.second.setCurrentIndex(2)
    page.share.setValue(30)
    assert page.told.text() == "30 %"
    QTest.mouseClick(page.make, Qt.MouseButton.LeftButton)
    assert asked == [("flute", "cello", 0.3, "Flute + Cello 30 %")]


def test_what_was_made_plays_the_edited_track(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    own = Card(f"{PREFIX}viola", "own-instrument", "Viola")
    save(own, SOUND, ROW, {})
    session = Session(Document(tracks=(Track(1, "Melody", program=73),)))
    told = []
    studio = SimpleNamespace(session=session, jobs=Jobs(), notices=SimpleNamespace(tell=lambda *words: told.append(words)))
    state = SimpleNamespace(track=session.document.tracks[0])
    desk = OwnInstruments(studio, None, state, None)  # type: ignore[arg-type]
    monkeypatch.setattr("studio.app.instruments.learn_instrument", lambda path, name, renderer, ctx: own)
    monkeypatch.setattr(desk, "_instruments", lambda: None)
    desk.learn_from(tmp_path / "viola.wav")
    assert session.committed.tracks[0].instrument == own.id
    assert instrument_title(session.committed.tracks[0]) == "Viola"
    assert told == [("'Viola' is among your own instruments now.",)]
    assert studio.jobs.titles == ["Learning viola"]


class Later(Jobs):
    """Does what it is given when it is told to."""

    def start(self, key, title, work, done):
        self.finish = lambda: done(work(None))


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """Makes a viola of whatever recording, later; ``track`` is the edited one."""
    own = Card(f"{PREFIX}viola", "own-instrument", "Viola", data=[{"keys": [57, 45, 69]}])
    session = Session(Document(tracks=(Track(1, "Melody", program=73), Track(2, "Drums", drums=True))))
    told = []
    studio = SimpleNamespace(session=session, jobs=Later(), notices=SimpleNamespace(tell=lambda *words: told.append(words)))
    made = OwnInstruments(studio, None, SimpleNamespace(track=session.document.tracks[0]), None)  # type: ignore[arg-type]
    monkeypatch.setattr("studio.app.instruments.learn_instrument", lambda path, name, renderer, ctx: own)
    monkeypatch.setattr(made, "_instruments", lambda: None)
    made.told = told
    return made


def test_the_track_that_was_edited_when_it_was_asked_for_gets_it(desk):
    session, song = desk._studio.session, desk._studio.session.song
    desk.learn_from(Path("viola.wav"))
    desk._state.track = session.document.tracks[1]
    session.add(Document(tracks=(Track(1, "Another song"),)))
    desk._studio.jobs.finish()
    assert [x.instrument for x in song.committed.tracks] == [f"{PREFIX}viola", ""]
    assert session.committed.tracks[0].instrument == ""
    assert desk.told[0][1] == "It was learned from 3 notes that were found, A2 to A4."


@pytest.mark.parametrize("clips", [(), (Clip(3, 0, 960, (Take(sound=SoundAt("a")),)),)])
def test_drums_and_sound_files_are_not_turned_into_it(desk, clips):
    session = desk._studio.session
    track = replace(session.committed.tracks[1], drums=not clips, clips=clips)
    session.open(Document(tracks=(track,)))
    desk._state.track = track
    desk.learn_from(Path("viola.wav"))
    desk._studio.jobs.finish()
    assert session.committed.tracks == (track,)
    assert session.steps == ("Open",)


def test_what_can_be_blended_is_called_and_ordered_as_in_the_menus():
    sounds = [replace(SOUND, id=i, title=title, program=program, ratios=()) for i, title, program in
              (("lately", "Lately bass", 38), ("dx", "My DX7", 300), ("grand", "Grand", 0), ("snare", "Snare", -1))]  # fmt: skip
    found = can_be_blended([*sounds, replace(SOUND, id="bell", program=14, ratios=(1.0, 2.7))])
    assert list(found.items()) == [("grand", PROGRAMS[0]), ("lately", PROGRAMS[38]), ("dx", "My DX7")]


def test_a_blend_begins_with_what_plays_the_track(qtbot):
    page = BlendPage({"flute": "Flute", "violin": "Violin", "cello": "Cello"}, None, "violin")
    qtbot.addWidget(page)
    assert (page.first.currentText(), page.second.currentText()) == ("Violin", "Cello")


def test_own_instruments_are_in_the_menu(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    save(Card(f"{PREFIX}viola", "own-instrument", "Viola"), SOUND, ROW, {})
    menu = InstrumentMenu(Track(1, instrument=f"{PREFIX}viola"), None)
    qtbot.addWidget(menu)
    chosen = []
    menu.own.connect(chosen.append)
    entries = [e for m in menu.actions() if m.menu() for e in m.menu().actions()]
    assert [e.text() for e in entries if e.isChecked()] == ["Viola"]
    next(e for e in entries if e.isChecked()).trigger()
    assert chosen == [f"{PREFIX}viola"]


def test_names_are_shown_as_they_were_given(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    save(Card(f"{PREFIX}dx", "own-instrument", "My DX7 R&B"), SOUND, ROW, {})
    track = Track(1, program=0, instrument=f"{PREFIX}dx")
    assert (short_title(track), short_title(Track(1, program=0))) == ("My DX7 R&B", "Grand piano")
    menu = InstrumentMenu(track, None)
    button = InstrumentButton()
    for widget in (menu, button):
        qtbot.addWidget(widget)
    entries = [e for m in menu.actions() if m.menu() for e in m.menu().actions()]
    assert "My DX7 R&&B" in [e.text() for e in entries]  # a plain & would be read as the mark of a key
    button.resize(400, 24)
    button.show_title(short_title(track))
    assert button.text() == "My DX7 R&&B"


def test_one_that_no_track_plays_is_removed_once_that_was_confirmed(desk, monkeypatch):
    gone, answers = [], [False, True]
    monkeypatch.setattr("studio.app.instruments.forget_instrument", lambda instrument, renderer: gone.append(instrument))
    desk.ask_remove = lambda window, title: answers.pop(0)
    session = desk._studio.session
    session.commit("Instrument", session.committed.with_track(replace(session.committed.tracks[0], instrument="own-viola")))
    desk.forget("own-viola")
    assert desk.told == [("'own-viola' plays the track 'Melody'.", "Choose another instrument there first.")]
    desk.forget("own-tuba")
    desk.forget("own-tuba")
    assert gone == [] and answers == []
    desk._studio.jobs.finish()
    assert gone == ["own-tuba"] and "no longer" in desk.told[-1][0]


def test_the_menu_lets_own_instruments_be_removed(window, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    save(Card(f"{PREFIX}viola", "own-instrument", "Viola"), SOUND, ROW, {})
    asked = []
    window.own.ask_remove = lambda parent, title: asked.append(title)
    row = window.mixer.row(window.state.track_id)

    def choose(menu, place):
        own = menu.actions()[-1].menu()
        own.actions()[-1].menu().actions()[0].trigger()

    monkeypatch.setattr(InstrumentMenu, "exec", choose)
    QTest.mouseClick(row.instrument, Qt.MouseButton.LeftButton)
    assert asked == ["Viola"]


def test_a_blend_is_heard_as_it_is_set_before_it_is_made(qtbot):
    page = BlendPage({"flute": "Flute", "violin": "Violin", "cello": "Cello"}, None)
    qtbot.addWidget(page)
    heard = []
    page.heard.connect(lambda *wish: heard.append(wish))
    with qtbot.waitSignal(page.heard, timeout=3000):
        page.share.setValue(40)
        page.share.setValue(30)
    QTest.mouseClick(page.listen, Qt.MouseButton.LeftButton)
    assert heard == [("flute", "violin", 0.3)] * 2


def test_what_is_heard_of_a_blend_is_a_note_of_it(desk, monkeypatch):
    struck = []
    desk._studio.playback = SimpleNamespace(end_auditions=lambda: None, audition=lambda *a, **k: struck.append(a))
    desk._studio.jobs = SimpleNamespace(start=lambda key, title, work, done: done(work(Quiet())))
    monkeypatch.setattr("studio.app.kits.Trials.blend", lambda self, first, second, share, ctx: (3000, 64))
    desk._hear("flute", "violin", 0.3)
    assert [a[:2] for a in struck] == [(64, 3000)]


def test_one_that_was_made_for_other_models_is_greyed_and_the_program_plays(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    save(Card(f"{PREFIX}viola", "own-instrument", "Viola", hyper={"network": "of last year"}), SOUND, ROW, {})
    track = Track(1, program=42, instrument=f"{PREFIX}viola")
    assert instrument_title(track) == "Cello"
    menu = InstrumentMenu(track, None)
    qtbot.addWidget(menu)
    own = menu.actions()[-1].menu()
    assert own.actions()[0].text() == "Viola" and not own.actions()[0].isEnabled()
