import numpy as np
import pytest

from studio.app.jobs import Jobs
from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.ui.panels.pyramid import BLOCK, SCALE, Pyramid, block_peaks
from studio.ui.panels.timeline import edge_frames
from studio.ui.panels.waveform import Waveform
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import DARK
from tests.ui.panels.mixes import Mix, main_thread_jobs, tone


def test_pyramid_gives_the_true_peaks_between_edges() -> None:
    rng = np.random.default_rng(0)
    samples = (rng.standard_normal(BLOCK * 4096) * 0.2).clip(-1, 1).astype(np.float32)
    pyramid = Pyramid()
    pyramid.resize(len(samples))
    pyramid.put(block_peaks(samples[: BLOCK * 1000], 0))
    pyramid.put(block_peaks(samples[BLOCK * 1000 :], BLOCK * 1000))
    for step in (BLOCK, BLOCK * 4, BLOCK * 16, BLOCK * 256):
        edges = np.arange(0, len(samples) + 1, step)
        got = pyramid.peaks(edges)
        expected = np.stack([samples.reshape(-1, step).min(axis=1), samples.reshape(-1, step).max(axis=1)], axis=1)
        assert np.abs(got - expected).max() <= 1 / SCALE


def test_pyramid_is_silent_outside_and_where_nothing_was_put() -> None:
    pyramid = Pyramid()
    assert not pyramid.peaks(np.array([0, 100, 200])).any()
    pyramid.resize(BLOCK * 64)
    pyramid.put(block_peaks(np.ones(BLOCK * 32, np.float32), 0))
    got = pyramid.peaks(np.arange(-10, 100) * BLOCK)
    assert not got[:10].any()
    assert got[10:42, 1].all()
    assert not got[43:].any()
    pyramid.resize(BLOCK * 8)
    pyramid.put(block_peaks(np.ones(BLOCK * 32, np.float32), 0))
    assert len(pyramid.peaks(np.arange(10) * BLOCK)) == 9


@pytest.fixture
def made(qtbot):
    """A waveform of four bars: silence, then a tone from bar 2 to bar 3, at a tempo that changes in bar 2."""
    document = Document(
        tempo=TempoMap.constant(120).with_change(3840, 90),
        tracks=(Track(1, clips=(Clip(2, 0, 4 * 3840, (Take(Notes.empty()),)),)),),
        next_id=3,
    )
    state = RollState(Session(document), Viewport())
    rate = 8_000
    start, end, length = document.tempo.frames([3840, 7680, 4 * 3840], rate).tolist()
    mix = Mix(rate, np.zeros(length, np.float32))
    mix.sound[start:end] = tone(440, end - start, rate)
    jobs: Jobs = main_thread_jobs()
    widget = Waveform(state, mix, jobs, DARK)
    qtbot.addWidget(widget)
    widget.resize(800, 80)
    widget.show()
    qtbot.waitExposed(widget)
    state.viewport.show_ticks(0, 4 * 3840)
    state.viewport.set_playhead(10**6)
    yield widget, mix, state
    widget.close_source()
    jobs.close()
    state.close()


def lit(widget: Waveform) -> np.ndarray:
    """Ticks of the pixel columns in which the wave is higher than a line."""
    image = widget.grab().toImage()
    y = widget.height() // 2 - 12
    x = [x for x in range(GUTTER, widget.width()) if image.pixelColor(x, y).lightness() > 100]
    return np.array([widget.viewport.tick_at(i) for i in x])


def test_sound_is_drawn_at_its_ticks_through_tempo_changes(qtbot, made) -> None:
    widget, _, state = made
    qtbot.waitUntil(lambda: len(lit(widget)) > 50)
    ticks = lit(widget)
    pixel = state.viewport.ticks_of(2)
    assert ticks.min() == pytest.approx(3840, abs=pixel)
    assert ticks.max() == pytest.approx(7680, abs=pixel)


def test_new_sound_appears(qtbot, made) -> None:
    widget, mix, _ = made
    qtbot.waitUntil(lambda: len(lit(widget)) > 50)
    mix.sound[:] = 0
    mix.tell(0, len(mix.sound))
    qtbot.waitUntil(lambda: len(lit(widget)) == 0)


def test_hidden_widgets_rest_and_catch_up(qtbot, made) -> None:
    widget, mix, _ = made
    qtbot.waitUntil(lambda: len(lit(widget)) > 50)
    widget.hide()
    asked = mix.asked
    mix.sound[:] = 0
    mix.tell(0, len(mix.sound))
    qtbot.wait(150)
    assert mix.asked == asked
    widget.show()
    qtbot.waitUntil(lambda: len(lit(widget)) == 0)


def test_edges_follow_the_tempo_map(made) -> None:
    _, mix, state = made
    edges = edge_frames(state, mix.rate, GUTTER, GUTTER + 500)
    assert len(edges) == 501
    assert np.all(np.diff(edges) >= 0)
    tick = state.viewport.tick_at(GUTTER + 300)
    assert edges[300] == pytest.approx(state.document.tempo.seconds(round(tick)) * mix.rate, abs=1)
