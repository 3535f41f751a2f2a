"""The sound path as the window's process sees it: the ring, the desk and the player, watched and started anew when they fail."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from time import perf_counter_ns

import numpy as np

from studio.audio.child import Child, alive_until
from studio.audio.latency import AUTOMATIC
from studio.audio.mixer import Scene
from studio.audio.ring import CALLED_NS, DESK_ALIVE, OPEN, PLAYER_ALIVE, Ring
from studio.audio.rows import RowStore
from studio.audio.strips import Events
from studio.audio.wire import Array, Message

log = logging.getLogger(__name__)

_WATCH_SECONDS = 0.25
_STARTING_SECONDS = 20.0
_STALLED_SECONDS = 3.0
_MOST_BACKOFF = 8.0

Heard = Callable[[Message], None]


class Output:
    """Two processes and the ring between them.

    ``on_event`` gets what they say (a mapping with ``event``) on a thread of its own: ``opened``, ``lost``, ``silent``,
    ``rate``, ``late``, ``restarted``. A desk that had to be started anew is told of the rows, the scene and the loop again,
    not to play. ``latency`` is seconds, 0 for the lowest, or AUTOMATIC; ``known`` are the latencies by the names of devices that
    were late (:mod:`.latency`); an empty ``device`` is the system's.
    """

    def __init__(
        self, rate: int, store: RowStore, on_event: Heard,
        device: str = "", latency: float = AUTOMATIC, known: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        self.ring = Ring(rate=rate)
        self._on_event = on_event
        self._store = store
        self._scene = Scene()
        self._loop: tuple[int, int] | None = None
        self._keys: dict[int, tuple[int, Events]] = {}  # by id of the events: under which number the desk knows them
        self._key = 0
        self._lock = threading.Lock()
        self._device, self._latency, self._known = device, latency, dict(known or {})
        self._devices: list[str] = []
        self._devices_came = threading.Event()
        self._stop = threading.Event()
        self._backoff = 0.0
        self._reopened_ns = perf_counter_ns()
        self._player = self._start_player()
        self._desk = self._start_desk()
        store.told = self._tell_rows
        for item in store.everything():
            self._tell_rows(item)
        self._watcher = threading.Thread(target=self._watch, name="sound-watch", daemon=True)
        self._watcher.start()

    @property
    def pids(self) -> tuple[int, int]:
        """Process numbers of player and desk."""
        return self._player.pid, self._desk.pid

    def tell_desk(self, message: Message, arrays: tuple[Array, ...] = ()) -> None:
        """Send the desk a message; never waits."""
        self._desk.tell(message, arrays)

    def set_scene(self, scene: Scene) -> None:
        """What sounds from now on. Notes that the desk has already are not sent again."""
        with self._lock:
            self._scene = scene
            self._send_scene()

    def set_loop(self, frames: tuple[int, int] | None) -> None:
        """Play [first, end) round and round, or do not."""
        self._loop = frames
        self.tell_desk({"do": "loop", "range": frames})

    def _send_scene(self) -> None:
        scene, known = self._scene, self._keys
        self._keys = {}
        for e in (s.events for s in scene.strips):
            if id(e) in known:
                self._keys[id(e)] = known[id(e)]
            elif id(e) not in self._keys:
                self._key += 1
                self._keys[id(e)] = (self._key, e)
                columns = np.stack([e.start, e.length, e.row, e.program, e.pitch, e.velocity, e.held])
                self.tell_desk({"do": "events", "key": self._key}, (columns, e.gain))
        strips = [
            {
                "events": self._keys[id(s.events)][0],
                "effects": [asdict(e) for e in s.effects],
                **{k: getattr(s, k) for k in ("id", "gain", "pan", "room", "width")},
            }
            for s in scene.strips
        ]
        rest = {
            "effects": [asdict(e) for e in scene.effects],
            "gain": scene.gain,
            "room": scene.room,
            "room_seconds": scene.room_seconds,
            "end": scene.end,
        }
        self.tell_desk({"do": "scene", "strips": strips, **rest})

    def _tell_rows(self, item: tuple[object, ...]) -> None:
        if item[0] == "row":
            self.tell_desk({"do": "rows"}, (np.array([item[1:]], np.int64),))
        elif item[0] == "slab":
            self.tell_desk({"do": "slab", "id": item[1], "name": item[2]})
        else:
            self.tell_desk({"do": "drop", "id": item[1]})

    def _tell_everything(self) -> None:
        """Tell a new desk what the old one knew."""
        with self._lock:
            self._keys = {}
            for item in self._store.everything():
                self._tell_rows(item)
            self._store.forget_going()
            self._send_scene()
        self.set_loop(self._loop)

    def set_device(self, device: str, latency: float, known: Mapping[str, float] | None = None) -> None:
        """Play on another device, or with another latency."""
        self._device, self._latency, self._known = device, latency, dict(known or {})
        self._player.tell({"do": "device", **self._options})

    @property
    def _options(self) -> Message:
        return {"device": self._device, "latency": self._latency, "known": self._known}

    def wait_for_devices(self, seconds: float = 5.0) -> list[str]:
        """The devices' names, the system's kind first; empty when the player does not answer in time."""
        self._devices_came.clear()
        self._player.tell({"do": "devices"})
        return self._devices if self._devices_came.wait(seconds) else []

    def close(self) -> None:
        """End both processes and remove the ring."""
        self._stop.set()
        self._watcher.join()
        self._store.told = self._store.nobody
        self._desk.close()
        self._player.close()
        self._store.forget_going()
        self.ring.close()

    def _start_player(self) -> Child:
        self.ring.numbers[PLAYER_ALIVE] = alive_until(_STARTING_SECONDS)
        self.ring.numbers[OPEN] = 0
        return Child("studio.audio.player", [self.ring.name, json.dumps(self._options)], self._hear)

    def _start_desk(self) -> Child:
        self.ring.numbers[DESK_ALIVE] = alive_until(_STARTING_SECONDS)
        return Child("studio.audio.desk", [self.ring.name], self._hear)

    def _hear(self, message: Message, _: list[Array]) -> None:
        if message["event"] == "failed":
            log.error("a process of the sound failed: %s", message["reason"])
        elif message["event"] == "dropped":
            self._store.dropped(message["id"])
        elif message["event"] == "devices":
            self._devices = message["devices"]
            self._devices_came.set()
        else:
            if message["event"] == "late":
                self._known = {**self._known, message["name"]: message["latency"]}
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
                self._tell_everything()
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
            self._player.tell({"do": "device", **self._options})


def sound_outputs() -> list[str]:
    """Names of this computer's sound devices, the system's kind first."""
    output = Output(48_000, RowStore(0), lambda message: None)
    try:
        return output.wait_for_devices()
    finally:
        output.close()
