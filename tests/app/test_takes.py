"""The takes of a clip: trying them costs nothing, and what is heard is what is there."""

import pytest

from studio.app.session import Session
from studio.app.takes import CHOOSE, ClipTakes, origin_of
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Provenance, Take, Track
from studio.music.notes import Notes

BAR = 3840


@pytest.fixture
def session() -> Session:
    takes = tuple(Take(Notes.of([0], 960, [60 + k], id=[10 + k])) for k in range(3))
    other = Clip(3, BAR, BAR, (Take(), Take()))
    return Session(Document(tracks=(Track(1, clips=(Clip(2, 0, BAR, takes), other)),), next_id=50))


def active(session: Session, clip: int = 2) -> int:
    return edits.find_clip(session.document, clip)[1].active


def test_trying_takes_is_one_step_and_coming_back_none(session: Session) -> None:
    takes, before = ClipTakes(session), session.document
    for wanted in (1, 2, 1):
        takes.choose(2, wanted)
        assert active(session) == wanted
        assert session.steps == ("Open", CHOOSE)
    takes.choose(2, 0)
    assert session.document is before and session.position == 0
    takes.choose(2, 2)
    takes.choose(3, 1)
    assert session.steps == ("Open", CHOOSE, CHOOSE), "another clip's is another step"


def test_what_was_done_since_stays(session: Session) -> None:
    takes = ClipTakes(session)
    takes.choose(2, 1)
    session.commit("Louder", edits.set_velocity(session.committed, [11], 99))
    takes.choose(2, 2)
    assert session.steps == ("Open", CHOOSE, "Louder", CHOOSE)
    takes.choose(2, 1)
    assert session.steps[-1] in ("Louder", CHOOSE) and int(session.document.tracks[0].notes.velocity[0]) == 99


def test_a_and_b(session: Session) -> None:
    takes = ClipTakes(session)
    heard = []
    takes.other(2)
    for _ in range(3):
        heard.append(active(session))
        takes.other(2)
    assert heard == [1, 0, 1]
    takes.choose(2, 2)
    takes.other(2)
    takes.other(2)
    assert active(session) == 2


def test_drop_rename_and_keep_as_a_clip(session: Session) -> None:
    takes = ClipTakes(session)
    takes.rename(2, 1, "Better")
    takes.keep_as_clip(2, 1)
    track = session.document.tracks[0]
    assert [(c.start // BAR, c.name) for c in track.clips] == [(0, ""), (1, ""), (2, "Better")]
    takes.drop(2, 0)
    takes.drop(2, 0)
    with pytest.raises(StudioError, match="only take"):
        takes.drop(2, 0)
    assert session.steps == ("Open", "Rename take", "Take to a clip", "Drop take", "Drop take")


def test_clips_that_are_not_there_are_no_fault(session: Session) -> None:
    takes = ClipTakes(session)
    for call in (takes.choose, takes.drop, takes.keep_as_clip):
        call(77, 0)
    takes.choose(2, 9)
    takes.other(77)
    takes.rename(77, 0, "x")
    assert session.steps == ("Open",)


def test_origin() -> None:
    assert [origin_of(Provenance(k)) for k in ("drawn", "generated", "played", "?")] == ["drawn", "written", "played", ""]
