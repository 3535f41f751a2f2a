"""The ring: what the reader gives, jumps without clicks, single sounds, positions."""

from collections.abc import Iterator

import numpy as np
import pytest

from studio.audio.ring import END_AT, GAPS, MISSING, PLAYING, READ, WRITTEN, Reader, Ring
from studio.audio.slots import FADE

RATE = 48_000


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring(rate=RATE, seconds=0.2)
    yield ring
    ring.close()


def ramp(first: int, count: int) -> np.ndarray:
    return np.repeat(np.arange(first, first + count, dtype=np.float32)[:, None], 2, 1)


def pull(reader: Reader, frames: int) -> np.ndarray:
    out = np.full((frames, 2), np.nan, np.float32)
    reader.fill(out, 0)
    return out


def test_frames_come_in_order_round_the_ring(ring: Ring) -> None:
    reader, got = Reader(ring), []
    ring.numbers[PLAYING] = 1
    for k in range(40):
        ring.write(ramp(1 + 700 * k, 700))
        got += [pull(reader, 350), pull(reader, 350)]
    sound = np.concatenate(got)
    np.testing.assert_array_equal(sound[FADE:], ramp(1, 28_000)[FADE:])
    assert ring.numbers[GAPS] == 0


def test_another_process_sees_the_same(ring: Ring) -> None:
    other = Ring(ring.name)
    ring.write(ramp(0, 10))
    assert other.numbers[WRITTEN] == 10
    assert other.sound[9, 0] == 9
    assert other.rate == RATE
    other.close()


def test_what_is_missing_is_counted_unless_the_song_is_over(ring: Ring) -> None:
    reader = Reader(ring)
    assert not pull(reader, 100).any()
    assert ring.numbers[MISSING] == 0
    ring.numbers[PLAYING] = 1
    ring.write(ramp(1, 60))
    assert not pull(reader, 100)[60:].any()
    assert (ring.numbers[GAPS], ring.numbers[MISSING]) == (1, 40)
    ring.write(ramp(1, 60))
    ring.numbers[END_AT] = ring.numbers[WRITTEN]
    pull(reader, 100)
    assert ring.numbers[GAPS] == 1


def test_jumps_and_halts_are_faded(ring: Ring) -> None:
    reader = Reader(ring)
    ring.numbers[PLAYING] = 1
    ring.write(np.ones((4000, 2), np.float32))
    pull(reader, 1000)
    ring.write(-np.ones((3000, 2), np.float32))
    ring.skip(4000)
    out = pull(reader, 1000)
    assert np.abs(np.diff(out[:, 0])).max() < 0.01
    assert out[0, 0] > 0.9
    assert out[-1, 0] == -1
    assert ring.numbers[READ] == 5000
    ring.numbers[PLAYING] = 0
    out = pull(reader, 1000)
    assert np.abs(np.diff(out[:, 0])).max() < 0.01
    assert not out[FADE:].any()
    assert ring.numbers[READ] == 5000


def test_positions(ring: Ring) -> None:
    assert ring.song_frame(0) is None
    ring.write(ramp(0, 100))
    ring.add_segment(48_000, jump=True)
    ring.write(ramp(0, 500))
    ring.add_segment(24_000, jump=False)
    ring.write(ramp(0, 500))
    assert ring.song_frame(700) == 24_100
    assert ring.song_frame(110) == 48_010
    assert ring.song_frame(50) == 48_000
    assert ring.heard() == 0


def test_a_reader_that_rests_fades_and_goes_on_where_it_stopped(ring: Ring) -> None:
    ring.write(np.ones((8_000, 2), np.float32))
    ring.numbers[PLAYING] = 1
    reader = Reader(ring)
    pull(reader, 1_000)
    reader.resting = True
    fading = pull(reader, 1_000)[:, 0]
    assert 0 < fading[0] <= 1
    assert (np.diff(fading) <= 0).all()
    assert not fading[FADE:].any()
    assert not pull(reader, 500).any()
    assert ring.numbers[READ] == 1_000
    assert ring.numbers[GAPS] == 0
    reader.resting = False
    rising = pull(reader, 1_000)[:, 0]
    assert (np.diff(rising) >= 0).all()
    assert (rising[FADE:] == 1).all()
    assert ring.numbers[READ] == 2_000
