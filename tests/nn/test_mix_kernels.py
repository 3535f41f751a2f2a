"""The compiled loops of room, limiter and mixer beside plain numpy."""

import numpy as np
import pytest

from studio.audio.mixer import MixStream, Scene
from studio.audio.strips import Events, Strip
from studio.nn.counter import uniform
from studio.nn.mix_kernels import TAPS, TILE, convolve, mix, raise_to_peaks, ready


def numbers(*shape: int) -> np.ndarray:
    return (uniform(len(shape), int(np.prod(shape))).reshape(shape) - 0.5).astype(np.float32)


@pytest.mark.parametrize("memory", [1, 2, 7])
def test_spectra_are_multiplied_and_summed(memory: int) -> None:
    line, response, out = numbers(memory + 5, 2, 64), numbers(2, memory, 2, 64), numbers(3, 2, 2, 64)
    heard = np.array([True, False, True])
    expected = out[:, :, 0] + 1j * out[:, :, 1]
    there = (line[:, 0] + 1j * line[:, 1], response[:, :, 0] + 1j * response[:, :, 1])
    for block, at in ((0, 5), (2, 3)):  # the newest comes first in the line
        expected[block] += (there[0][at : at + memory] * there[1]).sum(1)
    tiles = np.ascontiguousarray(response.reshape(2, memory, 2, 2, TILE).transpose(3, 1, 0, 2, 4))
    convolve(out, line, 3, tiles, heard)
    assert np.abs(out[:, :, 0] + 1j * out[:, :, 1] - expected).max() < 1e-6


def test_peaks_are_those_of_the_filtered_sound() -> None:
    sound, filters, peak = numbers(2, 100 + TAPS - 1), numbers(3, TAPS), numbers(100)
    made = peak.copy()
    raise_to_peaks(made, sound, filters)
    filtered = [np.abs(np.correlate(channel, taps, "valid")) for channel in sound for taps in filters]
    assert np.abs(made - np.max([peak, *filtered], axis=0)).max() < 1e-6


def test_strips_are_mixed_as_numpy_mixes_them() -> None:
    frames, rows, spread = 2500, [numbers(900), numbers(2600), numbers(300)], numbers(4, 2500)
    factors, gains = numbers(3, 4), np.array([0.7, 1.0, 0.3, 0.9], np.float32)
    notes = [(0, -100), (1, 400), (2, 1000), (2, 2900)]  # a row, and where it starts; the last one begins after all is over
    plan = np.array([(rows[r].ctypes.data, len(rows[r]), at) for r, at in notes])
    strips = np.array([(0, 2, 0), (2, 2, spread.ctypes.data), (2, 4, 0)])
    made = numbers(4, frames)
    expected = made.copy()
    for k, some in enumerate((notes[:2], [], notes[2:])):
        bus = np.zeros((1, 6000), np.float32)
        for (r, at), gain in zip(some, gains[strips[k, 0] :], strict=False):
            bus[0, 1000 + at : 1000 + at + len(rows[r])] += rows[r] * gain
        expected += (spread if k == 1 else bus[:, 1000 : 1000 + frames]) * factors[k, :, None]
    mix(made, strips, factors, plan, gains)
    assert made.tobytes() == expected.tobytes()


def test_when_ready_the_mixers_calls_compile_nothing_more() -> None:
    ready()
    loops = (convolve, raise_to_peaks, mix)
    before = [len(loop.signatures) for loop in loops]  # type: ignore[attr-defined]
    rows = {0: np.ones(5000, np.float32)}
    one = np.ones(1, np.int64)
    events = Events(0 * one, 5000 * one, np.ones(1, np.float32), 0 * one, 0 * one, 60 * one, 90 * one, 4000 * one)
    stream = MixStream(Scene((Strip(1, events, room=0.5),), room=0.5), rows, 48_000, ahead=2)
    for _ in range(3):
        stream.next()
    assert [len(loop.signatures) for loop in loops] == before  # type: ignore[attr-defined]
