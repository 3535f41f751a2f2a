import numpy as np
import pytest

from studio.engines.note_columns import CLASS
from studio.music.notes import Notes
from studio.music.time import Meter
from studio.train import benches_arranger
from studio.train.arranger_task import ArrangerTask, Feeding, cut
from studio.train.benches_arranger import (
    accompanying,
    attention,
    blocks,
    document_of,
    holes,
    overlaps,
    without_context,
    writer_costs,
)
from tests.arrangers import tiny_arranger, tiny_network
from tests.train.test_arranger_task import SONGS, song
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


def test_documents_of_songs():
    document = document_of(song())
    assert [t.name for t in document.tracks] == ["Melody", "Chords"] and str(document.keys[0].key) == "C major"
    assert document.tracks[0].notes.start[:2].tolist() == [0, 960]


def test_blocks_are_the_chords_of_the_others_in_the_parts_register():
    document = document_of(song())
    made = blocks(document, document.tracks[0], BAR, 3 * BAR)
    assert made.start.tolist() == [BAR] * 3 + [2 * BAR] * 3 and set((made.pitch % 12).tolist()) == {0, 4, 7}
    middle = np.median(document.tracks[0].notes.pitch)
    assert np.abs(made.pitch - middle).max() <= 6


def test_overlaps():
    true = Notes.of([0, 960, 1920, 2880], 960, [60, 64, 67, 72])
    assert overlaps(true, true, Meter(), 0, BAR).tolist() == pytest.approx([1, 1, 1])
    assert overlaps(Notes.empty(), true, Meter(), 0, BAR).tolist() == [0, 0, 0]
    octave = Notes.of([480, 1440, 2400, 3360], 480, [72, 76, 79, 84])
    assert overlaps(octave, true, Meter(), 0, BAR).tolist() == pytest.approx([1, 0, 0.25])


def test_it_prints_what_it_measured(capsys):
    task = ArrangerTask(tiny_network(), SONGS, Feeding(batch=2), 0)
    holes(task, tiny_writer(), 1, 2)
    holes(task, None, 1, 1)
    attention(task, 1)
    accompanying(tiny_arranger(), SONGS, 1)
    said = capsys.readouterr().out
    assert "pop" in said and "entropy" in said and "uniform" in said and "accompaniment" in said


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
    assert benches_arranger.run(["--model", "mine", "--writer", "", "--songs", "1", "--holes", "1"]) == 0
    assert asked == ["mine"]
