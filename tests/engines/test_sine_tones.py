"""Plain tones keep the renderers' contract: pure functions of note and time."""

import numpy as np

from studio.engines.api import DRUM_KIT, Quiet, SoundBatch
from studio.engines.sine_tones import SineTones

RATE = 48_000
BATCH = SoundBatch(
    np.array([0, 40, DRUM_KIT], np.int16),
    np.array([69, 60, 38], np.int16),
    np.array([127, 40, 90], np.int16),
    np.array([24_000] * 3),
)


def test_in_tune_and_louder_keys_louder():
    rows = SineTones().render(BATCH, RATE, 0, 24_000, Quiet())
    spectrum = np.abs(np.fft.rfft(rows[0] * np.hanning(24_000)))
    assert abs(spectrum.argmax() * RATE / 24_000 - 440) <= 2
    assert np.abs(rows[0]).max() > 4 * np.abs(rows[1]).max()


def test_any_slice_is_that_of_the_whole_and_ends_in_silence():
    engine = SineTones()
    lengths = engine.lengths(BATCH, RATE)
    whole = engine.render(BATCH, RATE, 0, int(lengths.max()) + 100, Quiet())
    np.testing.assert_array_equal(engine.render(BATCH, RATE, 777, 5_000, Quiet()), whole[:, 777:5_777])
    for row, length in zip(whole, lengths, strict=True):
        assert not row[length:].any()
        assert np.abs(np.diff(row[length - 200 : length + 10])).max() < 0.02
