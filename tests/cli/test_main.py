"""The window's side of ``studio``: alone, and with a song."""

import pytest

from studio.cli import main


@pytest.mark.parametrize("words", [[], ["song.mid"], ["My Song.STUDIO"], ["a.kar"]])
def test_the_window_opens_with_what_was_named(words, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    opened = []
    monkeypatch.setattr("studio.ui.main.run", lambda songs: opened.append(songs) or 7)
    assert main(words) == 7
    assert opened == [words]
