import numpy as np
import pytest
from PySide6.QtCore import QPoint

from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import frequency
from studio.ui.panels.spectrogram import Spectrogram
from studio.ui.panels.spectrum import HOP, LOWEST, MARGIN, ROWS, ROWS_A_SEMITONE, Columns, ColumnStore, columns_of
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import DARK
from tests.ui.panels.mixes import Mix, main_thread_jobs, tone
from tests.ui.roll.conftest import move

RATE = 48_000


@pytest.mark.parametrize("pitch", [36, 48, 60, 69, 81, 93, 105])
def test_a_tone_is_loudest_at_its_pitch(pitch: int) -> None:
    levels = columns_of(tone(frequency(pitch), 2 * MARGIN + 4 * HOP, RATE), 8 * HOP, RATE)
    assert levels.first == 8
    assert levels.levels.shape == (4, ROWS)
    loudest = levels.levels.astype(int).mean(axis=0)
    at = np.flatnonzero(loudest >= loudest.max() - 1).mean() / ROWS_A_SEMITONE + LOWEST
    assert at == pytest.approx(pitch, abs=0.5)
    assert loudest.max() > 200
    far = loudest[np.abs(np.arange(ROWS) / ROWS_A_SEMITONE + LOWEST - pitch) > 7]
    assert far.max() < 60


def test_pieces_give_the_same_columns_as_the_whole() -> None:
    sound = np.random.default_rng(0).standard_normal(2 * MARGIN + 12 * HOP).astype(np.float32) * 0.1
    whole = columns_of(sound, 0, RATE).levels
    part = columns_of(sound[4 * HOP : 4 * HOP + 2 * MARGIN + 4 * HOP], 4 * HOP, RATE)
    assert np.array_equal(part.levels, whole[4:8])


def test_silence_is_level_zero() -> None:
    assert not columns_of(np.zeros(2 * MARGIN + HOP, np.float32), 0, RATE).levels.any()


def test_store_shows_the_loudest_of_what_shares_a_pixel() -> None:
    store = ColumnStore()
    store.resize(64)
    levels = np.zeros((64, ROWS), np.uint8)
    levels[37, 5] = 200
    store.put(Columns(0, levels))
    assert store.at(np.arange(65) * HOP)[37, 5] == 200
    wide = store.at(np.arange(5) * HOP * 16)
    assert wide[2, 5] == 200
    assert wide.sum() == 200
    outside = store.at(np.array([-3, -1, 0, 64, 70]) * HOP)
    assert not outside[[0, 3]].any()
    store.put(Columns(0, np.zeros((64, ROWS), np.uint8)))
    assert not store.at(np.arange(5) * HOP * 16).any()


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
