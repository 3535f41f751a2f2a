import json
from dataclasses import replace

import numpy as np
import pytest

from studio.app.form_plan import wishes_of
from studio.app.generating import (
    Generating,
    Order,
    compose,
    context_hash,
    provenance_of,
    request_of,
    style_named,
    usual_tempo,
    with_take,
)
from studio.app.jobs import Jobs
from studio.app.session import Proposal, ProposedTake, Session
from studio.engines.api import Chunk, Limits, Part, Quiet, Turn, Wishes
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Provenance, Take, Track
from studio.music.form import Form
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.music.time import Meter, TimeSignature
from tests.fakes import OneNoteABar

BAR = 3840


class Slow(OneNoteABar):
    """Knows one style, and it is not of the usual tempo."""

    def tempo(self, style):
        return 84.0


class FakeShelf:
    def generator(self, model=""):
        return Slow()


def song(bars=2):
    notes = Notes.of(np.arange(bars) * BAR, BAR // 4, 60).with_ids_from(10)
    clip = Clip(2, 0, bars * BAR, (Take(notes),))
    return Document(tracks=(Track(1, "Flute", program=73, clips=(clip,)),), next_id=100)


def test_going_on_starts_at_the_bar_line_after_the_last_note():
    request = request_of(Order(bars=4), song(2))
    assert (request.start, request.length) == (2 * BAR - 3 * BAR // 4 + 3 * BAR // 4, 4 * BAR)
    assert request.context.note_count == 2


def test_bars_follow_the_metre():
    document = replace(song(2), meter=Meter((TimeSignature(0, 4, 4), TimeSignature(2 * BAR, 3, 4))))
    assert request_of(Order(bars=2), document).length == 2 * 3 * 960


def test_writing_new_does_not_listen_to_the_song():
    request = request_of(Order(verb="new", bars=1), song(), tracks=(1,))
    assert request.context.note_count == 0 and request.tracks == () and request.start == 2 * BAR


@pytest.mark.parametrize("bad", [dict(bars=0), dict(takes=99), dict(temperature=0.0), dict(top_p=1.5), dict(bars=10**6)])
def test_an_order_that_cannot_be_met_is_refused_with_a_sentence(bad):
    with pytest.raises(StudioError) as refused:
        request_of(Order(**bad), song())
    assert refused.value.message.endswith(".") and refused.value.hint.endswith(".")


def test_composing_twice_gives_the_same_and_says_how():
    order = Order(bars=3, takes=2, seed=5, key=Key.parse("D minor"))
    first = compose(order, song(), OneNoteABar(), Quiet())
    second = compose(order, song(), OneNoteABar(), Quiet())
    for a, b in zip(first.takes, second.takes, strict=True):
        assert a.parts[0][1] == b.parts[0][1]
    asked = json.loads(first.takes[0].provenance.request)
    assert asked["key"] == "D minor" and asked["context_sha256"] == context_hash(song())
    assert first.takes[0].provenance.weights_sha256 == "ab" * 32 and not first.writing


def test_the_context_hash_sees_every_note():
    document = song()
    clip = document.tracks[0].clips[0]
    louder = document.with_track(replace(document.tracks[0], clips=(clip.with_notes(clip.notes.replace(velocity=81)),)))
    assert context_hash(louder) != context_hash(document)


@pytest.fixture
def made():
    calls, jobs, session = [], Jobs(), Session(song())
    jobs.post = calls.append  # results wait until the test, as the main thread, runs them
    yield Generating(FakeShelf(), jobs, session), jobs, session, calls
    jobs.close()


def run(calls):
    while calls:
        calls.pop(0)()


def test_a_take_is_written_heard_and_kept_in_one_step(made):
    generating, jobs, session, calls = made
    generating.write(Order(bars=4, takes=3, seed=1))
    jobs.running("write") and jobs.running("write").wait(10)
    jobs.close()
    run(calls)
    proposal = session.proposal
    assert not proposal.writing and [t.note_count for t in proposal.takes] == [4, 4, 4]
    assert session.document.note_count == 2 and not session.can_undo
    generating.show(2)
    assert with_take(session.document, session.proposal).note_count == 6
    generating.keep()
    assert session.proposal is None and session.steps == ("Open", "Keep take")
    assert session.document.tracks[-1].notes.pitch[-1] == proposal.takes[2].parts[0][1].pitch[-1]
    session.undo()
    assert session.document.note_count == 2


def test_dropping_takes_ends_with_no_proposal(made):
    generating, jobs, session, calls = made
    generating.write(Order(bars=1, takes=2))
    jobs.running("write") and jobs.running("write").wait(10)
    jobs.close()
    run(calls)
    generating.show(1)
    last = session.proposal.takes[1]
    generating.drop(0)
    assert session.proposal.takes == (last,) and session.proposal.active == 0
    generating.drop(0)
    assert session.proposal is None and not session.can_undo


def test_dropping_everything_while_it_is_written_leaves_nothing_behind(made):
    generating, jobs, session, calls = made
    generating.write(Order(bars=500, takes=1))
    while not (session.proposal and session.proposal.take.note_count):
        run(calls)
    generating.drop()
    jobs.close()
    run(calls)
    assert session.proposal is None


def test_cancelling_keeps_what_was_written(made):
    generating, jobs, session, calls = made
    generating.write(Order(bars=1_000, takes=1))
    while not (session.proposal and session.proposal.take.note_count):
        run(calls)
    generating.cancel()
    jobs.close()
    run(calls)
    assert session.proposal is None or not session.proposal.writing


def test_a_refused_order_becomes_a_notice(made):
    generating, jobs, session, calls = made
    told = []
    jobs.on_notice = lambda message, hint: told.append(message)
    generating.write(Order(bars=0))
    assert told == ["0 bars cannot be written."] and session.proposal is None


def wait_and_run(jobs, calls):
    if running := jobs.running("write"):
        assert running.wait(10)
    while jobs.running("write"):
        pass
    run(calls)


def test_an_empty_song_takes_the_tempo_of_the_style_when_the_take_is_kept(made):
    generating, jobs, session, calls = made
    session.open(Document())
    generating.write(Order(verb="new", bars=2))
    wait_and_run(jobs, calls)
    assert session.document.tempo.at(0).bpm == 120
    assert with_take(session.document, session.proposal).tempo.at(0).bpm == pytest.approx(84, abs=0.01)
    generating.keep()
    assert session.document.tempo.at(0).bpm == pytest.approx(84, abs=0.01)
    assert session.steps == ("Open", "Keep take")


def test_a_tempo_that_somebody_chose_stays(made):
    generating, jobs, session, calls = made
    session.open(edits.set_tempo(Document(), 0, 99.0))
    generating.write(Order(verb="new", bars=2))
    wait_and_run(jobs, calls)
    generating.keep()
    assert session.document.tempo.at(0).bpm == pytest.approx(99, abs=0.01)
    generating.write(Order(verb="new", bars=2))
    wait_and_run(jobs, calls)
    assert session.proposal.tempo is None


def test_what_is_written_for_one_song_never_reaches_another(made):
    generating, jobs, session, calls = made
    first = session.song
    generating.write(Order(bars=3))
    second = session.add(song(4))
    wait_and_run(jobs, calls)
    assert session.song is second and session.proposal is None and not session.can_undo
    assert first.proposal is not None and first.proposal.take.note_count == 3
    session.switch(first)
    generating.keep()
    assert session.document.note_count == 5 and second.committed.note_count == 4


def test_dropping_takes_of_one_song_lets_the_network_write_on_for_the_other(made):
    generating, jobs, session, calls = made
    generating.write(Order(bars=2))
    wait_and_run(jobs, calls)
    first, second = session.song, session.add(song(4))
    generating.write(Order(bars=50))
    session.switch(first)
    generating.drop()
    wait_and_run(jobs, calls)
    assert first.proposal is None and second.proposal.take.note_count == 50


def test_chords_are_a_bar_each_over_and_over():
    request = request_of(Order(verb="new", bars=3, chords="C Am,F"), song(), at=0)
    assert [(c.start, c.end, str(c.chord)) for c in request.chords] == [
        (0, 3840, "C"), (3840, 5760, "Am"), (5760, 7680, "F"), (7680, 11520, "C"),
    ]  # fmt: skip
    after = request_of(Order(bars=2, chords="G"), song(2))
    assert [(c.start, c.end) for c in after.chords] == [(7680, 11520), (11520, 15360)]
    assert request_of(Order(bars=2), song()).chords == ()
    with pytest.raises(StudioError, match="cannot be read"):
        request_of(Order(bars=2, chords="C Hm"), song())


def test_wishes_and_limits_reach_the_request_and_the_provenance():
    order = Order(bars=1, wishes=Wishes(density=0.2), limits=Limits(leap=5), chords="C")
    request = request_of(order, song())
    assert request.wishes.density == 0.2 and request.limits.leap == 5
    asked = json.loads(provenance_of(request, order, OneNoteABar()).request)
    assert asked["wishes"]["density"] == 0.2 and asked["limits"]["leap"] == 5 and asked["chords"] == "C"


def proposed(verb: str, written_to: int) -> Proposal:
    """A piece for the song's own instrument and a tuba, written for four bars so far as told."""
    notes = Notes.of([BAR, 2 * BAR, 3 * BAR], 960, 60)
    parts = ((Part("Lead", 73), notes), (Part("Tuba", 58), notes))
    provenance = Provenance("generated", request=f'{{"verb": "{verb}"}}')
    return Proposal(BAR, 5 * BAR, (ProposedTake(parts, written_to, provenance),), writing=True)


def test_kept_while_it_is_written_the_clip_is_what_there_is_so_far(made):
    generating, _, session, _ = made
    session.propose(proposed("continue", 2 * BAR + 100))
    generating.keep()
    assert session.document.tracks[-1].end == 3 * BAR
    assert session.document.tracks[-1].notes.start.tolist() == [BAR, 2 * BAR]
    session.propose(proposed("continue", BAR))
    generating.keep()
    assert session.steps == ("Open", "Keep take"), "nothing is written yet"


@pytest.mark.parametrize(("verb", "match", "tracks"), [("new", True, 1), ("new", False, 2), ("continue", True, 2)])
def test_a_new_piece_goes_to_tracks_that_play_the_same(made, verb, match, tracks):
    generating, _, session, _ = made
    generating.match_tracks = match
    before = len(session.document.tracks)
    session.propose(proposed(verb, 5 * BAR))
    generating.keep()
    assert len(session.document.tracks) == before + tracks


def test_a_mixture_of_styles_is_asked_for_and_has_a_tempo_between():
    order = Order(style="plain", second_style="Fancy", second_share=0.25)
    request = request_of(order, Document())
    assert (request.style, request.second_style, request.second_share) == ("plain", "Fancy", 0.25)

    class Tempos(Slow):
        def tempo(self, style):
            return {"plain": 100.0, "Fancy": 80.0}[style]

    assert usual_tempo(order, Tempos()) == 95
    assert usual_tempo(replace(order, second_style="", second_share=0.0), Tempos()) == 100
    assert style_named(order) == "plain:0.75 Fancy:0.25" and style_named(Order(style="plain")) == "plain"


def test_a_form_goes_into_the_sections_that_wait_for_it():
    laid = edits.lay_form(song(2), Form.parse("A2 B2"), 6 * BAR, 10 * BAR)
    assert request_of(Order("new", form="A2 B2"), laid).start == 6 * BAR
    assert request_of(Order("new", form="A2 A2"), laid).start == 2 * BAR


def test_whoever_steers_is_followed_in_a_form_too(made):
    _, jobs, session, calls = made
    asked, wild = [], Wishes(energy=0.9)

    class Followed(Slow):
        def generate(self, request, ctx):
            asked.append((request.wishes, ctx.wishes))
            generating.steer(wild)
            track = request.context.tracks[0]
            part = Part(track.name, track.program, track.drums, track.id)
            yield Chunk(0, ((part, Notes.of([request.start], BAR, 60)),), request.end)

    class Shelf:
        cards = ()

        def generator(self, model=""):
            return Followed()

    generating = Generating(Shelf(), jobs, session)
    generating.write(Order("new", "folk", form="A2 B2", wishes=Wishes(energy=0.2)))
    wait_and_run(jobs, calls)
    form = Form.parse("A2 B2")
    assert asked[0] == (wishes_of(form, 0, Wishes(energy=0.2)), None)
    assert asked[1] == (wishes_of(form, 1, wild), wishes_of(form, 1, wild))
    assert session.proposal.take.note_count == 2 and session.proposal.take.turns == (Turn(2 * BAR, wild),)
