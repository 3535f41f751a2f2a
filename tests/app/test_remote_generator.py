from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from studio.app.arranging import arrange
from studio.app.changes import Change
from studio.app.remote_generator import RemoteGenerator
from studio.app.shelf import Shelf
from studio.app.wheel import Wheel
from studio.engines.api import GenerateRequest, Generator, Quiet, Wishes
from studio.errors import Cancelled, StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes

BAR = 3840
REQUEST = GenerateRequest(Document(), 0, 2 * BAR, style="folk", seed=5, takes=2)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf("cpu", apart=RemoteGenerator)
    yield made
    made.close()


def written(generator: Generator, request: GenerateRequest) -> list[tuple[object, ...]]:
    notes = []
    for chunk in generator.generate(request, Quiet()):
        for part, n in chunk.notes:
            notes += [(chunk.take, part, *row) for row in zip(n.start, n.duration, n.pitch, n.velocity, strict=True)]
    return notes


def test_it_writes_what_the_engine_writes_here(shelf):
    remote, here = shelf.generator(), Shelf("cpu").generator()
    assert isinstance(remote, RemoteGenerator) and isinstance(remote, Generator)
    assert remote.styles == here.styles and remote.card == here.card
    assert [remote.tempo(s) for s in (*remote.styles, "", "polka")] == [here.tempo(s) for s in (*here.styles, "", "polka")]
    assert written(remote, REQUEST) == written(here, REQUEST) != []


def test_cancelling_ends_it_and_the_next_order_is_written(shelf):
    remote = shelf.generator()

    class Stopping(Quiet):
        looked = 0

        def progress(self, fraction: float, message: str = "") -> None:
            self.looked += 1
            if self.looked > 3:
                raise Cancelled

    long = GenerateRequest(Document(), 0, 1000 * BAR, style="folk")
    with pytest.raises(Cancelled):
        list(remote.generate(long, Stopping()))
    assert written(remote, REQUEST), "the other process goes on with what nobody wants"


def test_whoever_stops_listening_cancels_too(shelf):
    remote = shelf.generator()
    next(iter(remote.generate(GenerateRequest(Document(), 0, 1000 * BAR, style="folk"), Quiet())))
    assert written(remote, REQUEST)


def test_a_process_that_dies_is_told_of_and_the_next_order_starts_another(shelf):
    remote = shelf.generator()
    chunks = remote.generate(GenerateRequest(Document(), 0, 1000 * BAR, style="folk"), Quiet())
    next(chunks)
    remote._child._process.kill()
    with pytest.raises(StudioError, match="stopped while it was writing"):
        list(chunks)
    assert written(remote, REQUEST)


def test_what_the_engine_refuses_is_refused_here_with_the_same_sentence(monkeypatch, tmp_path):
    remote = RemoteGenerator(print)
    try:
        with pytest.raises(StudioError) as refused:
            remote.prepare(Shelf().of_kind("generator")[0].__class__("no-such-model", "lstm-writer", "No such"), "cpu")
        assert refused.value.message == "There is no model 'no-such-model'."
    finally:
        remote.close()


def test_a_defect_over_there_is_a_defect_here(shelf):
    remote = shelf.generator()
    with pytest.raises(RuntimeError, match="Traceback"):
        list(remote.generate(GenerateRequest(None, 0, BAR), Quiet()))  # type: ignore[arg-type]
    assert written(remote, REQUEST)


def test_notes_arrive_as_the_engine_made_them(shelf):
    for chunk in shelf.generator().generate(REQUEST, Quiet()):
        for _, notes in chunk.notes:
            assert notes.start.dtype == np.int64 and not notes.start.flags.writeable


def test_changes_are_made_there_as_here(shelf):
    notes = Notes.of([0, 960, 1920, 2880, 3840, 4800], 900, [60, 62, 64, 65, 67, 64])
    song = Document(tracks=(Track(1, "Line", clips=(Clip(2, 0, 2 * BAR, (Take(notes),)),)),), next_id=100)
    change = Change("walk", 0, 2 * BAR, (1,), places=((1.0, 0.5),))
    there, here = (arrange(change, song, made, Quiet()) for made in (shelf, Shelf("cpu")))
    assert there.take.note_count and there == here
    with pytest.raises(StudioError, match="no notes in these bars"):
        arrange(Change("walk", 8 * BAR, 9 * BAR, (1,)), song, shelf, Quiet())


def test_steering_reaches_it_while_it_writes_and_the_turns_write_the_same_here(shelf):
    remote, here = shelf.generator(), Shelf("cpu").generator()
    request = GenerateRequest(Document(), 0, 60 * BAR, style="folk", seed=5, wishes=Wishes(energy=0.1))
    wheel, notes, turns = Wheel(), [], ()
    for chunk in remote.generate(request, wheel):
        wheel.wishes = Wishes(energy=0.9, brightness=0.8)
        turns = chunk.turns
        for part, n in chunk.notes:
            notes += [(chunk.take, part, *row) for row in zip(n.start, n.duration, n.pitch, n.velocity, strict=True)]
    assert [t.wishes for t in turns] == [wheel.wishes]
    assert written(here, replace(request, turns=turns)) == notes
