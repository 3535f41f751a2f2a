import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engines.clip_grid import (
    CELLS,
    HOLD,
    LOW,
    N_PIECES,
    PIECE_OF,
    PITCHES,
    SILENCE,
    cells_of,
    drum_attributes,
    drum_clip,
    line_attributes,
    line_notes,
    line_tokens,
    sounding,
    strengths,
    syncopation,
)
from tests.documents import some

FOUR = 2


def tokens_of(*rows, cells=32):
    start, length, pitch = (np.array(c, np.int64) for c in zip(*rows, strict=True))
    return line_tokens(start * 10, length * 10, pitch, 10, cells)


def test_a_line_and_back():
    rows = [(0, 4, 60), (4, 2, 62), (8, 1, 64), (30, 2, 65)]
    start, length, pitch = line_notes(tokens_of(*rows), 32)
    assert list(zip(start.tolist(), length.tolist(), pitch.tolist(), strict=True)) == rows


def test_the_highest_counts_and_the_next_cuts():
    start, length, pitch = line_notes(tokens_of((0, 16, 60), (0, 16, 67), (4, 4, 65), (40, 4, 65)), 32)
    assert (start.tolist(), length.tolist(), pitch.tolist()) == ([0, 4], [4, 4], [67, 65])


def test_a_note_cut_by_a_shorter_one_does_not_come_back():
    tokens = tokens_of((0, 16, 60), (4, 2, 65))
    assert tokens[:8].tolist() == [60 - LOW, HOLD, HOLD, HOLD, 65 - LOW, HOLD, SILENCE, SILENCE]


@some
@given(st.lists(st.tuples(st.integers(0, 35), st.integers(1, 20), st.integers(0, 127)), min_size=1, max_size=12))
def test_any_notes_make_a_line_that_comes_back(rows):
    tokens = tokens_of(*rows)
    start, length, pitch = line_notes(tokens, CELLS)
    assert (length >= 1).all()
    assert (start[1:] >= (start + length)[:-1]).all()
    assert np.array_equal(line_tokens(start, length, pitch, 1, CELLS), tokens)


def test_what_sounds():
    tokens = np.array([SILENCE, 40, HOLD, SILENCE, HOLD, 41])
    assert sounding(tokens[None])[0].tolist() == [PITCHES, 40, 40, PITCHES, PITCHES, 41]


def test_drums_keep_velocity_and_timing():
    clip = drum_clip(np.array([0, 13, 62]), np.array([36, 42, 40]), np.array([127, 64, 30]), 10, 32)
    assert clip.hits[0, 0] and clip.hits[1, 2] and clip.hits[6, 1] and clip.hits.sum() == 3
    assert clip.velocity[1, 2] == pytest.approx(64 / 127)
    assert clip.offset[1, 2] == pytest.approx(0.3) and clip.offset[6, 1] == pytest.approx(0.2)


def test_every_key_of_the_kit_is_a_piece():
    assert PIECE_OF.min() >= 0 and PIECE_OF.max() < N_PIECES
    assert PIECE_OF[[36, 38, 42, 46, 43, 47, 50, 49, 51]].tolist() == list(range(N_PIECES))


def test_bars():
    assert [cells_of(m) for m in (0, 1, 2, 3)] == [16, 24, 32, 24]
    assert strengths(FOUR)[:16].tolist() == [4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0]
    assert strengths(3)[:12].max() == 4 and strengths(1)[24:].max() == 0


def test_syncopation_is_of_notes_held_across_strong_steps():
    on, off = np.zeros(32, bool), np.zeros(32, bool)
    on[::4] = True
    off[2::4] = True
    assert syncopation(on, FOUR) == 0 < syncopation(off, FOUR)
    assert syncopation(np.zeros(32, bool), FOUR) == 0


def test_attributes():
    line = line_attributes(tokens_of((0, 4, 60), (4, 4, 72), (8, 8, 60), (16, 16, 72)), FOUR)
    assert line[0] == pytest.approx(4 / 8) and line[2] == 66 and line[3] == 12
    hits = np.zeros((32, N_PIECES), bool)
    hits[::4, 0] = True
    assert drum_attributes(hits, FOUR).tolist() == [1.0, 0.0]
