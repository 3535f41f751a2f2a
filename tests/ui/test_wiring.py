"""Which part speaks to which."""

from studio.app.performing import Performing
from studio.errors import StudioError
from studio.music import edits


def test_what_is_set_in_the_transport_reaches_the_song(window):
    session, panel = window.studio.session, window.transport_panel
    panel.tempo.setValue(96.0)
    assert session.document.tempo.at(0).bpm == 96.0
    panel.signature_changed.emit(3, 4)
    assert session.document.meter.at(0).numerator == 3
    panel.master.settled.emit(panel.master.minimum())
    assert session.document.master.gain_db < -20
    assert session.steps[1:] == ("Tempo", "Time signature", "Master volume")


def test_keys_sound_only_when_they_shall(window, monkeypatch):
    sounded = []
    monkeypatch.setattr(window.studio.playback, "audition", lambda pitch, *a, **k: sounded.append(pitch))
    window.state.audition(60, 90)
    window.studio.change_settings(audition_notes=False)
    window.state.audition(62, 90)
    assert sounded == [60]


def test_the_chosen_track_is_edited_and_the_hint_goes(window):
    low = window.studio.session.document.tracks[1].id
    window.mixer.chosen.emit(low)
    assert window.state.track_id == low
    window.show_words("A hint.")
    window.words.closed.click()
    assert window.words.isHidden()


def test_humanize_plays_the_selection_and_says_why_not(window, monkeypatch):
    session, state = window.studio.session, window.state
    state.select(state.shown.notes.id.tolist())
    monkeypatch.setattr(Performing, "humanized", lambda self, document, ids: edits.change_velocity(document, ids, 5))
    window.actions_by_id["roll.humanize"].trigger()
    assert set(session.document.tracks[0].notes.velocity.tolist()) == {85}

    def fails(self, document, ids):
        raise StudioError("There is no model that plays notes.")

    monkeypatch.setattr(Performing, "humanized", fails)
    window.actions_by_id["roll.humanize"].trigger()
    assert session.steps[1:] == ("Humanize",)
    assert window.studio.notices.entries[-1].message == "There is no model that plays notes."
