"""The measurement of limits: it finds what is broken, and says what was refused."""

import numpy as np

from studio.app import benches_limits
from studio.app.benches_limits import BAR, Judged, drawn, run
from studio.engines.api import Chunk, GenerateRequest, Limits, Part
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.notes import Notes
from tests.arrangers import ArrangerShelf
from tests.writers import tiny_writer


class Careless:
    """Writes the same notes whatever is asked."""

    styles = ("pop", "chorale")

    def generate(self, request, ctx):
        for take in range(request.takes):
            yield Chunk(take, ((Part("Piano"), Notes.of([0, 100], 900, [60, 99])),), request.end)


def test_what_is_broken_is_counted():
    judged = Judged()
    judged.run(Careless(), GenerateRequest(Document(), 0, BAR, limits=Limits(high=70, grid=240), takes=2))
    assert judged.notes == 4 and judged.broken == {"range": 2, "grid": 2}


def test_what_is_refused_is_counted():
    class Refusing:
        def generate(self, request, ctx):
            raise StudioError("It cannot be.")
            yield

    judged = Judged()
    assert judged.run(Refusing(), GenerateRequest(Document(), 0, BAR)) == []
    assert judged.refused == {"It cannot be.": 1}


def test_combinations_are_many():
    draw = np.random.default_rng(0)
    made = {drawn(draw) for _ in range(200)}
    assert len(made) > 100
    for limits, _, chords in made:
        assert bool(limits.chord_notes) == bool(chords) and 0 <= limits.low < limits.high <= 127


class Shelf(ArrangerShelf):
    writer = tiny_writer

    def generator(self):
        return type(self).writer()


def test_the_whole_run(monkeypatch, capsys):
    monkeypatch.setattr(benches_limits, "Shelf", lambda device, tell: Shelf())
    monkeypatch.setattr(benches_limits, "BARS", 2)
    monkeypatch.setattr(benches_limits, "TAKES", 2)
    tried = []
    monkeypatch.setattr(benches_limits, "try_verbs", lambda *given: tried.append(given))
    assert run(["--notes", "300", "--every", "2"]) == 0
    said = capsys.readouterr().out
    assert "violations 0" in said and f"{len(benches_limits.IMPOSSIBLE)} of {len(benches_limits.IMPOSSIBLE)}" in said and tried
    monkeypatch.setattr(Shelf, "writer", Careless)
    assert run(["--notes", "20", "--every", "0"]) == 1
