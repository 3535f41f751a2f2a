import pytest

from studio.engines.note_columns import encode
from studio.train import benches_turning as bench
from tests.writers import part, tiny_writer


def piece(*rates):
    """A bar of so many notes for each of ``rates``."""
    rows = [(96 * bar + 96 * k // n, 4, 60, 80) for bar, n in enumerate(rates) for k in range(n)]
    return encode([part(rows=rows)], [], 24)


def test_a_piece_rises_where_its_second_half_has_more():
    assert bench.rises(piece(2, 2, 8, 8), "density", 4) is True
    assert bench.rises(piece(8, 8, 2, 2), "density", 4) is False
    assert bench.rises(piece(2, 2), "density", 4) is None


def test_pieces_that_obey_rise_and_those_left_alone_do_not(monkeypatch):
    def obedient(writer, requests):
        return [piece(*([2] * 4), *([8 if r.turns else 2] * 4)) for r in requests]

    monkeypatch.setattr(bench, "written", obedient)
    assert bench.share(tiny_writer(), "pop", "density", 8, 3, True) == 1
    assert bench.share(tiny_writer(), "pop", "density", 8, 3, False) == 0


def test_it_prints_a_row_for_each_style(monkeypatch, capsys):
    monkeypatch.setattr(bench, "written", lambda writer, requests: [piece(2, 2, 8, 8) for _ in requests])
    monkeypatch.setattr(bench, "LstmWriter", tiny_writer)
    monkeypatch.setattr(tiny_writer(), "prepare", lambda card, device: None)
    assert bench.turning(["--styles", "pop,folk", "--bars", "4"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[2:]] == ["pop", "folk", "mean"]
    assert float(told[-1].split()[1]) == pytest.approx(1)
