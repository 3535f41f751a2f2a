import shutil

import numpy as np
import pytest

from studio.app.fluidsynth import SOUNDFONTS
from studio.engines.spectral_distance import pitch_of
from studio.train.instruments_fluid import single_notes

there = shutil.which("fluidsynth") and any(__import__("pathlib").Path(p).exists() for p in SOUNDFONTS)


@pytest.mark.skipif(not there, reason="needs FluidSynth and FluidR3 (Debian: fluidsynth fluid-soundfont-gm)")
def test_single_notes_are_in_tune_and_in_their_place():
    low, high, tuned = single_notes(73, [(60, 100, 0.5), (72, 60, 0.5), (72, 60, 0.5)], cents=[0.0, 0.0, 40.0])
    assert len(low) == len(high) > 22050
    assert np.abs(low).max() > 2 * np.abs(high).max() > 0.01
    assert abs(pitch_of(low, 44100, 261.63)) < 12
    assert pitch_of(tuned, 44100, 523.25) - pitch_of(high, 44100, 523.25) == pytest.approx(40, abs=5)
