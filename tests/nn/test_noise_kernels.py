"""Sixteen frames of noise at once: what torch makes of the same."""

import numpy as np
import pytest
import torch

from studio.nn import spectral_noise
from studio.nn.noise_kernels import Room, frames, lay_long, lay_short, place_of
from studio.nn.spectral import NEPER, POINTS, control_times
from studio.nn.spectral_compiled import _song
from studio.nn.spectral_kernels import BANDS, BLOCK, aligned
from studio.nn.vectors import LANES

RATE = 48_000


@pytest.mark.parametrize(("hop", "group"), [(spectral_noise.SHORT, 1), (spectral_noise.LONG, 7)])
def test_frames_are_those_of_torch(hop, group):
    song, size = _song(RATE), hop + spectral_noise.FADE
    levels = np.full((POINTS + 2, BANDS), -60 * NEPER, np.float32)
    levels[:-1] += np.linspace(0, -3, BANDS, dtype=np.float32)
    levels[-1] = -40 * NEPER
    room = Room(aligned(LANES, 64), aligned(BANDS + 1, LANES), aligned(2, size // 2, LANES), aligned(2, size // 2, LANES))
    out, when = aligned(LANES, size), (0.31, hop / RATE, 0.35)
    kind = song.long if hop == spectral_noise.LONG else song.short
    frames(out, kind, room, levels, when, control_times(), place_of(song.order, 99, group, size))
    gone = np.maximum(0.31 + np.arange(LANES) * hop / RATE - 0.35, 0)
    amounts = np.exp(levels[0] + gone[:, None] * levels[-1]).astype(np.float32)
    made = spectral_noise._frames(torch.from_numpy(amounts)[None], [99], [group * LANES], hop, RATE)[0].numpy()
    assert np.abs(out - made).max() < 1e-5 * np.abs(made).max()


@pytest.mark.parametrize("length", [512, 768])
def test_places_are_those_of_torch(length):
    for key in (0, 3, 12345678901):
        rows, turned = spectral_noise.places(key, 0, 64, length)
        for group in range(4):
            which, by = place_of(spectral_noise.order(), key, group, length)
            assert (rows[group * LANES : (group + 1) * LANES] == which * LANES + np.arange(LANES)).all()
            assert (turned[group * LANES : (group + 1) * LANES] == by).all()
            assert by % LANES == 0
            assert 0 <= by < length


def test_frames_are_laid_over_one_another():
    one = np.ones(256, np.float32)
    line = np.zeros(BLOCK, np.float32)
    lay_long(line, np.ones((LANES, 768), np.float32), np.full(768, 5, np.float32), one, one)
    assert set(np.unique(line[:-256])) == {1.0, 2.0}
    assert set(np.unique(line[-256:])) == {6.0}
    line[:] = 0
    lay_short(line, np.ones((32, 512), np.float32), np.full(768, 5, np.float32), one, one)
    assert set(np.unique(line[:-256])) == {2.0}
    assert set(np.unique(line[-256:])) == {6.0}
