"""Keys: the light voice at once, the instrument when it answers, an end when they are let go."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from studio.app.live import Live, Voice
from studio.app.rendering import lock_of
from studio.app.rendering_ahead import RenderingAhead
from studio.audio.ring import Ring
from studio.audio.rows import RowStore
from studio.audio.slots import AT, FRAMES, OPEN_END, SlotReader
from studio.audio.voice import light_voice
from studio.engines.api import DRUM_KIT, Quiet, SoundBatch
from tests.app.sines import Sines

RATE = 8_000


class Made:
    """Keys, a ring, and hands that take the player's place."""

    def __init__(self) -> None:
        self.store, self.ring, self.sines = RowStore(1 << 16), Ring(rate=RATE), Sines()
        self.rendering = RenderingAhead(self.store, RATE)
        self.live = Live(self.rendering)
        self.reader = SlotReader(self.ring.slots.numbers, self.ring.slots.sound)

    def pull(self, frames: int) -> np.ndarray:
        out = np.zeros((frames, 2), np.float32)
        self.reader.add(out)
        return out[:, 0]

    def ahead(self, voice: Voice, frames: int) -> None:
        """Wait until so many frames are written ahead of the player, or the end is."""
        n = self.ring.slots.numbers[voice.slot]
        wait(lambda: n[FRAMES] - n[AT] >= frames or not n[OPEN_END])

    def neural(self, pitch: int, held: int, count: int) -> np.ndarray:
        columns = (np.array([x], np.int16) for x in (0, pitch, 100))
        return self.sines.render(SoundBatch(*columns, np.array([held])), RATE, 0, count, Quiet())[0]

    def close(self) -> None:
        self.live.close()
        self.rendering.close()
        self.ring.close()
        self.store.close()


@pytest.fixture
def made() -> Iterator[Made]:
    it = Made()
    yield it
    it.close()


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.005)


def test_a_key_sounds_when_the_call_returns_and_goes_on_while_it_is_held(made: Made) -> None:
    voice = made.live.strike(made.ring, 0, 60, 100, (1.0, 1.0))
    got = [made.pull(256)]  # nothing was waited for
    for _ in range(40):
        made.ahead(voice, 2_000)
        got.append(made.pull(500))
    sound = np.concatenate(got)
    np.testing.assert_allclose(sound, light_voice(0, 60, 100, 600 * RATE, RATE, 0, len(sound)), atol=1e-6)


def test_let_go_it_dies_away(made: Made) -> None:
    voice = made.live.strike(made.ring, 19, 60, 100, (1.0, 1.0))
    made.ahead(voice, 2_000)
    made.pull(500)
    made.live.let_go(voice)
    wait(lambda: not made.ring.slots.numbers[voice.slot, OPEN_END])
    rest = made.pull(8_000)
    assert np.abs(rest[:500]).max() > 0.01
    assert np.abs(rest[4_500:]).max() == 0
    assert np.abs(np.diff(rest)).max() < 0.12


def test_the_instrument_takes_over_without_a_jump_and_begins_the_next_stroke(made: Made) -> None:
    made.rendering.set_renderer(made.sines)
    with lock_of(made.sines):  # busy
        voice = made.live.strike(made.ring, 0, 60, 100, (1.0, 1.0))
        made.ahead(voice, 2_000)
        light = light_voice(0, 60, 100, 600 * RATE, RATE, 0, 400)
        np.testing.assert_allclose(made.pull(400), light, atol=1e-6)
    wait(lambda: voice.neural)
    made.ahead(voice, 3_000)
    got = made.pull(3_000)
    expected = made.neural(60, 600 * RATE, 3_400)[400:]
    np.testing.assert_allclose(got[1_024 + 960 :], expected[1_024 + 960 :], atol=1e-6)
    made.live.let_go(voice)
    again = made.live.strike(made.ring, 0, 60, 100, (1.0, 1.0))
    assert again.neural
    first = made.ring.slots.sound[again.slot, :1_000]
    np.testing.assert_allclose(first, made.neural(60, 600 * RATE, 1_000), atol=1e-6)


def test_a_key_for_a_time_and_a_drum_end_by_themselves(made: Made) -> None:
    for voice in (
        made.live.strike(made.ring, 0, 60, 100, (1.0, 1.0), seconds=0.05),
        made.live.strike(made.ring, DRUM_KIT, 38, 100, (1.0, 1.0)),
    ):
        made.live.let_go(voice)
        n = made.ring.slots.numbers[voice.slot]
        sound = []
        while n[OPEN_END] or n[AT] < n[FRAMES]:
            sound.append(made.pull(200))
            time.sleep(0.002)
        assert 0.2 * RATE < n[FRAMES] < RATE


def test_more_keys_than_there_are_slots(made: Made) -> None:
    voices = [made.live.strike(made.ring, 0, 30 + k, 100) for k in range(60)]
    made.pull(100)
    assert sum(made.ring.slots.alive(v.slot, v.start) for v in voices) == 32
