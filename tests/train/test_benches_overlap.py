import numpy as np

from studio.train import benches_overlap
from studio.train.benches_generation import like
from studio.train.overlap import FEATURES
from studio.train.symbolic_files import SETS, STYLES, TEST
from tests.writers import scale_piece, tiny_writer, write_tune


def test_a_set_overlaps_with_itself_more_than_with_another():
    pieces = [(scale_piece(8), 96 * k, 96 * (k + 4)) for k in range(5)]
    rows = benches_overlap._of(pieces)
    other = [{n: v + 50 for n, v in r.items()} for r in rows]
    same, apart = benches_overlap.areas(rows, rows), benches_overlap.areas(rows, other)
    assert same.shape == (len(FEATURES),)
    assert (same > apart + 0.5).all()


def test_it_prints_every_style_and_feature(monkeypatch, tmp_path, capsys):
    path = tmp_path / "a.mid"
    write_tune(path, programs=(33, 81), repeats=40)
    songs = [like((STYLES.index("game"), "a", TEST, path))] * 4
    monkeypatch.setattr(benches_overlap, "LstmWriter", lambda: tiny_writer())
    monkeypatch.setattr(type(tiny_writer()), "prepare", lambda *_: None)
    monkeypatch.setattr(benches_overlap, "judged", lambda number, split, most: songs)
    monkeypatch.setattr(benches_overlap, "SETS", SETS[:2])
    code = benches_overlap.bench(["--pieces", "8"])
    printed = capsys.readouterr().out
    assert all(n in printed for n in (*FEATURES, "mean", SETS[0].style, SETS[1].style))
    # Scales and noise are no songs: the share is found and held against what is asked.
    share = float(next(line for line in printed.splitlines() if line.startswith("mean ")).split()[3])
    assert code == (0 if share >= benches_overlap.BAR else 1) and np.isfinite(share)
