import pytest

from studio.music.form import Form
from studio.train import benches_form as bench
from tests.app.test_forming import Shelf


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bench, "Shelf", lambda device: Shelf())
    monkeypatch.setattr(bench, "_song_bars", lambda number: [[frozenset({(0, 1, 0)})] * 16])


def test_the_table_tells_letters_apart_and_counts_what_is_broken(small, capsys):
    assert bench.run(["--styles", "folk", "--each", "1", "--form", "A4 B4 A=4 A'4"]) == 0
    said = capsys.readouterr().out
    assert "16 bars" in said and "exact ones: 1 of 1" in said and "0 violations {}" in said
    assert said.count("plain") == 2 and said.count("songs") == 2


def test_repeats_are_counted_by_what_was_asked(small):
    found = bench._Bench(Form.parse("A1 A1 A=1"))
    bar, other = frozenset({(0, 1, 0)}), frozenset({(4, 1, 0)})
    found._count_repeats([bar, other, bar])
    assert (found.varied, found.unvaried, found.exact, found.kept) == (1, 0, 1, 1)
