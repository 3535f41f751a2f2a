from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.engines.instrument_blend import blended
from studio.engines.neural_instruments_laws import Sound, frequencies, inharmonicity
from studio.errors import Cancelled, StudioError
from studio.nn.timbre import Rows, TimbreNet, TimbreSize, band_position, rows_of
from studio.nn.timbre_encoder import mixed_db

FLUTE = Sound("flute", 0, "Flute", 73, "recorded", True, 0, 0.1, 0.0, 60, 96, 40, 110)
PIANO = Sound("piano", 1, "Piano", 0, "recorded", False, 0, 0.3, 3.0, 21, 108, 20, 120, stiffness=(0.4, 1.4, -8.0))
NET = TimbreNet(TimbreSize(2, embedding=4, hidden=16, layers=2, dropout=0.0)).eval()
ROWS = [{"embedding": np.full(4, x), "film": np.full(64, x / 4), "base": np.full(192, x)} for x in (0.0, 1.0)]


def test_it_lies_between():
    sound, row = blended(NET, (FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.25)
    assert sound.steady
    assert sound.release_s == pytest.approx(0.15)
    assert (sound.low, sound.high) == (50, 99)
    assert not blended(NET, (FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.75)[0].steady
    b = [inharmonicity(s, 72) for s in (sound, PIANO)]
    assert 1e-7 < b[0] < b[1]
    pitch, velocity = torch.tensor([62.0, 80.0]), torch.tensor([70.0, 90.0])
    position = torch.from_numpy(np.stack([band_position(frequencies(sound, k)) for k in (62, 80)]))
    with torch.no_grad():
        played = [NET.play(Rows(*(x.expand(2, -1) for x in rows_of([r]))), pitch, velocity, position) for r in (*ROWS, row)]
    for one, other, mixed in zip(*played, strict=True):
        assert float((mixed - mixed_db(one, other, 0.25)).abs().mean()) < 0.15 * float((one - other).abs().mean())


def test_ends_are_the_instruments_themselves():
    for share, sound in ((0.0, FLUTE), (1.0, PIANO)):
        mixed, _ = blended(NET, (FLUTE, ROWS[0]), (PIANO, ROWS[1]), share)
        assert (mixed.low, mixed.high, mixed.steady, mixed.release_s) == (sound.low, sound.high, sound.steady, sound.release_s)


def test_it_can_be_stopped():
    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        blended(NET, (FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.5, stop)


def test_bells_are_refused():
    bell = replace(PIANO, title="Bell", ratios=(1.0, 2.7))
    with pytest.raises(StudioError, match="Bell"):
        blended(NET, (FLUTE, ROWS[0]), (bell, ROWS[1]), 0.5)
