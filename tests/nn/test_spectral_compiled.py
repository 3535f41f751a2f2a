"""Blocks of notes by compiled loops: the same sound and the same choice of what is heard as torch's, bits that never change."""

import numpy as np
import pytest
import torch

from studio.nn import spectral, spectral_noise
from studio.nn import spectral_kernels as kernels
from studio.nn.byte_cache import ByteCache
from studio.nn.spectral import BLOCK, Voice, control_times
from studio.nn.spectral_compiled import Blocks, _bins
from tests.nn.test_spectral import RATE, VOICES, voice


@pytest.fixture(scope="module")
def blocks() -> Blocks:
    return Blocks(ByteCache(1 << 24), control_times())


@pytest.mark.parametrize("number", range(0, 11, 3))
def test_what_is_heard_is_what_torch_computes(blocks, number):
    widths, noisy = blocks.extents(VOICES[number], 0, 6, RATE)
    for block in range(6):
        width, hiss = spectral._extent(VOICES[number], block, RATE)
        assert width - 16 < widths[block] <= width
        assert widths[block] % 8 == 0 or widths[block] == len(VOICES[number].frequency)
        assert noisy[block] == hiss


def make(blocks: Blocks, *pieces: tuple[Voice, range]) -> np.ndarray:
    with blocks.made(pieces, RATE) as sound:
        return sound.copy()


def test_blocks_made_together_have_the_bits_of_blocks_alone(blocks):
    long = voice(held=9 * BLOCK, length=9 * BLOCK, noise_db=-50.0)
    together = make(blocks, (long, range(8)))
    for block in (7, 0, 3, 1):
        assert make(blocks, (long, range(block, block + 1))).tobytes() == together[block].tobytes()
    company = make(blocks, (VOICES[2], range(2)), (long, range(5, 8)), (VOICES[4], range(1, 2)), (long, range(2)))
    assert company[2:5].tobytes() == together[5:].tobytes()
    assert company[6:].tobytes() == together[:2].tobytes()


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_bins_have_the_weights_of_torch(rate):
    for hop in (spectral_noise.SHORT, spectral_noise.LONG):
        weights, bands = _bins(rate, hop)
        full = spectral_noise._weights(rate, hop, torch.device("cpu")).numpy()[:, ::2]
        made = np.zeros((spectral_noise.BANDS + 1, len(bands)), np.float32)
        made[bands, np.arange(len(bands))] = weights[0]
        made[bands + 1, np.arange(len(bands))] += weights[1]
        assert np.abs(made[:-1] - full).max() < 1e-4 * full.max()
        assert not made[-1].any()


def test_warmed_up_a_note_compiles_nothing_more(blocks) -> None:
    blocks.warm_up()
    loops = (kernels.tones, kernels.extents, kernels.spectra, kernels.lay_long, kernels.lay_short)
    before = [len(loop.signatures) for loop in loops]
    make(blocks, (VOICES[3], range(3)), (VOICES[5], range(1, 2)))
    assert min(before) > 0
    assert [len(loop.signatures) for loop in loops] == before
