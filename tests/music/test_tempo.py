import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.tempo import TempoChange, TempoMap
from tests.documents import rising, some

maps = rising(st.integers(1, 0xFFFFFF)).map(lambda rows: TempoMap(tuple(TempoChange(t, m) for t, m in rows)))
ticks = st.integers(0, 1 << 28)


def test_a_minute_of_sixty():
    tempo = TempoMap.constant(60)
    assert tempo.seconds(960 * 60) == 60.0
    assert tempo.frames(960, 44_100) == 44_100
    assert tempo.tick_at_frame(44_100, 44_100) == 960
    assert tempo.at(5).bpm == 60.0


def test_changes_add_up():
    tempo = TempoMap.constant(120).with_change(960, 60).with_change(1_920, 240)
    assert tempo.seconds([0, 960, 1_920, 2_880]).tolist() == [0.0, 0.5, 1.5, 1.75]
    assert tempo.with_change(960, 120).seconds(1_920) == 1.0
    assert tempo == TempoMap(tempo.changes)
    assert hash(tempo) == hash(TempoMap(tempo.changes))
    assert tempo != TempoMap()


@pytest.mark.parametrize(
    "wrong",
    [(), (TempoChange(1, 500_000),), (TempoChange(0, 1), TempoChange(0, 2)), (TempoChange(0, 0),), (TempoChange(0, 1 << 24),)],
)
def test_refuses_what_is_no_tempo_map(wrong):
    with pytest.raises(ValueError, match=r"must start at tick 0|microseconds a quarter"):
        TempoMap(wrong)


@some
@given(maps, st.lists(ticks, min_size=2, max_size=6).map(sorted), st.sampled_from([44_100, 48_000, 192_000]))
def test_time_never_runs_backwards_and_frames_are_seconds_rounded_once(tempo, many, rate):
    seconds, frames = tempo.seconds(many), tempo.frames(many, rate)
    assert (np.diff(seconds) >= 0).all()
    assert (np.diff(frames) >= 0).all()
    units = tempo._units(many)
    assert frames.tolist() == [(2 * int(u) * rate + 960_000_000) // 1_920_000_000 for u in units]


@some
@given(maps, ticks)
def test_seconds_lead_back_to_their_tick(tempo, tick):
    back = float(tempo.ticks_at_seconds(tempo.seconds(tick)))
    assert back == pytest.approx(tick, abs=1e-3 + tick * 1e-9)


def test_before_the_start_the_first_tempo_holds():
    tempo = TempoMap.constant(120).with_change(960, 60)
    assert tempo.seconds(-960) == -0.5
    assert tempo.ticks_at_seconds(-0.5) == -960
