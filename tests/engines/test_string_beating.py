from dataclasses import replace

import numpy as np
import pytest

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import Quiet
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Sound
from studio.engines.string_beating import MOST, MOST_CENTS, TWINS, law_of, strings, with_twins
from studio.nn.note_beating import beating
from studio.nn.spectral import MAX_PARTIALS, POINTS
from studio.train.instruments_measures import one_of
from tests.engines.instruments import tiny_model

PLAIN = Sound("piano", 0, "Piano", 0, "recorded", False, 0, 0.3, 3.0, 21, 108, 20, 120)
PIANO = replace(PLAIN, beating=(0.9, 2.1, -0.4, 0.5))
FREQUENCY = np.asarray(laws.frequencies(PIANO, 69), float)
LEVELS = np.full((POINTS + 1, MAX_PARTIALS), -20.0)
PHASE = np.linspace(0, 1, MAX_PARTIALS)


def test_the_law_is_a_line_through_what_swings():
    pitches = np.arange(30, 100, 7)
    law = law_of(pitches, 2.0 + (pitches - 60) / 24, np.full(len(pitches), 2.0))
    assert law == pytest.approx((1.0, 2.0, 0.0, np.log(2.0)), abs=0.05)
    share, cents = strings(replace(PLAIN, beating=law), 84)
    assert share == pytest.approx(3.0 / 6.14, abs=0.02)
    assert cents == pytest.approx(2.0, abs=0.1)


def test_what_hardly_swings_has_no_law():
    assert law_of(range(8), [0.3] * 8, [2.0] * 8) == ()
    assert law_of(range(3), [3.0] * 3, [2.0] * 3) == ()
    assert law_of(range(8), [np.nan] * 8, [np.nan] * 8) == ()
    assert strings(PLAIN, 60) == (0.0, 0.0)
    assert strings(PIANO, 21) == strings(PIANO, -50)


def test_shares_and_cents_have_bounds():
    wild = replace(PLAIN, beating=(9.0, 30.0, 5.0, 5.0))
    assert strings(wild, 108) == (MOST, MOST_CENTS)


def test_twins_stand_beside_their_partials_and_start_with_them():
    frequency, levels, phase = with_twins(FREQUENCY, LEVELS, PHASE, PIANO, 69, 5)
    pairs = frequency[: 2 * TWINS].reshape(TWINS, 2)
    np.testing.assert_array_equal(pairs[:, 0], FREQUENCY[:TWINS])
    cents = 1200 * np.abs(np.log2(pairs[:, 1] / pairs[:, 0]))
    assert (cents > 0.1).all()
    assert (cents < 2 * MOST_CENTS).all()
    np.testing.assert_array_equal(frequency[2 * TWINS :], FREQUENCY[TWINS:-TWINS])
    np.testing.assert_array_equal(phase[0 : 2 * TWINS : 2], phase[1 : 2 * TWINS : 2])
    # At the onset both together are as loud as the one; long after it, the first one alone.
    both = 20 * np.log10((10 ** (levels[:, : 2 * TWINS] / 20)).reshape(POINTS + 1, TWINS, 2).sum(2))
    np.testing.assert_allclose(both[0], -20.0, atol=1e-9)
    np.testing.assert_allclose(levels[-1, : 2 * TWINS : 2], -20.0, atol=1e-6)


def test_without_a_law_all_stays_as_it_is():
    made = with_twins(FREQUENCY, LEVELS, PHASE, PLAIN, 69, 5)
    assert all(a is b for a, b in zip(made, (FREQUENCY, LEVELS, PHASE), strict=True))


def test_a_key_keeps_its_strings():
    one, same, other = (with_twins(FREQUENCY, LEVELS, PHASE, PIANO, 69, seed)[0] for seed in (5, 5, 6))
    assert one.tobytes() == same.tobytes() != other.tobytes()


def test_a_note_swings_as_the_law_says(tmp_path):
    engine = NeuralInstruments()
    engine.prepare(tiny_model(tmp_path / "tiny"), "cpu")
    rate, sound = 44100, engine.rows()["piano"][0]
    found = []
    for law in ((), (0.0, 3.0, 0.0, 1.2)):
        engine.put(replace(sound, beating=law))
        row = engine.render(one_of(0, 60, 80, 3 * rate), rate, 0, 3 * rate, Quiet())[0].astype(float)
        found.append(beating(row, rate, np.asarray(laws.frequencies(sound, 60), float))[0])
    assert found[0] < 1.0
    assert found[1] > found[0] + 1.0
