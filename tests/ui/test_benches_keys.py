import time
from types import SimpleNamespace

import pytest

from studio.errors import StudioError
from studio.ui import benches_keys, benches_playback


def test_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches_playback, "missing_programs", lambda: ["pactl"])
    with pytest.raises(StudioError, match="pactl"):
        benches_keys.run([])


def test_the_recorders_lag_is_the_longest_time_without_growth() -> None:
    began = time.perf_counter()
    card = SimpleNamespace(mark=lambda: int((time.perf_counter() - began) / 0.05))
    assert 45 <= benches_keys.lag_of(card) < 1_000
