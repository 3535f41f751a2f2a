import json

import numpy as np
import pytest

from studio.train.benches_expression import (
    FUNDAMENTAL,
    RATE,
    _vibrato,
    centroid,
    hardness,
    noise_ratio,
    pitch_curve,
    run,
    spearman,
    swell,
    tuning,
)
from tests.engines.instruments import tiny_model

T = np.arange(int(1.5 * RATE)) / RATE


def tone(cents: np.ndarray | float = 0.0, partials: int = 5) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(FUNDAMENTAL * 2 ** (cents / 1200) * np.ones_like(T)) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, partials + 1))


def test_pitch_is_measured():
    assert tuning(tone(37.0)) == pytest.approx(37, abs=0.1)
    assert _vibrato(tone(25 * np.sin(2 * np.pi * 6 * T))) == pytest.approx((25, 6), abs=0.5)
    glide = pitch_curve(tone(np.linspace(-100, 100, len(T))))
    assert glide[1200] - glide[300] == pytest.approx(120, abs=3)


def test_colour_is_measured():
    assert centroid(tone(partials=8)) > centroid(tone(partials=2))
    hiss = np.random.default_rng(1).normal(size=len(T))
    assert noise_ratio(tone() + 0.1 * hiss) - noise_ratio(tone() + 0.01 * hiss) == pytest.approx(20, abs=1)
    assert swell(tone() * 10 ** (T / 20)) == pytest.approx(1.1, abs=0.05)
    assert hardness(tone() * np.where(T < 0.04, 2, 1)) - hardness(tone()) == pytest.approx(6.02, abs=0.01)


def test_ranks():
    assert spearman(np.array([1.0, 2, 3]), np.array([5.0, 7, 40])) == pytest.approx(1)
    assert spearman(np.array([1.0, 2, 3]), np.array([5.0, 7, 6])) == pytest.approx(0.5)


def test_the_command(tmp_path, capsys):
    model = tiny_model(tmp_path / "tiny").folder
    run(["--model", str(model), "--instruments", "1"])
    assert "defaults change nothing: 1 of 1" in capsys.readouterr().out
    run(["--model", str(model), "--instruments", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["rank_correlation"]["tuning"]["piano"] == pytest.approx(1)
