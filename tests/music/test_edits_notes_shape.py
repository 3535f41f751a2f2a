import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from tests.documents import documents, some


def song(start, duration, pitch=60, velocity=80, **others) -> Document:
    document = edits.add_track(Document(tempo=TempoMap.constant(120)), Track(0))
    return edits.add_notes(document, 1, Notes.of(start, duration, pitch, velocity, **others))


def notes(document: Document) -> Notes:
    return document.tracks[0].notes


def rows(document: Document) -> list[tuple[int, int]]:
    return list(zip(notes(document).start.tolist(), notes(document).duration.tolist(), strict=True))


def test_legato_reaches_to_the_next_chord_and_leaves_the_last() -> None:
    document = song([0, 0, 960, 1920], [100, 2000, 1500, 300], [60, 64, 62, 65])
    assert rows(edits.make_legato(document, notes(document).id)) == [(0, 960), (0, 960), (960, 960), (1920, 300)]


def test_reverse_mirrors_in_time_and_twice_is_as_before() -> None:
    document = song([0, 960, 1200], [960, 240, 720], [60, 62, 64])
    back = edits.reverse_notes(document, notes(document).id)
    assert rows(back) == [(0, 720), (720, 240), (960, 960)]
    assert notes(back).pitch.tolist() == [64, 62, 60]
    assert edits.reverse_notes(back, notes(back).id) == document


def test_locked_notes_stay_when_others_are_reversed() -> None:
    document = song([0, 960, 4000], [240, 960, 100], locked=[False, False, True])
    assert rows(edits.reverse_notes(document, notes(document).id)) == [(0, 960), (1680, 240), (4000, 100)]
    assert edits.reverse_notes(document, []) is document


def test_a_drawn_line_sets_velocities_under_it_only() -> None:
    document = song([0, 480, 960, 1920], 100, velocity=50)
    drawn = edits.draw_velocity(document, notes(document).id, [0, 960], [20, 120])
    assert notes(drawn).velocity.tolist() == [20, 70, 120, 50]
    loud = edits.draw_velocity(document, notes(document).id, [0, 4000], [0, 900])
    assert notes(loud).velocity.min() >= 1
    assert notes(loud).velocity.max() <= 127


def test_playing_gives_each_note_its_own_place_and_loudness() -> None:
    document = song([0, 960, 1920], 100)
    ids = notes(document).id[::-1]
    played = edits.set_playing(document, ids, [1930, 955, -7], [200, 60, 0])
    assert rows(played) == [(0, 100), (955, 100), (1930, 100)]
    assert notes(played).velocity.tolist() == [1, 60, 127]


def test_warping_carries_what_lies_between() -> None:
    document = song([0, 500, 1000, 3000], [500, 500, 1000, 10])
    warped = edits.warp_notes(document, notes(document).id, [0, 1000, 2000], [0, 960, 1920])
    assert rows(warped) == [(0, 480), (480, 480), (960, 960), (2880, 10)]


@given(st.lists(st.floats(0.3, 0.8), min_size=3, max_size=20), st.floats(0, 3))
@some
def test_played_beats_come_to_lie_on_quarters_and_may_sound_as_played(gaps, first) -> None:
    beats = first + np.cumsum([0.0, *gaps])
    tempo = TempoMap.constant(120)
    document = song(np.rint(tempo.ticks_at_seconds(beats)).astype(int), 200)
    fitted = edits.fit_to_beats(document, notes(document).id, beats)
    assert (np.abs(notes(fitted).start - np.rint(notes(fitted).start / 960) * 960) <= 1).all()
    assert (np.abs(np.diff(notes(fitted).start) - 960) <= 2).all()
    assert fitted.tempo == document.tempo
    followed = edits.fit_to_beats(document, notes(document).id, beats, follow=True)
    assert notes(followed) == notes(fitted)
    sound = followed.tempo.seconds(notes(followed).start)
    assert np.abs(np.diff(sound) - np.diff(beats)).max() < 0.004
    assert check(followed) == []


@given(documents(), st.lists(st.floats(0, 100), max_size=9), st.booleans())
@some
def test_any_beats_leave_a_valid_song(document, beats, follow) -> None:
    ids = np.arange(document.next_id)
    assert check(edits.fit_to_beats(document, ids, np.sort(beats), follow)) == []
