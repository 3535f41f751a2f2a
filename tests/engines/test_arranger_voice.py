import numpy as np
import pytest

from studio.engines.arranger_features import hole_of
from studio.engines.arranger_voice import LISTENED, PartVoice, shifts_within
from studio.engines.note_columns import CLASS, N_SHIFT, SHIFTS
from studio.engines.note_features import NOW, WIDTH
from tests.writers import scale_piece

TUNE = CLASS["Melody"]
PIECE = scale_piece(32)


def test_it_hears_the_latest_of_the_parts_past():
    voice = PartVoice(hole_of(PIECE, TUNE, 96 * 4, 96 * 6, 0, 1))
    ints, levels = voice.heard
    past = PIECE.pitch[(PIECE.track == TUNE) & (PIECE.time < 96 * 4)]
    assert ints.shape == (len(past), WIDTH) and len(levels) == len(past)
    assert ints[:, NOW + 2].tolist() == past.tolist()
    assert voice.rest == 96 * 4 - 24
    long = PartVoice(hole_of(PIECE, TUNE, 96 * 28, 96 * 30, 0, 1))
    assert len(long.heard[0]) == LISTENED


def test_without_a_past_it_starts_on_the_bar_line():
    voice = PartVoice(hole_of(PIECE, CLASS["Bass"], 96 * 4, 96 * 6, 0, 1))
    assert len(voice.heard[0]) == 0 and voice.rest == 96 * 4


def chances(scores):
    return np.exp(scores)


def test_what_lies_beyond_the_end_closes_the_hole():
    hole = hole_of(PIECE, TUNE, 96, 192, 0, 1)
    made = chances(shifts_within(hole, np.zeros(N_SHIFT), 168, True))
    assert made.sum() == pytest.approx(1, abs=1e-4)
    assert (made[:24] > 1e-3).all() and (made[24:-1] < 1e-4).all()
    assert made[-1] == pytest.approx(1 - 24 / N_SHIFT, abs=0.01)


def test_the_first_shift_counts_from_the_holes_start():
    hole = hole_of(PIECE, TUNE, 96, 192, 0, 1)
    logits = np.full(N_SHIFT, -20.0)
    logits[np.flatnonzero(SHIFTS == 36)[0]] = 0.0  # 36 after the note at 72: 12 after the start
    made = chances(shifts_within(hole, logits, 72, False))
    assert made.argmax() == 12


def test_a_copy_goes_its_own_way():
    hole = hole_of(PIECE, TUNE, 96 * 4, 96 * 6, 0, 1)
    first, second = PartVoice(hole), PartVoice(hole)
    other = first.copy()
    for voice, pitch in ((other, 71), (first, 60), (second, 60)):
        voice.before()
        voice.place(96 * 4)
        voice.sound(pitch)
        voice.last(23)
        voice.push(20, 24)
        voice.before()
    assert np.array_equal(first.ints, second.ints) and first.state.pitch == second.state.pitch
    assert not np.array_equal(first.ints, other.ints) and first.begun and other.state.pitch[-1] == 71
