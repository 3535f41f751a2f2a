import numpy as np
import pytest

from studio.train.overlap import FEATURES, features, overlap
from tests.writers import scale_piece


def test_features_of_a_scale():
    piece = scale_piece(8)
    made = features(piece, 0, 8 * 96)
    assert tuple(made) == FEATURES
    assert made["pitch classes"].sum() == pytest.approx(1) and made["class transitions"].sum() == pytest.approx(1)
    assert made["notes a bar"] == 7 and made["scale consistency"] == 1
    assert made["pitch count"] == len(np.unique(piece.pitch)) and made["pitch range"] == np.ptp(piece.pitch)
    assert all(np.isnan(made[n]).all() or np.isfinite(made[n]).all() for n in FEATURES)


def test_what_has_no_pitches_says_nothing_of_them():
    made = features(scale_piece(8), 5000, 6000)
    assert (
        np.isnan(made["pitch classes"]).all()
        and np.isnan(made["pitch range"]).all()
        and np.isnan(made["class transitions"]).all()
    )
    assert made["notes a bar"] == 0


def test_sets_of_one_kind_overlap_and_others_do_not():
    draw = np.random.default_rng(0)
    first, second = draw.normal(size=(2, 150, 3))
    assert overlap(first, second) > 0.95
    near, far = overlap(first, second + 1), overlap(first, second + 20)
    assert far < 0.05 < near < overlap(first, second)
    # Two sets of normal numbers m apart: distances |N(0, 2)| and |N(m, 2)|.
    one, other = draw.normal(size=(2, 600, 1))
    grid = np.linspace(0, 12, 4001)
    bell = [np.exp(-((grid - m) ** 2) / 4) + np.exp(-((grid + m) ** 2) / 4) for m in (0, 2)]
    expected = np.minimum(*(b / b.sum() for b in bell)).sum()
    assert overlap(one, other + 2) == pytest.approx(expected, abs=0.06)


def test_what_says_nothing_is_left_out():
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(40, 2))
    with_gaps = np.concatenate([rows, np.full((5, 2), np.nan)])
    assert overlap(with_gaps, rows) == overlap(rows, rows)
    assert np.isnan(overlap(np.full((5, 2), np.nan), rows)) and np.isnan(overlap(rows, np.full((5, 2), np.nan)))
    assert overlap(np.zeros((5, 1)), np.zeros((4, 1))) == 1
