from types import SimpleNamespace

import numpy as np
import pytest

from studio.app.virtual_card import RATE
from studio.errors import StudioError
from studio.ui import benches_audition, benches_playback


def test_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches_playback, "missing_programs", lambda: ["pactl"])
    with pytest.raises(StudioError, match="pactl"):
        benches_audition.run([])


def test_the_first_sound_after_the_deed_counts() -> None:
    done: list[int] = []
    sound = np.zeros((RATE, 2), np.float32)
    sound[RATE // 20 :, 1] = 0.1
    card = SimpleNamespace(mark=lambda: 0, captured=lambda since: sound if done else sound[:0])
    bench = SimpleNamespace(until=lambda true: None)
    assert benches_audition._heard(bench, card, lambda: done.append(1)) == pytest.approx(50.0)  # type: ignore[arg-type]


def test_what_is_too_late_is_a_miss(capsys: pytest.CaptureFixture[str]) -> None:
    assert benches_audition._tell("a key", [80.0, 90.0, 300.0]) and not benches_audition._tell("a key", [120.0])
    assert "median 90 ms, most 300 ms" in capsys.readouterr().out
