"""Single sounds: added at once, grown while they sound, written anew ahead of the player, ended without a click."""

import numpy as np
import pytest

from studio.audio.slots import AT, FADE, FRAMES, NUMBERS, SLOTS, SlotReader, Slots

SIZE = 2_000


@pytest.fixture
def slots() -> Slots:
    return Slots(np.zeros((SLOTS, NUMBERS), np.int64), np.zeros((SLOTS, SIZE), np.float32))


def pull(reader: SlotReader, frames: int) -> np.ndarray:
    out = np.zeros((frames, 2), np.float32)
    reader.add(out)
    return out


def reader_of(slots: Slots) -> SlotReader:
    return SlotReader(slots.numbers, slots.sound)


def test_sounds_add_and_end_without_a_click(slots: Slots) -> None:
    reader = reader_of(slots)
    started = [slots.start(np.full(SIZE, 0.25, np.float32)) for _ in range(3)]
    assert pull(reader, 500)[:, 0].tolist() == [0.75] * 500
    for slot, start in started:
        slots.end(slot, start)
    out = pull(reader, 500)
    assert not out[FADE:].any()
    assert np.abs(np.diff(out[:, 0])).max() < 0.01
    assert not pull(reader, 500).any()


def test_the_oldest_gives_way(slots: Slots) -> None:
    reader = reader_of(slots)
    first = slots.start(np.full(SIZE, 0.5, np.float32))
    pull(reader, 10)
    for _ in range(SLOTS - 1):
        slots.start(np.zeros(SIZE, np.float32))
    pull(reader, 10)
    again = slots.start(np.full(100, 0.1, np.float32))
    assert again == (first[0], first[1] + 1)
    assert not slots.alive(*first)
    slots.write(*first, 20, np.ones(50, np.float32))  # the one that gave way writes into nothing
    assert pull(reader, 10)[0, 0] == pytest.approx(0.1)


def test_it_grows_round_its_ring_for_as_long_as_it_is_fed(slots: Slots) -> None:
    reader = reader_of(slots)
    ramp = np.arange(10_000, dtype=np.float32)
    slot, start = slots.start(ramp[:500], more=True)
    written, got = 500, []
    while written < len(ramp):
        got.append(pull(reader, 300)[:, 1])
        end = min(len(ramp), slots.place(slot, start) + 1_000)
        slots.write(slot, start, written, ramp[written:end], more=end < len(ramp))
        written = end
    got += [pull(reader, 300)[:, 1] for _ in range(5)]
    np.testing.assert_array_equal(np.concatenate(got)[:10_000], ramp)


def test_what_is_ahead_is_written_anew(slots: Slots) -> None:
    reader = reader_of(slots)
    slot, start = slots.start(np.ones(1_500, np.float32), more=True)
    pull(reader, 400)
    assert slots.place(slot, start) == 400
    slots.write(slot, start, 600, np.full(100, 2.0, np.float32), more=False)
    out = pull(reader, 600)[:, 0]
    assert out.tolist() == [1.0] * 200 + [2.0] * 100 + [0.0] * 300
    assert slots.numbers[slot, AT] == slots.numbers[slot, FRAMES] == 700


def test_each_has_its_own_place(slots: Slots) -> None:
    slots.start(np.ones(100, np.float32), (0.25, 0.75))
    np.testing.assert_allclose(pull(reader_of(slots), 4), [[0.25, 0.75]] * 4)


def test_a_key_struck_late_waits_for_its_sound_without_being_lost(slots: Slots) -> None:
    reader = reader_of(slots)
    slot, start = slots.start(np.ones(100, np.float32), more=True)
    pull(reader, 400)
    assert slots.alive(slot, start)
    slots.write(slot, start, 100, np.full(100, 3.0, np.float32), more=False)
    assert pull(reader, 50)[0, 0] == 3.0
