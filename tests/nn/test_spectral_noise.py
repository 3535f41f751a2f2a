"""The noise of notes: as loud as asked everywhere, the same whatever stands beside it."""

import numpy as np
import pytest
import torch

from studio.nn.counter import uniform
from studio.nn.spectral_noise import BANDS, BLOCK, LONG_FRAMES, SHORT_FRAMES, add_noise, band_centres, bank, frame_times, places

RATE = 48_000


def noise(key: int, block: int, level: float = 1e-3) -> np.ndarray:
    frames = LONG_FRAMES if block else SHORT_FRAMES + 1
    out = torch.zeros(1, BLOCK)
    add_noise(out, torch.full((1, frames, BANDS), level), [key], [block], RATE)
    return out[0].numpy()


@pytest.mark.parametrize("block", [0, 1, 5])
def test_power_is_what_the_bands_say(block):
    sound = np.concatenate([noise(key, block) for key in range(12)])
    spectrum = np.abs(np.fft.rfft(sound)) ** 2 / len(sound) / RATE * 2
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    for low, high in ((200, 2_000), (2_000, 8_000), (8_000, 18_000)):
        inside = (frequency > low) & (frequency < high)
        assert 10 * np.log10(spectrum[inside].mean() / 1e-6) == pytest.approx(0, abs=1.0)


def test_the_power_stays_through_the_fades():
    sounds = np.stack([noise(key, block) for key in range(400) for block in (1,)])
    power = (sounds**2).mean(0).reshape(-1, 64).mean(1)
    assert power.max() / power.min() < 1.6


def test_blocks_join_without_a_step():
    for key in range(20):
        whole = np.concatenate([noise(key, block) for block in range(4)])
        inside = np.abs(np.diff(whole)).max()
        for edge in (BLOCK, 2 * BLOCK, 3 * BLOCK):
            assert abs(whole[edge] - whole[edge - 1]) <= inside


def test_a_block_does_not_mind_its_neighbours():
    size = torch.rand(3, LONG_FRAMES, BANDS) * 1e-3
    together, alone = torch.zeros(3, BLOCK), torch.zeros(1, BLOCK)
    add_noise(together, size.clone(), [5, 77, 900], [2, 9, 4], RATE)
    add_noise(alone, size[1:2].clone(), [77], [9], RATE)
    assert torch.equal(together[1], alone[0])


def test_times_of_frames_rise_and_meet():
    for block in range(3):
        times = frame_times(block, RATE)
        assert (np.diff(times) > 0).all()
        assert times[-1] == frame_times(block + 1, RATE)[0]
    assert (np.diff(band_centres()) > 0).all()


def test_the_noise_beside_which_drums_were_corrected_is_drawn_frame_by_frame():
    rows, turned = places(1, 0, 200, 768)
    assert not turned.any()
    bank_rows = bank(256, torch.device("cpu"))
    drawn = (uniform(2, 201)[1:] * 1024).astype(np.int64)
    assert torch.equal(bank_rows[rows], bank_rows[drawn])
