"""Keys that sound while they are held: at once by the light voice, and by the instruments as soon as they answer.

A key goes into a slot of the ring on the caller's thread, so that nothing stands between the press and the device's next block.
A thread of its own writes on behind it, puts the instrument's sound in place of the light one's a moment ahead of the player,
and ends the note when it is let go. What an instrument has once made of a key is kept: the next stroke begins with it.
"""

import logging
import queue
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from studio.app.rendering import lock_of
from studio.app.rendering_ahead import RenderingAhead
from studio.app.sounding import DRUM_HELD_SECONDS, MOST_HELD_SECONDS
from studio.audio.levels import pan_gains
from studio.audio.ring import Ring
from studio.audio.slots import FRAMES
from studio.audio.voice import light_length, light_voice
from studio.engines.api import DRUM_KIT, Audio, Quiet, Renderer, SoundBatch

log = logging.getLogger(__name__)

FIRST_SECONDS = 0.06  # of sound that are there before the slot starts
AHEAD_SECONDS = 0.4
CHUNK_SECONDS = 0.5
_WAKE_SECONDS = 0.02
_PATIENCE_SECONDS = 0.05
_TAKE_OVER_SECONDS = 0.05  # ahead of the player, where the instrument comes in
_BLEND = 960  # frames over which one sound goes over into another
_MARGIN = 1_024  # frames ahead of the player that may already be on their way
_KEPT = 256
MIDDLE = pan_gains(0.0)


@dataclass(eq=False)
class Voice:
    """A key that sounds. ``held`` counts frames to its release, very many while it is down."""

    ring: Ring
    program: int
    pitch: int
    velocity: int
    slot: int
    start: int
    held: int
    written: int
    neural: bool = False
    tried: bool = False  # the instrument was asked and had nothing to add
    letting_go: bool = False

    @property
    def place(self) -> int:
        """Frames that the player has taken."""
        return self.ring.slots.place(self.slot, self.start)


