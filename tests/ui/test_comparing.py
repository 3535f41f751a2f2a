"""Comparisons from the menu: made by a job, heard beside the song, gone without a trace."""

from studio.app import comparing
from studio.errors import StudioError


def test_from_the_menu_to_the_page_and_away(window, qtbot, monkeypatch):
    def missing():
        raise StudioError("no")

    monkeypatch.setattr(comparing, "soundfont", missing)
    window.actions_by_id["play.compare"].trigger()
    qtbot.waitUntil(lambda: window.comparing.page is not None, timeout=30_000)
    page = window.comparing.page
    assert [c.text() for c in page.choices] == ["Neural instruments", "Sine tones"]
    page.play.click()
    qtbot.waitUntil(lambda: window.comparing._player.place > 0, timeout=20_000)
    page.choices[1].click()
    assert window.comparing._player.heard == 1
    page.close()
    assert window.comparing.page is None


def test_no_notes_are_told(window, qtbot):
    from studio.music.document import Document

    window.studio.session.open(Document())
    window.actions_by_id["play.compare"].trigger()
    qtbot.waitUntil(lambda: any("no notes" in n.message for n in window.studio.notices.entries))
