import json
from dataclasses import replace

import numpy as np
import pytest

from studio.app.arranging import HARMONY, Arranging, arrange, checked, provenance_of
from studio.app.changes import Change
from studio.app.changing import request_of
from studio.app.generating import Generating, with_take
from studio.app.jobs import Jobs
from studio.app.session import Session
from studio.engines.api import Limits, Quiet
from studio.errors import StudioError
from studio.music.pitch import Key
from tests.arrangers import ArrangerShelf, tiny_arranger
from tests.writers import BEAT, song

BAR = 4 * BEAT
SHELF = ArrangerShelf()


def made(verb, document=None, **fields):
    change = Change(verb, **{"start": BAR, "end": 3 * BAR, "tracks": (1,), "seed": 3, **fields})
    return arrange(change, document or song(8), SHELF, Quiet())


def parts(proposal, take=0):
    return {part.name: notes for part, notes in proposal.takes[take].parts if len(notes)}


def test_bars_that_are_cut_into_are_meant_whole():
    change = checked(Change("fill", BAR + 5, 2 * BAR + 1, (1,)), song(8))
    assert (change.start, change.end) == (BAR, 3 * BAR)
    change = checked(Change("fill", BAR, BAR, (1,)), song(8))
    assert (change.start, change.end) == (BAR, 2 * BAR)


def test_filling_writes_into_the_track():
    proposal = made("fill", takes=2)
    assert (proposal.start, proposal.end, proposal.writing) == (BAR, 3 * BAR, False)
    assert set(parts(proposal)) == {"Melody"} and len(proposal.takes) == 2
    document = with_take(song(8), proposal)
    kept = document.track(1).notes
    outside = kept.select((kept.start < BAR) | (kept.start >= 3 * BAR))
    assert len(outside) == 24
    assert document.track(1).clip_at(BAR).take.provenance.engine == "arranger"


def test_accompanying_adds_tracks():
    document = with_take(song(8), made("accompany", new_parts=("Bass", "Chords"), tracks=()))
    assert [t.name for t in document.tracks] == ["Melody", "Kit", "Bass", "Chords"]
    assert set(parts(made("harmonise", tracks=()))) == set(HARMONY)


def test_lines_and_drums_are_varied_as_clips_and_chords_by_the_arranger():
    document = song(8)
    assert made("vary").takes[0].provenance.model == "tiny-lines"
    assert made("vary", tracks=(2,)).takes[0].provenance.model == "tiny-drums"
    tune = document.track(1)
    chords = tune.clips[0].with_notes(tune.notes.replace(start=tune.notes.start // BAR * BAR))
    chordal = document.with_track(replace(tune, clips=(chords,)))
    assert made("vary", chordal).takes[0].provenance.model == "tiny"
    assert made("vary", tracks=(1, 2)).takes[0].provenance.model == "tiny"


@pytest.mark.parametrize("verb", ["vary", "sample", "walk", "slide"])
def test_clips_stay_in_their_bars_and_key(verb):
    key = Key(0, "major")
    fields = {"places": ((1.0, 0.0),), "sliders": (("density", 1.0),), "key": key}
    for end in (3, 4):  # two bars and a lonely one
        notes = parts(made(verb, end=end * BAR, **fields))["Melody"]
        assert notes.start.min() >= BAR and notes.last_end <= end * BAR
        assert all(key.contains(int(p)) for p in notes.pitch)


def test_blends_are_steps_or_laid_out():
    document = song(8)
    proposal = made("blend", other=(1, 5 * BAR), takes=3)
    assert len(proposal.takes) == 3 and all(parts(proposal, k) for k in range(3))
    laid = made("blend", other=(1, 5 * BAR), takes=2, laid_out=True)
    assert (laid.start, laid.end, len(laid.takes)) == (3 * BAR, 7 * BAR, 1)
    notes = parts(laid)["Melody"]
    assert notes.start.min() >= 3 * BAR and notes.last_end <= 7 * BAR
    assert len(notes.starting_between(5 * BAR, 7 * BAR))
    assert document.note_count == song(8).note_count


def test_a_groove_moves_no_hit_to_another_sixteenth():
    notes = parts(made("groove", tracks=(2,)))["Kit"]
    before = song(8).track(2).notes.starting_between(BAR, 3 * BAR)
    assert np.array_equal(notes.pitch, before.pitch)
    assert np.abs(notes.start - before.start).max() <= 120


def test_drums_for_a_rhythm_are_a_new_part():
    document = with_take(song(8), made("drums", takes=2))
    assert document.tracks[-1].name == "Drums" and document.tracks[-1].drums


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"verb": "sing"}, "verb"),
        ({"takes": 0}, "takes"),
        ({"amount": 1.5}, "amount"),
        ({"tracks": (9,)}, "track"),
        ({"tracks": ()}, "track"),
        ({"verb": "accompany"}, "part"),
        ({"verb": "accompany", "new_parts": ("Kazoo",)}, "Kazoo"),
        ({"verb": "blend"}, "second"),
        ({"verb": "blend", "other": (2, 0)}, "Drums"),
        ({"verb": "blend", "other": (1, 40 * BAR)}, "second"),
        ({"verb": "groove"}, "drum"),
        ({"verb": "vary", "start": 40 * BAR, "end": 41 * BAR}, "no notes"),
        ({"verb": "drums", "start": 40 * BAR, "end": 41 * BAR}, "rhythm"),
        ({"verb": "walk", "tracks": (1, 2)}, "one track"),
        ({"verb": "vary", "limits": Limits(chord_notes="all")}, "chords"),
        ({"verb": "vary", "limits": Limits(grid=960, least=9)}, "do not fit"),
        ({"verb": "drums", "limits": Limits(high=60)}, "no pitch"),
        ({"verb": "groove", "tracks": (2,), "limits": Limits(grid=960)}, "keeps the hits"),
        ({"verb": "fill", "limits": Limits(chord_notes="all"), "chords": "H"}, "chords cannot be read"),
        ({"verb": "slide", "sliders": (("sweetness", 1.0),)}, "sweetness"),
    ],
)
def test_what_cannot_be_done_is_said(fields, word):
    with pytest.raises(StudioError, match=word):
        made(**{"verb": "fill", **fields})