class Live:
    """Plays keys into the ring's slots."""

    def __init__(self, rendering: RenderingAhead) -> None:
        self._rendering = rendering
        self._heads: OrderedDict[tuple[int, ...], Audio] = OrderedDict()
        self._new: queue.SimpleQueue[Voice | None] = queue.SimpleQueue()
        self._voices: list[Voice] = []
        self._auditioned: list[Voice] = []
        self._thread: threading.Thread | None = None

    def strike(
        self, ring: Ring, program: int, pitch: int, velocity: int,
        gains: tuple[float, float] = MIDDLE, seconds: float | None = None,
    ) -> Voice:  # fmt: skip
        """Play a key at once, until :meth:`let_go` or for ``seconds``. ``program`` is DRUM_KIT for drums. Any thread."""
        rate = ring.rate
        if program == DRUM_KIT:
            seconds = DRUM_HELD_SECONDS
        held = round((MOST_HELD_SECONDS if seconds is None else seconds) * rate)
        head = self._heads.get((program, pitch, velocity, rate, self._rendering.salt))
        sound = light_voice(program, pitch, velocity, held, rate, 0, int(FIRST_SECONDS * rate)) if head is None else head
        sound = sound[: max(1, held)]
        slot, start = ring.slots.start(sound, gains, more=True)
        voice = Voice(ring, program, pitch, velocity, slot, start, held, len(sound), head is not None)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="live-keys", daemon=True)
            self._thread.start()
        self._new.put(voice)
        return voice

    def let_go(self, voice: Voice) -> None:
        """The key comes up; drums ring on by themselves. Any thread."""
        if voice.program != DRUM_KIT:
            voice.letting_go = True
            self._new.put(voice)

    def auditioned(self, voice: Voice | None) -> None:
        """Remember a key for :meth:`end_auditions`."""
        if voice is not None:
            self._auditioned = [*self._auditioned[-7:], voice]

    def end_auditions(self) -> None:
        """Let go of the keys that were auditioned."""
        voices, self._auditioned = self._auditioned, []
        for voice in voices:
            self.let_go(voice)

    def close(self) -> None:
        """Stop the thread; what sounds is not fed any more."""
        if self._thread is not None:
            self._new.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            try:
                voice = self._new.get(timeout=_WAKE_SECONDS if self._voices else None)
                if voice is None:
                    return
                if voice not in self._voices:
                    self._voices.append(voice)
            except queue.Empty:
                pass
            try:
                self._voices = [v for v in self._voices if self._feed(v)]
            except Exception:
                log.exception("a key could not be played")
                self._voices.clear()

    def _feed(self, voice: Voice) -> bool:
        """Write what the voice needs next; False once all of it is written, or nobody hears it any more."""
        slots, rate = voice.ring.slots, voice.ring.rate
        if not slots.alive(voice.slot, voice.start):
            return False
        if voice.letting_go:
            voice.letting_go = False
            self._release(voice)
        low = voice.written - voice.place < AHEAD_SECONDS * rate
        if low and not self._extend(voice, int(CHUNK_SECONDS * rate)):  # first of all something
            return False
        if not voice.neural and not voice.tried:
            self._take_over(voice)
        return True

    def _extend(self, voice: Voice, count: int) -> bool:
        """Write ``count`` more frames, or as many as there are left; False at the end."""
        sound = self._neural(voice, voice.written, count, 0.0) if voice.neural else None
        if voice.neural and sound is None:
            if voice.written - voice.place > 0.1 * voice.ring.rate:
                return True  # the instruments are busy, and there is time
            voice.neural = False
        if sound is None:
            left = light_length(voice.program, voice.held, voice.ring.rate) - voice.written
            sound = self._light(voice, voice.written, max(0, min(count, left)))
        more = len(sound) == count
        self._write(voice, voice.written, sound, more)
        return more

    def _release(self, voice: Voice) -> None:
        """Have the sound die away from a moment ahead of the player on."""
        at = min(voice.place + _MARGIN, voice.written)
        if at >= voice.held:
            return
        voice.held = at
        count = int(CHUNK_SECONDS * voice.ring.rate)
        sound = self._neural(voice, at, count, _PATIENCE_SECONDS) if voice.neural else None
        if sound is None:
            left = light_length(voice.program, voice.held, voice.ring.rate) - at
            voice.neural, voice.tried = False, True
            sound = self._light(voice, at, max(0, min(count, left)))
        self._write(voice, at, self._blended(voice, at, sound), len(sound) == count)

    def _take_over(self, voice: Voice) -> None:
        """Let the instrument go on with the note, if it answers in time."""
        rate = voice.ring.rate
        ahead = int(_TAKE_OVER_SECONDS * rate)
        head = self._neural(voice, 0, voice.place + ahead + int(AHEAD_SECONDS * rate), _PATIENCE_SECONDS)
        at = voice.place + _MARGIN
        if head is None:
            return
        voice.tried = True
        if len(head) < at + _BLEND:
            return
        if voice.held > len(head):
            self._keep(voice, head[: int(AHEAD_SECONDS * rate)])
        voice.neural = True
        self._write(voice, at, self._blended(voice, at, head[at:]), True)

    def _keep(self, voice: Voice, head: Audio) -> None:
        key = (voice.program, voice.pitch, voice.velocity, voice.ring.rate, self._rendering.salt)
        self._heads[key] = head
        if len(self._heads) > _KEPT:
            self._heads.popitem(last=False)

    def _blended(self, voice: Voice, at: int, sound: Audio) -> Audio:
        """``sound`` with its beginning gone over into from what the slot holds there."""
        slots = voice.ring.slots
        count = max(0, min(_BLEND, len(sound), int(slots.numbers[voice.slot, FRAMES]) - at))
        if not count:
            return sound
        old = slots.sound[voice.slot, np.arange(at, at + count) % slots.size]
        up = ((np.arange(count) + 1) / count).astype(np.float32)
        sound = sound.copy()
        sound[:count] = sound[:count] * up + old * (1 - up)
        return sound

    def _write(self, voice: Voice, at: int, sound: Audio, more: bool) -> None:
        voice.ring.slots.write(voice.slot, voice.start, at, sound, more=more)
        voice.written = at + len(sound)

    @staticmethod
    def _light(voice: Voice, first: int, count: int) -> Audio:
        return light_voice(voice.program, voice.pitch, voice.velocity, voice.held, voice.ring.rate, first, count)

    def _neural(self, voice: Voice, first: int, count: int, patience: float) -> Audio | None:
        """Frames of the instrument's sound, fewer at its end; None while it is busy or not loaded."""
        renderer: Renderer | None = self._rendering.renderer
        if renderer is None or not lock_of(renderer).acquire(timeout=patience):
            return None
        try:
            small = np.array([[voice.program], [voice.pitch], [voice.velocity]], np.int16)
            batch = SoundBatch(small[0], small[1], small[2], np.array([voice.held], np.int64))
            count = max(0, min(count, int(renderer.lengths(batch, voice.ring.rate)[0]) - first))
            if not count:
                return np.zeros(0, np.float32)
            return renderer.render(batch, voice.ring.rate, first, count, Quiet())[0]
        finally:
            lock_of(renderer).release()
