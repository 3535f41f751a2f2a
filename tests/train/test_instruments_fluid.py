import shutil
from pathlib import Path

import numpy as np
import pytest

from studio.app import fluidsynth
from studio.engines.spectral_distance import pitch_of
from studio.train.instruments_fluid import single_notes


@pytest.fixture
def any_soundfont(monkeypatch):
    """Notes' places and tuning are the same with each soundfont: the set-up for tests installs a small one."""
    fonts = [str(p) for folder in ("sounds", "soundfonts") for p in sorted(Path("/usr/share", folder).rglob("*.sf2"))]
    if not fonts or not shutil.which("fluidsynth"):
        pytest.skip("needs FluidSynth and a soundfont (Debian: fluidsynth timgm6mb-soundfont)")
    monkeypatch.setattr(fluidsynth, "SOUNDFONTS", (min(fonts, key=lambda font: Path(font).stat().st_size),))


@pytest.mark.usefixtures("any_soundfont")
def test_single_notes_are_in_tune_and_in_their_place():
    low, high, tuned = single_notes(73, [(60, 100, 0.5), (72, 60, 0.5), (72, 60, 0.5)], cents=[0.0, 0.0, 40.0])
    assert len(low) == len(high) > 22050
    assert np.abs(low).max() > 2 * np.abs(high).max() > 0.01
    assert abs(pitch_of(low, 44100, 261.63)) < 12
    assert pitch_of(tuned, 44100, 523.25) - pitch_of(high, 44100, 523.25) == pytest.approx(40, abs=5)
