from dataclasses import replace

import numpy as np
import pytest

from studio.app.arranging import checked
from studio.app.arranging_clips import clip_chunks, is_for_clips, is_line
from studio.app.changes import Change
from studio.app.limits_check import violations
from studio.engines.api import GenerateRequest, Limits, Part, Quiet
from studio.errors import Cancelled, StudioError
from studio.music.chords import chord_spans
from studio.music.document import Take, Track
from studio.music.notes import Notes
from tests.arrangers import ArrangerShelf
from tests.writers import BEAT, song

BAR = 4 * BEAT
QUIET = Quiet()


def chunks(verb, ctx=QUIET, **fields):
    change = Change(verb, **{"start": BAR, "end": 5 * BAR, "tracks": (1,), "seed": 3, **fields})
    card, made = clip_chunks(change, song(8), ArrangerShelf(), ctx)
    return card, list(made)


def test_one_voice_or_chords():
    assert is_line(Notes.of([0, 10, 20], 10, 60)) and is_line(Notes.empty())
    assert not is_line(Notes.of([0, 0, 0], 10, [60, 64, 67]))


def test_which_verbs_are_for_clips():
    document = song(8)
    assert is_for_clips(Change("walk", 0, BAR, (1,)), document) and is_for_clips(Change("vary", 0, BAR, (2,)), document)
    assert not is_for_clips(Change("fill", 0, BAR, (1,)), document)
    assert not is_for_clips(Change("vary", 0, BAR, (1, 2)), document)


def test_chunks_come_clip_by_clip():
    card, made = chunks("vary", takes=3)
    assert card.id == "tiny-lines" and len(made) == 6
    assert [c.take for c in made] == [0, 1, 2] * 2
    assert [c.written_to for c in made] == [3 * BAR] * 3 + [5 * BAR] * 3
    for chunk in made:
        for part, notes in chunk.notes:
            assert part.track_id == 1
            assert chunk.written_to - 2 * BAR <= notes.start.min() and notes.last_end <= chunk.written_to


def test_takes_do_not_mind_each_other():
    one, many = chunks("vary", takes=1)[1], [c for c in chunks("vary", takes=4)[1] if c.take == 0]
    for a, b in zip(one, many, strict=True):
        assert a.notes[0][1] == b.notes[0][1]


def test_a_blend_that_is_laid_out_follows_the_bars():
    _, made = chunks("blend", end=3 * BAR, other=(1, 5 * BAR), takes=2, laid_out=True)
    starts = np.concatenate([n.start for c in made for _, n in c.notes])
    assert {c.take for c in made} == {0} and starts.min() >= 3 * BAR and starts.max() < 7 * BAR


def test_drums_hear_all_tracks_asked_for():
    card, made = chunks("drums", tracks=(1, 2), takes=2)
    assert card.id == "tiny-drums" and {p.drums for c in made for p, _ in c.notes} == {True}


def test_other_metres_are_refused_in_the_second_clip():
    from studio.music.time import Meter, TimeSignature

    document = replace(song(8), meter=Meter((TimeSignature(0, 4, 4), TimeSignature(4 * BAR, 3, 4))))
    change = Change("blend", 0, 2 * BAR, (1,), other=(1, 4 * BAR))
    with pytest.raises(StudioError, match="metre"):
        clip_chunks(change, document, ArrangerShelf(), Quiet())


def test_it_stops_when_told():
    class Stop(Quiet):
        def progress(self, fraction, message=""):
            raise Cancelled

    with pytest.raises(Cancelled):
        chunks("vary", ctx=Stop())


def phrases(verb, bars=16, **fields):
    document = song(bars)
    change = Change(verb, **{"start": 0, "end": 16 * BAR, "tracks": (1,), "seed": 3, **fields})
    card, made = clip_chunks(change, document, ArrangerShelf(), QUIET)
    return card, list(made)


@pytest.mark.parametrize("verb", ["vary", "sample"])
def test_sixteen_bars_are_made_at_once(verb):
    card, made = phrases(verb, takes=2)
    assert card.id == "tiny-phrases" and [c.written_to for c in made] == [16 * BAR] * 2
    for chunk in made:
        ((_, notes),) = chunk.notes
        assert notes.start.min() < 2 * BAR and notes.start.max() >= 14 * BAR


