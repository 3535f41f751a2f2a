import numpy as np
import pytest

from studio.errors import StudioError
from studio.train import instruments_data
from studio.train.instruments_data import analysed, fundamental_of, made_rows, read_rows, split
from studio.train.instruments_table import INSTRUMENTS
from tests.train.notes import data_folder


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: tmp_path / "checkpoints")
    return read_rows(data_folder(tmp_path))


def test_rows_and_what_is_held_out(rows):
    assert len(rows) == 18  # the speech is passed over
    train, held = split(rows)
    assert sorted(train + held) == list(range(18))
    out = [(rows[k].instrument, rows[k].pitch, rows[k].layer) for k in held]
    assert ("cello", 60, "mf") in out
    assert ("piano", 60, "p") in out
    assert ("piano", 60, "f") in out
    assert ("drums_snare", 38, "v3b") in out
    assert len(out) == 4


def test_a_middle_layer_is_held_out_where_there_are_three(rows):
    third = [
        r.__class__(**{**vars(r), "layer": "mf", "velocity": 80}) for r in rows if r.instrument == "piano" and r.layer == "p"
    ]
    all_rows = [*rows, *third]
    _, held = split(all_rows)
    assert all(k in held for k, r in enumerate(all_rows) if r.instrument == "piano" and r.layer == "mf")


def test_notes_are_taken_apart_once(rows, monkeypatch):
    some = [r for r in rows if r.pitch in (38, 50)]
    told: list[float] = []
    first = analysed(some, told.append)
    assert told[-1] == 1.0
    monkeypatch.setattr(instruments_data, "_analyse", None)
    again = analysed(some)
    assert all(np.array_equal(a.analysis.partials, b.analysis.partials) for a, b in zip(first, again, strict=True))
    assert isinstance(again[0].analysis.seconds, float)


def test_notes_are_made_where_there_are_none(rows, monkeypatch):
    asked = []

    def sing(program, notes):
        asked.append(program)
        return [np.ones(3 * 44100) * 0.1 for _ in notes]

    monkeypatch.setattr(instruments_data, "single_notes", sing)
    one = INSTRUMENTS["tuba"]
    made = made_rows((one,))
    assert made_rows((one,)) == made
    assert asked == [58]
    assert {r.kind for r in made} == {"soundfont-render"}
    assert {r.velocity for r in made} == {48, 104}


def test_fundamentals(rows):
    assert fundamental_of(rows[0], INSTRUMENTS["cello"]) == pytest.approx(146.83 * 2 ** (1 / 1200), rel=1e-4)


def test_without_data_a_sentence_says_so(tmp_path):
    with pytest.raises(StudioError, match="training sounds are not here"):
        read_rows(tmp_path)
