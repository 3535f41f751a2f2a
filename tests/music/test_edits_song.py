import pytest

from studio.music import edits
from studio.music.checks import check
from studio.music.document import ChordSpan, Clip, Document, Marker, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.music.time import MAX_TICK


def song():
    clip = Clip(2, 0, 960, (Take(Notes.of([0, 5], 5, 60, id=[3, 4])),))
    return Document(tracks=(Track(1, "A", clips=(clip,)), Track(5, "B")), next_id=6)


def names(document):
    return [t.name for t in document.tracks]


def test_tracks_come_go_and_move():
    document = edits.add_track(song(), Track(0, "C"), 1)
    assert names(document) == ["A", "C", "B"]
    assert document.tracks[1].id == 6
    assert names(edits.move_track(document, 1, 99)) == ["C", "B", "A"]
    assert names(edits.move_track(document, 5, -1)) == ["B", "A", "C"]
    assert edits.move_track(document, 6, 1) is document
    assert names(edits.remove_track(document, 1)) == ["C", "B"]
    assert names(edits.rename_track(document, 1, "Z")) == ["Z", "C", "B"]
    for call in (edits.remove_track, edits.duplicate_track):
        with pytest.raises(KeyError):
            call(document, 77)


def test_a_copied_track_has_ids_of_its_own():
    document = edits.duplicate_track(song(), 1)
    assert names(document) == ["A", "A", "B"]
    assert document.tracks[1].id == 6
    assert document.tracks[1].notes.pitch.tolist() == [60, 60]
    assert not check(document)


def test_fields_of_a_track():
    document = edits.set_track(song(), 1, pan=-3, room=2, gain_db=99, mute=True, program=12)
    track = document.track(1)
    assert (track.pan, track.room, track.gain_db, track.mute, track.program) == (-1.0, 1.0, 24.0, True, 12)
    assert not check(document)
    assert edits.set_track(document, 1, mute=True) is document
    for wrong in ({"id": 3}, {"clips": ()}, {"program": 128}, {"channel": 16}):
        with pytest.raises(ValueError):
            edits.set_track(song(), 1, **wrong)


def test_tempo():
    document = edits.set_tempo(song(), 960, 90)
    assert document.tempo.at(960).bpm == pytest.approx(90, abs=1e-3)
    assert edits.remove_tempo(document, 960) == song()
    assert edits.remove_tempo(song(), 0) == song()
    assert edits.set_tempo(song(), 0, 120) == song()
    assert edits.set_tempo(song(), -5, 1e9).tempo.at(0).bpm == 1_000


def test_metre_changes_at_a_bar_line():
    document = edits.set_meter(song(), 4_000, 3, 4)
    assert [(s.tick, s.numerator) for s in document.meter.signatures] == [(0, 4), (3_840, 3)]
    assert edits.remove_meter(document, 3_840) == song()
    assert edits.remove_meter(document, 0) is document
    with pytest.raises(ValueError, match="not a time signature"):
        edits.set_meter(song(), 0, 4, 3)


def test_keys():
    document = edits.set_key(song(), 0, Key(2))
    assert document.key_at(5) == Key(2)
    assert edits.set_key(document, 0, Key(2)) is document
    assert edits.set_key(document, 0, None) == song()


def test_chords_end_where_the_next_begins():
    spans = [ChordSpan(960, 5_000, Chord(5)), ChordSpan(0, 2_000, Chord(0)), ChordSpan(7_000, 7_000, Chord(7))]
    document = edits.set_chords(song(), spans)
    assert [(c.start, c.end) for c in document.chords] == [(0, 960), (960, 5_000)]
    assert not check(document)
    assert edits.set_chords(document, document.chords) is document


def test_markers_loop_title_and_mix():
    document = edits.add_marker(edits.add_marker(song(), 9, "b"), 3, "a")
    assert document.markers == (Marker(3, "a"), Marker(9, "b"))
    assert edits.remove_marker(document, Marker(3, "a")).markers == (Marker(9, "b"),)
    assert edits.set_loop(song(), (90, 10)).loop == (10, 90)
    assert edits.set_loop(song(), (10, 10)) == song()
    assert edits.set_loop(edits.set_loop(song(), (-5, 1 << 60)), None) == song()
    assert edits.set_loop(song(), (-5, 1 << 60)).loop == (0, MAX_TICK)
    assert edits.set_title(song(), "x").title == "x"
    assert edits.set_master(song(), gain_db=-3.0).master.gain_db == -3.0
    assert edits.set_master(song(), gain_db=0.0) == song()
