import json

import numpy as np
import pytest
import torch

from studio.train import benches_frames, frames_run
from studio.train.benches_frames import copied, counted, run
from studio.train.frames import roll
from tests.train.test_frames import repeated
from tests.train.test_frames_run import RECIPE, rolls


def test_counting_baselines():
    still = [np.repeat(repeated(2)[:1], 50, axis=0)] * 3
    share, given = counted(still, still)
    assert 0 < share < 1.0 and 0 < given < 1.0
    moving = [repeated(60, seed=k) for k in range(3)]
    share, given = counted(moving, moving)
    assert share > given - 1.0 > 0


def test_copying_pays_where_pieces_repeat():
    repeating = [repeated(120, seed=k) for k in range(6)]
    never = [np.concatenate([repeated(120, seed=10 + k)[:60], repeated(120, seed=20 + k)[:60]]) for k in range(6)]
    costs = [copied([roll(a) for a in pieces], [roll(a) for a in pieces]) for pieces in (repeating, never)]
    assert costs[0] < 0.75 * costs[1]


@pytest.fixture
def trained(tmp_path, monkeypatch):
    for module in (benches_frames, frames_run):
        monkeypatch.setattr(module, "read_rolls", rolls)
    monkeypatch.setattr(benches_frames, "checkpoints", lambda: tmp_path)
    monkeypatch.setattr(benches_frames.recipes, "read", lambda name: {**RECIPE, "name": name})
    return tmp_path


def test_what_is_not_trained_is_said(trained, capsys):
    assert run(["--sets", "jsb"]) == 1
    said = capsys.readouterr().out
    assert "studio train frames-jsb-lstm" in said and "studio train frames-jsb-chain" in said and "TCN, published" in said


def test_what_is_trained_is_measured_beside_what_is_published(trained, capsys, monkeypatch):
    for head in ("lstm", "chain"):
        folder = trained / f"frames-jsb-{head}"
        folder.mkdir()
        torch.save(frames_run.network(RECIPE).state_dict(), folder / "best.pt")
        (folder / "log.json").write_text(json.dumps([{"step": 1, "seconds": 120, "loss": 1.0}]))
    assert run(["--sets", "jsb"]) == 1  # untrained weights lie above what is published
    monkeypatch.setattr(benches_frames, "PUBLISHED", {"jsb": {"TCN": 1e3, "RNN-NADE": 1e3}})
    assert run(["--sets", "jsb"]) == 0
    assert capsys.readouterr().out.count(f"{sum(p.numel() for p in frames_run.network(RECIPE).parameters()):,}") == 4
    monkeypatch.setattr(benches_frames, "MOST_PARAMETERS", 10)
    assert run(["--sets", "jsb"]) == 1
