import numpy as np
import pytest

from studio.train import benches_mixture as bench
from tests.writers import scale_piece, tiny_writer


def test_a_figure_moves_towards_the_second_style():
    rising = np.array([[1.0, 1.1], [2, 2.1], [3, 3.1], [4, 4.1], [5, 5.1]])
    assert bench.moves(rising) == (pytest.approx(0.98, abs=0.03), True)
    assert bench.moves(-rising)[0] > 0.95  # towards, whatever the direction
    beside = rising.copy()
    beside[2] = 9
    assert not bench.moves(beside)[1]
    assert bench.moves(np.array([[1.0, 5.0]] * 5)) is None
    assert bench.moves(rising * np.nan) is None


def test_figures_of_a_piece():
    piece = scale_piece(4)
    found = dict(zip(bench.FIGURES, bench.measured(tiny_writer(), piece, 4, ("pop", "folk")), strict=True))
    assert found["notes a bar"] == pytest.approx(len(piece) / 4)
    assert found["note length"] == pytest.approx(np.log2(piece.steps / 24).mean())
    back = bench.measured(tiny_writer(), piece, 4, ("folk", "pop"))[-1]
    assert found["style heard"] == pytest.approx(-back) != 0


def test_it_runs(monkeypatch, capsys):
    monkeypatch.setattr(bench, "LstmWriter", tiny_writer)
    monkeypatch.setattr(tiny_writer(), "prepare", lambda card, device: None)
    assert bench.mixture(["--pairs", "pop+folk", "--each", "2", "--bars", "1"]) == 0
    told = capsys.readouterr().out
    assert "pop and folk" in told and "style heard" in told and "least times real time" in told
