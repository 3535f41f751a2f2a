import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import DRUM_KIT, Quiet
from studio.engines.cards import Card
from studio.engines.drum_blend import KEY, blended_drums, foretold_at, is_drum, modes_of, together
from studio.engines.instrument_blend import blended
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Part, Sound
from studio.engines.own_instruments import OwnInstrument
from studio.engines.own_names import own_number
from studio.errors import StudioError
from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS
from studio.train.instruments_measures import batch_of
from tests.engines.instruments import tiny_model

RATE = 44100
KICK = Sound("k", 0, "Kick", -1, "recorded", False, 0, 0.0, 4.0, 36, 36, 10, 100, ratios=(50.0, 80.0, 700.0), key=36)
SNARE = Sound("s", 1, "Snare", -1, "recorded", False, 0, 0.0, 2.0, 38, 38, 20, 120, ratios=(200.0, 320.0), key=38)
BELL = Sound("b", 2, "Bell", 9, "recorded", False, 0, 0.0, 0.0, 79, 108, 90, 90, ratios=(1.0, 2.7))
ROWS = [{"embedding": np.full(4, x), "film": np.full(64, x), "base": np.full(192, x)} for x in (0.0, 1.0)]


def test_drums_are_known():
    assert is_drum(KICK)
    assert not is_drum(BELL)
    assert not is_drum(replace(BELL, ratios=()))
    with pytest.raises(StudioError, match="cannot be blended"):
        blended((KICK, ROWS[0]), (BELL, ROWS[1]), 0.5)


def test_modes_lie_between_and_one_that_is_missing_stays():
    sound, rows = blended_drums((KICK, ROWS[0]), (SNARE, ROWS[1]), 0.5)
    assert is_drum(sound)
    assert laws.frequencies(sound, KEY)[:4] == pytest.approx([100, 160, 700, 0])
    assert (sound.louder_db, sound.soft, sound.loud) == (3.0, 15, 110)
    assert rows["base"].shape == (2, 192)
    assert [p.share for p in sound.mix] == [0.5, 0.5]
    assert modes_of(sound.mix[0], KEY)[:4] == pytest.approx([50, 80, 700, 0])
    for share, end in ((0.0, KICK), (1.0, SNARE)):
        made = blended_drums((KICK, ROWS[0]), (SNARE, ROWS[1]), share)[0]
        count = len(end.ratios)
        assert laws.frequencies(made, KEY)[:count] == pytest.approx(end.ratios, rel=1e-6)


def test_a_blend_of_blends_has_three_parts_and_comes_back_from_a_card():
    half = blended((KICK, ROWS[0]), (SNARE, ROWS[1]), 0.5)
    sound, rows = blended(half, (KICK, ROWS[0]), 0.5)
    assert [p.share for p in sound.mix] == [0.25, 0.25, 0.5]
    assert len(rows["film"]) == 3
    assert laws.frequencies(sound, KEY)[0] == pytest.approx(50**0.75 * 200**0.25)
    assert Sound.of(json.loads(json.dumps(asdict(sound)))) == sound


def test_levels_lie_between_and_what_one_lacks_fades():
    parts = (Part(0.25, 36, 36, 1, 127, 0.0, (1.0, 2.0)), Part(0.75, 38, 38, 1, 127, 0.0, (3.0,)))
    partials = np.full((2, POINTS, MAX_PARTIALS), -20.0, np.float32)
    noise = np.full((2, POINTS, NOISE_BANDS), -100.0, np.float32)
    partials[1] -= 10 * np.arange(POINTS)[:, None] / POINTS
    tones, hiss = together(partials, noise, parts)
    assert tones.shape == (POINTS, MAX_PARTIALS) and hiss.shape == (POINTS, NOISE_BANDS)
    fall = tones[:, 0] - tones[0, 0]
    assert fall[-1] == pytest.approx(0.75 * (partials[1, -1, 0] - partials[1, 0, 0]), abs=1e-3)
    assert np.allclose(tones[:, 1], 20 * np.log10(0.25), atol=0.01)  # two modes of equal power, a quarter of them
    assert tones[:, 2:].max() < -90


def test_the_ends_sound_as_the_drums_do(tmp_path):
    engine = NeuralInstruments()
    engine.prepare(tiny_model(tmp_path / "tiny"), "cpu")
    rows = engine.rows()
    for share, key in ((0.0, 36), (1.0, 38)):
        sound, row = blended(rows["drums_kick"], rows["drums_snare"], share)
        number = own_number("own-x")
        engine.adopt([OwnInstrument(Card("own-x", "own-instrument", "X"), replace(sound, id="own-x", program=number), row)])
        notes = batch_of([(number, KEY, 90, 9000), (DRUM_KIT, key, 90, 9000)])
        spectra = np.abs(np.fft.rfft(engine.render(notes, RATE, 0, 9000, Quiet()) * np.hanning(9000)))
        heard = spectra[1] > 0.1 * spectra[1].max()  # the modes: noise is as random as that of another note
        assert np.abs(20 * np.log10(spectra[0][heard] / spectra[1][heard])).max() < 1.0


def test_parts_with_modes_of_their_own_are_foretold_at_these():
    frequency = np.arange(2 * MAX_PARTIALS, dtype=float).reshape(2, MAX_PARTIALS)
    kept = frequency.copy()
    own = Part(0.5, 36, 36, 10, 100, ratios=(50.0, 80.0))
    made = foretold_at(frequency, [Part(1.0, 40, 60, 10, 100), own], [50.0, 36.0])
    np.testing.assert_array_equal(made, [kept[0], modes_of(own, 36.0)])
    np.testing.assert_array_equal(frequency, kept)
