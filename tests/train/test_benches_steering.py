import numpy as np
import pytest

from studio.engines.note_columns import encode
from studio.train import benches_steering as bench
from tests.writers import part, scale_piece, tiny_writer


def test_rank_correlation():
    assert bench.spearman([1, 2, 3, 4], [10, 20, 25, 900]) == pytest.approx(1)
    assert bench.spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert bench.spearman([1, 1, 2, 2], [1, 2, 3, 4]) == pytest.approx(2 / np.sqrt(5))
    assert np.isnan(bench.spearman([1, 2], [3, 3]))


def test_outcomes_are_as_the_music_sounds():
    piece = scale_piece(8, key=4)
    assert bench.outcome(piece, "register") == pytest.approx(bench.outcome(scale_piece(8, key=0), "register") + 4, abs=0.01)
    dense = encode([part(rows=[(6 * k, 6, 60 + k % 2, 80) for k in range(64)])], [], 24)
    sparse = encode([part(rows=[(48 * k, 48, 60 + k % 2, 80) for k in range(8)])], [], 24)
    assert bench.outcome(dense, "density") == pytest.approx(4)
    assert bench.outcome(sparse, "density") == pytest.approx(0.5)
    assert bench.outcome(dense, "repetition") > 0.5


def test_what_is_obeyed_correlates(monkeypatch):
    def obedient(writer, requests):
        rates = [round(1 + 20 * r.wishes.density) for r in requests]
        return [encode([part(rows=[(96 * k // n, 4, 60, 80) for k in range(8 * n)])], [], 24) for n in rates]

    monkeypatch.setattr(bench, "written", obedient)
    assert bench.correlation(tiny_writer(), "pop", "density", 8, 2) > 0.95
