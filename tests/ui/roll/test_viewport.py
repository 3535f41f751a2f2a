import numpy as np
import pytest

from studio.ui.roll.viewport import GUTTER, MAX_KEY, MIN_KEY, Viewport


@pytest.fixture
def view(qapp) -> Viewport:
    made = Viewport()
    made.resize(1000, 400)
    made.set_content_end(100 * 3840)
    return made


def test_ticks_and_x_are_inverse(view: Viewport) -> None:
    view.scroll(dx=777.3)
    ticks = np.arange(20_000, 40_000, 997)
    assert np.all(np.abs(view.x_of(ticks) - [view.x_at(t) for t in ticks]) <= 0.5)
    assert view.tick_at(view.x_at(12_345)) == pytest.approx(12_345)
    view.scroll_to(5000)
    assert view.tick_at(GUTTER) == pytest.approx(5000, abs=view.ticks_of(1))


def test_scrolling_moves_everything_by_the_same_pixels(view: Viewport) -> None:
    ticks = np.arange(50_000, 90_000, 37)
    before = view.x_of(ticks)
    view.scroll(dx=12.4)
    assert len(set((before - view.x_of(ticks)).tolist())) == 1


def test_zoom_fixes_the_point_without_drift(view: Viewport) -> None:
    view.scroll(dx=4000)
    tick, scale = view.tick_at(600), view.scale
    for factor in [1.1] * 20 + [1 / 1.1] * 20:
        view.zoom_time(factor, 600)
        assert abs(view.x_at(tick) - 600) <= 1
    assert view.scale == pytest.approx(scale)
    assert abs(view.x_at(tick) - 600) <= 1


def test_pitch_and_y_are_inverse_and_clamped(view: Viewport) -> None:
    for pitch in range(*view.visible_pitches()):
        assert view.pitch_at(float(view.y_of(pitch)) + 0.5) == pitch
    assert view.pitch_at(-1e6) == 127
    assert view.pitch_at(1e6) == 0
    for _ in range(50):
        view.zoom_pitch(1.3, 100)
    assert view.key_height == MAX_KEY
    for _ in range(50):
        view.zoom_pitch(1 / 1.3, 100)
    assert view.key_height == MIN_KEY
    assert view.top >= 0


def test_the_view_stays_in_the_song(view: Viewport) -> None:
    view.scroll(dx=-1e9, dy=-1e9)
    assert (view.left, view.top) == (0, 0)
    view.scroll(dx=1e9, dy=1e9)
    assert view.visible_ticks()[1] <= 100 * 3840 + 16 * 3840 + 100
    assert view.visible_pitches()[0] == 0


def test_show_ticks_and_pitches(view: Viewport) -> None:
    view.show_ticks(40_000, 80_000)
    start, end = view.visible_ticks()
    assert start <= 40_000 < 80_000 <= end
    assert end - start < 44_000
    view.show_pitches(60, 72)
    low, high = view.visible_pitches()
    assert abs((low + high) / 2 - 66) <= 1


def test_playhead_tells_where_it_was_and_turns_pages(view: Viewport) -> None:
    moves, changes = [], []
    view.playhead_moved.connect(lambda old, new: moves.append((old, new)))
    view.changed.connect(lambda: changes.append(view.left))
    view.set_playhead(960, playing=True)
    assert moves == [(GUTTER, GUTTER + 960 * view.scale)]
    assert changes == []
    view.set_playhead(50_000, playing=True, follow="page")
    assert GUTTER <= view.x_at(50_000) <= GUTTER + 30
    assert len(changes) == 1
    view.set_playhead(0)
    assert len(changes) == 1


def test_following_in_the_middle_keeps_the_playhead_still() -> None:
    view = Viewport()
    view.resize(1200, 500)
    view.set_content_end(200_000)
    places = set()
    for tick in range(50_000, 60_000, 700):
        view.set_playhead(tick, playing=True, follow="center")
        places.add(round(view.x_at(tick) / 2))
    assert len(places) <= 2
    assert abs(view.x_at(view.playhead) - (GUTTER + 1200) / 2) <= 1
    view.set_playhead(0, playing=True, follow="center")  # the song's start stays at the left
    assert view.left == 0


def test_show_exactly_fills_the_width() -> None:
    view = Viewport()
    view.resize(1200, 500)
    view.set_content_end(200_000)
    view.show_exactly(10_000, 20_000)
    start, end = view.visible_ticks()
    assert abs(start - 10_000) < 20
    assert abs(end - 20_000) < 20
