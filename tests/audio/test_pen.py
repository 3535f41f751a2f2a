"""The pen: behind what is written, or over it from a moment ahead of the player on, without a click."""

from collections.abc import Iterator

import numpy as np
import pytest

from studio.audio.pen import GUARD, OVER, Pen
from studio.audio.ring import READ, WRITTEN, Ring


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring(rate=48_000, seconds=0.2)
    yield ring
    ring.close()


def level(value: float, count: int) -> np.ndarray:
    return np.full((count, 2), value, np.float32)


def test_it_writes_behind_what_is_written(ring: Ring) -> None:
    pen = Pen(ring)
    ring.write(level(0.1, 500))
    assert pen.begin() == 500
    pen.write(level(0.2, 300))
    assert (pen.cursor, ring.numbers[WRITTEN]) == (800, 800)
    np.testing.assert_array_equal(ring.written(500, 300), level(0.2, 300))
    assert pen.ahead == 800 / 48_000


def test_a_new_mix_sets_in_ahead_of_the_player_and_goes_over_from_the_old(ring: Ring) -> None:
    pen = Pen(ring)
    for _ in range(8):
        pen.write(level(0.5, 1000))
    ring.numbers[READ] = 2500
    assert pen.can_go_back
    pen.back(2000)
    for _ in range(2):
        pen.write(level(-0.5, 1500))
    sound = ring.written(0, 8000)[:, 0]
    begin = 2500 + GUARD
    assert (sound[:begin] == 0.5).all()
    assert (sound[begin + OVER : 5000] == -0.5).all()
    assert (sound[5000:] == 0.5).all()
    assert ring.numbers[WRITTEN] == 8000
    assert np.abs(np.diff(sound[:5000])).max() < 1.1 / OVER
    assert ring.reading + GUARD == pen.soonest


def test_what_the_player_has_reached_is_left_and_the_same_stays_the_same(ring: Ring) -> None:
    pen = Pen(ring)
    noise = np.random.default_rng(0).normal(0, 0.3, (8000, 2)).astype(np.float32)
    pen.write(noise)
    pen.back(1000)
    ring.numbers[READ] = 3100  # meanwhile
    pen.write(noise[1000:3000])
    pen.write(noise[3000:8000])
    np.testing.assert_array_equal(ring.written(0, 8000), noise)
    ring.numbers[READ] = 8000 - GUARD - OVER + 1
    assert not pen.can_go_back


def test_where_nothing_follows_the_old_mix_is_let_go(ring: Ring) -> None:
    pen = Pen(ring)
    pen.write(level(0.5, 6000))
    pen.back(1000)
    pen.write(level(0.0, 2000))
    pen.end()
    assert ring.numbers[WRITTEN] == 3000
