import pytest

from studio.engines.note_columns import CLASS
from studio.train import benches_arranger
from studio.train.arranger_examples import cut
from studio.train.arranger_task import ArrangerTask, Feeding
from studio.train.benches_arranger import (
    attention,
    holes,
    without_context,
    writer_costs,
)
from tests.arrangers import tiny_network
from tests.train.test_arranger_task import SONGS
from tests.writers import scale_piece, tiny_writer

BAR = 3840


def test_without_context_only_the_own_past_is_left():
    example = without_context(cut(scale_piece(8), CLASS["Melody"], 192, 384, 0))
    assert example.hole.own.all() and (example.hole.time < 192).all() and len(example.hole.time) == 8


def test_the_writers_costs_are_of_the_hole_alone():
    piece = scale_piece(8)
    costs = [writer_costs(tiny_writer(), piece, cut(piece, CLASS["Melody"], 192, 192 + 96 * n, 0)) for n in (1, 2, 4)]
    assert 0 < costs[0] < costs[1] < costs[2]
    assert costs[2] / 16 == pytest.approx(costs[0] / 4, rel=0.5)


def test_it_prints_what_it_measured(capsys):
    task = ArrangerTask(tiny_network(), SONGS, Feeding(batch=2), 0)
    holes(task, tiny_writer(), 1, 2)
    holes(task, None, 1, 1)
    attention(task, 1)
    said = capsys.readouterr().out
    assert "pop" in said and "entropy" in said and "uniform" in said


def test_it_measures_the_model_asked_for(monkeypatch):
    asked = []

    class Engine:
        _model = tiny_network()

        def prepare(self, card, device):
            asked.append(card)

    monkeypatch.setattr(benches_arranger, "ArrangerEngine", Engine)
    monkeypatch.setattr(benches_arranger, "read_card", lambda folder: folder.name)
    monkeypatch.setattr(benches_arranger, "songs", lambda: SONGS)
    monkeypatch.setattr(benches_arranger, "accompanying", lambda *given: None)
    monkeypatch.setattr(benches_arranger, "same_on_two_threads", lambda *given: None)
    assert benches_arranger.run(["--model", "mine", "--writer", "", "--songs", "1", "--holes", "1"]) == 0
    assert asked == ["mine"]
