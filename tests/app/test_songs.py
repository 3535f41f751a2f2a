from dataclasses import replace

import pytest

from studio.app.songs import export_midi, read_song
from studio.codecs.project import save_project
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes


@pytest.fixture
def song():
    notes = Notes.of(start=[0, 960], duration=480, pitch=[60, 64], velocity=90, id=[3, 4])
    return Document("A song", tracks=(Track(1, "Piano", clips=(Clip(2, 0, 3840, (Take(notes),)),)),), next_id=5)


def test_a_project_comes_back(song, tmp_path):
    save_project(song, tmp_path / "a.studio")
    assert read_song(tmp_path / "a.studio").document.note_count == 2


def test_exported_midi_comes_back(song, tmp_path):
    export_midi(song, tmp_path / "a.mid")
    back = read_song(tmp_path / "a.mid")
    assert list(back.document.tracks[0].notes.pitch) == [60, 64]
    assert back.lost == ()


def test_what_is_no_song_is_told(tmp_path):
    (tmp_path / "a.mid").write_text("a shopping list")
    with pytest.raises(StudioError):
        read_song(tmp_path / "a.mid")


def test_an_own_instrument_that_is_not_here_is_told(song, tmp_path):
    track = replace(song.tracks[0], instrument="own-viola")
    save_project(replace(song, tracks=(track,)), tmp_path / "a.studio")
    lost = read_song(tmp_path / "a.studio").lost
    assert lost == ("The instrument of 'Piano' is not on this computer, so another one plays it.",)


def test_an_own_instrument_of_other_models_is_told_to_be_made_again(song, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.app.songs.titles", lambda: {"own-viola": "Viola"})
    save_project(replace(song, tracks=(replace(song.tracks[0], instrument="own-viola"),)), tmp_path / "a.studio")
    (lost,) = read_song(tmp_path / "a.studio").lost
    assert "older models" in lost and "Make it once more." in lost
