"""Effects in the window: of the edited track and of the whole mix, undone and redone, plug-ins looked at by a job."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from studio.app.plugins import PluginInfo
from studio.errors import StudioError
from studio.music import edits
from studio.music.effects import Effect
from studio.ui import effects


def added(page, text):
    next(a for a in page.menu().actions() if a.text() == text).trigger()


def test_of_a_track_as_undoable_steps(window):
    session = window.studio.session
    QTest.mouseClick(window.mixer.row(window.state.track_id).effects, Qt.MouseButton.LeftButton)
    page = window.effects.page
    assert page.isVisible() and "Lead" in page.windowTitle()
    added(page, "Compressor")
    assert [e.kind for e in session.document.tracks[0].effects] == ["compressor"]
    assert "Compressor" in window.mixer.row(window.state.track_id).effects.toolTip()
    session.undo()
    assert page.cards == []
    session.redo()
    assert len(page.cards) == 1
    page.cards[0].changed.emit(page.cards[0].effect.with_value("ratio", 8), False)
    assert session.document is not session.committed
    page.cards[0].changed.emit(page.cards[0].effect.with_value("ratio", 8), True)
    assert session.committed.tracks[0].effects[0].get("ratio") == 8


def test_of_the_whole_mix_and_of_a_track_that_goes(window):
    session = window.studio.session
    window.actions_by_id["track.whole_effects"].trigger()
    added(window.effects.page, "Limiter")
    assert [e.kind for e in session.document.master.effects] == ["limiter"]
    window.actions_by_id["track.effects"].trigger()
    assert "Lead" in window.effects.page.windowTitle()
    session.commit("Remove", edits.remove_track(session.document, window.state.track_id))
    assert not window.effects.page.isVisible()


def test_a_plugin_is_looked_at_first(window, qtbot, monkeypatch):
    monkeypatch.setattr(effects, "found_plugins", list)
    monkeypatch.setattr(effects, "look_at", lambda path: PluginInfo(str(path), "Thing", (("gain", "Gain", 0.25),), "QQ=="))
    monkeypatch.setattr(window.files, "ask_folder", lambda title: "/a/Thing.vst3")
    window.actions_by_id["track.effects"].trigger()
    added(window.effects.page, "VST3 plug-in from a file...")
    qtbot.waitUntil(lambda: len(window.effects.page.cards) == 1 and bool(window.effects.page.cards[0].faders))
    (effect,) = window.studio.session.document.tracks[0].effects
    assert (effect.plugin, effect.title, effect.state) == ("/a/Thing.vst3", "Thing", "QQ==")
    shown = PluginInfo("/a/Thing.vst3", "Thing", (("gain", "Gain", 0.25),), "Qg==")
    monkeypatch.setattr(effects, "edited", lambda effect: shown)
    window.effects.page.cards[0].opened.emit()
    qtbot.waitUntil(lambda: window.studio.session.document.tracks[0].effects[0].state == "Qg==")


def test_a_plugin_that_fails_is_told(window, qtbot, monkeypatch):
    def broken(path):
        raise StudioError("It broke.", "Try another.")

    monkeypatch.setattr(effects, "look_at", broken)
    session = window.studio.session
    missing = (Effect("plugin", plugin="/nowhere/A.vst3", title="A"),)
    session.commit("Effects", edits.set_track(session.document, window.state.track_id, effects=missing))
    window.actions_by_id["track.effects"].trigger()
    qtbot.waitUntil(lambda: any(n.message == "It broke." for n in window.studio.notices.entries))
    assert window.effects.page.cards[0].faders == {}


def test_while_an_effect_is_turned_the_song_plays_and_steps_are_undone(window, qtbot):
    window.actions_by_id["track.effects"].trigger()
    page = window.effects.page
    added(page, "Reverb")
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert window.studio.playback.playing
    page.cards[0].on.setFocus()
    QTest.keyClick(page.cards[0].on, Qt.Key.Key_Space)
    assert not page.cards[0].effect.on and window.studio.playback.playing
    for _ in range(2):
        QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.cards == []
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert not window.studio.playback.playing


def test_an_effect_that_is_added_is_seen(window, qtbot):
    window.actions_by_id["track.effects"].trigger()
    page = window.effects.page
    for text in ("Equalizer", "Compressor", "Reverb", "Limiter"):
        added(page, text)
    qtbot.waitUntil(lambda: not page.cards[-1].visibleRegion().isEmpty())
    card = page.cards[-1]
    assert card.visibleRegion().boundingRect().height() == card.height()


def test_the_page_fits_on_the_screen():
    page = QRect(280, 96, 400, 520)
    assert effects.placed(page, QRect(0, 0, 1920, 1040)) == page
    assert effects.placed(page, QRect(0, 0, 960, 500)) == QRect(280, 96, 400, 404)  # 1920 x 1080 at 200 %
    assert effects.placed(page.translated(900, 300), QRect(0, 0, 960, 500)) == QRect(560, 100, 400, 400)


def test_the_page_goes_with_its_window(window):
    window.actions_by_id["track.effects"].trigger()
    page = window.effects.page
    window.close()
    assert not page.isVisible()