def test_provenance_tells_everything():
    change = checked(Change("vary", BAR, 3 * BAR, (1,), key=Key(2, "dorian"), amount=0.3, seed=8), song(8))
    provenance = provenance_of(change, song(8), tiny_arranger().card)
    asked = json.loads(provenance.request)
    assert (asked["verb"], asked["amount"], asked["key"], asked["tracks"]) == ("vary", 0.3, "D dorian", [1])
    assert len(asked["context_sha256"]) == 64 and provenance.seed == 8 and provenance.weights_sha256
    assert request_of(change, song(8)).spare == 0.7


def test_the_same_change_makes_the_same_notes():
    for verb, fields in (("fill", {}), ("vary", {}), ("sample", {}), ("drums", {})):
        assert parts(made(verb, **fields)) == parts(made(verb, **fields))


@pytest.fixture
def window():
    calls, said = [], []
    jobs, session = Jobs(), Session(song(8))
    jobs.post = calls.append  # results wait until the test, as the main thread, runs them
    jobs.on_notice = lambda message, hint="": said.append(message)
    yield Arranging(SHELF, jobs, session), Generating(SHELF, jobs, session), session, (jobs, calls), said
    jobs.close()


def finish(jobs, calls):
    if running := jobs.running("write"):
        assert running.wait(60)
    jobs.close()
    while calls:
        calls.pop(0)()


def test_in_the_window_a_proposal_grows_and_is_kept(window):
    arranging, generating, session, background, said = window
    done = []
    arranging.make(Change("fill", BAR, 3 * BAR, (1,), seed=3), lambda: done.append(True))
    finish(*background)
    proposal = session.proposal
    assert done and not said and proposal and not proposal.writing
    assert proposal.takes[0].note_count
    part, notes = proposal.takes[0].parts[0]
    provenance, start, pitch = proposal.takes[0].provenance, int(notes.start[0]), int(notes.pitch[0])
    told = arranging.listening.of(provenance, start, pitch)
    assert told and told.to
    generating.keep()
    assert session.proposal is None and session.can_undo
    kept = session.document.track(1).clips
    assert any(arranging.listening.of(c.takes[c.active].provenance, start, pitch) == told for c in kept)
    session.undo()
    assert session.document.note_count == song(8).note_count


def test_in_the_window_what_cannot_be_done_is_a_notice(window):
    arranging, _, session, _, said = window
    arranging.make(Change("blend", BAR, 3 * BAR, (1,)))
    assert said and session.proposal is None
