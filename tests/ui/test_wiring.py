"""Which part speaks to which."""


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
