import json
from dataclasses import replace

import pytest

from studio.engines.cards import read_card, write_card
from studio.nn.note_vibrato import NONE, Vibrato
from studio.train import benches_phrasing as bench
from studio.train import instruments_data
from tests.engines.instruments import tiny_model
from tests.train.notes import data_folder


def test_the_middle_of_what_wavers():
    found = [Vibrato(6.0, 5.0, 0.2), Vibrato(8.0, 6.0, 0.4), NONE, None]
    assert bench.middle(found) == (2, 3, [7.0, 5.5, 0.3])
    assert bench.middle([NONE, None]) == (0, 1, [])


def test_likeness_and_how_often_recordings_are_alike_among_themselves():
    assert bench.alike([6.0, 5.0, 0.3], [8.0, 5.4, 0.1])
    assert not bench.alike([5.0, 5.0, 0.3], [8.0, 5.4, 0.1])
    assert not bench.alike([], [8.0, 5.4, 0.1])
    assert bench.drawn_anew([Vibrato(6.0, 5.0, 0.2)] * 8, 3) == 1.0
    spread = [Vibrato(float(cents), 5.0, 0.2) for cents in range(3, 15)]
    assert 0.0 < bench.drawn_anew(spread, 3) < 1.0
    assert bench.drawn_anew([NONE, None] * 4, 3) == 0.0


@pytest.fixture
def model(tmp_path):
    """A tiny model whose flute has vibrato."""
    card = tiny_model(tmp_path / "models" / "tiny")
    sounds = [{**s, "vibrato": [20.0, 5.0, 0.4] if s["id"] == "flute" else []} for s in card.hyper["sounds"]]
    write_card(replace(card, hyper={**card.hyper, "sounds": sounds}))
    return read_card(card.folder).folder


def test_what_is_proposed_is_heard_on_held_notes_alone(model):
    engine = bench.prepared(model)
    heard, shaped = bench.played(engine, 73, [72, 74])
    assert shaped == 0
    count, long, (cents, hertz, start) = bench.middle(heard)
    assert count == long == 2
    assert cents == pytest.approx(20, rel=0.35)
    assert hertz == pytest.approx(5, abs=0.2)
    assert 0.2 < start < 0.7


def test_the_command(tmp_path, model, monkeypatch, capsys):
    root = data_folder(tmp_path)
    pipes = [replace(r, instrument="flute") for r in instruments_data.read_rows(root) if r.instrument == "cello"]
    monkeypatch.setattr(bench, "read_rows", lambda: pipes)
    code = bench.run(["--model", str(model), "--json"])
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["instrument"], line["law"]) == ("flute", [20.0, 5.0, 0.4])
    assert line["played"][2][0] > 10 and not line["near"]  # the recordings are steady
    assert line["drawn_anew"] == 0.0
    assert code == 1
    assert bench.run(["--model", str(model)]) == code
    assert "near: " in capsys.readouterr().out
