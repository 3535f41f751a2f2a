import numpy as np
import pytest

from studio.engines.spectral_distance import distance
from studio.train import instruments_closed, instruments_data
from studio.train.instruments import Recipe as NetRecipe
from studio.train.instruments import prepared_notes
from studio.train.instruments_closed import corrected
from studio.train.instruments_data import analysed, read_rows, recording
from tests.train.notes import RATE, data_folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    root = data_folder(tmp_path)
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: root / "checkpoints")
    monkeypatch.setattr(instruments_data, "training_data", lambda: root)
    return root


def test_corrections_are_found_once_and_kept(here, monkeypatch):
    notes = analysed([r for r in read_rows(here) if r.instrument == "cello"][:2])
    found = corrected(notes, lambda n: (n.analysis.partials, n.analysis.noise))
    assert all(n.correction is not None and np.isfinite(n.correction).all() for n in found)
    monkeypatch.setattr(instruments_closed, "correction", lambda *_: pytest.fail("it was kept"))
    again = corrected(notes, lambda n: (n.analysis.partials, n.analysis.noise))
    assert all(np.array_equal(a.correction, b.correction) for a, b in zip(found, again, strict=True))


def test_recordings_start_at_their_onset(here):
    row = next(r for r in read_rows(here) if r.instrument == "piano")
    sound, rate = recording(row)
    assert rate == RATE
    assert np.abs(sound[:50]).max() > 0
    assert distance(sound, sound, rate)["all"] == 0


def test_strangers_are_left_out(here):
    notes = prepared_notes(NetRecipe(made=False, strangers=("cello",)), lambda fraction, message: None)
    assert {n.row.instrument for n in notes} == {"piano", "drums_snare"}
