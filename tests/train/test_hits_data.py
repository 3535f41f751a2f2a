import numpy as np
import pytest

from studio.nn.hit_gan import LEVELS, NOISE, OCTAVE, WIDTH
from studio.nn.note_analysis import analyse_hit
from studio.nn.note_modes import find_modes
from studio.train import hits_data, instruments_data
from studio.train.hits_data import KITS, LAYERS, PIECES, read_hits, vector
from tests.train.notes import RATE, data_folder, drum


def test_a_hit_is_one_row_of_numbers():
    sound = drum()
    found = analyse_hit(sound, RATE, find_modes([sound], RATE))
    row = vector(found)
    assert row.shape == (WIDTH,)
    octaves = row[NOISE + LEVELS :]
    assert min(abs(20 * 2 ** (octaves / OCTAVE) - 180)) < 10


def test_hits_are_recorded_and_made(tmp_path, monkeypatch):
    root = data_folder(tmp_path)
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: root / "checkpoints")
    monkeypatch.setattr(instruments_data, "training_data", lambda: root)
    monkeypatch.setattr(hits_data, "made_rows", list)
    monkeypatch.setattr(hits_data, "PIECES", {36: "kick", 38: "snare"})
    monkeypatch.setattr(hits_data, "KITS", (0, 8))
    asked = []

    def fluid(program, notes):
        asked.append(program)
        return [drum((100.0 + k, 330.0), 0.3) for k, _ in enumerate(notes)]

    monkeypatch.setattr(hits_data, "single_notes", fluid)
    found = read_hits()
    assert asked == [-1, -9]
    assert len(found.hits) == 2 + 2 * 2 * len(LAYERS)
    assert np.isfinite(found.hits).all()
    assert len(np.unique(found.drum)) == 5
    assert read_hits().hits == pytest.approx(found.hits)
    assert set(PIECES.values()) and KITS[0] == 0
