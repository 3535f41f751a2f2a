"""The sound path as the window's process sees it: the ring, the desk and the player, watched and started anew when they fail."""

import json
import logging
import threading
from collections.abc import Callable
from time import perf_counter_ns

from studio.audio.child import Child, alive_until
from studio.audio.ring import CALLED_NS, DESK_ALIVE, OPEN, PLAYER_ALIVE, Ring
from studio.audio.wire import Array, Message

log = logging.getLogger(__name__)

_WATCH_SECONDS = 0.25
_STARTING_SECONDS = 20.0
_STALLED_SECONDS = 3.0
_MOST_BACKOFF = 8.0

Event = Callable[[Message], None]


class Output:
    """Two processes and the ring between them.

    ``on_event`` gets what they say (a mapping with ``event``) on a thread of its own: ``opened``, ``lost``, ``silent``,
    ``rate``, ``devices``, ``dropped``, ``restarted``. ``on_desk`` is called when a new desk has to be told everything.
    ``latency`` is "safe", "low" or seconds; an empty ``device`` is the system's.
    """

    def __init__(self, rate: int, on_event: Event, on_desk: Callable[[], None], device: str = "", latency: str = "safe") -> None:
        self.ring = Ring(rate=rate)
        self._on_event, self._on_desk = on_event, on_desk
        self._device, self._latency = device, latency
        self._stop = threading.Event()
        self._backoff = 0.0
        self._reopened_ns = perf_counter_ns()
        self._player = self._start_player()
        self._desk = self._start_desk()
        self._watcher = threading.Thread(target=self._watch, name="sound-watch", daemon=True)
        self._watcher.start()

    @property
    def pids(self) -> tuple[int, int]:
        """Process numbers of player and desk."""
        return self._player.pid, self._desk.pid

    def tell_desk(self, message: Message, arrays: tuple[Array, ...] = ()) -> None:
        """Send the desk a message; never waits."""
        self._desk.tell(message, arrays)

    def set_device(self, device: str, latency: str) -> None:
        """Play on another device, or with another latency."""
        self._device, self._latency = device, latency
        self._player.tell({"do": "device", "device": device, "latency": latency})

    def ask_devices(self, ask: int) -> None:
        """Ask for the devices' names; the answer is an event ``devices`` with the same ``ask``."""
        self._player.tell({"do": "devices", "ask": ask})

    def close(self) -> None:
        """End both processes and remove the ring."""
        self._stop.set()
        self._watcher.join()
        self._desk.close()
        self._player.close()
        self.ring.close()

    def _start_player(self) -> Child:
        self.ring.numbers[PLAYER_ALIVE] = alive_until(_STARTING_SECONDS)
        self.ring.numbers[OPEN] = 0
        options = json.dumps({"device": self._device, "latency": self._latency})
        return Child("studio.audio.player", [self.ring.name, options], self._hear)

    def _start_desk(self) -> Child:
        self.ring.numbers[DESK_ALIVE] = alive_until(_STARTING_SECONDS)
        return Child("studio.audio.desk", [self.ring.name], self._hear)

    def _hear(self, message: Message, _: list[Array]) -> None:
        if message["event"] == "failed":
            log.error("a process of the sound failed: %s", message["reason"])
        self._on_event(message)

    def _watch(self) -> None:
        while not self._stop.wait(_WATCH_SECONDS + self._backoff):
            now = perf_counter_ns()
            if not self._player.running or self.ring.numbers[PLAYER_ALIVE] < now:
                self._player.close(patience=0.0)
                self._player = self._start_player()
                self._restarted("player")
            elif not self._desk.running or self.ring.numbers[DESK_ALIVE] < now:
                self._desk.close(patience=0.0)
                self._desk = self._start_desk()
                self._on_desk()
                self._restarted("desk")
            else:
                self._backoff = max(0.0, self._backoff - 0.05)
            self._reopen_stalled(now)

    def _restarted(self, what: str) -> None:
        """Say so, and wait longer each time, should it go on failing."""
        self._backoff = min(_MOST_BACKOFF, 2 * self._backoff + 0.25)
        self._on_event({"event": "restarted", "what": what})

    def _reopen_stalled(self, now: int) -> None:
        """A stream that is open and no longer asks for sound is opened anew."""
        stalled = int(_STALLED_SECONDS * 1e9)
        latest = max(int(self.ring.numbers[CALLED_NS]), self._reopened_ns)
        if self.ring.numbers[OPEN] and now - latest > stalled:
            self._reopened_ns = now
            self._player.tell({"do": "device", "device": self._device, "latency": self._latency})
