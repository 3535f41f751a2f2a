"""A keyboard under somebody's hands, real or typed: each key sounds at once through the track that is edited.

Keys come from any thread with the time at which they were pressed. With the sustain pedal down a key that comes up sounds on.
"""

import threading
from collections.abc import Callable
from time import perf_counter_ns
from typing import Protocol

from studio.app.live import Voice
from studio.app.playback import Playback
from studio.app.sounding import program_of
from studio.audio.levels import gain, pan_gains
from studio.music.document import Track
from studio.music.notes import SUSTAIN

PEDAL_DOWN = 64


class Listener(Protocol):
    """Who else wants to know of the keys: the recorder. ``at_ns`` is a time of the performance counter."""

    def note_on(self, pitch: int, velocity: int, at_ns: int) -> None: ...
    def note_off(self, pitch: int, at_ns: int) -> None: ...
    def control(self, number: int, value: int, at_ns: int) -> None: ...


class Keyboard:
    """Sounds keys and hands them to ``listener``. ``track()`` is the track that they play, None where there is none.

    ``track`` may be exchanged; it is called on the thread of the key.
    """

    def __init__(self, playback: Playback, track: Callable[[], Track | None], listener: Listener) -> None:
        self._playback, self._listener = playback, listener
        self.track = track
        self._down: dict[int, Voice | None] = {}
        self._held: list[Voice | None] = []  # keys that are up, under the pedal
        self._pedal = False
        self._lock = threading.Lock()

    @property
    def keys_down(self) -> tuple[int, ...]:
        """The pitches whose keys are down."""
        return tuple(self._down)

    def note_on(self, pitch: int, velocity: int, at_ns: int = 0) -> None:
        """A key goes down; velocity 1 to 127."""
        now = at_ns or perf_counter_ns()
        track = self.track()
        program, drums = (program_of(track), track.drums) if track else (0, False)
        level = gain(track.gain_db) if track else 1.0
        left, right = pan_gains(track.pan if track else 0.0)
        with self._lock:
            before = self._down.pop(pitch, None)
            gains = (left * level, right * level)
            self._down[pitch] = self._playback.strike(pitch, program, velocity, drums=drums, gains=gains)
        self._playback.let_go(before)
        self._listener.note_on(pitch, velocity, now)

    def note_off(self, pitch: int, at_ns: int = 0) -> None:
        """A key comes up."""
        now = at_ns or perf_counter_ns()
        with self._lock:
            known = pitch in self._down
            voice = self._down.pop(pitch, None)
            if self._pedal:
                self._held.append(voice)
                voice = None
        self._playback.let_go(voice)
        if known:
            self._listener.note_off(pitch, now)

    def control(self, number: int, value: int, at_ns: int = 0) -> None:
        """A controller moves; see :class:`studio.music.notes.Controls` for numbers and values."""
        if number == SUSTAIN:
            self._set_pedal(value >= PEDAL_DOWN)
        self._listener.control(number, value, at_ns or perf_counter_ns())

    def _set_pedal(self, down: bool) -> None:
        with self._lock:
            self._pedal = down
            voices, self._held = (self._held, []) if not down else ([], self._held)
        for voice in voices:
            self._playback.let_go(voice)

    def all_up(self) -> None:
        """Every key and the pedal come up: the keyboard was unplugged, or lost the window's attention."""
        for pitch in tuple(self._down):
            self.note_off(pitch)
        if self._pedal:
            self.control(SUSTAIN, 0)
