"""Tables and gates of the loops that make notes; their sound is tested in test_spectral and test_spectral_compiled."""

import numpy as np

from studio.nn.spectral_kernels import BLOCK, HOP, MOST_FRAMES, ONSET_HOP
from studio.nn.voice_kernels import _place, fill_tables, new_space


def test_tables_are_cosines_and_sines():
    cycles = np.array([0.0005, 0.0123, 0.1, 0.449])
    waves, turns = np.zeros((2, 8, HOP), np.float32), np.zeros((2, MOST_FRAMES, 8), np.float32)
    fill_tables(waves, turns, cycles)
    over = 2 * np.pi * cycles[:, None] * np.arange(HOP)
    later = 2 * np.pi * cycles * ONSET_HOP * np.arange(MOST_FRAMES)[:, None]
    for k, f in enumerate((np.cos, np.sin)):
        assert np.abs(waves[k, :4] - f(over)).max() < 1e-6
        assert np.abs(turns[k, :, :4] - f(later)).max() < 1e-6
    assert not waves[:, 4:].any()
    assert not turns[:, :, 4:].any()


def test_a_block_is_cut_and_gated():
    line, onset, end = np.ones(BLOCK, np.float32), np.array([0, 0.5], np.float32), np.array([0, 0.25, 0.75, 1], np.float32)
    length, first = BLOCK + 100, BLOCK - 10
    row = np.full(300, -1, np.float32)
    _place(row, line, 0, first, length, onset, end)
    assert (row[:10] == 1).all()
    _place(row, line, 1, first, length, onset, end)
    np.testing.assert_array_equal(row[10:110], [1] * 98 + [0.75, 0.25])
    assert (row[110:] == -1).all()
    begin = np.zeros(4, np.float32)
    _place(begin, line, 0, 0, length, onset, end)
    np.testing.assert_array_equal(begin, [0, 0.5, 1, 1])


def test_room_begins_with_lines_of_the_cache():
    space = new_space()
    assert all(x.ctypes.data % 64 == 0 for x in (space.block, space.work, space.brief, space.waves, *space.short, *space.long))
