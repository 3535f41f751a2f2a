import pytest

from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import PROGRAM_CHANGE, Controls, Notes
from studio.music.pitch import Key


def song():
    a = Clip(2, 960, 960, (Take(Notes.of([0], 100, 60, id=4)), Take(Notes.of([5], 100, 61, id=5))))
    b = Clip(3, 3_840, 960, (Take(Notes.of([10, 20], 100, 62, id=[6, 7])),))
    return Document(tracks=(Track(1, "Lead", clips=(a, b)),), keys=(KeyChange(0, Key(0)), KeyChange(960, Key(2))), next_id=8)


def test_tracks_gather_the_active_takes():
    document = song()
    assert document.track(1).notes.start.tolist() == [960, 3_850, 3_860]
    assert document.note_count == 3
    assert document.end == 4_800
    assert document.bars() == 2
    assert document.seconds() == 2.5
    with pytest.raises(KeyError):
        document.track(9)


def test_an_empty_song():
    document = Document()
    assert (document.end, document.bars(), document.seconds(), document.note_count) == (0, 0, 0.0, 0)
    assert document.key_at(0) is None


def test_keys_hold_until_the_next():
    document = song()
    assert [document.key_at(t) for t in (0, 959, 960)] == [Key(0), Key(0), Key(2)]


def test_clips_by_place():
    track = song().track(1)
    assert [c and c.id for c in map(track.clip_at, (959, 960, 1_920, 3_840))] == [None, 2, None, 3]


def test_replacing_the_notes_of_the_active_take():
    clip = song().track(1).clips[0]
    other = clip.with_notes(Notes.of([900], 1_000, 60))
    assert other.notes.start.tolist() == [900]
    assert (other.length, other.takes[1]) == (960, clip.takes[1])
    assert clip.end == 1_920


def test_programs_change_among_the_controls():
    track = Track(1, program=5, controls=Controls.of([10, 20, 30], [PROGRAM_CHANGE, 7, PROGRAM_CHANGE], [6, 99, 7]))
    assert track.programs_at([0, 9, 10, 29, 30]).tolist() == [5, 5, 6, 6, 7]
    assert Track(1, program=3).programs_at(0) == 3


def test_a_changed_track_takes_its_place():
    document = song()
    assert document.with_track(Track(1, "Bass")).tracks == (Track(1, "Bass"),)
    assert document == song()
