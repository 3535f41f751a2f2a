"""The window opened anew in another language or theme: nothing is lost."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app.shelf import Shelf
from studio.app.studio import Studio
from studio.ui.main import make_application
from studio.ui.poster import Poster
from studio.ui.shell import Shell
from studio.ui.texts import language, use_language
from studio.ui.theme import DARK, LIGHT, apply_theme, look
from tests.ui.conftest import BAR, TinyRenderer, small_song


@pytest.fixture
def shell(qtbot: QtBot, writer, monkeypatch) -> Iterator[Shell]:
    app = make_application([])
    monkeypatch.setattr(Shelf, "renderer", lambda self, model="": TinyRenderer())
    poster = Poster()
    studio = Studio(poster.post)
    studio.change_settings(language="en")
    monkeypatch.setattr(studio.shelf, "generator", lambda model="": writer)
    monkeypatch.setattr(studio.playback, "start", lambda: None)
    made = Shell(studio)
    made.window.files.ask_unsaved = lambda *_: "discard"
    studio.session.open(small_song())
    made.window.resize(1300, 800)
    made.window.show()
    yield made
    made.window.files.ask_unsaved = lambda *_: "discard"
    made.window.close()
    qtbot.waitUntil(lambda: not studio.jobs.busy, timeout=20_000)
    made.close()
    poster.close()
    studio.close()
    use_language("en")
    apply_theme(app, DARK)


def test_another_theme_shows_the_same_work_in_other_colours(shell, qtbot):
    old, session = shell.window, shell.window.studio.session
    old.state.set_track(session.document.tracks[1].id)
    old.state.set_tool("knife")
    old.actions_by_id["track.add"].trigger()
    old.state.set_track(session.document.tracks[1].id)
    old.state.select(old.state.shown.notes.id[:2].tolist())
    old.transport.seek(BAR)
    old.viewport.zoom_time(1.7, 300)
    old.write_panel.bars.setValue(7)
    old.show_part("history", True)
    document, place = session.document, old.viewport.place
    old.preferring.change("theme", "light")
    new = shell.window
    assert new is not old and new.isVisible() and not old.isVisible()
    assert look() is LIGHT and QApplication.instance().palette().window().color().name().upper() == LIGHT.panel
    assert session.document is document and session.can_undo
    assert (new.state.track_id, new.state.tool) == (old.state.track_id, "knife") and len(new.state.selection) == 2
    assert new.viewport.place == place and new.viewport.playhead == BAR
    assert new.write_panel.bars.value() == 7 and not new.history.isHidden()
    qtbot.waitUntil(lambda: shell._old == [], timeout=20_000)


def test_another_language_holds_at_once_and_the_old_window_follows_nothing(shell):
    old = shell.window
    old.preferring.change("language", "zh_CN")
    assert language() == "zh_CN"
    title = old.windowTitle()
    shell.window.actions_by_id["track.add"].trigger()
    assert old.windowTitle() == title and shell.window.windowTitle() != title
    shell.window.preferring.change("language", "en")
    assert shell.window.actions_by_id["file.save"].text() == "Save"


def test_what_is_being_written_arrives_in_the_new_window(shell, qtbot, writer):
    old, session = shell.window, shell.window.studio.session
    qtbot.waitUntil(lambda: not old.studio.jobs.busy)
    writer.wait = 0.05
    old.write_panel.listen.setChecked(False)
    old.write_panel.takes.index = 1
    old.write_panel.bars.setValue(12)
    old.write_panel.ask()
    qtbot.waitUntil(lambda: session.proposal is not None)
    old.preferring.change("theme", "light")
    qtbot.waitUntil(lambda: session.proposal is not None and not session.proposal.writing, timeout=20_000)
    assert len(shell.window.takes_panel.cards) == 2
    assert session.proposal.take.written_to == session.proposal.end


def test_the_preferences_stay_open_where_they_were(shell, qtbot):
    shell.window.show_preferences(page=3)
    shell.window.preferring.change("theme", "light")
    assert shell.window.preferences is not None and shell.window.preferences.isVisible()
    assert shell.window.preferences.page == 3
