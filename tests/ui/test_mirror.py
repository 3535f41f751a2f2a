"""The panels show what is."""

from studio.music import edits
from studio.music.document import Document
from studio.ui.mirror import EMPTY_WORDS


def test_title_actions_and_hint_follow_the_session(window):
    session, actions = window.studio.session, window.actions_by_id
    assert window.windowTitle() == "Song - Partita" and not actions["edit.undo"].isEnabled()
    session.commit("Tempo", edits.set_tempo(session.document, 0, 90.0))
    assert window.windowTitle() == "Song* - Partita"
    assert actions["edit.undo"].text() == "Undo tempo" and actions["edit.undo"].isEnabled()
    session.undo()
    assert actions["edit.redo"].text() == "Redo tempo"
    session.open(Document())
    assert window.words.text() == EMPTY_WORDS and not actions["track.remove"].isEnabled()
    assert not any(actions[name].isEnabled() for name in ("track.effects", "track.up", "track.down"))
    window.actions_by_id["track.add"].trigger()
    assert window.words.text() == EMPTY_WORDS  # still nothing to hear
    assert actions["track.effects"].isEnabled()


def test_the_clock_runs_fast_only_while_sound_does(window, monkeypatch):
    slow = window.mirror._clock.interval()
    monkeypatch.setattr(type(window.transport), "playing", property(lambda self: True))
    window.mirror.show_transport()
    assert window.mirror._clock.interval() < slow
    monkeypatch.undo()
    window.mirror.show_transport()
    assert window.mirror._clock.interval() == slow
    window.mirror.rest()
    assert not window.mirror._clock.isActive()
