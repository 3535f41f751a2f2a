import numpy as np
import pytest

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.time import MAX_TICK, Meter, TimeSignature


def song(notes=None, **document):
    """One track (1) with a clip (2) of a bar from bar 2 on; notes from id 10 on."""
    notes = Notes.of([0, 960, 1_920], [480, 480, 960], [60, 64, 67]) if notes is None else notes
    clip = Clip(2, 3_840, 3_840, (Take(notes.with_ids_from(10)),))
    return Document(tracks=(Track(1, clips=(clip,)), Track(3)), next_id=100, **document)


def row(document, note_id):
    notes = document.tracks[0].notes
    i = notes.index_of([note_id])[0]
    return int(notes.start[i]), int(notes.duration[i]), int(notes.pitch[i]), int(notes.velocity[i])


def test_a_drawn_note_goes_into_the_clip_below_it():
    document = edits.add_notes(song(), 1, Notes.of([4_000], 100, 72))
    assert row(document, 100) == (4_000, 100, 72, 80)
    assert [c.id for c in document.tracks[0].clips] == [2]
    assert document.next_id == 101
    assert not check(document)


def test_a_note_next_to_a_clip_makes_it_grow_by_bars():
    document = edits.add_notes(song(), 1, Notes.of([7_680], 100, 72))
    (clip,) = document.tracks[0].clips
    assert (clip.start, clip.length) == (3_840, 7_680)


def test_a_note_far_from_all_clips_gets_a_new_one_of_whole_bars():
    document = edits.add_notes(song(), 1, Notes.of([0, 20_000, 20_100], [10, 10, 10_000], 72))
    assert [(c.start, c.length) for c in document.tracks[0].clips] == [(0, 3_840), (3_840, 3_840), (19_200, 11_520)]
    assert document.tracks[0].notes.index_of([100, 101, 102]).tolist() == [0, 4, 5]
    assert not check(document)


def test_a_clip_does_not_grow_into_the_next():
    document = edits.add_notes(song(), 1, Notes.of([0], 9_000, 72))
    first, second = document.tracks[0].clips
    assert (first.end, second.start) == (3_840, 3_840)
    assert row(document, 100)[1] == 9_000  # it sounds on
    assert not check(document)


def test_adding_nothing_changes_nothing_and_no_track_is_an_error():
    document = song()
    assert edits.add_notes(document, 1, Notes.empty()) is document
    with pytest.raises(KeyError):
        edits.add_notes(document, 9, Notes.of([0], 1, 60))


def test_moving_keeps_the_distances_at_the_edges():
    document = edits.move_notes(song(), [10, 11], -9_000, 100)
    assert row(document, 10) == (0, 480, 123, 80)
    assert row(document, 11) == (960, 480, 127, 80)
    assert row(document, 12) == (5_760, 960, 67, 80)
    far = edits.move_notes(song(), [10, 11, 12], MAX_TICK)
    assert far.tracks[0].notes.last_end == MAX_TICK
    assert not check(document) + check(far)


def test_what_cannot_move_gives_the_same_document():
    document = song(Notes.of([0], 480, 127))
    assert edits.move_notes(document, [10], 0, 5) is document
    assert edits.move_notes(document, [99], 5, 5) is document
    assert edits.set_velocity(document, [10], 80) is document
    assert edits.remove_notes(document, []) is document


def test_locked_notes_stay_as_they_are():
    document = edits.set_locked(song(), [10, 11], True)
    for changed in (
        edits.move_notes(document, [10, 11, 12], 5, 1),
        edits.remove_notes(document, [10, 11, 12]),
        edits.resize_notes(document, [10, 11, 12], 5),
        edits.set_velocity(document, [10, 11, 12], 9),
        edits.quantize_notes(document, [10, 11, 12], 700),
        edits.replace_notes(document, 1, 0, 99_999, Notes.empty()),
        edits.split_notes(document, [10, 11, 12], 4_000),
        edits.join_notes(document, [10, 11, 12]),
    ):
        assert [row(changed, i) for i in (10, 11)] == [row(document, i) for i in (10, 11)]
    assert row(edits.set_locked(document, [10], False), 10) == row(document, 10)
    assert edits.set_locked(document, [10], False).tracks[0].notes.locked.sum() == 1


