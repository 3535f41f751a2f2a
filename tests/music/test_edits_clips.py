from dataclasses import dataclass

import pytest

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Clip, Document, Provenance, Take, Track
from studio.music.notes import Notes


@dataclass(frozen=True)
class Part:
    name: str
    program: int = 0
    drums: bool = False
    track_id: int | None = None


def song():
    """Track 1: clip 2 (bar 1, two takes), clip 3 (bars 2 and 3). Track 4: nothing."""
    takes = (Take(Notes.of([0, 2_000], 100, 60, id=[5, 6]), "a"), Take(Notes.of([10], 100, 61, id=7), "b"))
    first = Clip(2, 0, 3_840, takes, active=1)
    second = Clip(3, 3_840, 7_680, (Take(Notes.of([0, 3_840], 5_000, 62, id=[8, 9])),))
    return Document(tracks=(Track(1, clips=(first, second)), Track(4)), next_id=10)


GENERATED = Provenance("generated", "lstm", "writer", "ab", "{}", 7, "take 1")


def test_accepted_notes_become_a_take_and_the_old_ones_stay_as_another():
    part = Part("ignored", track_id=1)
    document = edits.accept_take(song(), [(part, Notes.of([3_900, 7_000, 7_680], 50, 70))], 3_840, 7_680, GENERATED)
    first, new, rest = document.tracks[0].clips
    assert (new.start, new.length, new.active, len(new.takes)) == (3_840, 3_840, 1, 2)
    assert new.takes[0].notes.id.tolist() == [8]
    assert new.take.notes.start.tolist() == [60, 3_160]  # what starts at the end is not asked for
    assert new.take.provenance == GENERATED
    assert new.take.name == "take 1"
    assert (rest.start, rest.length) == (7_680, 3_840)
    assert rest.notes.id.tolist() == [9]
    assert first == song().tracks[0].clips[0]
    assert not check(document)


def test_all_takes_of_a_replaced_clip_stay():
    document = edits.accept_take(song(), [(Part("", track_id=1), Notes.of([0], 5, 70))], 0, 3_840, GENERATED)
    assert [t.name for t in document.tracks[0].clips[0].takes] == ["a", "b", "take 1"]
    assert not check(document)


def test_locked_notes_are_in_the_new_take_too():
    document = edits.set_locked(song(), [7], True)
    document = edits.accept_take(document, [(Part("", track_id=1), Notes.of([500], 5, 70))], 0, 3_840, GENERATED)
    assert document.tracks[0].clips[0].notes.pitch.tolist() == [61, 70]
    assert document.tracks[0].clips[0].notes.locked.tolist() == [True, False]
    assert not check(document)


def test_new_parts_become_tracks():
    parts = [(Part("Bass", 33), Notes.of([0], 5, 40)), (Part("Kit", drums=True), Notes.of([0], 5, 36))]
    document = edits.accept_take(song(), parts, 0, 960, GENERATED)
    assert [(t.name, t.program, t.drums) for t in document.tracks[2:]] == [("Bass", 33, False), ("Kit", 0, True)]
    assert document.tracks[3].notes.pitch.tolist() == [36]
    assert not check(document)


def test_parts_of_one_track_are_accepted_together():
    parts = [(Part("x", track_id=4), Notes.of([0], 5, 40)), (Part("y", track_id=4), Notes.of([9], 5, 41))]
    document = edits.accept_take(song(), parts, 0, 960, GENERATED)
    assert [len(c.takes) for c in document.tracks[1].clips] == [1]
    assert document.tracks[1].notes.pitch.tolist() == [40, 41]


def test_cutting_cuts_all_takes_and_changes_no_sound():
    document = edits.cut_clips(song(), 1, 1_000)
    left, right = document.tracks[0].clips[:2]
    assert [t.notes.id.tolist() for t in left.takes] == [[5], [7]]
    assert [t.notes.id.tolist() for t in right.takes] == [[6], []]
    assert right.takes[0].notes.start.tolist() == [1_000]
    assert document.tracks[0].notes == song().tracks[0].notes
    assert not check(document)
    assert edits.cut_clips(song(), 1, 3_840) == song()
    assert edits.cut_clips(song(), 4, 5) == song()


def test_joining():
    document = edits.join_clips(song(), [2, 3])
    (clip,) = document.tracks[0].clips
    assert (clip.id, clip.start, clip.length, len(clip.takes)) == (2, 0, 11_520, 1)
    assert document.tracks[0].notes == song().tracks[0].notes
    assert not check(document)
    assert edits.join_clips(song(), [2]) == song()


def test_moving_stops_at_the_neighbours():
    document = edits.move_clip(song(), 3, 500)
    assert document.tracks[0].clips[1].start == 4_340
    assert edits.move_clip(document, 3, -9_999).tracks[0].clips[1].start == 3_840
    assert edits.move_clip(song(), 2, 5) == song()


def test_takes():
    document = edits.choose_take(song(), 2, 0)
    assert document.tracks[0].clips[0].notes.id.tolist() == [5, 6]
    assert edits.choose_take(document, 2, 0) is document
    more = edits.insert_take(document, 2, Take(Notes.of([0, 3_840], 5, 50), "c"))
    assert more.tracks[0].clips[0].take.name == "c"
    assert more.tracks[0].clips[0].notes.id.tolist() == [10]
    assert edits.insert_take(document, 2, Take(), activate=False).tracks[0].clips[0].active == 0
    less = edits.remove_take(more, 2, 0)
    assert [t.name for t in less.tracks[0].clips[0].takes] == ["b", "c"]
    assert less.tracks[0].clips[0].active == 1
    assert edits.remove_take(song(), 3, 0) == song()
    for wrong in (lambda: edits.choose_take(song(), 2, 2), lambda: edits.remove_take(song(), 2, -1)):
        with pytest.raises(IndexError):
            wrong()


def test_naming_and_removing():
    assert edits.rename_clip(song(), 3, "B").tracks[0].clips[1].name == "B"
    assert [c.id for c in edits.remove_clips(song(), [2]).tracks[0].clips] == [3]
    with pytest.raises(KeyError):
        edits.rename_clip(song(), 99, "")


def test_new_parts_find_tracks_that_play_the_same_if_asked():
    tracks = (
        Track(1, "Lead", program=73),
        Track(2, "Keys", program=0),
        Track(3, "Beat", drums=True),
        Track(4, "Left", program=0),
    )
    document = Document(tracks=tracks, next_id=9)
    notes = Notes.of([0], 10, [60])
    parts = [(Part("Left", 0), notes), (Part("Other", 0), notes), (Part("Drums", drums=True), notes), (Part("Tuba", 58), notes)]
    done = edits.accept_take(document, parts, 0, 3840, Provenance("generated"), match=True)
    assert [(t.id, len(t.clips)) for t in done.tracks[:4]] == [(1, 0), (2, 1), (3, 1), (4, 1)]
    assert [(t.name, t.program) for t in done.tracks[4:]] == [("Tuba", 58)]
    third = [*parts, (Part("Third", 0), notes)]
    assert len(edits.accept_take(document, third, 0, 3840, Provenance("generated"), match=True).tracks) == 6
    assert len(edits.accept_take(document, parts, 0, 3840, Provenance("generated")).tracks) == 8
