import pytest

from studio.music.time import Meter, TimeSignature
from studio.ui.roll.grid import LEAST_PIXELS, Grid, lines_between


@pytest.mark.parametrize(("scale", "ticks"), [(0.1, 120), (0.05, 240), (0.2, 60), (0.001, 3840), (2.0, 60)])
def test_grid_follows_the_zoom(scale: float, ticks: int) -> None:
    assert Grid().ticks(scale) == ticks


def test_pinned_and_triplets() -> None:
    assert Grid(pinned=480).ticks(0.001) == 480
    assert Grid(pinned=480, triplets=True).ticks(0.001) == 320


def test_snapping_may_be_off_or_bypassed() -> None:
    meter = Meter()
    assert Grid(480).snapped(meter, 500.6, 0.1) == 480
    assert Grid(480).snapped(meter, 500.6, 0.1, free=True) == 501
    assert Grid(480, snap=False).snapped(meter, 500.6, 0.1) == 501
    assert Grid(480).snapped_down(meter, 950, 0.1) == 480
    assert Grid(480).snapped(meter, -50, 0.1) == 0


def test_lines_stand_in_their_strongest_class_and_bars_count_through_changes() -> None:
    meter = Meter((TimeSignature(0, 4, 4), TimeSignature(2 * 3840, 3, 4)))
    lines = lines_between(meter, 0, 2 * 3840 + 2 * 2880, 0.1, Grid(480))
    assert lines.bars.tolist() == [0, 3840, 7680, 10_560, 13_440]
    assert lines.numbers.tolist() == [0, 1, 2, 3, 4]
    assert 7680 + 960 in lines.beats
    assert 480 in lines.steps
    every = [*lines.bars.tolist(), *lines.beats.tolist(), *lines.steps.tolist()]
    assert len(set(every)) == len(every)


def test_bars_thin_out_where_they_would_touch() -> None:
    lines = lines_between(Meter(), 0, 1000 * 3840, 0.001, Grid())
    gaps = set((lines.bars[1:] - lines.bars[:-1]).tolist())
    assert len(gaps) == 1
    assert gaps.pop() * 0.001 >= LEAST_PIXELS
    assert len(lines.beats) == len(lines.steps) == 0
