"""Notes of tracks and their sums."""

import numpy as np

from studio.audio.strips import BLOCK, Ahead, Events, Strip, summed
from studio.audio.width import side_of, widened
from studio.music.effects import Effect
from tests.audio.test_mixer import RATE, make_events, make_rows


def test_sounding_finds_long_notes_behind_short_ones() -> None:
    start, length = np.array([0, 10, 20, 5000]), np.array([9000, 5, 5, 100])
    events = Events(start, length, np.ones(4, np.float32), *(np.zeros(4, np.int64) for _ in range(5)))
    assert [n[0] for n in events.sounding(4000, 4100)] == [0]
    assert [n[0] for n in events.sounding(12, 21)] == [0, 1, 2]
    assert events.sounding(9000, 9999) == []


def test_a_sum_of_many_blocks_is_that_of_each() -> None:
    rows = make_rows(5)
    events = make_events(rows, 40)
    del rows[3]  # a row that is not there is left out
    whole = summed(events, rows, -BLOCK, 30 * BLOCK)
    assert whole is not None
    for k in range(30):
        block = summed(events, rows, (k - 1) * BLOCK, BLOCK)
        assert whole[k * BLOCK : (k + 1) * BLOCK].tobytes() == (np.zeros(BLOCK, np.float32) if block is None else block).tobytes()
    assert summed(events, rows, 20 * RATE, BLOCK) is None


def test_ahead_knows_where_nothing_sounds() -> None:
    rows = make_rows(2, 0.1)
    ahead = Ahead(rows, 6, RATE)
    events = make_events(rows, 3, seconds=1.0)
    for k in range(60):
        block, made = summed(events, rows, k * BLOCK, BLOCK), ahead.bus(1, events, k * BLOCK)
        assert (block is None) == (made is None)
        assert block is None or made is None or block.tobytes() == made.tobytes()


def test_strips_are_mixed_ahead_unless_they_have_effects() -> None:
    rows = make_rows(2)
    strips = tuple(Strip(i, make_events(rows, 9, i), pan=0.3 * i, room=0.2, width=0.4 * (i == 1)) for i in range(3))
    affected = Strip(7, strips[0].events, effects=(Effect("compressor"),))
    assert Ahead(rows, 3, RATE).mix((*strips, affected), 0) is None
    ahead, expected = Ahead(rows, 3, RATE), np.zeros((4, BLOCK), np.float32)
    loud = []
    for k in (0, 1, 2, 3, 9, 1):
        made = ahead.mix(strips, k * BLOCK)
        assert made is not None
        sums = made[:, :BLOCK]
        expected[:] = 0
        for strip in strips:
            past, bus = (summed(strip.events, rows, (k - back) * BLOCK, BLOCK) for back in (1, 0))
            now = np.zeros(BLOCK, np.float32) if bus is None else bus
            expected += (widened(now, side_of(now, past, RATE), strip.width) if strip.width else now) * strip.factors
        assert np.array_equal(sums, expected)
        loud.append(bool(sums.any()))
    assert sum(loud) > 2
