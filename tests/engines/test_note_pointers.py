import numpy as np

from studio.engines.note_columns import N_PITCH, N_SHIFT, encode
from studio.engines.note_features import NAMES, NOW, POINTERS, START, features, matrix
from studio.engines.note_pointers import blind, copies
from studio.train.symbolic import targets
from tests.writers import part


def repeating(bars=4):
    """The same bar over and over."""
    rows = [(96 * b + 24 * k, 24, 60 + 2 * k, 80) for b in range(bars) for k in range(4)]
    return encode([part("Melody", 73, rows=rows)], [], 24, key=0)


def test_what_stood_a_bar_ago_is_a_copy():
    piece = repeating()
    found = copies(features(piece)[0], targets(piece))
    assert not found[:4].any()
    assert found[5:].all()
    other = piece.pitch.copy()
    other[10] = 90
    changed = targets(piece)
    changed[10, 2] = 90
    assert not copies(features(piece)[0], changed)[10]


def test_blind_pointers_point_nowhere():
    piece = repeating()
    made = matrix(features(piece)[0], targets(piece), START, 0, 0, False)
    before = made.copy()
    blind(made)
    last = POINTERS - 1
    assert (made[:, NAMES.index(f"shift_at_{last}")] == N_SHIFT).all()
    assert (made[:, NAMES.index(f"run_{last}")] == 0).all()
    assert np.array_equal(made[:, NAMES.index("shift_at_0")], before[:, NAMES.index("shift_at_0")])
    blind(made, every=True)
    assert all((made[:, NAMES.index(f"pitch_at_{k}")] == N_PITCH).all() for k in range(POINTERS))
    assert np.array_equal(made[:, NOW:], before[:, NOW:])  # what is to be learned stays
