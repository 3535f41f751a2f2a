"""The player process: owns the stream and copies from the ring. Imports numpy and sounddevice only.

``python -m studio.audio.player RING OPTIONS``, started by :class:`studio.audio.output.Output`. It asks for real-time scheduling
and carries on without. While there is no device, a silent one driven by the clock takes its place, so that the
transport still runs; the wanted device is tried again until it is there.
"""

import contextlib
import gc
import json
import sys
import threading
from time import perf_counter_ns, sleep
from typing import Any

import numpy as np

from studio.audio.child import Parent, alive_until, ask_for_realtime
from studio.audio.latency import AUTOMATIC, MOST_LATE, Latencies, Lateness
from studio.audio.ring import CALLED_NS, OPEN, PLAYER_ALIVE, PLAYING, Reader, Ring

try:
    import sounddevice
except OSError as error:  # PortAudio itself is missing
    sounddevice = None
    _NO_PORTAUDIO = str(error)

FRAMES, FEWEST_FRAMES = 512, 256  # of a block; the fewest where the lowest latency is asked for
_TICK = 0.02
_RETRY_SECONDS = 0.7
_OPENING_SECONDS = 15.0
_RATES = (48_000, 44_100)


class Player:
    """One ring, one device at a time."""

    def __init__(self, ring: Ring, parent: Parent, device: str, latency: float, known: dict[str, float]) -> None:
        self._ring = ring
        self._reader = Reader(ring)
        self._parent = parent
        self._wanted, self._latency = device, latency
        self._latencies = Latencies(known, _REALTIME)
        self._name, self._opened_with = "", latency
        self._late = Lateness(ring.rate, latency)
        self._stream: Any = None
        self._lost = threading.Event()
        self._retry_at = 0
        self._complained = ""
        self._clock_ns = perf_counter_ns()
        self._scratch = np.zeros((4096, 2), np.float32)

    def run(self) -> None:
        """Play until the parent is gone."""
        self._open()
        while True:
            self._ring.numbers[PLAYER_ALIVE] = alive_until(2.0)
            got = self._parent.next(_TICK)
            if got is not None:
                self._obey(got[0])
            if self._stream is not None and (self._lost.is_set() or not self._stream.active):
                self._close()
                self._parent.tell({"event": "lost", "device": self._wanted})
                self._retry_at = 0
            self._follow_lateness()
            if self._stream is None:
                self._play_silently()
                if perf_counter_ns() >= self._retry_at:
                    self._open()

    def _obey(self, message: dict[str, Any]) -> None:
        if message["do"] == "device":
            self._wanted, self._latency = message["device"], message["latency"]
            self._latencies = Latencies(message["known"], _REALTIME)
            self._complained = ""
            self._open_anew()
        elif message["do"] == "devices":
            self._parent.tell({"event": "devices", "devices": self._devices()})

    def _follow_lateness(self) -> None:
        """Open a device that was late with more latency: while nothing plays, or at once where it is late again and again."""
        late = self._late.count
        if self._stream is None or self._latency != AUTOMATIC or not late or (self._ring.numbers[PLAYING] and late < MOST_LATE):
            return
        self._late.count = 0
        longer = self._latencies.longer(self._name, self._opened_with)
        if longer is not None:
            self._parent.tell({"event": "late", "name": self._name, "latency": longer})
            self._open_anew()

    def _open_anew(self) -> None:
        """Open the device once more: what it has not played yet is played afterwards, without a click."""
        self._reader.resting = True
        self._let_through()
        self._close()
        self._open()
        self._let_through()  # a stream that starts may stumble, and does so in silence
        self._reader.resting = False

    def _let_through(self) -> None:
        """While something plays, wait until the device has played what it was given."""
        if self._stream is not None and self._ring.numbers[PLAYING]:
            sleep(min(1.0, self._stream.latency + 3 * FRAMES / self._ring.rate))

    def _devices(self) -> list[str]:
        if sounddevice is None:
            return []
        resting = self._stream is not None and not self._ring.numbers[PLAYING]
        if resting:
            self._close()  # PortAudio sees new devices only without a stream
        if self._stream is None:
            self._look_again()
        found = self._names()
        if resting:
            self._open()
        return found

    def _names(self) -> list[str]:
        """All outputs, those of the system's kind first."""
        apis = sounddevice.query_hostapis()
        best = sounddevice.default.hostapi
        order = [best, *(i for i in range(len(apis)) if i != best)]
        found = [d for i in order for d in sounddevice.query_devices() if d["hostapi"] == i and d["max_output_channels"] > 0]
        return list(dict.fromkeys(d["name"] for d in found))

    def _look_again(self) -> None:
        """Make PortAudio see devices that came or went; only without a stream."""
        self._ring.numbers[PLAYER_ALIVE] = alive_until(_OPENING_SECONDS)
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice._terminate()
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice._initialize()

    def _open(self) -> None:
        """Open the wanted device, else the system's, else say once that there is none."""
        self._ring.numbers[PLAYER_ALIVE] = alive_until(_OPENING_SECONDS)
        reason = _NO_PORTAUDIO if sounddevice is None else ""
        if sounddevice is not None:
            self._look_again()
            for device in dict.fromkeys((self._wanted, "")):
                for rate in dict.fromkeys((self._ring.rate, *_RATES)):
                    reason = self._try(device, rate) or ""
                    if self._stream is not None:
                        self._tell_opened(device)
                        return
        self._retry_at = perf_counter_ns() + int(_RETRY_SECONDS * 1e9)
        self._clock_ns = perf_counter_ns()
        if self._complained != (reason or "none"):
            self._complained = reason or "none"
            self._parent.tell({"event": "silent", "device": self._wanted, "reason": reason})

    def _tell_opened(self, device: str) -> None:
        self._complained = ""
        stream = self._stream
        if stream.samplerate != self._ring.rate:
            self._close()
            self._parent.tell({"event": "rate", "rate": int(stream.samplerate)})
            self._retry_at = perf_counter_ns() + 10**10
            return
        self._parent.tell({
            "event": "opened", "device": device, "wanted": self._wanted, "latency": stream.latency,
            "name": self._name, "realtime": _REALTIME,
        })  # fmt: skip

    def _try(self, device: str, rate: int) -> str:
        """Open ``device`` (empty: the system's default) at ``rate``; returns why not."""
        try:
            info = sounddevice.query_devices(device or None, "output")
            channels = min(2, int(info["max_output_channels"]))
            latency = self._latency
            if latency == AUTOMATIC:
                latency = self._latencies.of(info["name"], sounddevice.query_hostapis(info["hostapi"])["name"])
            self._lost.clear()
            stream = sounddevice.OutputStream(
                device=device or None, samplerate=rate, channels=channels, dtype="float32",
                blocksize=FRAMES if latency else FEWEST_FRAMES, latency=latency or "low",
                callback=self._mono if channels == 1 else self._stereo, finished_callback=self._lost.set,
            )  # fmt: skip
            self._name, self._opened_with = info["name"], latency
            self._late = Lateness(rate, stream.latency)
            if rate == self._ring.rate:
                stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            return str(error)
        self._stream = stream
        self._ring.numbers[OPEN] = 1
        return ""

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        self._ring.numbers[OPEN] = 0
        self._clock_ns = perf_counter_ns()
        if stream is not None:
            self._ring.numbers[PLAYER_ALIVE] = alive_until(_OPENING_SECONDS)
            with contextlib.suppress(sounddevice.PortAudioError):
                stream.close(ignore_errors=True)

    def _stereo(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's callback."""
        now = perf_counter_ns()
        self._ring.numbers[CALLED_NS] = now
        underflow, playing = bool(status) and status.output_underflow, bool(self._ring.numbers[PLAYING])
        self._late.called(now, frames, underflow=underflow, playing=playing)
        self._reader.fill(out, now + int(max(0.0, time.outputBufferDacTime - time.currentTime) * 1e9))

    def _mono(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's callback for a device with one channel."""
        both = self._scratch[:frames]
        self._stereo(both, frames, time, status)
        np.add(both[:, 0], both[:, 1], out=out[:, 0])
        np.multiply(out, 0.5, out=out)

    def _play_silently(self) -> None:
        """Consume what a device would have played by now."""
        frames = int((perf_counter_ns() - self._clock_ns) * self._ring.rate // 1_000_000_000)
        self._clock_ns += frames * 1_000_000_000 // self._ring.rate
        frames = min(frames, len(self._scratch))  # after a pause of the machine: go on, do not catch up
        if frames:
            self._reader.fill(self._scratch[:frames], perf_counter_ns())


_REALTIME = False


def main(arguments: list[str] | None = None) -> None:
    """Run the process: the ring's name, and JSON options ``device``, ``latency`` in seconds (0 for the lowest, or AUTOMATIC), ``known``."""
    global _REALTIME  # noqa: PLW0603 - set once, before anything runs
    name, options = (sys.argv[1:] if arguments is None else arguments)[:2]
    parent = Parent()
    sys.setswitchinterval(0.0005)
    _REALTIME = ask_for_realtime(30)
    player = Player(Ring(name), parent, **json.loads(options))
    gc.collect()
    gc.freeze()
    gc.disable()  # nothing here makes cycles, and a collection would hold the callback up
    while True:
        try:
            player.run()
        except Exception as error:  # noqa: BLE001 - told to the parent, which decides
            parent.tell({"event": "failed", "reason": repr(error)})
            sleep(0.2)


if __name__ == "__main__":
    main()
