"""Comparisons from the menu: made by a job, heard beside the song, gone without a trace."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app import comparing
from studio.errors import StudioError


@pytest.fixture
def opened(window, qtbot, monkeypatch):
    """The page, without FluidSynth's version."""

    def missing():
        raise StudioError("no")

    monkeypatch.setattr(comparing, "soundfont", missing)
    window.actions_by_id["play.compare"].trigger()
    qtbot.waitUntil(lambda: window.comparing.page is not None, timeout=30_000)
    return window.comparing.page


@pytest.fixture
def compared(window, opened, qtbot):
    """The page, active and playing."""
    qtbot.waitUntil(opened.isActiveWindow)
    opened.play.click()
    qtbot.waitUntil(lambda: window.comparing._player.place > 0, timeout=20_000)
    return opened


def test_from_the_menu_to_the_page_and_away(window, opened, qtbot):
    assert [c.text() for c in opened.choices] == ["Neural instruments", "Sine tones"]
    opened.play.click()
    qtbot.waitUntil(lambda: window.comparing._player.place > 0, timeout=20_000)
    opened.choices[1].click()
    assert window.comparing._player.heard == 1
    opened.close()
    assert window.comparing.page is None


def test_escape_ends_the_sound_with_the_page(window, compared):
    QTest.keyClick(compared, Qt.Key.Key_Escape)
    assert window.comparing.page is None and window.comparing._player is None


def test_the_song_and_the_comparison_do_not_sound_together(window, compared):
    window.transport.play()
    assert window.studio.playback.playing
    assert not window.comparing._player.playing and not compared.play.isChecked()
    compared.play.click()
    assert not window.studio.playback.playing and window.comparing._player.playing


def test_space_plays_and_stops_after_a_click_on_a_version(window, compared, qtbot):
    QTest.mouseClick(compared.choices[1], Qt.MouseButton.LeftButton)
    QTest.keyClick(compared.focusWidget() or compared, Qt.Key.Key_Space)
    assert not window.comparing._player.playing


def test_no_notes_are_told(window, qtbot):
    from studio.music.document import Document

    window.studio.session.open(Document())
    window.actions_by_id["play.compare"].trigger()
    qtbot.waitUntil(lambda: any("no notes" in n.message for n in window.studio.notices.entries))
