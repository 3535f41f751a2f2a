import numpy as np
import pytest

from studio.app.session import Session
from studio.music.document import Document
from studio.music.tempo import TempoMap
from studio.ui.panels.timeline import columns_rect, edge_frames, visible_frames
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER, Viewport

RATE = 8_000


@pytest.fixture
def state(qapp):
    made = RollState(Session(Document(tempo=TempoMap.constant(120).with_change(3840, 90))), Viewport())
    made.viewport.resize(800, 100)
    made.viewport.show_ticks(0, 4 * 3840)
    yield made
    made.close()


def test_edges_follow_the_tempo_map(state: RollState) -> None:
    edges = edge_frames(state, RATE, GUTTER, GUTTER + 500)
    assert len(edges) == 501
    assert np.all(np.diff(edges) >= 0)
    tick = state.viewport.tick_at(GUTTER + 300)
    assert edges[300] == pytest.approx(state.document.tempo.seconds(round(tick)) * RATE, abs=1)


def test_visible_frames(state: RollState) -> None:
    start, end = visible_frames(state, RATE)
    assert start == 0
    assert end >= state.document.tempo.frames(4 * 3840, RATE)


def test_frames_come_back_as_the_columns_that_show_them(state: RollState) -> None:
    start, end = state.document.tempo.frames([3840, 7680], RATE).tolist()
    rect = columns_rect(state, RATE, start, end, 50)
    assert rect.left() <= state.viewport.x_at(3840) <= rect.left() + 3
    assert rect.right() - 3 <= state.viewport.x_at(7680) <= rect.right()
    assert columns_rect(state, RATE, 10**8, 10**8 + 5, 50).isEmpty()
