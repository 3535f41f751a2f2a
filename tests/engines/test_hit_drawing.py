import numpy as np
import pytest
import torch

from studio.engines.hit_drawing import KEY, draw_hit, kinds
from studio.engines.neural_instruments_laws import frequencies
from studio.errors import Cancelled, StudioError
from studio.nn.hit_gan import LEVELS, NOISE, OCTAVE, WIDTH, HitGenerator, HitSize
from studio.nn.timbre import TimbreNet
from studio.nn.timbre_playing import TimbreSize

NET = TimbreNet(TimbreSize(3, embedding=4, hidden=16, layers=2, dropout=0.0)).eval()


@pytest.fixture
def generator() -> HitGenerator:
    """Draws drums whose modes lie around 100, 200, ... 800 Hz."""
    torch.manual_seed(1)
    made = HitGenerator(HitSize(components=4, latent=3, hidden=8)).eval()
    mean = torch.full((WIDTH,), -60.0)
    mean[NOISE : NOISE + LEVELS] = -20.0
    mean[NOISE + LEVELS :] = torch.log2(torch.arange(1, 9) * 100.0 / 20) * OCTAVE
    made.components.mean.copy_(mean)
    made.components.basis.copy_(torch.randn(4, WIDTH) * 0.1)
    return made


def test_a_drum_is_drawn_and_its_row_fitted(generator):
    told: list[float] = []
    sound, row = draw_hit(generator, NET, "tom", 3, told.append)
    assert not sound.steady
    assert (sound.low, sound.high, sound.release_s) == (KEY, KEY, 0.0)
    assert frequencies(sound, KEY)[:8] == pytest.approx(np.arange(1, 9) * 100.0, rel=0.15)
    assert frequencies(sound, KEY + 12)[0] == pytest.approx(2 * frequencies(sound, KEY)[0])
    assert told[-1] == 1.0
    again = draw_hit(generator, NET, "tom", 3)
    assert again[0] == sound
    assert all(np.array_equal(row[k], v) for k, v in again[1].items())
    assert draw_hit(generator, NET, "tom", 4)[0].ratios != sound.ratios


def test_unknown_kinds_and_stops(generator):
    assert "snare" in kinds()
    with pytest.raises(StudioError, match="no kind 'spoon'"):
        draw_hit(generator, NET, "spoon", 1)

    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        draw_hit(generator, NET, "kick", 1, stop)
