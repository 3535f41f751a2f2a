import json

import numpy as np
import pytest

from studio.engines.spectral_distance import pitch_of
from studio.train import benches_instruments, instruments_data
from studio.train.benches_instruments import held_out_table, instruments, itself, nearest_shifted, one_note, prepared, reference
from studio.train.instruments_data import read_rows
from tests.engines.instruments import tiny_model
from tests.train.notes import RATE, data_folder, string


@pytest.fixture
def model(tmp_path, monkeypatch):
    root = data_folder(tmp_path)
    monkeypatch.setattr(instruments_data, "training_data", lambda: root)
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: root / "checkpoints")

    def fluid(program, notes, cents=None):
        return [string(440 * 2 ** ((p - 69) / 12), seconds + 0.2) for p, _, seconds in notes]

    monkeypatch.setattr(benches_instruments, "single_notes", fluid)
    return tiny_model(tmp_path / "model").folder


def test_the_table_compares_the_held_out_notes(model):
    table = held_out_table(prepared(model), True, 0)
    assert [line["instrument"] for line in table] == ["piano", "cello"]
    assert table[0]["notes"] == 2
    for line in table:
        assert all(
            0 < line[f"{who}_all"] < 40 for who in ("ours", "fluid", "tuned", "fluid_tuned", "nearest", "itself", "chance")
        )
        assert abs(line["cents"]) < 3
        assert line["onset_ms"] < 1


def test_references_and_nearest_samples(model):
    rows = [r for r in read_rows() if r.instrument == "piano"]
    assert RATE / 3 < len(reference(rows[0])) < RATE / 2
    others = [r for r in rows if r.pitch != 60]
    wanted = next(r for r in rows if r.pitch == 60)
    assert abs(pitch_of(nearest_shifted(wanted, others), RATE, 261.63)) < 5


def test_noise_of_the_note_itself_is_drawn_twice(model):
    row = next(r for r in read_rows() if r.instrument == "cello")
    first, second = itself(prepared(model), row, RATE // 3)
    assert not np.array_equal(first, second)
    assert np.corrcoef(first, second)[0, 1] > 0.9  # the partials are the same


def test_between_the_keys(model):
    sound = one_note(prepared(model), 73, 69.4, 80, RATE)
    assert pitch_of(sound, RATE, 440.0) == pytest.approx(40, abs=2)


def test_the_command_prints_figures_for_people_and_machines(model, monkeypatch, capsys):
    monkeypatch.setattr(benches_instruments, "louder_is_louder", lambda engine: (7, 7))
    instruments(["--model", str(model), "--limit", "1"])
    text = capsys.readouterr().out
    assert "In tune with each recording" in text
    assert "piano" in text
    instruments(["--model", str(model), "--limit", "1", "--json"])
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures["steps"] == 7
    assert np.isfinite(figures["ratio_in_tune"])
