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


class Log:
    """A recorder that writes down what it is told."""

    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda song, *step: self.told.append((name, song.id, *(s.name for s in step)))


def test_several_songs_keep_their_histories_apart():
    session = Session(titled("a"))
    first = session.song
    session.commit("Rename", titled("b"))
    second = session.add(titled("x"))
    assert session.songs == (first, second) and session.steps == ("Open",) and not session.dirty
    session.commit("Edit", titled("y"))
    session.undo()
    session.switch(first)
    assert session.document.title == "b" and session.can_undo and not session.can_redo and session.dirty
    session.commit("Later", titled("z"), song=second)
    assert session.document.title == "b" and [s.name for s in second.steps] == ["Open", "Later"]


def test_a_song_that_nobody_would_miss_is_replaced_and_others_are_not():
    session = Session()
    opened = session.add(titled("a"))
    assert session.songs == (opened,)
    session.commit("Edit", titled("b"))
    added = session.add(titled("c"))
    assert session.songs == (opened, added)


def test_switching_cancels_a_gesture_that_lasts():
    session = Session(titled("a"))
    first = session.song
    session.commit("Edit", titled("b"))
    second = session.add(titled("x"))
    session.preview(titled("half"))
    session.switch(first)
    assert second.shown is second.committed and second.shown.title == "x"


def test_closing_a_song_leaves_the_others_and_the_last_an_empty_one():
    session = Session(titled("a"))
    session.commit("Edit", titled("b"))
    first = session.song
    second = session.add(titled("x"))
    session.close(second)
    assert session.songs == (first,) and session.document.title == "b"
    session.close(first)
    assert len(session.songs) == 1 and session.song.untouched
    session.close(first)  # it is gone already
    assert len(session.songs) == 1


def test_a_recorder_hears_of_every_step_of_every_song():
    session, log = Session(titled("a")), Log()
    session.record(log)
    session.commit("Edit", titled("b"))
    session.preview(titled("c"))
    session.cancel()
    session.undo()
    session.undo()
    session.saved(session.document, None)
    session.open(titled("d"))
    assert log.told == [("opened", 1), ("stepped", 1, "Edit"), ("moved", 1), ("saved", 1), ("opened", 2), ("closed", 1)]


def test_a_song_comes_back_with_its_history():
    session = Session()
    steps = [module.Step("Open", titled("a")), module.Step("Edit", titled("b")), module.Step("More", titled("c"))]
    session.bring_back(steps, 1, saved=0)
    assert session.document.title == "b" and session.dirty and session.can_redo
    session.undo()
    assert not session.dirty
