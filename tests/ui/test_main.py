"""The way in."""

import sys
import threading

from studio.music.document import Document
from studio.ui.main import _catch_crashes, _FirstPaint, load_engines, open_first
from studio.ui.poster import Poster
from studio.ui.window import FIRST_WORDS
from tests.ui.conftest import small_song


def test_the_first_start_opens_the_demo_song_once(make_window):
    window = make_window()
    open_first(window.studio, window, [])
    assert window.studio.session.document.note_count > 100
    assert window.words.text() == FIRST_WORDS
    assert window.transport.loop_on
    again = make_window()
    open_first(again.studio, again, [])
    assert again.studio.session.document.note_count == 0


def test_a_file_that_was_named_is_opened(make_window, qtbot, tmp_path):
    window = make_window()
    open_first(window.studio, window, [str(tmp_path / "missing.mid")])
    qtbot.waitUntil(lambda: window.studio.notices.entries != [])


def test_engines_come_after_the_first_paint(make_window, qtbot, monkeypatch):
    window = make_window()
    monkeypatch.setattr(window.studio.playback, "start", lambda: None)
    seen = []
    _FirstPaint(window, lambda: seen.append(1))
    window.update()
    qtbot.waitUntil(lambda: seen == [1])
    load_engines(window.studio, window)
    qtbot.waitUntil(window.write_panel.write.isEnabled, timeout=60_000)  # imports torch
    assert window.transport_panel.device.text()


def test_what_nobody_caught_becomes_a_page(make_window, qtbot, monkeypatch):
    window = make_window()
    told = []
    monkeypatch.setattr(window, "show_crash", told.append)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    poster = Poster()
    _catch_crashes(window, poster)
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
    qtbot.waitUntil(lambda: told != [])
    assert "by nothing" in told[0]

    def fail():
        raise ZeroDivisionError("on a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert "on a thread" in told[1]


def test_a_copy_left_behind_can_be_opened(make_window, qtbot):
    first = make_window()
    first.studio.session.commit("Edit", small_song())
    first.autosave.keep()
    qtbot.waitUntil(first.autosave.path.exists)
    second = make_window()
    open_first(second.studio, second, [])
    assert second.activity.action.text() == "Open it"
    second.studio.session.open(Document())
    second.activity.action.click()
    qtbot.waitUntil(lambda: second.studio.session.steps[-1] == "Recover")
    assert second.studio.session.document == small_song()
    assert second.studio.session.dirty
    second.autosave.keep()
    qtbot.waitUntil(second.autosave.path.exists)
    qtbot.waitUntil(lambda: not second.studio.jobs.busy)
    second.close()
    assert not second.autosave.path.exists()
