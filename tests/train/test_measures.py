import numpy as np
import pytest

from studio.engines.note_columns import encode
from studio.train.measures import (
    NAMES,
    bar_lines,
    figures,
    found_in,
    groove_consistency,
    longest_copy,
    longest_loop,
    outline,
    pitch_class_entropy,
    polyphony,
    repeated,
    scale_consistency,
)
from tests.writers import part, scale_piece


def test_scales_and_entropy():
    assert scale_consistency(np.array([60, 62, 64, 65, 67, 69, 71])) == 1
    assert scale_consistency(np.arange(60, 72)) == pytest.approx(7 / 12)
    assert pitch_class_entropy(np.arange(60, 72)) == pytest.approx(np.log2(12))
    assert np.isnan(scale_consistency(np.zeros(0, int)))


def test_groove_polyphony_and_repeats():
    lines = [0, 96, 192]
    assert groove_consistency(np.array([0, 24, 96, 120]), lines) == 1
    assert groove_consistency(np.array([0, 24, 96]), lines) == pytest.approx(15 / 16)
    assert polyphony(np.array([0, 0, 48]), np.array([24, 24, 72])) == pytest.approx(1.5)
    assert repeated([frozenset({(0, 1, 2)})] * 4) == 0.75


def test_all_figures_of_a_piece():
    piece = scale_piece(8)
    made = figures(piece, 0, 8 * 96)
    assert tuple(made) == NAMES
    assert made["notes a bar"] == 7
    assert made["empty bars"] == 0
    assert made["scale consistency"] == 1
    assert bar_lines(piece, 0, 8 * 96) == list(range(0, 9 * 96, 96))


def test_copies_are_found_in_any_key():
    a, b, c = (
        outline(p.shift, p.track, p.pitch)
        for p in (scale_piece(16, seed=1), scale_piece(16, key=5, seed=1), scale_piece(16, seed=2))
    )
    assert longest_copy([a], [b])[0] >= len(a) // 8 * 8 - 8
    assert longest_copy([a], [c])[0] <= 24


def test_a_copy_is_told_to_the_note():
    a, b = (outline(p.shift, p.track, p.pitch) for p in (scale_piece(16, seed=1), scale_piece(16, seed=2)))
    marks = np.arange(1, 5, dtype=np.uint64)
    for size in (7, 8, 13, 16, 23):
        mine = np.concatenate([marks[:2], a[10 : 10 + size], marks[2:]])
        assert longest_copy([mine, a, marks], [a], most=30) == [size if size >= 8 else 0, 30, 0]
    assert longest_copy([b], []) == [0]


def test_where_a_copy_comes_from_is_told():
    a, b = (outline(p.shift, p.track, p.pitch) for p in (scale_piece(16, seed=1), scale_piece(16, seed=2)))
    mine = np.concatenate([b[:5], a[10:22], b[40:44]])
    assert found_in(mine, 12, [b, a]) == (5, 1, 10)
    with pytest.raises(ValueError, match="no such stretch"):
        found_in(mine, 20, [a])


def test_the_longest_repeat_of_a_short_figure():
    steps, chord = 12 * np.arange(20), np.array([60, 64, 67] * 6 + [60, 62])
    rows = [(int(t), 12, int(p), 80) for t, p in zip(steps, chord, strict=True)]
    piece = encode([part("Melody", 73, rows=rows)], [(0, 4, 4)], 24)
    assert longest_loop(piece, 0, 480) == 18  # of three notes, from the first with a shift like the others' on
    assert longest_loop(piece, 0, 36) == 0
    assert longest_loop(scale_piece(1), 0, 0) == 0
