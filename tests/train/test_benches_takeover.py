from dataclasses import replace

import numpy as np
import pytest

from studio.paths import models
from studio.train import benches_takeover
from studio.train.benches_instruments import prepared
from studio.train.benches_takeover import run, taken_over


@pytest.fixture(scope="module")
def engine():
    return prepared(models() / "instruments", "cpu")


def test_an_instrument_takes_over_without_a_step(engine):
    found = taken_over(engine, 56, 76, (1, 3))
    assert [t.moment for t in found] == [1, 3]
    assert all(0 < t.by_row <= 1 and 0 < t.by_both <= 1 for t in found)


def test_a_click_would_be_seen(engine, monkeypatch):
    played = benches_takeover._played

    def clicking(scene, row, moment, blocks):
        sound = played(scene, row, moment, blocks).copy()
        if 0 < moment < blocks:
            sound[moment * benches_takeover.BLOCK :] += 0.5
        return sound

    monkeypatch.setattr(benches_takeover, "_played", clicking)
    assert taken_over(engine, 73, 60, (1,))[0].by_row > 2


def test_the_command_says_the_worst(engine, monkeypatch, capsys):
    some = taken_over(engine, 0, 60, (1,))
    monkeypatch.setattr(benches_takeover, "prepared", lambda model, device: engine)
    monkeypatch.setattr(benches_takeover, "taken_over", lambda engine, program, pitch: some)
    assert run(["--each", "60"]) == 0
    assert "over the row's own largest 0 times" in capsys.readouterr().out
    some[:] = [replace(some[0], by_row=np.float64(1.5))]
    assert run(["--each", "60"]) == 1
