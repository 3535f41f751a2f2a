"""Songs and files from the window: nothing is lost, failures are notices."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog, QMenu

from studio.app.songs import read_song
from studio.codecs.project import save_project
from studio.errors import StudioError
from studio.music.document import Sound
from studio.music.tempo import TempoMap
from studio.ui.files import load_demo
from studio.ui.texts import use_language


@pytest.fixture
def files(window):
    return window.files


def notices(window):
    return [n.message for n in window.studio.notices.entries]


def test_save_and_open_bring_the_same_song_back(window, files, qtbot, tmp_path, monkeypatch):
    song = window.studio.session.document
    path = tmp_path / "song.studio"
    monkeypatch.setattr(files, "ask_save", lambda *a: path)
    window.actions_by_id["track.add"].trigger()
    assert window.windowTitle() == "Song* - Partita"
    files.save()
    qtbot.waitUntil(lambda: not window.studio.session.dirty)
    assert window.windowTitle() == "song - Partita"
    saved = window.studio.session.document
    window.studio.session.undo()
    assert window.windowTitle() == "song* - Partita"
    assert window.studio.session.document is song
    files.close()
    assert window.studio.session.song.untouched
    files.open_path(path)
    qtbot.waitUntil(lambda: window.studio.session.document == saved)
    assert window.studio.session.steps == ("Open",)
    assert window.studio.settings.recent == (str(path.resolve()),)


def test_a_broken_file_is_a_notice_and_nothing_is_lost(window, files, qtbot, tmp_path):
    before = window.studio.session.document
    for name in ("broken.mid", "broken.studio"):
        path = tmp_path / name
        path.write_bytes(b"no music at all")
        count = len(notices(window))
        files.open_path(path)
        qtbot.waitUntil(lambda c=count: len(notices(window)) > c)
    files.import_path(tmp_path / "missing.mid")
    qtbot.waitUntil(lambda: len(notices(window)) == 3)
    assert window.studio.session.document is before
    assert not window.studio.session.dirty
    assert "missing.mid" in notices(window)[-1]


def test_import_into_an_empty_song_takes_its_tempo_too(window, files, qtbot, tmp_path):
    path = tmp_path / "a.mid"
    window.exports.midi_to(path)
    qtbot.waitUntil(lambda: "Exported a.mid." in notices(window))
    song = window.studio.session.document
    files.new()
    assert window.studio.session.document.note_count == 0
    files.import_path(path)
    qtbot.waitUntil(lambda: window.studio.session.document.note_count == song.note_count)
    assert window.studio.session.document.key_at(0) == song.key_at(0)
    assert [t.name for t in window.studio.session.document.tracks] == ["Lead", "Low"]


def test_a_midi_file_without_a_title_is_called_like_the_file(window, files, qtbot, tmp_path):
    path = tmp_path / "waltz.mid"
    window.studio.session.commit("Untitle", replace(window.studio.session.document, title=""))
    window.exports.midi_to(path)
    qtbot.waitUntil(lambda: "Exported waltz.mid." in notices(window))
    files.open_path(path)
    qtbot.waitUntil(lambda: window.windowTitle() == "waltz - Partita")
    files.new()
    files.import_path(path)
    qtbot.waitUntil(lambda: window.windowTitle() == "waltz* - Partita")


def test_importing_into_a_song_says_whose_tempo_holds(window, files, qtbot, tmp_path):
    said = "a.mid plays in this song's tempo and metre, not in its own."
    song = window.studio.session.document
    window.exports.midi_to(tmp_path / "a.mid")
    qtbot.waitUntil(lambda: "Exported a.mid." in notices(window))
    files.import_path(tmp_path / "a.mid")
    qtbot.waitUntil(lambda: len(window.studio.session.document.tracks) == 2 * len(song.tracks))
    assert said not in notices(window), "they have the same"
    window.studio.session.commit("Faster", replace(song, tempo=TempoMap.constant(181)))
    files.import_path(tmp_path / "a.mid")
    qtbot.waitUntil(lambda: said in notices(window))
    assert window.studio.session.document.tempo == TempoMap.constant(181)


def test_exported_midi_holds_the_notes(window, files, qtbot, tmp_path):
    path = tmp_path / "out.mid"
    window.exports.midi_to(path)
    qtbot.waitUntil(path.exists)
    written = read_song(path).document
    for ours, theirs in zip(window.studio.session.document.tracks, written.tracks, strict=True):
        for column in ("start", "duration", "pitch", "velocity"):
            assert np.array_equal(getattr(ours.notes, column), getattr(theirs.notes, column))


def test_a_folder_that_cannot_be_written_is_a_notice(window, files, qtbot, tmp_path):
    window.exports.midi_to(tmp_path / "no" / "where.mid")
    qtbot.waitUntil(lambda: notices(window) != [])
    assert window.studio.session.document.note_count


def test_sound_is_exported(window, files, qtbot, tmp_path):
    window.exports.sound_to(tmp_path / "mix.wav")
    window.exports.sound_to(tmp_path / "mix.flac")
    window.exports.stems_to(tmp_path / "stems")
    qtbot.waitUntil(lambda: len(notices(window)) == 3, timeout=30_000)
    assert set(notices(window)) == {"Exported mix.wav.", "Exported mix.flac.", "Exported 2 stems."}
    for name in ("mix.wav", "mix.flac"):
        assert soundfile.info(tmp_path / name).duration >= window.studio.session.document.seconds() - 1
    assert len(list((tmp_path / "stems").glob("*.wav"))) == 2


@pytest.mark.parametrize(("answer", "left"), [("save", True), ("discard", True), ("cancel", False)])
def test_unsaved_changes_are_asked_about(window, files, qtbot, tmp_path, monkeypatch, answer, left):
    path = tmp_path / "kept.studio"
    monkeypatch.setattr(files, "ask_save", lambda *a: path)
    monkeypatch.setattr(files, "ask_unsaved", lambda parent, title: answer)
    gone = []
    files.leave_all(lambda: gone.append("clean"))
    assert gone == ["clean"]
    window.actions_by_id["track.add"].trigger()
    files.leave_all(lambda: gone.append("changed"))
    qtbot.waitUntil(lambda: not window.studio.jobs.busy)
    qtbot.waitUntil(lambda: (len(gone) == 2) is left)
    assert path.exists() is (answer == "save")
    monkeypatch.setattr(files, "ask_unsaved", lambda parent, title: "discard")


def test_cancel_keeps_the_window_open(window, files, monkeypatch):
    window.actions_by_id["track.add"].trigger()
    monkeypatch.setattr(files, "ask_unsaved", lambda parent, title: "cancel")
    assert not window.close()
    assert window.isVisible()
    monkeypatch.setattr(files, "ask_unsaved", lambda parent, title: "discard")


def test_other_kinds_of_files_are_refused(window, files, tmp_path):
    files.drop([tmp_path / "picture.png"])
    assert notices(window) == ["Partita cannot read this file."]


def test_the_demo_song_opens():
    song = load_demo()
    assert len(song.tracks) >= 3
    assert song.loop is not None
    assert song.keys
    assert song.seconds() > 20
    assert {t.name for t in song.tracks if not t.width} == {"Bass"}  # a point in the middle; the rest is spread


def test_rescue_puts_a_copy_aside(window, files):
    path = files.rescue()
    assert read_song(Path(path)).document == window.studio.session.document


def test_recent_files_can_be_opened_again(window, files, qtbot, tmp_path):
    path = tmp_path / "again.mid"
    window.exports.midi_to(path)
    qtbot.waitUntil(lambda: "Exported again.mid." in notices(window))
    menu = QMenu()
    qtbot.addWidget(menu)
    files.recent_menu(menu)
    assert [a.isEnabled() for a in menu.actions()] == [False]
    window.studio.remember(path)
    files.recent_menu(menu)
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: len(window.studio.session.songs) == 2)
    assert window.studio.session.document.note_count
    assert window.tabs.isVisible() and window.tabs.count() == 2


def test_saving_goes_on_beside_the_editing_and_knows_which_song_it_was(window, files, qtbot, tmp_path, monkeypatch):
    session, first = window.studio.session, window.studio.session.song
    monkeypatch.setattr(files, "ask_save", lambda *a: tmp_path / "first.studio")
    window.actions_by_id["track.add"].trigger()
    saved = session.committed
    files.save()
    window.actions_by_id["track.add"].trigger()
    files.new()
    qtbot.waitUntil(lambda: first.path is not None)
    assert first.dirty and session.path is None and session.song is not first
    assert read_song(tmp_path / "first.studio").document == saved


def test_closing_saves_first_where_that_is_wanted(window, files, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "kept.studio"
    monkeypatch.setattr(files, "ask_save", lambda *a: path)
    monkeypatch.setattr(files, "ask_unsaved", lambda parent, title: "save")
    window.actions_by_id["track.add"].trigger()
    assert not window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert path.exists()


def test_songs_are_closed_one_by_one_and_the_last_leaves_an_empty_one(window, files):
    session, first = window.studio.session, window.studio.session.song
    files.open_demo()
    files.step("1")
    assert session.song is first
    files.step("-1")
    assert session.song is not first
    files.close()
    assert session.songs == (first,)
    files.close()
    assert session.song.untouched and not window.tabs.isVisible()


def test_a_song_that_is_open_already_comes_to_the_front(window, files, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ask_save", lambda *a: tmp_path / "one.studio")
    files.save()
    qtbot.waitUntil(lambda: window.studio.session.path is not None)
    first = window.studio.session.song
    files.open_demo()
    files.open_path(tmp_path / "one.studio")
    assert window.studio.session.song is first and len(window.studio.session.songs) == 2


def test_an_import_reaches_the_song_it_was_meant_for(window, files, qtbot, tmp_path):
    path = tmp_path / "a.mid"
    window.exports.midi_to(path)
    qtbot.waitUntil(lambda: "Exported a.mid." in notices(window))
    first, tracks = window.studio.session.song, len(window.studio.session.document.tracks)
    files.import_path(path)
    files.open_demo()
    demo = window.studio.session.document
    qtbot.waitUntil(lambda: len(first.committed.tracks) == 2 * tracks)
    assert window.studio.session.document is demo


def test_a_tune_in_a_sound_file_becomes_a_track_in_one_step(window, files, qtbot, tmp_path):
    path = tmp_path / "tune.wav"
    t = np.arange(8_000) / 16_000
    sound = np.concatenate([np.sin(2 * np.pi * f * t) * np.minimum(1, np.minimum(t, t[::-1]) / 0.01) for f in (440.0, 523.25)])
    soundfile.write(path, sound * 0.5, 16_000)
    tracks = len(window.studio.session.document.tracks)
    files.hear_path(path)
    qtbot.waitUntil(lambda: len(window.studio.session.document.tracks) == tracks + 1)
    track = window.studio.session.document.tracks[-1]
    assert track.name == "tune" and track.notes.pitch.tolist() == [69, 72]
    assert window.studio.session.steps[-1] == "Import tune.wav"
    window.undo()
    assert len(window.studio.session.document.tracks) == tracks
    soundfile.write(tmp_path / "silence.wav", np.zeros(8_000), 16_000)
    files.hear_path(tmp_path / "silence.wav")
    qtbot.waitUntil(lambda: "No tune is heard in silence.wav." in notices(window))


def test_a_dropped_sound_file_becomes_a_track_that_plays_it(window, files, qtbot, tmp_path):
    path = tmp_path / "voice.wav"
    soundfile.write(path, np.sin(np.arange(16_000) / 9) * 0.5, 16_000)
    tracks = len(window.studio.session.document.tracks)
    files.drop([path])
    qtbot.waitUntil(lambda: len(window.studio.session.document.tracks) == tracks + 1)
    document = window.studio.session.document
    assert [s.name for s in document.sounds] == ["voice"]
    assert document.tracks[-1].clips[0].take.sound.sound == document.sounds[0].id
    assert window.studio.session.steps[-1] == "Import voice.wav"
    files.drop([tmp_path / "missing.wav"])
    qtbot.waitUntil(lambda: any("missing.wav" in notice for notice in notices(window)))


def test_dropped_sound_files_come_in_their_order(window, files, qtbot, tmp_path, monkeypatch):
    later = threading.Event()

    def read(path, job):
        """The first is slow: it waits a while for another one to be read."""
        if path.name == "2.wav":
            raise StudioError("It cannot be read.", "Choose another.")
        later.wait(0.3) if path.name == "1.wav" else later.set()
        return Sound(path.stem, path.stem, 16_000, 16_000, np.zeros(8, np.uint8), np.zeros(100, np.uint8))

    monkeypatch.setattr("studio.app.tapes.read_sound", read)
    files.drop([tmp_path / f"{k}.wav" for k in (1, 2, 3)])
    qtbot.waitUntil(lambda: len(window.studio.session.document.sounds) == 2)
    assert [s.name for s in window.studio.session.document.sounds] == ["1", "3"]


def test_a_name_that_is_typed_gets_its_ending_and_replaces_nothing_unasked(files, tmp_path, monkeypatch):
    typed, asked, answers = [], [], [False, True]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(tmp_path / typed[-1]), ""))
    monkeypatch.setattr(files, "ask_replace", lambda window, name: asked.append(name) or answers.pop(0))
    for name, expected in (("tune", "tune.wav"), ("Op. 12", "Op. 12.wav"), ("a.FLAC", "a.FLAC"), ("mix 1.5", "mix 1.5.wav")):
        typed.append(name)
        assert files.ask_save("", ".wav", "") == tmp_path / expected
    assert asked == []
    (tmp_path / "tune.wav").touch()
    typed.append("tune")
    assert files.ask_save("", ".wav", "") is None
    assert files.ask_save("", ".wav", "") == tmp_path / "tune.wav"
    assert asked == ["tune.wav"] * 2


def test_the_chosen_kind_gives_the_ending(files, tmp_path, monkeypatch):
    for typed, kind, expected in (
        ("part", "WAV files (*.wav)", "part.wav"),
        ("part.mid", "WAV files (*.wav)", "part.wav"),  # as it had been proposed
        ("part.flac", "MIDI files (*.mid)", "part.flac"),
        ("part.mid", "MIDI files (*.mid)", "part.mid"),
        ("part.mid", "", "part.mid"),
    ):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, t=typed, k=kind: (str(tmp_path / t), k))
        assert files.ask_save("", ".mid", "MIDI files (*.mid);;WAV files (*.wav)") == tmp_path / expected


def test_each_loss_is_told_in_the_users_language(window, files, qtbot, tmp_path):
    song = load_demo()
    lost = tuple(replace(track, instrument=f"own-lost-{track.id}") for track in song.tracks[:2])
    save_project(replace(song, tracks=lost), tmp_path / "a.studio")
    use_language("zh_CN")
    try:
        files.open_path(tmp_path / "a.studio")
        qtbot.waitUntil(lambda: any("losses" in n for n in notices(window)))
        said = window.studio.notices.entries[-1].hint
    finally:
        use_language("en")
    assert "不在这台电脑上" in said and "not on this computer" not in said
