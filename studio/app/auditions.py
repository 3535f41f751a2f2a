"""Single keys, played at once: by the instruments if they answer within a moment, else by the light voice."""

import logging
import queue
import threading
from collections import OrderedDict

import numpy as np

from studio.app.rendering import lock_of
from studio.app.rendering_ahead import RenderingAhead
from studio.audio.levels import pan_gains
from studio.audio.ring import Ring
from studio.audio.voice import light_length, light_voice
from studio.engines.api import DRUM_KIT, Audio, Quiet, SoundBatch

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 0.01
_KEPT = 256


class Auditions:
    """Plays keys into the ring's slots, from a thread of its own."""

    def __init__(self, rendering: RenderingAhead) -> None:
        self._rendering = rendering
        self._kept: OrderedDict[tuple[int, ...], Audio] = OrderedDict()
        self._keys: queue.SimpleQueue[tuple[Ring, tuple[int, ...]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def play(self, ring: Ring, pitch: int, program: int, velocity: int, drums: bool, seconds: float) -> None:
        """Play a key."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="auditions", daemon=True)
            self._thread.start()
        held = round(seconds * ring.rate)
        self._keys.put((ring, (DRUM_KIT if drums else program, pitch, velocity, held, ring.rate, self._rendering.salt)))

    def close(self) -> None:
        """Stop the thread."""
        if self._thread is not None:
            self._keys.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (item := self._keys.get()) is not None:
            ring, key = item
            try:
                ring.start_slot(self._sound(key))
            except Exception:
                log.exception("a key could not be played")

    def _sound(self, key: tuple[int, ...]) -> Audio:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        program, pitch, velocity, held, rate, _ = key
        middle = np.float32(pan_gains(0.0)[0])
        sound = self._neural(program, pitch, velocity, held, rate)
        if sound is None:
            return light_voice(program, pitch, velocity, held, rate, 0, light_length(program, held, rate)) * middle
        self._kept[key] = sound * middle
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _neural(self, program: int, pitch: int, velocity: int, held: int, rate: int) -> Audio | None:
        renderer = self._rendering.renderer
        if renderer is None or not lock_of(renderer).acquire(timeout=_PATIENCE_SECONDS):
            return None
        try:
            small = np.array([[program], [pitch], [velocity]], np.int16)
            batch = SoundBatch(small[0], small[1], small[2], np.array([held], np.int64))
            return renderer.render(batch, rate, 0, int(renderer.lengths(batch, rate)[0]), Quiet())[0]
        finally:
            lock_of(renderer).release()
