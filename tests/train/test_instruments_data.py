from dataclasses import replace

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
    assert len(rows) == 12  # the speech is passed over
    train, held = split(rows)
    assert sorted(train + held) == list(range(12))
    out = [(rows[k].instrument, rows[k].pitch, rows[k].layer) for k in held]
    assert sorted(out) == [("cello", 64, "mf"), ("drums_snare", 38, "v3b"), ("piano", 64, "f"), ("piano", 64, "p")]


def test_a_middle_layer_of_some_instruments_is_held_out(rows):
    flute = [replace(r, instrument="flute", layer=layer) for r in rows if r.instrument == "cello" for layer in "pmf"]
    _, held = split(flute)
    assert all((k in held) == (r.layer == "m" or r.pitch == 64) for k, r in enumerate(flute))


def test_notes_are_taken_apart_once(rows, monkeypatch):
    some = [r for r in rows if r.pitch in (38, 55)]
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
    assert fundamental_of(rows[0], INSTRUMENTS["cello"]) == pytest.approx(196.0 * 2 ** (1 / 1200), rel=1e-4)


def test_without_data_a_sentence_says_so(tmp_path):
    with pytest.raises(StudioError, match="training sounds are not here"):
        read_rows(tmp_path)
