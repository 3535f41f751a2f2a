import numpy as np
import pytest

from studio.engines.note_correction import correction, lacking, moved, sound_of_controls
from studio.engines.spectral_distance import distance
from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS, band_centres

RATE = 44100
FREQUENCY = np.where(np.arange(1, MAX_PARTIALS + 1) <= 20, 220.0 * np.arange(1, MAX_PARTIALS + 1), 0.0)


def controls(bright_db: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Partials that fall by 3 dB a number (less ``bright_db``), over faint noise."""
    partials = np.tile(-20.0 - (3.0 - bright_db) * np.arange(MAX_PARTIALS), (POINTS, 1))
    return partials, np.full((POINTS, NOISE_BANDS), -110.0)


def test_what_controls_sound_like():
    sound = sound_of_controls(*controls(), FREQUENCY, RATE, RATE // 2)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) / (len(sound) / 4)
    level = [20 * np.log10(spectrum[round(f / 2) - 3 : round(f / 2) + 4].max()) for f in FREQUENCY[:8]]
    assert level == pytest.approx([-20.0 - 3 * k for k in range(8)], abs=0.5)


def test_the_key_seeds_the_noise_alone():
    partials, noise = controls()
    for loud, differs in ((noise, True), (noise - 150, False)):
        first, second = (sound_of_controls(partials, loud, FREQUENCY, RATE, RATE // 4, key) for key in (1, 2))
        assert (np.abs(first - second).max() > 1e-4) == differs


def test_a_tilt_is_found_and_taken_back():
    recorded = sound_of_controls(*controls(), FREQUENCY, RATE, RATE // 2)
    brighter = controls(1.0)
    sound = sound_of_controls(*brighter, FREQUENCY, RATE, RATE // 2)
    found = lacking(sound, recorded, RATE, 220.0)
    near = [int(np.abs(band_centres() - f).argmin()) for f in (440.0, 3000.0)]
    assert found[12, near[1]] - found[12, near[0]] > 5
    taken = correction(*brighter, FREQUENCY, recorded, RATE, 220.0)
    after = sound_of_controls(*moved(*brighter, FREQUENCY, taken), FREQUENCY, RATE, RATE // 2)
    assert distance(after, recorded, RATE)["active"] < 0.5 * distance(sound, recorded, RATE)["active"]


def test_a_note_that_sounds_as_recorded_is_left_alone():
    recorded = sound_of_controls(*controls(), FREQUENCY, RATE, RATE // 2)
    assert np.abs(correction(*controls(), FREQUENCY, recorded, RATE, 220.0)).max() < 0.5
