import numpy as np
import pytest

from studio.music.pitch import frequency
from studio.ui.panels.spectrum import HOP, LOWEST, MARGIN, ROWS, ROWS_A_SEMITONE, Columns, ColumnStore, columns_of
from tests.ui.panels.mixes import tone

RATE = 48_000


@pytest.mark.parametrize("pitch", [36, 48, 60, 69, 81, 93, 105])
def test_a_tone_is_loudest_at_its_pitch(pitch: int) -> None:
    levels = columns_of(tone(frequency(pitch), 2 * MARGIN + 4 * HOP, RATE), 8 * HOP, RATE)
    assert levels.first == 8
    assert levels.levels.shape == (4, ROWS)
    loudest = levels.levels.astype(int).mean(axis=0)
    at = np.flatnonzero(loudest >= loudest.max() - 1).mean() / ROWS_A_SEMITONE + LOWEST
    assert at == pytest.approx(pitch, abs=0.5)
    assert loudest.max() > 200
    far = loudest[np.abs(np.arange(ROWS) / ROWS_A_SEMITONE + LOWEST - pitch) > 7]
    assert far.max() < 60


def test_pieces_give_the_same_columns_as_the_whole() -> None:
    sound = np.random.default_rng(0).standard_normal(2 * MARGIN + 12 * HOP).astype(np.float32) * 0.1
    whole = columns_of(sound, 0, RATE).levels
    part = columns_of(sound[4 * HOP : 4 * HOP + 2 * MARGIN + 4 * HOP], 4 * HOP, RATE)
    assert np.array_equal(part.levels, whole[4:8])


def test_silence_is_level_zero() -> None:
    assert not columns_of(np.zeros(2 * MARGIN + HOP, np.float32), 0, RATE).levels.any()


def test_store_shows_the_loudest_of_what_shares_a_pixel() -> None:
    store = ColumnStore()
    store.resize(64)
    levels = np.zeros((64, ROWS), np.uint8)
    levels[37, 5] = 200
    store.put(Columns(0, levels))
    assert store.at(np.arange(65) * HOP)[37, 5] == 200
    wide = store.at(np.arange(5) * HOP * 16)
    assert wide[2, 5] == 200
    assert wide.sum() == 200
    outside = store.at(np.array([-3, -1, 0, 64, 70]) * HOP)
    assert not outside[[0, 3]].any()
    store.put(Columns(0, np.zeros((64, ROWS), np.uint8)))
    assert not store.at(np.arange(5) * HOP * 16).any()
