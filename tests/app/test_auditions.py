"""Single keys: by the instruments, or at once by the light voice."""

import time

import numpy as np

from studio.app.auditions import Auditions
from studio.app.rendering import lock_of
from studio.app.rendering_ahead import RenderingAhead
from studio.audio.ring import FRAMES, STARTED, Ring
from studio.audio.rows import RowStore
from tests.app.sines import Sines

RATE = 8_000


def test_keys_go_into_slots() -> None:
    store, ring, sines = RowStore(1 << 16), Ring(rate=RATE), Sines()
    rendering = RenderingAhead(store, RATE)
    auditions = Auditions(rendering)

    def play(count: int) -> np.ndarray:
        auditions.play(ring, 60, 0, 100, False, 0.25)
        while ring.slot_numbers[:, STARTED].sum() < count:
            time.sleep(0.005)
        slot = int(np.argmax(ring.slot_numbers[:, STARTED] > 0)) if count == 1 else count - 1
        return ring.slots[slot, : ring.slot_numbers[slot, FRAMES]].copy()

    light = play(1)
    assert len(light) < 0.7 * RATE
    rendering.set_renderer(sines)
    with lock_of(sines):
        np.testing.assert_array_equal(play(2), light)  # busy: the light voice, at once
    neural = play(3)
    assert len(neural) == RATE // 4 + RATE
    np.testing.assert_array_equal(play(4), neural)
    assert sines.rendered == 1
    auditions.close()
    rendering.close()
    ring.close()
    store.close()
