from dataclasses import replace

from studio.app import session as module
from studio.app.session import Proposal, ProposedTake, Session
from studio.engines.api import Chunk, Part
from studio.music.document import Document
from studio.music.notes import Notes


def titled(title: str) -> Document:
    return Document(title=title)


def test_one_gesture_is_one_step():
    session = Session(titled("a"))
    for title in "bcd":
        session.preview(titled(title))
    assert session.steps == ("Open",)
    session.commit("Rename")
    assert session.steps == ("Open", "Rename") and session.document.title == "d"


def test_cancel_brings_the_committed_document_back():
    session = Session(titled("a"))
    before = session.document
    session.preview(titled("b"))
    session.cancel()
    assert session.document is before and not session.can_undo


def test_undo_and_redo_bring_back_the_identical_documents():
    session = Session(titled("a"))
    for title in "bc":
        session.commit(title, titled(title))
    newest = session.document
    session.undo()
    assert session.document.title == "b" and session.can_redo
    session.redo()
    assert session.document is newest
    session.undo()
    session.commit("other", titled("x"))
    assert session.steps == ("Open", "b", "other") and not session.can_redo


def test_a_commit_without_a_change_is_no_step():
    session = Session(titled("a"))
    session.commit("Nothing", session.document)
    assert session.steps == ("Open",)


def test_undo_at_the_start_and_redo_at_the_end_do_nothing():
    session = Session(titled("a"))
    session.undo()
    session.redo()
    assert session.document.title == "a"


def test_the_history_is_limited(monkeypatch):
    monkeypatch.setattr(module, "HISTORY_LIMIT", 3)
    session = Session(titled("a"))
    for title in "bcde":
        session.commit(title, titled(title))
    assert session.steps == ("c", "d", "e") and session.document.title == "e"


def test_dirty_until_saved_and_clean_again_after_undo(tmp_path):
    session = Session(titled("a"))
    assert not session.dirty
    session.commit("b", titled("b"))
    assert session.dirty
    session.undo()
    assert not session.dirty
    session.redo()
    session.saved(session.document, tmp_path / "x.studio")
    assert not session.dirty and session.path == tmp_path / "x.studio"


def test_subscribers_hear_of_every_change_until_they_leave():
    session = Session()
    calls = []
    leave = session.subscribe(lambda: calls.append(1))
    session.commit("x", titled("x"))
    session.propose(Proposal(0, 960, (ProposedTake(),)))
    assert len(calls) == 2
    leave()
    session.undo()
    assert len(calls) == 2


def test_chunks_join_their_take_and_part():
    flute, bass = Part("Flute", 73), Part("Bass", 32)
    proposal = Proposal(0, 3840, (ProposedTake(), ProposedTake()))
    proposal = proposal.with_chunk(Chunk(1, ((flute, Notes.of([0], 480, 72)), (bass, Notes.of([0], 960, 40))), 480))
    proposal = proposal.with_chunk(Chunk(1, ((flute, Notes.of([480], 480, 74)),), 960))
    assert proposal.takes[0].note_count == 0
    written = dict(proposal.takes[1].parts)
    assert written[flute].pitch.tolist() == [72, 74] and len(written[bass]) == 1
    assert proposal.takes[1].written_to == 960
    assert replace(proposal, active=1).take.note_count == 3
