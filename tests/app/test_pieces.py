"""Pieces of sound in 16 bits."""

import numpy as np
import pytest

from studio.app.pieces import Pieces

FRAMES = 1_000


def wave(loud: float) -> np.ndarray:
    return (np.random.default_rng(3).uniform(-1, 1, FRAMES) * loud).astype(np.float32)


@pytest.mark.parametrize("loud", [1e-6, 0.3, 4.0])
def test_what_is_lost_is_a_step_of_sixteen_bits(loud: float) -> None:
    pieces, one = Pieces(FRAMES), wave(loud)
    pieces.put(3, one)
    got = pieces.part(3, 0, FRAMES)
    assert got is not None
    assert got.dtype == np.float32
    assert np.abs(got - one).max() < np.abs(one).max() / 60_000
    assert pieces.part(3, 10, 20) == pytest.approx(got[10:20])


def test_silence_stays_silence() -> None:
    pieces = Pieces(FRAMES)
    pieces.put(0, np.zeros(FRAMES, np.float32))
    got = pieces.part(0, 0, FRAMES)
    assert got is not None
    assert not got.any()


def test_pieces_come_change_and_go() -> None:
    pieces = Pieces(FRAMES)
    assert pieces.part(0, 0, FRAMES) is None
    for number in (0, 1, 500):
        pieces.put(number, wave(number + 1))
    pieces.put(1, wave(7))
    got = pieces.part(1, 0, FRAMES)
    assert got is not None
    assert np.abs(got).max() == pytest.approx(np.abs(wave(7)).max())
    assert sorted(pieces) == [0, 1, 500]
    pieces.drop([0, 500])
    assert list(pieces) == [1]
    assert pieces.part(500, 0, FRAMES) is None
    pieces.put(500, wave(2))
    assert pieces.part(500, 0, FRAMES) is not None
