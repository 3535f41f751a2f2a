"""Walking around bars: what is proposed, what is said about it, and that the newest place wins."""

import pytest

from studio.app.arranging_clips import with_notes
from studio.app.changes import Change
from studio.app.exploring import Exploring, not_walkable, values_of
from studio.app.jobs import Jobs
from studio.app.session import Session
from studio.music.document import Document
from studio.music.notes import Notes
from tests.app.test_arranging import BAR, SHELF, song


@pytest.fixture
def window():
    calls, said = [], []
    jobs, session = Jobs(), Session(song(8))
    jobs.post = calls.append
    jobs.on_notice = lambda message, hint="": said.append(message)
    yield Exploring(SHELF, jobs, session), session, jobs, calls, said
    jobs.close()


def finish(jobs, calls):
    """Be the main thread until nothing is left to do."""
    while jobs.busy or calls:
        while calls:
            calls.pop(0)()


def walk(x, y, *sliders):
    return Change("walk", BAR, 3 * BAR, (1,), places=((x, y),), sliders=sliders)


def test_a_place_is_proposed_whole_with_its_attributes(window):
    exploring, session, jobs, calls, said = window
    told = []
    exploring.go(walk(1.5, -1), told.append)
    finish(jobs, calls)
    proposal = session.proposal
    assert not said and proposal and not proposal.writing and (proposal.start, proposal.end) == (BAR, 3 * BAR)
    part, notes = proposal.take.parts[0]
    assert part.track_id == 1 and len(notes)
    assert told == [values_of(session.document, 1, BAR, 3 * BAR, notes)]
    assert [name for name, _ in told[0]] == ["density", "syncopation", "register", "leaps"]


def test_of_the_places_that_wait_only_the_newest_is_made(window):
    exploring, session, jobs, calls, _ = window
    heard = []
    for k in range(6):
        exploring.go(walk(k / 2, 0), lambda _, k=k: heard.append(k))
    finish(jobs, calls)
    assert heard == [0, 5]
    assert '"places": [[2.5, 0]]' in session.proposal.take.provenance.request


def test_going_back_drops_what_was_proposed(window):
    exploring, session, jobs, calls, _ = window
    exploring.go(walk(1, 1))
    finish(jobs, calls)
    exploring.go(walk(2, 1))
    exploring.stay()
    finish(jobs, calls)
    assert session.proposal is None


def test_a_song_that_has_changed_meanwhile_gets_no_proposal(window):
    exploring, session, jobs, calls, _ = window
    exploring.go(walk(1, 1))
    session.commit("Another", song(9))
    finish(jobs, calls)
    assert session.proposal is None


def test_around_the_bars_are_their_values_and_named_axes(window):
    exploring, session, jobs, calls, _ = window
    found = []
    exploring.look(1, BAR, 3 * BAR, found.append)
    finish(jobs, calls)
    notes = session.document.track(1).notes.starting_between(BAR, 3 * BAR)
    values = dict(found[0].values)
    assert values["density"] == pytest.approx(len(notes) / 8) and values["register"] == pytest.approx(notes.pitch.mean())
    (across, _), (up, _) = found[0].compass
    assert across in values and up in values and across != up


def test_a_slider_reaches_the_notes(window):
    exploring, session, jobs, calls, _ = window
    made = []
    for amount in (-2.5, 2.5):
        exploring.go(walk(0, 0, ("register", amount)))
        finish(jobs, calls)
        made.append(session.proposal.take.parts[0][1].pitch.tolist())
    assert made[0] != made[1]


def test_why_bars_cannot_be_walked_around():
    document = song(8)
    assert not_walkable(document, 1, BAR, 3 * BAR) == ""
    assert "no notes" in not_walkable(document, 2, 90 * BAR, 91 * BAR)
    chords = Notes.of([0] * 3 + [960] * 3, 480, [60, 64, 67] * 2)
    blocks = Document(tracks=(with_notes(document.track(1), chords),), next_id=10_000)
    assert "chords" in not_walkable(blocks, 1, 0, BAR)
