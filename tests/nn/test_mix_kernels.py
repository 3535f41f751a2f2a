"""The compiled loops of room, limiter and mixer beside plain numpy."""

import numpy as np
import pytest

from studio.audio.mixer import MixStream, Scene
from studio.audio.strips import Events, Strip
from studio.nn.counter import uniform
from studio.nn.mix_kernels import TAPS, TILE, add_panned, convolve, raise_to_peaks, ready


def numbers(*shape: int) -> np.ndarray:
    return (uniform(len(shape), int(np.prod(shape))).reshape(shape) - 0.5).astype(np.float32)


@pytest.mark.parametrize("memory", [1, 2, 7])
def test_spectra_are_multiplied_and_summed(memory: int) -> None:
    line, response, out = numbers(memory + 5, 2, 64), numbers(2, memory, 2, 64), numbers(2, 2, 64)
    expected = out[:, 0] + 1j * out[:, 1]
    expected += ((line[:, 0] + 1j * line[:, 1])[3 : 3 + memory] * (response[:, :, 0] + 1j * response[:, :, 1])).sum(1)
    tiles = np.ascontiguousarray(response.reshape(2, memory, 2, 2, TILE).transpose(3, 1, 0, 2, 4))
    convolve(out, line, 3, tiles)
    assert np.abs(out[:, 0] + 1j * out[:, 1] - expected).max() < 1e-6


def test_peaks_are_those_of_the_filtered_sound() -> None:
    sound, filters, peak = numbers(2, 100 + TAPS - 1), numbers(3, TAPS), numbers(100)
    made = peak.copy()
    raise_to_peaks(made, sound, filters)
    filtered = [np.abs(np.correlate(channel, taps, "valid")) for channel in sound for taps in filters]
    assert np.abs(made - np.max([peak, *filtered], axis=0)).max() < 1e-6


def test_sums_are_rounded_as_numpy_rounds_them() -> None:
    sums, factors = numbers(4, 1003), numbers(4, 1)
    for channels in (1, 4):
        made, bus = sums.copy(), numbers(channels, 1003)
        add_panned(made, bus, factors)
        assert made.tobytes() == (sums + bus * factors).tobytes()


def test_when_ready_the_mixers_calls_compile_nothing_more() -> None:
    ready()
    loops = (convolve, raise_to_peaks, add_panned)
    before = [len(loop.signatures) for loop in loops]  # type: ignore[attr-defined]
    rows = {0: np.ones(5000, np.float32)}
    one = np.ones(1, np.int64)
    events = Events(0 * one, 5000 * one, np.ones(1, np.float32), 0 * one, 0 * one, 60 * one, 90 * one, 4000 * one)
    stream = MixStream(Scene((Strip(1, events, room=0.5),), room=0.5), rows, 48_000, ahead=2)
    for _ in range(3):
        stream.next()
    assert [len(loop.signatures) for loop in loops] == before  # type: ignore[attr-defined]
