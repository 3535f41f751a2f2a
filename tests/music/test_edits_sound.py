"""Recordings in a song: what is heard stays where it is, however its clip is cut."""

from dataclasses import replace

import numpy as np

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Sound, SoundAt, Track
from studio.music.edits_sound import add_sound, sounds_in_use

BAR = 3840
SOUND = Sound("a" * 64, "Voice", 8_000, 80_000, np.arange(5, dtype=np.uint8), np.zeros(1_000, np.uint8))


def song() -> Document:
    """Ten seconds of a voice from bar 1 on: at 120 a minute five bars."""
    return add_sound(Document(), SOUND, BAR)


def heard(document: Document) -> list[tuple[int, int, int]]:
    """Start and end of the clips, and where their sound begins, counted from the song's start."""
    return [(c.start, c.end, c.start + c.take.sound.at) for c in document.tracks[0].clips if c.take.sound]


def test_a_track_of_one_clip() -> None:
    document = song()
    (track,) = document.tracks
    assert (track.name, len(track.clips), document.sounds) == ("Voice", 1, (SOUND,))
    assert track.clips[0].start == BAR and 6 * BAR <= track.clips[0].end <= 6 * BAR + 1
    assert check(document) == []
    again = add_sound(document, SOUND, 0)
    assert again.sounds == (SOUND,) and check(again) == []


def test_cuts_and_edges_leave_the_sound_where_it_is() -> None:
    document = song()
    (clip,) = document.tracks[0].clips
    for done in (
        edits.split_clips(document, [clip.id], 3 * BAR),
        edits.resize_clips(document, [clip.id], BAR, left=True),
        edits.resize_clips(document, [clip.id], -BAR, left=True),
        edits.resize_clips(document, [clip.id], -BAR),
    ):
        assert {begin for _, _, begin in heard(done)} == {BAR}, heard(done)
        assert check(done) == []
    moved = edits.move_clips(document, [clip.id], BAR)
    assert heard(moved) == [(2 * BAR, clip.end + BAR, 2 * BAR)]
    shorter = edits.resize_clips(document, [clip.id], BAR, left=True)
    assert edits.resize_clips(shorter, [clip.id], -BAR, left=True) == document


def test_only_clips_of_one_sound_in_step_are_joined() -> None:
    document = song()
    (clip,) = document.tracks[0].clips
    cut = edits.split_clips(document, [clip.id], 3 * BAR)
    ids = [c.id for c in cut.tracks[0].clips]
    assert heard(edits.join_clips(cut, ids)) == heard(document)
    apart = edits.move_clips(cut, ids[1:], BAR)
    assert edits.join_clips(apart, ids) is apart


def test_a_sound_that_no_take_plays_is_not_kept() -> None:
    document = song()
    assert sounds_in_use(document) == (SOUND,)
    assert sounds_in_use(edits.remove_track(document, document.tracks[0].id)) == ()
    (track,) = document.tracks
    lost = replace(document, sounds=())
    assert check(lost) == ["a take plays a sound that is not there"]
    assert track.clips[0].take.sound == SoundAt(SOUND.id)


def test_a_clip_pasted_into_another_song_brings_its_sound() -> None:
    (clip,) = song().tracks[0].clips
    other = edits.add_track(Document(), Track(0))
    pasted = edits.paste_clips(other, [(0, clip)], song().sounds)
    assert pasted.sounds == (SOUND,) and check(pasted) == []
    assert edits.paste_clips(pasted, [(0, clip)], song().sounds).sounds == (SOUND,)
