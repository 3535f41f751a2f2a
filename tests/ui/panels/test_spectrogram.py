import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import frequency
from studio.ui.panels.spectrogram import Spectrogram, color_table
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import DARK, LIGHT
from tests.ui.panels.mixes import Mix, main_thread_jobs, tone
from tests.ui.roll.conftest import move

RATE = 48_000


def test_draws_a_tone_at_its_time_and_pitch(qtbot) -> None:
    document = Document(tracks=(Track(1, clips=(Clip(2, 0, 4 * 3840, (Take(Notes.empty()),)),)),), next_id=3)
    state = RollState(Session(document), Viewport())
    start, end, length = document.tempo.frames([3840, 7680, 4 * 3840], RATE).tolist()
    sound = np.zeros(length, np.float32)
    sound[start:end] = tone(frequency(69), end - start, RATE)
    mix, jobs = Mix(RATE, sound), main_thread_jobs()
    widget = Spectrogram(state, mix, jobs, DARK)
    qtbot.addWidget(widget)
    widget.resize(700, 200)
    widget.show()
    qtbot.waitExposed(widget)
    state.viewport.show_ticks(0, 4 * 3840)

    def light(tick: float, pitch: float) -> int:
        image = widget.grab().toImage()
        return image.pixelColor(round(state.viewport.x_at(tick)), round(widget.y_of(pitch))).lightness()

    try:
        qtbot.waitUntil(lambda: light(5760, 69) > 120)
        qtbot.waitUntil(lambda: jobs.running("spectrogram") is None)
        assert light(5760, 80) < 60
        assert light(1920, 69) < 60
        assert light(9600, 69) < 60
        assert widget.pitch_at(widget.y_of(69)) == pytest.approx(69)
        move(widget, QPoint(300, round(widget.y_of(69))))
        assert widget.toolTip() == "A4   440 Hz"
    finally:
        widget.close_source()
        jobs.close()
        state.close()


def test_loud_is_far_from_the_ground_by_night_and_by_day():
    for theme in (DARK, LIGHT):
        table = color_table(theme)
        lights = [QColor.fromRgb(int(c)).lightness() for c in table]
        assert abs(lights[0] - lights[-1]) > 120
        assert lights == sorted(lights, reverse=not theme.dark)