def test_phrases_with_a_gap_are_made_two_bars_at_a_time():
    card, _ = phrases("vary", bars=13)
    assert card.id == "tiny-lines"


def test_a_phrase_is_blended_as_a_whole():
    card, made = phrases("blend", bars=32, other=(1, 16 * BAR), takes=2)
    assert card.id == "tiny-phrases" and [(c.take, c.written_to) for c in made] == [(0, 16 * BAR), (1, 16 * BAR)]


def test_the_map_and_the_sliders_are_those_of_two_bars():
    assert phrases("walk")[0].id == phrases("slide", sliders=(("density", 1.0),))[0].id == "tiny-lines"


LIMITS = (
    Limits(55, 79, leap=4, grid=480),
    Limits(leap=7, chord_notes="strong", least=2, most=5),
    Limits(chord_notes="all", grid=960, least=1),
    Limits(48, 72, polyphony=1, most=3),
)
ASKED = (
    ("vary", {"amount": 0.9, "takes": 2}),
    ("sample", {"takes": 2, "temperature": 2.0}),
    ("blend", {"other": (1, 5 * BAR), "takes": 3}),
    ("blend", {"other": (1, 5 * BAR), "takes": 3, "laid_out": True}),
    ("walk", {"places": ((1.0, -2.0), (0.0, 3.0)), "takes": 2}),
    ("slide", {"sliders": (("density", 2.0),), "takes": 2}),
)


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize(("verb", "fields"), ASKED)
@pytest.mark.parametrize("bars", [3, 16])
def test_lines_keep_all_limits_beside_locked_notes(verb, fields, limits, bars):
    change = Change(verb, BAR, (1 + bars) * BAR, (1,), limits=limits, chords="C F,G", seed=1, **fields)
    judge(change, locked_in(song(bars + 6), 0))


@pytest.mark.parametrize("limits", [Limits(grid=480, most=6), Limits(least=5, most=5), Limits(grid=960, least=10)])
@pytest.mark.parametrize(("verb", "fields"), [*ASKED[:3], ("drums", {"takes": 3}), ("slide", {"sliders": (("density", 2.0),)})])
def test_drums_keep_all_limits_beside_locked_notes(verb, fields, limits):
    fields = {**fields, "other": (2, 5 * BAR)} if "other" in fields else fields
    judge(Change(verb, BAR, 4 * BAR, (2,), limits=limits, seed=1, **fields), locked_in(song(10), 1))


def test_a_groove_leaves_locked_hits_alone():
    (take,) = judge(Change("groove", BAR, 4 * BAR, (2,)), locked_in(song(10), 1))
    assert sum(len(notes) for notes in take) == 12 - 3


def locked_in(document, place):
    """``document`` with three notes of a track's second bar and the one after locked."""
    notes = document.tracks[place].notes
    which = np.arange(len(notes))
    notes = replace(notes, id=which + 100, locked=(which >= 5) & (which < 8))
    clip = replace(document.tracks[place].clips[0], takes=(Take(notes),))
    tracks = [replace(t, clips=(clip,)) if k == place else t for k, t in enumerate(document.tracks)]
    return replace(document, tracks=tuple(tracks))


def judge(change, document):
    """The notes of each take, after the judge has found nothing broken."""
    change = checked(change, document)
    takes = [[] for _ in range(1 if change.laid_out else change.takes)]
    for chunk in clip_chunks(change, document, ArrangerShelf(), QUIET)[1]:
        takes[chunk.take] += [notes for _, notes in chunk.notes]
    start, end = change.region
    chords = chord_spans(change.chords, document.meter, start, end)
    request = GenerateRequest(document, start, end - start, key=change.key, limits=change.limits, chords=chords)
    track = Track(0, "Drums", drums=True) if change.verb == "drums" else document.track(change.tracks[0])
    part, inside = Part(track.name, track.program, track.drums), track.notes.starting_between(start, end)
    for columns in takes:
        written = Notes.concat(columns)
        assert len(written) and violations([(part, written)], request, [(part, inside.select(inside.locked))]) == {}
    return takes
