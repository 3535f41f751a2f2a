import pytest

from studio.cli import tracks
from studio.cli.tracks import tracks_in, with_own_instruments
from studio.errors import StudioError
from studio.music.document import Document, Track

SONG = Document(tracks=(Track(1, "Melody"), Track(2, "Bass")))


def test_tracks_by_name_and_number():
    assert tracks_in("bass, 1", SONG) == (2, 1)
    with pytest.raises(StudioError, match="no track 'Kazoo'"):
        tracks_in("Kazoo", SONG)


def test_own_instruments_on_tracks(monkeypatch):
    monkeypatch.setattr(tracks, "titles", lambda: {"own-viola": "Viola"})
    song = with_own_instruments(SONG, ("melody=viola", "2=own-viola"))
    assert [t.instrument for t in song.tracks] == ["own-viola", "own-viola"]
    with pytest.raises(StudioError, match="no instrument 'Kazoo'") as told:
        with_own_instruments(SONG, ("1=Kazoo",))
    assert "Viola" in told.value.hint
