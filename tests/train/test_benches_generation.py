import numpy as np
import pytest

from studio.engines.note_columns import CLASS
from studio.train import benches_generation as bench
from studio.train.measures import NAMES, outline
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


def test_the_mean_of_few_songs_is_less_sure():
    draw = np.random.default_rng(3)
    rows = draw.normal(10, 2, (400, len(NAMES)))
    rows[:, 0] = np.nan
    many, few = bench.interval(rows), bench.interval(rows[:9])
    assert np.isnan(many[:, 0]).all() and np.isnan(few[:, 0]).all()
    assert (many[0, 1:] < 10.3).all() and (many[1, 1:] > 9.7).all()
    assert np.diff(many, axis=0)[0, 1:] == pytest.approx(4 * 1.96 * 2 / 400**0.5 / 2, rel=0.15)
    assert (np.diff(few, axis=0)[0, 1:] > 3 * np.diff(many, axis=0)[0, 1:]).all()


def test_ten_percent_and_the_interval_are_counted_apart(capsys):
    theirs = dict.fromkeys(NAMES, 10.0)
    ours = theirs | {NAMES[0]: 10.5, NAMES[1]: 12.0, NAMES[2]: float("nan"), NAMES[3]: 14.0}
    sure = np.array([[9.9] * len(NAMES), [10.1, 13.0, *[10.1] * (len(NAMES) - 2)]])
    near, inside = [], []
    bench._mark(ours, theirs, sure, near, inside)
    assert near == [True, False, False, True, True, True]
    assert inside == [False, True, False, True, True, True]
    printed = capsys.readouterr().out
    assert "5% !" in printed and "20%* " in printed and "40%*!" in printed and "nan%  " in printed


def test_chord_symbols_that_nobody_plays_hide_no_copy():
    piece = scale_piece(16)
    columns = np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1)
    own = outline(piece.shift, piece.track, piece.pitch)
    assert bench.learned_outline(columns, "random").tolist() == own.tolist()
    tune = piece.track == CLASS["Melody"]  # a note every beat, over a chord every bar
    alone = outline(np.array([0, *[24] * (tune.sum() - 1)]), piece.track[tune], piece.pitch[tune])
    assert 0 < tune.sum() < len(piece)
    assert bench.learned_outline(columns, "CHORDS").tolist() == alone.tolist()
