"""The way in."""

import os
import subprocess
import sys
import threading

from studio.app.recovery import read_lost
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
    _catch_crashes(window.show_crash, poster)
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
    first.studio.session.commit("Clear", Document())
    first.studio.session.undo()
    first.autosave.rest()
    first.studio.recovery.close()  # as at its end, but without having forgotten the songs
    second = make_window()
    open_first(second.studio, second, [])
    assert second.activity.action.text() == "Open them"
    second.studio.session.open(Document())
    second.activity.action.click()
    qtbot.waitUntil(lambda: second.studio.session.document == small_song())
    assert second.studio.session.steps == ("Open", "Edit", "Clear") and second.studio.session.dirty
    assert len(second.studio.session.songs) == 1
    second.close()
    third = make_window()
    assert not third.autosave.left_behind


def test_told_to_end_it_keeps_a_copy_and_leaves_without_a_question(tmp_path):
    code = (
        "import os, signal, sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from studio.ui import main, window\n"
        "made = []\n"
        "opened = main.open_first\n"
        "def open_first(studio, shown, files):\n"
        "    opened(studio, shown, files)\n"
        "    from dataclasses import replace\n"
        "    studio.session.commit('Rename', replace(studio.session.document, title='Kept'))\n"
        "    QTimer.singleShot(300, lambda: os.kill(os.getpid(), signal.SIGTERM))\n"
        "main.open_first = open_first\n"
        "main.load_engines = lambda studio, window: None\n"
        "sys.exit(main.run([]))\n"
    )
    ended = run_python(code, tmp_path / "home")
    assert ended.returncode == 0, ended.stderr
    (journal,) = (tmp_path / "home" / "state" / "songs").glob("*/*.journal")
    assert read_lost(journal)[0].steps[-1][1].title == "Kept"
    assert "leaked" not in ended.stderr


def test_without_a_screen_it_is_drawn_unseen(monkeypatch):
    from studio.ui.main import draw_anywhere

    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":5")
    draw_anywhere()
    assert "QT_QPA_PLATFORM" not in os.environ
    monkeypatch.delenv("DISPLAY")
    draw_anywhere()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_closing_does_not_wait_for_a_model_that_is_being_loaded(tmp_path):
    code = (
        "import sys, threading\n"
        "from PySide6.QtCore import QTimer\n"
        "from studio.ui import main\n"
        "def load_engines(studio, window):\n"
        "    studio.jobs.start('writer', 'Getting the writer ready', lambda job: threading.Event().wait())\n"
        "    QTimer.singleShot(100, window.close)\n"
        "main.load_engines = load_engines\n"
        "main._LAST_SECONDS = 0.3\n"
        "sys.exit(main.run([]))\n"
    )
    ended = run_python(code, tmp_path / "home")
    assert ended.returncode == 0, ended.stderr
    assert list((tmp_path / "home" / "state" / "songs").glob("*/*.journal")) == [], "nothing is left behind"


def run_python(code, home):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"STUDIO_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
