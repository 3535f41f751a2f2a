"""What was played becomes a take, and nothing that was there is lost."""

from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import SUSTAIN, Controls, Notes
from tests.documents import controls, documents, notes_in, some

BAR = 3840


def song() -> Document:
    notes = Notes.of([0, BAR, 2 * BAR], 960, [60, 62, 64], locked=[False, True, False], id=[3, 4, 5])
    pedal = Controls.of([0, BAR + 10, 2 * BAR], SUSTAIN, [127, 0, 127])
    return Document(tracks=(Track(1, clips=(Clip(2, 0, 3 * BAR, (Take(notes),)),), controls=pedal),), next_id=6)


def sounding(document: Document) -> list[tuple[int, int]]:
    n = document.tracks[0].notes
    return list(zip(n.start.tolist(), n.pitch.tolist(), strict=True))


PLAYED = (Notes.of([BAR + 100], 300, [72]), Controls.of([BAR + 90, BAR + 500], SUSTAIN, [100, 0]))


def test_replace_keeps_what_was_there_as_an_older_take_and_locked_notes_sounding() -> None:
    done = edits.record(song(), 1, [PLAYED])
    assert sounding(done) == [(0, 60), (BAR, 62), (BAR + 100, 72), (2 * BAR, 64)]
    clip = done.tracks[0].clips[1]
    assert (clip.start, clip.length) == (BAR, BAR)
    assert [t.provenance.kind for t in clip.takes] == ["drawn", "played"]
    assert clip.take.name == "Played"
    assert done.tracks[0].controls == Controls.of([0, BAR + 90, BAR + 500, 2 * BAR], SUSTAIN, [127, 100, 0, 127])


def test_overdub_adds() -> None:
    done = edits.record(song(), 1, [PLAYED, (Notes.of([BAR + 200], 300, [74]), Controls.empty())], overdub=True)
    assert sounding(done) == [(0, 60), (BAR, 62), (BAR + 100, 72), (BAR + 200, 74), (2 * BAR, 64)]
    assert len(done.tracks[0].controls) == 5


def test_every_pass_is_a_take_and_the_last_one_sounds() -> None:
    passes = [(Notes.of([10], 100, [p]), Controls.empty()) for p in (70, 71, 72)]
    done = edits.record(Document(tracks=(Track(1),), next_id=2), 1, passes)
    (clip,) = done.tracks[0].clips
    assert (clip.start, clip.length, clip.active) == (0, BAR, 2)
    assert [int(t.notes.pitch[0]) for t in clip.takes] == [70, 71, 72]
    assert [t.name for t in clip.takes] == ["Played, pass 1", "Played, pass 2", "Played, pass 3"]


def test_nothing_played_is_nothing_done() -> None:
    before = song()
    assert edits.record(before, 1, [(Notes.empty(), Controls.empty())]) is before


@some
@given(documents().filter(lambda d: d.tracks), st.lists(st.tuples(notes_in(20_000), controls()), max_size=3), st.booleans())
def test_any_recording_leaves_a_valid_song(document, passes, overdub) -> None:
    done = edits.record(document, document.tracks[0].id, passes, overdub=overdub)
    assert check(done) == []
    new = {(s, p) for notes, _ in (passes if overdub else passes[-1:]) for s, p in zip(notes.start, notes.pitch, strict=True)}
    assert new <= set(zip(done.tracks[0].notes.start, done.tracks[0].notes.pitch, strict=True))
