import numpy as np
import pytest

from studio.app.jobs import Jobs
from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.ui.panels.waveform import Waveform
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER, Viewport
from studio.ui.theme import DARK
from tests.ui.panels.mixes import Mix, main_thread_jobs, tone


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
