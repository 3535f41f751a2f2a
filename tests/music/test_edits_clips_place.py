"""Clips in the arrangement: what is put somewhere lies there as it was, what lay there gives way, all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.documents import documents, some

BAR = 3840


def song() -> Document:
    """Two tracks: clips of two bars at 0 and at bar 4, and one of one bar at bar 1."""
    a = Clip(10, 0, 2 * BAR, (Take(Notes.of([0, BAR], 960, [60, 62], id=[11, 12])), Take(Notes.of([0], 960, [70], id=[13]))), 0)
    b = Clip(20, 4 * BAR, 2 * BAR, (Take(Notes.of([0], 960, [64], locked=True, id=[21])),))
    c = Clip(30, BAR, BAR, (Take(Notes.of([0], 960, [40], id=[31])),))
    return Document(tracks=(Track(1, "A", clips=(a, b)), Track(2, "B", clips=(c,))), next_id=100)


def clips(document: Document, row: int = 0) -> list[tuple[int, int]]:
    return [(c.start // BAR, c.end // BAR) for c in document.tracks[row].clips]


def sounding(document: Document, row: int = 0) -> list[tuple[float, int]]:
    n = document.tracks[row].notes
    return [(s / BAR, p) for s, p in zip(n.start.tolist(), n.pitch.tolist(), strict=True)]


def test_draw() -> None:
    done = edits.add_clip(song(), 1, 2 * BAR, 9 * BAR)
    assert clips(done) == [(0, 2), (2, 4), (4, 6)]
    assert done.tracks[0].clips[1].id == 100
    before = song()
    assert edits.add_clip(before, 1, BAR, 3 * BAR) is before


def test_move_in_time_and_to_another_track() -> None:
    done = edits.move_clips(song(), [10], 6 * BAR)
    assert clips(done) == [(4, 6), (6, 8)]
    assert sounding(done) == [(4, 64), (6, 60), (7, 62)]
    done = edits.move_clips(song(), [10], 0, 1)
    assert (clips(done), clips(done, 1)) == ([(4, 6)], [(0, 2)])
    assert sounding(done, 1) == [(0, 60), (1, 62)]
    assert done.tracks[1].clips[0].takes == song().tracks[0].clips[0].takes


def test_what_lies_there_gives_way() -> None:
    done = edits.move_clips(song(), [30], 0, -1)
    assert clips(done) == [(0, 1), (1, 2), (4, 6)]
    assert sounding(done) == [(0, 60), (1, 40), (4, 64)]


def test_several_move_together_as_far_as_all_can() -> None:
    done = edits.move_clips(song(), [20, 30], -3 * BAR, 5)
    assert (clips(done), clips(done, 1)) == ([(0, 2), (3, 5)], [(0, 1)]), "the lower track is the last, one bar is all there is"


def test_copies_have_ids_of_their_own_and_no_locks() -> None:
    done = edits.move_clips(song(), [20], 2 * BAR, copy=True)
    assert clips(done) == [(0, 2), (4, 6), (6, 8)]
    old, new = done.tracks[0].clips[1:]
    assert (old.id, new.id, new.notes.id.tolist()) == (20, 100, [101])
    assert old.notes.locked.all() and not new.notes.locked.any()
    assert clips(edits.duplicate_clips(song(), [10])) == [(0, 2), (2, 4), (4, 6)]
    assert clips(edits.duplicate_clips(song(), [10, 20])) == [(0, 2), (4, 6), (6, 8), (10, 12)]


def test_loop_cuts_the_last_copy() -> None:
    done = edits.repeat_clips(song(), [30], 4 * BAR + BAR // 2)
    assert [(c.start, c.end) for c in done.tracks[1].clips][-1] == (4 * BAR, 4 * BAR + BAR // 2)
    assert sounding(done, 1) == [(1, 40), (2, 40), (3, 40), (4, 40)]
    done = edits.repeat_clips(song(), [10], 3 * BAR + 1)
    assert [(c.start, c.end) for c in done.tracks[0].clips] == [(0, 2 * BAR), (2 * BAR, 3 * BAR + 1), (4 * BAR, 6 * BAR)]
    before = song()
    assert edits.repeat_clips(before, [10], BAR) is before


def test_resize_keeps_notes_where_they_sound() -> None:
    done = edits.resize_clips(song(), [10], -BAR)
    assert (clips(done), sounding(done)[:1]) == ([(0, 1), (4, 6)], [(0, 60)])
    done = edits.resize_clips(song(), [10], BAR, left=True)
    assert (clips(done), sounding(done)[:1]) == ([(1, 2), (4, 6)], [(1, 62)])
    done = edits.resize_clips(song(), [20], -9 * BAR, left=True)
    assert (clips(done), sounding(done)[-1]) == ([(0, 2), (2, 6)], (4, 64))
    assert clips(edits.resize_clips(song(), [10], 9 * BAR)) == [(0, 4), (4, 6)]
    assert clips(edits.resize_clips(song(), [10], -9 * BAR, shortest=BAR)) == [(0, 1), (4, 6)]


@pytest.mark.parametrize("left", [False, True])
def test_what_an_edge_hides_comes_back(left: bool) -> None:
    before = song()
    by = BAR + 7 if left else -BAR - 7
    shrunk = edits.resize_clips(before, [10], by, left=left)
    assert sounding(shrunk) == ([(4, 64)] if left else [(0, 60), (4, 64)])
    assert edits.resize_clips(shrunk, [10], -by, left=left) == before
    moved = edits.move_clips(edits.resize_clips(shrunk, [10], 3 if left else -3, left=left), [10], 8 * BAR)
    back = edits.resize_clips(edits.move_clips(moved, [10], -8 * BAR), [10], -by + (-3 if left else 3), left=left)
    assert back == before


def test_copies_hide_what_the_clip_hides() -> None:
    shrunk = edits.resize_clips(song(), [10], -BAR)
    copied = edits.move_clips(shrunk, [10], 8 * BAR, copy=True)
    (one,) = edits.copied_ids(shrunk, [10], shrunk.next_id)
    grown = edits.resize_clips(copied, [one], BAR)
    assert sounding(grown)[-2:] == [(8, 60), (9, 62)]
    assert check(grown) == []


def test_parts_of_a_cut_clip_hide_what_lies_at_their_edges() -> None:
    shrunk = edits.resize_clips(edits.resize_clips(song(), [10], -BAR // 2), [10], BAR // 4, left=True)
    cut = edits.split_clips(shrunk, [10], BAR)
    right = cut.tracks[0].clips[1].id
    assert sounding(cut) == [(1, 62), (4, 64)]
    assert sounding(edits.resize_clips(cut, [10], -BAR, left=True)) == [(0, 60), (1, 62), (4, 64)]
    assert clips(edits.resize_clips(cut, [right], BAR // 2)) == [(0, 1), (1, 2), (4, 6)]


def test_what_is_written_where_notes_are_hidden_takes_their_place() -> None:
    shrunk = edits.resize_clips(song(), [10], -BAR)
    written = edits.add_notes(shrunk, 1, Notes.of([BAR + 960], 960, 50))
    assert sounding(written) == [(0, 60), (1.25, 50), (4, 64)]


@some
@given(documents().filter(lambda d: any(t.clips for t in d.tracks)), st.data())
def test_a_clip_made_shorter_and_longer_again_is_as_it_was(document, data) -> None:
    (_, clip), *_ = edits.clips_of(document, [c.id for t in document.tracks for c in t.clips])
    left = data.draw(st.booleans())
    by = data.draw(st.integers(0, clip.length - 1)) * (1 if left else -1)
    shorter = edits.resize_clips(document, [clip.id], by, left=left)
    longer = edits.resize_clips(shorter, [clip.id], -by, left=left)
    ((_, back),) = edits.clips_of(longer, [clip.id])
    assert (back.start, back.length) == (clip.start, clip.length)
    assert [t.notes for t in back.takes] == [t.notes for t in clip.takes]


def test_split_only_those_asked_for() -> None:
    done = edits.split_clips(song(), [10, 20], BAR)
    assert (clips(done), clips(done, 1)) == ([(0, 1), (1, 2), (4, 6)], [(1, 2)])
    assert sounding(done) == sounding(song())
    before = song()
    assert edits.split_clips(before, [10], 0) is before


def test_a_take_becomes_a_clip_where_there_is_room() -> None:
    done = edits.keep_take_as_clip(song(), 10, 1)
    assert clips(done) == [(0, 2), (2, 4), (4, 6)]
    assert done.tracks[0].clips[1].notes.pitch.tolist() == [70]
    assert clips(edits.keep_take_as_clip(done, 10, 0)) == [(0, 2), (2, 4), (4, 6), (6, 8)]
    with pytest.raises(IndexError):
        edits.keep_take_as_clip(song(), 10, 2)


FAR = st.one_of(st.integers(-9_000, 9_000), st.sampled_from([-(1 << 40), 1 << 40]))
EDITS = {
    "move": lambda draw, d, i: edits.move_clips(d, i, draw(FAR), draw(st.integers(-3, 3)), copy=draw(st.booleans())),
    "duplicate": lambda draw, d, i: edits.duplicate_clips(d, i),
    "repeat": lambda draw, d, i: edits.repeat_clips(d, i, draw(st.integers(0, 30_000))),
    "resize": lambda draw, d, i: edits.resize_clips(
        d, i, draw(FAR), left=draw(st.booleans()), shortest=draw(st.integers(0, 999))
    ),
    "split": lambda draw, d, i: edits.split_clips(d, i, draw(st.integers(0, 30_000))),
    "draw": lambda draw, d, i: edits.add_clip(d, d.tracks[0].id, draw(FAR), draw(FAR)),
    "clear": lambda draw, d, i: edits.clear_stretch(d, d.tracks[0].id, *sorted((draw(st.integers(0, 30_000)), 9_000))),
    "keep": lambda draw, d, i: edits.keep_take_as_clip(d, i[0], 0) if edits.clips_of(d, i[:1]) else d,
    "rename take": lambda draw, d, i: edits.rename_take(d, i[0], 0, "x") if edits.clips_of(d, i[:1]) else d,
}


@some
@given(documents().filter(lambda d: any(t.clips for t in d.tracks)), st.data())
def test_any_edits_of_clips_leave_a_valid_song(document, data) -> None:
    for _ in range(4):
        known = [c.id for t in document.tracks for c in t.clips] or [0]
        ids = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
        name = data.draw(st.sampled_from(sorted(EDITS)))
        document = EDITS[name](data.draw, document, ids)
        assert check(document) == [], name


@some
@given(documents().filter(lambda d: any(t.clips for t in d.tracks)), st.data())
def test_a_move_changes_nothing_but_where_it_was_and_where_it_is(document, data) -> None:
    row, clip = data.draw(st.sampled_from(edits.clips_of(document, [c.id for t in document.tracks for c in t.clips])))
    done = edits.move_clips(document, [clip.id], data.draw(FAR), data.draw(st.integers(-2, 2)))
    ((now, moved),) = edits.clips_of(done, [clip.id])
    assert (moved.takes, moved.length) == (clip.takes, clip.length)
    for r, (old, new) in enumerate(zip(document.tracks, done.tracks, strict=True)):
        gone = [(clip.start, clip.end)] * (r == row) + [(moved.start, moved.end)] * (r == now)

        def outside(notes, gone=gone):
            return [(s, p) for s, p in zip(notes.start, notes.pitch, strict=True) if not any(a <= s < b for a, b in gone)]

        assert outside(old.notes) == outside(new.notes)
