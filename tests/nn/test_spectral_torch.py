"""Voices by torch, as on a graphics processor."""

import numpy as np
import torch

from studio.nn.spectral import Synthesiser
from tests.nn.test_spectral import RATE, VOICES, WHOLE


def test_torch_and_the_compiled_loops_make_the_same_sound():
    rows = np.zeros((len(VOICES), 30000), np.float32)
    Synthesiser(torch.device("cpu"), compiled=False).render(VOICES, RATE, 0, rows)
    for row, other in zip(rows, WHOLE, strict=True):
        assert np.abs(row - other).max() < 2e-5 * np.abs(row).max()


def test_with_torch_a_slice_has_the_bits_of_the_whole():
    synth = Synthesiser(torch.device("cpu"), compiled=False)
    whole, part = np.zeros((len(VOICES), 30000), np.float32), np.zeros((3, 9001), np.float32)
    synth.render(VOICES, RATE, 0, whole)
    synth.render([VOICES[k] for k in (7, 2, 5)], RATE, 4321, part)
    assert part.tobytes() == whole[[7, 2, 5], 4321 : 4321 + 9001].tobytes()
