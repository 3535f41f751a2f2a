from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engines.api import Quiet, SoundBatch
from studio.engines.expression import PLAIN, Expression
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_expression import TAPS, Clock, cents_at, curve_at, read_at
from tests.engines.instruments import tiny_model

RATE = 44100
EVERYTHING = Expression(
    tuning=-12.0, bend=((0, 0.0), (9000, 150.0)), glide=-200.0, vibrato=40.0, dynamics=((0, -9.0), (20000, 3.0)),
    brightness=0.7, breath=0.5, attack=-0.4,
)  # fmt: skip
SHAPES = (PLAIN, EVERYTHING, Expression(brightness=-1.0), Expression(tuning=50.0))


def four(shapes: tuple[Expression, ...] = SHAPES) -> SoundBatch:
    return SoundBatch(
        np.array([73, 73, 0, 9], np.int16), np.array([69, 69, 50, 90], np.int16), np.array([80] * 4, np.int16),
        np.array([20000, 20000, 9000, 5000], np.int64), shapes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> NeuralInstruments:
    made = NeuralInstruments()
    made.prepare(tiny_model(tmp_path_factory.mktemp("models") / "tiny"), "cpu")
    return made


@pytest.fixture(scope="module")
def whole(engine: NeuralInstruments) -> np.ndarray:
    return engine.render(four(), RATE, 0, 30000, Quiet())


def test_the_defaults_change_nothing(engine, whole):
    plain = engine.render(four(()), RATE, 0, 30000, Quiet())
    assert whole[0].tobytes() == plain[0].tobytes()
    for shaped, usual in zip(whole[1:], plain[1:], strict=True):
        assert np.abs(shaped - usual).max() > 1e-3
    assert engine.render(four((PLAIN,) * 4), RATE, 0, 30000, Quiet()).tobytes() == plain.tobytes()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 29999), min_size=1, max_size=4, unique=True), st.integers(0, 3))
def test_a_slice_is_a_slice_of_the_whole(engine, whole, cuts, n):
    one = four().select(slice(n, n + 1))
    parts = [engine.render(one, RATE, a, b - a, Quiet())[0] for a, b in pairwise([0, *sorted(cuts), 30000])]
    assert np.concatenate(parts).tobytes() == whole[n].tobytes()


def test_it_ends_with_the_plain_note(engine, whole):
    for row, length in zip(whole, engine.lengths(four(), RATE), strict=True):
        assert not row[length:].any()
        assert np.abs(row[length - 3 : length]).max(initial=0) < 1e-3


def test_dynamics_are_a_gain_and_a_curve_is_straight_between_its_points(engine, whole):
    down = replace(four(), expression=(Expression(dynamics=((0, -20.0),)), PLAIN, PLAIN, PLAIN))
    row = engine.render(down, RATE, 0, 30000, Quiet())[0]
    assert np.allclose(row, 0.1 * whole[0], atol=1e-7)
    assert curve_at(((10, 1.0), (20, 3.0)), np.array([0.0, 15.0, 90.0])).tolist() == [1, 2, 3]


def test_the_clock_adds_up_its_speed():
    how = Expression(vibrato=50.0, bend=((0, -100.0), (40000, 100.0)))
    clock = Clock.of(how, RATE, 40000)
    frames = np.arange(40000.0)
    times = clock.at(frames)
    assert times[0] == 0
    cents = 1200 * np.log2(np.diff(times))
    assert np.abs(cents - cents_at(how, frames[:-1] + 0.5, RATE)).max() < 0.05
    assert clock.at(np.array([12345.0]))[0] == times[12345]


def test_reading_between_samples():
    n = np.arange(4000)
    wave = np.sin(2 * np.pi * 0.11 * n).astype(np.float32)
    times = np.linspace(100, 3800, 3000)
    assert np.abs(read_at(wave, times) - np.sin(2 * np.pi * 0.11 * times)).max() < 2e-4
    assert TAPS % 2 == 0


def test_nothing_is_bent_over_the_nyquist_frequency(engine):
    up = replace(four(), pitch=np.array([108] * 4, np.int16), expression=(Expression(bend=((0, 200.0),)),) * 4)
    for row in engine.render(up, RATE, 0, 8000, Quiet())[:2]:
        spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row))))
        assert spectrum[int(0.98 * len(spectrum)) :].max() < 2e-3 * spectrum.max()


def test_a_swell_is_in_place_of_the_fading_in():
    frames = np.arange(0, 2 * RATE, 50.0)
    late = cents_at(Expression(vibrato=20.0, swell=((0, 0.0), (RATE, 0.0), (RATE + RATE // 2, 1.0))), frames, RATE)
    assert not late[frames <= RATE].any()
    assert np.abs(late[frames > 1.5 * RATE]).max() == pytest.approx(20, abs=0.3)
    early = cents_at(Expression(vibrato=20.0, swell=((0, 1.0),)), frames, RATE)
    assert np.abs(early[frames < 0.15 * RATE]).max() > 15
    assert Expression(swell=((0, 1.0),)).plain
