"""What a crash leaves behind, and how it comes back."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from studio.app import recovery as module
from studio.app.recovery import Recovery, bring_back, forget_lost, lost_songs, read_lost
from studio.app.session import Proposal, ProposedTake, Session
from studio.engines.api import Part
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Provenance, Track
from studio.music.notes import Notes


def song(title: str) -> Document:
    return edits.add_track(Document(title), Track(0, "A"))


def work(session: Session, steps: int) -> None:
    for k in range(steps):
        track = session.document.tracks[0].id
        session.commit(f"Draw {k}", edits.add_notes(session.document, track, Notes.of([k * 960], 480, 60 + k)))


@pytest.fixture
def crashed():
    """Starts recording a session; what it returns ends that as a crash does: nothing is forgotten."""
    running: list[Recovery] = []

    def start(session: Session) -> Recovery:
        made = Recovery()
        made.start(session)
        running.append(made)
        return made

    yield start
    for made in running:
        made.close()


def all_back() -> Session:
    """A new run that opens all that is there."""
    session = Session()
    for path in lost_songs():
        bring_back(session, *read_lost(path))
    return session


def history(session: Session, k: int = 0):
    found = [s for s in session.songs if not s.untouched][k]
    return [(s.name, s.document) for s in found.steps], found.at


def test_after_a_crash_every_song_comes_back_with_its_undo_list(crashed):
    session = Session(song("one"))
    first = crashed(session)
    work(session, 5)
    session.undo()
    session.undo()
    expected = [(s.name, s.document) for s in session.song.steps], 3
    session.add(song("two"))
    work(session, 2)
    second = [(s.name, s.document) for s in session.song.steps], 2
    assert first.sync(5.0)
    first.close()
    again = Recovery()
    again.start(Session())
    assert again.left_behind and len(lost_songs()) == 2
    back = all_back()
    assert history(back, 0) == expected and history(back, 1) == second
    assert back.can_undo and back.dirty
    again.close(forget=True)


def test_a_clean_end_leaves_nothing_behind(crashed, home: Path):
    session = Session(song("one"))
    running = crashed(session)
    work(session, 2)
    running.close(forget=True)
    again = crashed(Session())
    assert not again.left_behind and lost_songs() == []


def test_a_song_that_was_not_touched_or_was_closed_needs_no_copy(crashed):
    session = Session(song("one"))
    running = crashed(session)
    session.undo()
    session.add(song("two"))
    work(session, 1)
    session.close(session.song)
    running.close()
    assert not crashed(Session()).left_behind


def test_a_running_studio_keeps_its_songs_when_another_one_starts(crashed):
    session = Session(song("one"))
    running = crashed(session)
    work(session, 1)
    assert running.sync(5.0)
    assert not crashed(Session()).left_behind
    work(session, 1)
    running.close()
    assert crashed(Session()).left_behind
    assert len(history(all_back())[0]) == 3


def test_takes_that_were_not_decided_on_come_back(crashed):
    session = Session(song("one"))
    running = crashed(session)
    notes = Notes.of([0, 960], 900, [60, 64])
    part = Part("New", 24, track_id=None)
    takes = tuple(ProposedTake(((part, notes),), 3840, Provenance("generated", seed=k)) for k in range(2))
    session.propose(Proposal(0, 3840, takes, writing=True, id=7))
    session.propose(Proposal(0, 3840, takes, active=1, tempo=84.0))
    running.close()
    crashed(Session())
    back = all_back()
    assert back.proposal == Proposal(0, 3840, takes, active=1, tempo=84.0)
    back.propose(None)


def test_dropped_takes_do_not_come_back(crashed):
    session = Session(song("one"))
    running = crashed(session)
    session.propose(Proposal(0, 3840, (ProposedTake(written_to=3840),)))
    session.propose(None)
    running.close()
    crashed(Session())
    assert all_back().proposal is None


def test_where_a_song_lies_and_what_was_saved_is_known_again(crashed, tmp_path):
    session = Session(song("one"))
    running = crashed(session)
    work(session, 2)
    session.saved(session.committed, tmp_path / "one.studio")
    work(session, 1)
    running.close()
    crashed(Session())
    back = all_back()
    assert back.path == tmp_path / "one.studio" and back.dirty
    back.undo()
    assert not back.dirty


def test_a_long_journal_is_written_anew_and_tells_the_same(crashed, monkeypatch):
    monkeypatch.setattr(module, "_COMPACT_BYTES", 2_000)
    session = Session(song("one"))
    running = crashed(session)
    work(session, 60)
    for k in range(300):
        session.go_to(3 + k % 5)
        work(session, 1)
    expected = [(s.name, s.document) for s in session.song.steps], session.position
    running.close()
    crashed(Session())
    assert lost_songs()[0].stat().st_size < 20_000
    assert history(all_back()) == expected


def test_the_limit_of_the_history_holds_in_the_journal(crashed, monkeypatch):
    monkeypatch.setattr(module, "HISTORY_LIMIT", 4)
    monkeypatch.setattr("studio.app.session.HISTORY_LIMIT", 4)
    session = Session(song("one"))
    running = crashed(session)
    work(session, 9)
    expected = [(s.name, s.document) for s in session.song.steps], 3
    running.close()
    crashed(Session())
    assert history(all_back()) == expected


def test_a_disk_that_refuses_is_told_once_and_work_goes_on(crashed, monkeypatch):
    told: list[str] = []
    session = Session(song("one"))
    running = Recovery(told.append)
    running.start(session)
    work(session, 1)
    assert running.sync(5.0)
    file = next(iter(running._files.values()))

    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

        def close(self):
            """Nothing is open."""

    file._stream.close()
    file._stream = Full()
    work(session, 3)
    running.close(forget=True)
    assert told == ["This song cannot be kept for recovery: No space left on device. Save it often."]
    assert len(session.steps) == 5


def test_damage_is_a_sentence_and_what_is_given_up_is_gone(crashed):
    session = Session(song("one"))
    running = crashed(session)
    work(session, 1)
    running.close()
    crashed(Session())
    path = lost_songs()[0]
    path.write_bytes(b"nothing")
    with pytest.raises(StudioError, match="damaged"):
        read_lost(path)
    forget_lost()
    assert lost_songs() == []
    with pytest.raises(StudioError):
        read_lost(path)


def test_takes_that_cannot_be_read_cost_only_themselves(crashed, monkeypatch):
    session = Session(song("one"))
    running = crashed(session)
    work(session, 1)
    monkeypatch.setattr(module, "record_of_proposal", lambda p: ({"kind": "takes", "takes": [{}]}, Notes.empty().columns()))
    session.propose(Proposal(0, 3840, (ProposedTake(written_to=3840),)))
    running.close()
    crashed(Session())
    journal, proposal = read_lost(lost_songs()[0])
    assert proposal is None and len(journal.steps) == 2
    assert replace(journal, takes=None).at == 1


def test_a_gesture_waits_until_the_one_before_it_is_written(crashed, monkeypatch):
    """However slow the disk: only the last gesture may be missing."""
    session = Session(song("one"))
    running = crashed(session)
    work(session, 1)
    assert running.sync(5.0)
    file, write = next(iter(running._files.values())), module._SongFile.step
    written: list[str] = []

    def slowly(self, step):
        time.sleep(0.05)
        write(self, step)
        written.append(step.name)

    monkeypatch.setattr(module._SongFile, "step", slowly)
    for k in range(4):
        session.commit(f"Edit {k}", Document(str(k)))
        assert len(written) >= k
    assert file is next(iter(running._files.values()))


def test_a_home_that_takes_nothing_is_told_and_work_goes_on(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("STUDIO_HOME", str(home / "file"))
    told: list[str] = []
    session = Session(song("one"))
    running = Recovery(told.append)
    running.start(session)
    work(session, 2)
    running.close(forget=True)
    assert told == ["Songs cannot be kept for recovery: Not a directory. Save them often."]
    assert len(session.steps) == 3 and not running.left_behind
