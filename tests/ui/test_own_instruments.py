from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.engines.cards import Card
from studio.engines.own_instruments import save
from studio.engines.own_names import PREFIX
from studio.music.document import Document, Track
from studio.ui.instruments import InstrumentMenu, instrument_title
from studio.ui.own_instruments import BlendPage, OwnInstruments
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
    own = Card(f"{PREFIX}viola", "own-instrument", "Viola", hyper={"network": "abc"})
    save(own, SOUND, ROW, {})
    from types import SimpleNamespace

    from studio.app.session import Session

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
    assert "Viola" in told[0][0]
    assert studio.jobs.titles == ["Learning viola"]


def test_own_instruments_are_in_the_menu(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    save(Card(f"{PREFIX}viola", "own-instrument", "Viola", hyper={"network": "abc"}), SOUND, ROW, {})
    menu = InstrumentMenu(Track(1, instrument=f"{PREFIX}viola"), None)
    qtbot.addWidget(menu)
    chosen = []
    menu.own.connect(chosen.append)
    entries = [e for m in menu.actions() if m.menu() for e in m.menu().actions()]
    assert [e.text() for e in entries if e.isChecked()] == ["Viola"]
    entries[-1].trigger()
    assert chosen == [f"{PREFIX}viola"]
