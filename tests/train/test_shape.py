import math

from studio.music.form import Form
from studio.train.shape import alike, bars_of, by_letters, far_apart, returns
from tests.writers import scale_piece

A, B = frozenset({(0, 1, 0), (4, 1, 2)}), frozenset({(0, 1, 0), (4, 1, 3), (8, 1, 3), (12, 1, 5)})
EMPTY = frozenset()


def test_bars_hold_parts_sixteenths_and_pitch_classes():
    piece = scale_piece(4)
    bars = bars_of(piece, 0, 4 * 96)
    assert len(bars) == 4 and all(len(bar) == 7 for bar in bars)
    assert {cell for cell, _, _ in bars[0]} == {0, 4, 8, 12} and all(pitch < 12 for bar in bars for _, _, pitch in bar)


def test_likeness_is_the_share_of_common_notes_bar_by_bar():
    assert alike([A, B], [A, B]) == 1 and alike([A], [B]) == 2 / 6
    assert alike([A, EMPTY], [A, A]) == 0.5 and alike([A, EMPTY], [A, EMPTY]) == 1
    assert math.isnan(alike([EMPTY], [EMPTY]))


def test_sections_are_compared_by_their_letters():
    form = Form.parse("A1 B1 A1")
    same, different = by_letters([A, B, A], form)
    assert same == [1.0] and different == [2 / 6, 2 / 6]


def test_what_comes_again_is_found_wherever_it_was():
    bars = [frozenset({(k + 1, 1, k % 5)}) for k in range(8)]
    best, usual = returns([*bars, *[A] * 8, *bars])
    assert best == 0.5 and usual < best
    assert math.isnan(returns(bars)[0])


def test_stretches_far_apart_are_compared_whatever_their_sections():
    assert far_apart([*[A] * 8, *[B] * 8, *[A] * 8, *[B] * 8, A]) == [1.0, 2 / 6, 1.0]
    assert far_apart([A] * 16) == [] == far_apart([EMPTY] * 24)
