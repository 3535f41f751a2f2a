from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.time import Meter, TimeSignature, note_value
from tests.documents import metres, rising, some

meters = rising(metres).map(lambda rows: Meter(tuple(TimeSignature(t, *m) for t, m in rows)))
ticks = st.integers(0, 100_000)


def test_a_bar_of_three_eight():
    signature = TimeSignature(0, 3, 8)
    assert (signature.beat_ticks, signature.bar_ticks) == (480, 1440)


@pytest.mark.parametrize("wrong", [(-1, 4, 4), (0, 0, 4), (0, 4, 3), (0, 4, 128), (0, 256, 4)])
def test_refuses_what_is_no_signature(wrong):
    with pytest.raises(ValueError, match="not a time signature"):
        TimeSignature(*wrong)


@pytest.mark.parametrize("wrong", [(), (TimeSignature(1),), (TimeSignature(0), TimeSignature(0, 3, 4))])
def test_refuses_what_is_no_meter(wrong):
    with pytest.raises(ValueError, match="must start at tick 0 and rise"):
        Meter(wrong)


def test_a_change_inside_a_bar_cuts_it_short():
    meter = Meter((TimeSignature(0, 4, 4), TimeSignature(5_000, 3, 4)))
    assert [meter.bar_start(b) for b in range(4)] == [0, 3_840, 5_000, 5_000 + 2_880]
    assert meter.bar_of(4_999) == 1
    assert str(meter.position(5_000)) == "003.1.000"
    assert str(meter.position(4_900)) == "002.2.100"
    assert meter.snap(4_890, 960) == 4_800
    assert meter.snap(4_950, 240) == 5_000
    assert meter.snap(4_950, 960) == 5_000  # nearer than 4,800


@some
@given(meters, ticks)
def test_bars_hold_their_ticks(meter, tick):
    bar = meter.bar_of(tick)
    start, end = meter.bar_start(bar), meter.bar_end(bar)
    assert start <= tick < end
    assert meter.bar_of(start) == bar
    assert meter.bar_of(end) == bar + 1
    assert meter.bar_ceiling(tick) == (tick if tick == start else end)
    assert meter.bar_ceiling(end) == end


@some
@given(meters, ticks)
def test_positions_count_up_to_their_ticks(meter, tick):
    place = meter.position(tick)
    beat = meter.at(tick).beat_ticks
    assert meter.bar_start(place.bar - 1) + (place.beat - 1) * beat + place.tick == tick
    assert 0 <= place.tick < beat


@some
@given(meters, ticks, st.sampled_from([60, 160, 240, 960, 5_000]))
def test_snapping_goes_to_the_nearest_line_and_stays_there(meter, tick, grid):
    snapped = meter.snap(tick, grid)
    bar = meter.bar_of(tick)
    start, end = meter.bar_start(bar), meter.bar_end(bar)
    assert snapped == end or (snapped - start) % grid == 0
    lines = [*range(start, end, grid), end]
    assert abs(snapped - tick) == min(abs(line - tick) for line in lines)
    assert meter.snap(snapped, grid) == snapped
    below = meter.snap_down(tick, grid)
    assert start <= below <= tick < below + grid


@some
@given(meters, st.lists(ticks, max_size=5), st.integers(1, 4_000))
def test_many_ticks_snap_as_one_does(meter, many, grid):
    assert meter.snap_all(many, grid).tolist() == [meter.snap(t, grid) for t in many]
    assert meter.bar_starts(many).tolist() == [meter.bar_start(meter.bar_of(t)) for t in many]
    assert meter.bar_starts(np.zeros((2, 3))).shape == (2, 3)


def test_note_values():
    assert note_value(Fraction(1, 16)) == 240
    assert note_value(Fraction(1, 24)) == 160
    with pytest.raises(ValueError, match="not a whole number of ticks"):
        note_value(Fraction(1, 7))