def test_copies_are_numbered_through_all_tracks():
    document = edits.add_notes(song(), 3, Notes.of([0, 50], 10, 40))
    first = document.next_id
    copied = edits.duplicate_notes(document, [10, 11, 100, 101], 1_000, 1)
    new = edits.notes_of(copied, range(first, first + 4))
    assert [(t, n.id.tolist()) for t, n in new] == [(1, [first, first + 1]), (3, [first + 2, first + 3])]
    assert new[0][1].start.tolist() == [4_840, 5_800]
    assert new[1][1].pitch.tolist() == [41, 41]
    assert copied.note_count == document.note_count + 4
    assert not check(copied)


def test_resizing():
    assert row(edits.resize_notes(song(), [10], 240), 10)[:2] == (3_840, 720)
    assert row(edits.resize_notes(song(), [10], -9_999, shortest=60), 10)[:2] == (3_840, 60)
    assert row(edits.resize_notes(song(), [10], 100, left=True), 10)[:2] == (3_940, 380)
    assert row(edits.resize_notes(song(), [10], -9_999, left=True), 10)[:2] == (0, 4_320)
    assert row(edits.resize_notes(song(), [10], 9_999, left=True), 10)[:2] == (4_319, 1)
    assert row(edits.set_durations(song(), [10], 7), 10)[1] == 7


def test_velocities():
    assert row(edits.set_velocity(song(), [10], 200), 10)[3] == 127
    assert row(edits.change_velocity(song(), [10], -200), 10)[3] == 1
    assert row(edits.scale_velocity(song(), [10], 0.5), 10)[3] == 40


def test_quantizing_follows_the_bars():
    meter = Meter((TimeSignature(0, 4, 4), TimeSignature(3_840, 3, 4), TimeSignature(6_000, 4, 4)))
    document = song(Notes.of([100, 1_000, 2_100], 50, 60), meter=meter)
    straight = edits.quantize_notes(document, [10, 11, 12], 960)
    assert straight.tracks[0].notes.start.tolist() == [3_840, 4_800, 6_000]
    half = edits.quantize_notes(document, [10], 960, strength=0.5)
    assert row(half, 10)[0] == 3_890
    swung = edits.quantize_notes(document, [11], 960, swing=1.0)
    assert row(swung, 11)[0] == 4_800 + 320
    both = edits.quantize_notes(document, [11], 960, ends=True)
    assert row(both, 11)[:2] == (4_800, 1)


def test_splitting_and_joining():
    document = edits.split_notes(song(), [10, 11, 12], 4_000)
    assert row(document, 10)[:3] == (3_840, 160, 60)
    assert row(document, 100)[:3] == (4_000, 320, 60)
    joined = edits.join_notes(document, [10, 11, 12, 100])
    assert joined.tracks[0].notes == song().tracks[0].notes


def test_replacing_a_stretch():
    document = edits.replace_notes(song(), 1, 3_840, 4_800, Notes.of([3_900], 10, 30))
    assert document.tracks[0].notes.id.tolist() == [100, 11, 12]


def test_only_the_active_take_is_edited():
    document = song()
    clip = document.tracks[0].clips[0]
    document = edits.insert_take(document, 2, Take(Notes.of([5], 10, 33)))
    moved = edits.move_notes(document, range(1_000), 1)
    assert moved.tracks[0].clips[0].takes[0] == clip.take
    assert edits.move_notes(document, [10], 1) is document


def test_ids_may_be_any_collection():
    for ids in ([10], {10}, (10,), np.array([10]), iter([10])):
        assert row(edits.move_notes(song(), ids, 1), 10)[0] == 3_841
