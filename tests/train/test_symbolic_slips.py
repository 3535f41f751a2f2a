import numpy as np

from studio.engines.note_columns import DURATIONS, nearest
from studio.train.symbolic_slips import MOST, with_slips
from tests.writers import scale_piece


def test_slips_are_few_and_marked():
    piece = scale_piece(40)
    for seed in range(20):
        made, wrong = with_slips(piece, np.random.default_rng(seed))
        assert len(made) == len(wrong)
        assert wrong.sum() <= 3 * MOST * len(piece)
        right = set(zip(*(getattr(piece, c).tolist() for c in ("time", "track", "pitch", "steps")), strict=True))
        kept = zip(*(getattr(made, c)[~wrong].tolist() for c in ("time", "track", "pitch", "steps")), strict=True)
        assert set(kept) <= right  # what is not marked stood in the song


def test_the_result_is_a_piece_like_any_other():
    made, _ = with_slips(scale_piece(40), np.random.default_rng(3))
    keys = list(zip(made.time, made.track, made.pitch, strict=True))
    assert keys == sorted(set(keys))
    assert (made.shift >= 0).all()
    assert np.array_equal(made.duration, nearest(DURATIONS, made.steps))
    assert made.time[0] >= 0 and made.pitch.min() >= 0 and made.pitch.max() < 128


def test_the_same_draw_slips_the_same():
    a, b = (with_slips(scale_piece(10), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(a[0].pitch, b[0].pitch) and np.array_equal(a[1], b[1])
