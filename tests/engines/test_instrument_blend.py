from dataclasses import replace

import numpy as np
import pytest

from studio.engines.instrument_blend import blended
from studio.engines.neural_instruments_laws import Sound, inharmonicity
from studio.errors import StudioError

FLUTE = Sound("flute", 0, "Flute", 73, "recorded", True, 0, 0.1, 0.0, 60, 96, 40, 110)
PIANO = Sound("piano", 1, "Piano", 0, "recorded", False, 0, 0.3, 3.0, 21, 108, 20, 120, stiffness=(0.4, 1.4, -8.0))
ROWS = [{"embedding": np.full(4, x), "film": np.full(8, x), "base": np.full(6, x)} for x in (0.0, 1.0)]


def test_it_lies_between():
    sound, row = blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.25)
    assert all(np.allclose(v, 0.25) for v in row.values())
    assert sound.steady
    assert sound.release_s == pytest.approx(0.15)
    assert (sound.low, sound.high) == (50, 99)
    assert not blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), 0.75)[0].steady
    b = [inharmonicity(s, 72) for s in (sound, PIANO)]
    assert 1e-7 < b[0] < b[1]


def test_ends_are_the_instruments_themselves():
    for share, sound in ((0.0, FLUTE), (1.0, PIANO)):
        mixed, _ = blended((FLUTE, ROWS[0]), (PIANO, ROWS[1]), share)
        assert (mixed.low, mixed.high, mixed.steady, mixed.release_s) == (sound.low, sound.high, sound.steady, sound.release_s)


def test_bells_are_refused():
    bell = replace(PIANO, title="Bell", ratios=(1.0, 2.7))
    with pytest.raises(StudioError, match="Bell"):
        blended((FLUTE, ROWS[0]), (bell, ROWS[1]), 0.5)
