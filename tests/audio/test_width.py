import numpy as np
import pytest

from studio.audio.width import side_of, widened

RATE = 48_000


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(n).astype(np.float32)


def test_blocks_join_to_the_same_side() -> None:
    sound = noise(6_144)
    blocks = sound.reshape(3, 2_048)
    parts = [side_of(b, blocks[i - 1] if i else None, RATE) for i, b in enumerate(blocks)]
    whole = side_of(sound, None, RATE)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(side_of(sound[2_048:], blocks[0], RATE), whole[2_048:])


def test_the_sum_of_both_sides_is_the_middle_and_they_are_unlike() -> None:
    sound = noise(48_000)
    left, right, *_ = widened(sound, side_of(sound, None, RATE), 1.0)
    scale = (left + right) @ sound / (2 * sound @ sound)
    np.testing.assert_allclose(left + right, 2 * scale * sound, atol=1e-4)
    assert np.corrcoef(left, right)[0, 1] < 0.35
    assert np.sqrt((left**2).mean()) == pytest.approx(np.sqrt((sound**2).mean()), rel=0.1)


def test_no_width_changes_nothing() -> None:
    sound = noise(2_048)
    for channel in widened(sound, side_of(sound, None, RATE), 0.0):
        np.testing.assert_array_equal(channel, sound)
