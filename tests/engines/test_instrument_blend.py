from dataclasses import replace

import numpy as np
import pytest

from studio.engines import neural_instruments_laws as laws
from studio.engines.instrument_blend import blended, mixed
from studio.engines.neural_instruments_laws import Part, Sound, inharmonicity
from studio.errors import StudioError
from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS

FLUTE = Sound("flute", 0, "Flute", 73, "recorded", True, 0, 0.1, 0.0, 60, 96, 40, 110)
PIANO = Sound("piano", 1, "Piano", 0, "recorded", False, 0, 0.3, 3.0, 21, 108, 20, 120, stiffness=(0.4, 1.4, -8.0))
ROWS = [{"embedding": np.full(4, x), "film": np.full(64, x / 4), "base": np.full(192, x)} for x in (0.0, 1.0)]
FREQUENCY = np.asarray(laws.frequencies(FLUTE, 69), float)


def test_it_lies_between():
    sound, row = blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.25)
    assert sound.steady
    assert sound.release_s == pytest.approx(0.15)
    assert (sound.low, sound.high) == (50, 99)
    assert not blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.75)[0].steady
    b = [inharmonicity(s, 72) for s in (sound, PIANO)]
    assert 1e-7 < b[0] < b[1]
    assert sound.mix == (Part(0.75, 60, 96, 40, 110), Part(0.25, 21, 108, 20, 120))
    assert row["base"].shape == (2, 192)
    assert (row["base"][1] == 1.0).all()


def test_a_blend_may_be_blended():
    half = blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.5)
    sound, row = blended(half, (FLUTE, ROWS[0]), 0.5)
    assert [p.share for p in sound.mix] == [0.25, 0.25, 0.5]
    assert [row["embedding"][k, 0] for k in range(3)] == [0.0, 1.0, 0.0]


def test_ends_are_the_instruments_themselves():
    for share, sound in ((0.0, FLUTE), (1.0, PIANO)):
        made, _ = blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), share)
        assert (made.low, made.high, made.steady, made.release_s) == (sound.low, sound.high, sound.steady, sound.release_s)


def _ends() -> tuple[np.ndarray, np.ndarray]:
    """Levels of a dull sound with bright noise that rings off, and of a bright one with dull noise that is held."""
    k, bands, times = np.arange(MAX_PARTIALS), np.arange(NOISE_BANDS), np.arange(POINTS)[:, None]
    partials = np.stack([-20 - 4.0 * k - times, -25 - 0.8 * k + 0.0 * times])
    noise = np.stack([-90 + 0.5 * bands - 0.5 * times, -75 - 0.9 * bands + 0.0 * times])
    return partials.astype(np.float32), noise.astype(np.float32)


def _about(partials: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Noise beside the partials in dB, and log centroid of the partials and of the noise as a second shows them, at every point."""
    ratio = 10 * np.log10(laws.noise_power(noise[None])[0] / laws.tones_power(partials[None])[0])
    lines, bins = 10 ** (partials / 20), 10 ** (noise / 20) * laws.bandwidths() * np.sqrt(np.pi * 3 / 16)
    centroid = (lines @ FREQUENCY + bins @ laws.band_centres()) / (lines.sum(1) + bins.sum(1))
    return ratio, np.log(centroid)


def test_centroid_and_noise_lie_between_at_every_moment():
    partials, noise = _ends()
    first, second = (_about(p, n) for p, n in zip(partials, noise, strict=True))
    for share in (0.2, 0.5, 0.8):
        ratio, centroid = _about(*mixed(partials, noise, FREQUENCY, (1 - share, share)))
        np.testing.assert_allclose(ratio, (1 - share) * first[0] + share * second[0], atol=0.05)
        np.testing.assert_allclose(centroid, (1 - share) * first[1] + share * second[1], atol=0.01)


def test_all_of_one_is_that_one():
    partials, noise = _ends()
    tones, hiss = mixed(partials, noise, FREQUENCY, (0.0, 1.0))
    assert np.ptp(tones - partials[1]) < 0.1
    assert np.ptp(hiss - noise[1]) < 0.1


def test_bells_are_refused():
    bell = replace(PIANO, title="Bell", ratios=(1.0, 2.7))
    with pytest.raises(StudioError, match="Bell"):
        blended((FLUTE, ROWS[0]), (bell, ROWS[1]), 0.5)
