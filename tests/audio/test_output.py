"""The sound path as a whole, without a card: scenes are sent once, rows are told, everything ends."""

import time
from collections.abc import Callable

import numpy as np

from studio.audio.mixer import Scene
from studio.audio.output import Output
from studio.audio.ring import METERS, READ
from studio.audio.rows import RowStore
from studio.audio.strips import Strip
from tests.audio.test_mixer import RATE, make_events, make_rows


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_plays_what_it_is_told(no_sound_card: None) -> None:
    store = RowStore(1 << 26)
    rows = make_rows(12)
    for number in range(6):
        store.put(number, rows[number])  # before there is a desk
    said: list[dict] = []
    output = Output(RATE, store, said.append)
    for number in range(6, 12):
        store.put(number, rows[number])
    sent: list[str] = []
    tell = output.tell_desk
    output.tell_desk = lambda message, arrays=(): (sent.append(message["do"]), tell(message, arrays))  # type: ignore[assignment]
    events = make_events(rows, 50)
    output.set_scene(Scene((Strip(1, events),), end=4 * RATE))
    output.set_scene(Scene((Strip(1, events, gain=0.5),), end=4 * RATE))
    assert sent == ["events", "scene", "scene"]
    tell({"do": "play", "frame": 0, "id": 1})
    wait(lambda: output.ring.numbers[READ] > 20_000)
    wait(lambda: output.ring.numbers[METERS] > 8)
    assert np.abs(output.ring.sound).max() > 0.01
    assert [m["event"] for m in said] == ["silent"]
    assert output.wait_for_devices() == [] or isinstance(output.wait_for_devices()[0], str)
    store.clear()
    wait(lambda: store.bytes == 0)
    output.close()
    store.close()
