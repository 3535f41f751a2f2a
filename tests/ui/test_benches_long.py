"""The measurement's own parts: an ear that hears every gap, also one between two looks."""

from types import SimpleNamespace

import numpy as np
import pytest

from studio.errors import StudioError
from studio.ui import benches_long, benches_playback
from studio.ui.benches_long import Ear


def test_an_ear_hears_a_gap_between_two_looks() -> None:
    sound = np.ones((60_000, 2), np.float32)
    sound[20_900:21_200] = 0.0
    reach = [0]
    card = SimpleNamespace(captured=lambda since: sound[since : reach[0]])
    ear = Ear(card, 0)
    for reach[0] in (10_000, 21_000, 40_000, 60_000):
        ear.listen()
    assert (ear.silence, ear.at) == (300, 60_000)


def test_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches_playback, "missing_programs", lambda: ["pacat"])
    with pytest.raises(StudioError, match="pacat"):
        benches_long.run([])
