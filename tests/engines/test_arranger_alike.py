import numpy as np

from studio.engines.arranger_alike import ALIKE, LIKENESSES, Alike
from studio.engines.arranger_features import hole_of
from studio.engines.note_columns import CLASS, encode
from tests.writers import part

TUNE = CLASS["Melody"]


def song():
    """Verse A of four bars, B of four others, then A again; chords tell them apart."""
    roots = [48, 53, 55, 48, 50, 57, 52, 43] + [48, 53, 55, 48]
    tune = [(96 * k + 24 * i, 24, r + 12 + 2 * i, 80) for k, r in enumerate(roots) for i in range(4)]
    chords = [(96 * k, 96, r + p, 60) for k, r in enumerate(roots) for p in (0, 4, 7)]
    return encode([part("Melody", 73, rows=tune), part("Chords", 24, rows=chords)], [(0, 4, 4)], 24, key=0)


def test_the_same_place_of_the_verse_is_most_alike():
    found = Alike(hole_of(song(), TUNE, 96, 96 * 3, 0, 1)).at(96)
    assert len(found) == ALIKE
    assert found[0][0] == 8 * 96
    assert found[0][1] >= found[1][1] > 0
    assert all(0 <= likeness < LIKENESSES for _, likeness in found)


def test_bars_of_the_hole_itself_are_never_meant():
    hole = hole_of(song(), TUNE, 96 * 2, 96 * 6, 0, 1)
    alike = Alike(hole)
    for bar in range(2, 6):
        for away, likeness in alike.at(96 * bar):
            assert not likeness or not 96 * 2 <= 96 * bar + away < 96 * 6


def test_a_part_that_plays_nowhere_else_has_none():
    piece = song()
    hole = hole_of(piece, CLASS["Bass"], 96, 192, 0, 1)
    assert Alike(hole).at(96) == [(0, 0)] * ALIKE
    assert np.diff(hole.time).min() >= 0
