import numpy as np
import pytest

from studio.train.benches_timbre import centroid_and_noise, half_a_minute
from studio.train.instruments_data import Note, read_rows
from tests.train.notes import RATE, data_folder, pipe


def test_centroid_and_noise_of_a_tone():
    dark, bright = (pipe(261.63, 2.0, hiss_db=hiss) for hiss in (-80.0, -40.0))
    (low, quiet), (high, loud) = (centroid_and_noise(x, 60) for x in (dark, bright))
    assert high > low
    assert loud > quiet + 20


def test_a_recording_of_single_notes(tmp_path):
    rows = [r for r in read_rows(data_folder(tmp_path)) if r.instrument == "cello"]
    sound = half_a_minute([Note(r, None) for r in rows], 2.0)  # type: ignore[arg-type]
    assert len(sound) == pytest.approx(2.0 * RATE, rel=0.1)
    assert np.abs(sound).max() == pytest.approx(0.5)
