"""The room: convolution as it should be, decay as asked for, the same whatever was before."""

import numpy as np
import pytest

from studio.audio.room import AT_ONCE, MOST_BACK, Room, response

RATE, BLOCK = 48_000, 1024


def run(room: Room, send: np.ndarray) -> np.ndarray:
    out = []
    for k in range(0, send.shape[1], BLOCK):
        room.push(send[:, k : k + BLOCK])
        out.append(room.pull())
    return np.concatenate(out, 1)


def noise(blocks: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (2, blocks * BLOCK)).astype(np.float32)


def test_it_convolves() -> None:
    send = noise(40)
    mid, side = response(RATE, 0.4)
    got = run(Room(RATE, BLOCK, 0.4), send)
    m, s = (send[0] + send[1]) / 2, (send[0] - send[1]) / 2
    for channel in (0, 1):
        size = 1 << 17
        wanted = np.fft.irfft(np.fft.rfft(m, size) * np.fft.rfft(mid[:, channel], size), size)
        wanted += np.fft.irfft(np.fft.rfft(s, size) * np.fft.rfft(side[:, channel], size), size)
        np.testing.assert_allclose(got[channel], wanted[: got.shape[1]], atol=2e-5)


@pytest.mark.parametrize("at_once", [2, 5, AT_ONCE])
def test_several_blocks_at_once_are_the_same(at_once: int) -> None:
    send = noise(30 * at_once)
    send[:, 3 * BLOCK : 12 * BLOCK] = 0
    send[:, 60 * BLOCK :] = 0
    send[1, : 2 * BLOCK] = send[0, : 2 * BLOCK]
    whole = run(Room(RATE, BLOCK, 0.4), send)
    room, out, step = Room(RATE, BLOCK, 0.4), [], at_once * BLOCK
    for k in range(0, send.shape[1], step):
        marks = room.push(send[:, k : k + step])
        out.append(room.pull(at_once))
        room.back(marks[k // step % at_once])  # some of them again
        again = (k // step % at_once + 1) * BLOCK
        for n in range(k + again, k + step, BLOCK):
            room.push(send[:, n : n + BLOCK])
    np.testing.assert_array_equal(np.concatenate(out, 1), whole)


def test_after_its_memory_nothing_of_the_past_is_left() -> None:
    send = noise(60)
    whole = run(Room(RATE, BLOCK, 0.4), send)
    late = Room(RATE, BLOCK, 0.4)
    first = 50 - late.memory
    late.push(np.ones((2, BLOCK), np.float32))  # something else
    got = run(late, send[:, first * BLOCK :])
    np.testing.assert_array_equal(got[:, (50 - first) * BLOCK :], whole[:, 50 * BLOCK :])


@pytest.mark.parametrize("seconds", [0.5, 1.4])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_middle_decays_as_asked_and_highs_faster(seconds: float, rate: int) -> None:
    mid, _ = response(rate, seconds)

    frames = np.lib.stride_tricks.sliding_window_view(mid[:, 0], 1024)[::256] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)) ** 2

    def decay(low: float, high: float) -> float:
        f = np.fft.rfftfreq(1024, 1 / rate)
        energy = power[:, (f > low) & (f < high)].sum(1)
        left = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum())
        a, b = np.argmax(left < -10), np.argmax(left < -30)
        return 3 * (b - a) * 256 / rate

    assert decay(400, 1_500) == pytest.approx(seconds, rel=0.2)
    assert decay(7_000, 14_000) < 0.7 * seconds


def test_sides_differ_and_energy_is_that_of_the_design() -> None:
    mid, side = response(RATE, 1.4)
    assert abs(np.corrcoef(mid[4000:].T)[0, 1]) < 0.1
    assert np.sum(mid[:, 0] ** 2) == pytest.approx(4.0, rel=0.15)
    assert side.any()


def test_silence_stays_silence_and_the_tail_ends() -> None:
    room = Room(RATE, BLOCK, 0.3)
    assert not run(room, np.zeros((2, 10 * BLOCK), np.float32)).any()
    run(room, noise(3))
    assert not run(room, np.zeros((2, 40 * BLOCK), np.float32))[:, -BLOCK:].any()


def test_another_decay_keeps_what_sounds() -> None:
    room = Room(RATE, BLOCK, 0.4)
    run(room, noise(20))
    assert room.changed(0.4) is room
    longer, shorter = room.changed(0.9), room.changed(0.3)
    assert longer.pull().any()
    assert shorter.pull().any()


def test_put_back_it_sounds_as_it_did_there() -> None:
    send = noise(400)
    room = Room(RATE, BLOCK, 0.4)
    whole = run(Room(RATE, BLOCK, 0.4), send)
    for first in range(0, 360, 20):  # round its own ring of spectra more than once
        marks = room.mark()
        run(room, noise(MOST_BACK - first % 40, seed=first))
        room.back(marks)
        np.testing.assert_array_equal(
            run(room, send[:, first * BLOCK : (first + 20) * BLOCK]), whole[:, first * BLOCK :][:, : 20 * BLOCK]
        )
