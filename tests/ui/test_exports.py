"""What goes out of the window."""

import soundfile

from studio.app.songs import read_song
from tests.ui.conftest import BAR


def told(window, qtbot, text):
    qtbot.waitUntil(lambda: text in [n.message for n in window.studio.notices.entries], timeout=20_000)


def test_selected_notes_go_out_as_midi(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(window.files, "ask_save", lambda *a: tmp_path / "part.mid")
    notes = window.state.shown.notes
    window.state.select(notes.id[1:3].tolist())
    window.actions_by_id["file.selection"].trigger()
    told(window, qtbot, "Exported part.mid.")
    (track,) = read_song(tmp_path / "part.mid").document.tracks
    assert track.notes.pitch.tolist() == notes.pitch[1:3].tolist() and track.notes.start.tolist() == [960, 1920]


def test_without_selected_notes_the_loop_goes_out_as_sound(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(window.files, "ask_save", lambda *a: tmp_path / "loop.wav")
    window.actions_by_id["file.selection"].trigger()
    told(window, qtbot, "Nothing is selected.")
    session = window.studio.session
    from studio.music import edits

    session.commit("Loop", edits.set_loop(session.document, (BAR, 2 * BAR)))
    window.actions_by_id["file.selection"].trigger()
    told(window, qtbot, "Exported loop.wav.")
    bar = session.document.tempo.seconds(BAR)
    assert bar - 0.2 < soundfile.info(tmp_path / "loop.wav").duration < bar + 4


def test_each_way_out_asks_and_writes(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(window.files, "ask_save", lambda title, suffix, kinds: tmp_path / f"song{suffix}")
    monkeypatch.setattr(window.files, "ask_folder", lambda title: tmp_path / "stems")
    for name in ("midi", "wav", "flac", "stems"):
        window.actions_by_id[f"file.{name}"].trigger()
    for text in ("Exported song.mid.", "Exported song.wav.", "Exported song.flac.", "Exported 2 stems."):
        told(window, qtbot, text)
    monkeypatch.setattr(window.files, "ask_save", lambda *a: None)
    window.actions_by_id["file.midi"].trigger()
    assert not window.studio.jobs.busy


def test_where_no_track_can_be_heard_no_stem_is_said_to_lie_there(window, qtbot, tmp_path):
    from studio.music.document import Document

    window.studio.session.open(Document())
    window.exports.stems_to(tmp_path / "stems")
    told(window, qtbot, "No stem was written: no track can be heard.")
