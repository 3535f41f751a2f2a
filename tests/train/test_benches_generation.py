import numpy as np

from studio.train import benches_generation as bench
from studio.train.symbolic_files import STYLES, TEST
from tests.writers import scale_piece, tiny_writer, write_tune


def test_new_pieces_have_the_players_and_metre_of_a_song(tmp_path):
    path = tmp_path / "a.mid"
    write_tune(path, programs=(33, 81), repeats=40)
    model = bench.like((STYLES.index("game"), "a", TEST, path))
    assert model.bar == 3840
    ((piece, first, last),) = bench.pieces(tiny_writer(), "game", [model], 1)
    assert (first, last) == (0, 96)
    assert set(piece.track.tolist()) <= set(model.piece.track.tolist())


def test_songs_are_chosen_evenly():
    assert bench.spread([1, 2, 3], 5) == [1, 2, 3, 1, 2]
    assert bench.spread(list(range(10)), 5) == [0, 2, 4, 6, 8]


def test_songs_are_cut_into_windows():
    piece = scale_piece(34)
    assert bench.windows(piece, 16) == [(0, 16 * 96), (16 * 96, 32 * 96)]
    part = bench.excerpt(piece, 96, 192)
    assert part.time.min() >= 96
    assert part.time.max() < 192


def test_figures_are_means_without_the_missing():
    piece = scale_piece(8)
    made = bench.mean_figures([(piece, 0, 384), (piece, 384, 768)])
    assert made["notes a bar"] == 7
    assert bench.mean_figures([])["polyphony"] != bench.mean_figures([])["polyphony"]
    assert bench._apart(0.9, 1.0) == np.float64(0.1) or abs(bench._apart(0.9, 1.0) - 0.1) < 1e-9
    assert bench._apart(0.05, 0.0) == 0.05
