"""How long before it is heard a device is given its sound, where the user leaves that to the program (:data:`AUTOMATIC`).

A player that runs before everything else is late hardly ever, so that little has to lie ready; one that takes its turn with all
others needs 0.1 s. Where a device was late nevertheless, it gets the next longer time from then on.
"""

from collections.abc import Mapping

AUTOMATIC = -1.0
"""In the place of seconds: what :class:`Latencies` says."""
STEPS = (0.03, 0.05, 0.1)
MOST_LATE = 4  # blocks in a row of music that may come late before it is stopped for a moment to open the device anew
_LOOK_AWAY_NS = 500_000_000  # a stream that starts may stumble
_PAUSE_NS = 2_000_000_000  # longer than that the computer slept
_REALTIME_KINDS = ("Windows WASAPI", "Core Audio", "ASIO", "JACK Audio Connection Kit")


class Latencies:
    """Seconds of each device by its name. ``known`` are those found out earlier; ``realtime``: the player runs before all else."""

    def __init__(self, known: Mapping[str, float], realtime: bool) -> None:
        self._known = dict(known)
        self._realtime = realtime

    def of(self, device: str, kind: str) -> float:
        """What ``device``, reached through the system's ``kind`` of sound, is opened with."""
        quick = self._realtime or kind in _REALTIME_KINDS  # those call the player on a real-time thread of their own
        return self._known.get(device, STEPS[0] if quick else STEPS[-1])

    def longer(self, device: str, latency: float) -> float | None:
        """The next longer time than ``latency``, kept for ``device``; None where there is none."""
        found = next((step for step in STEPS if step > latency), None)
        if found is not None:
            self._known[device] = found
        return found


class Lateness:
    """Counts blocks of music that the device asked for too late. ``latency`` seconds, the stream's own.

    PortAudio tells only some of them, so that a call which comes later than all that lay ready can have lasted counts as well.
    """

    def __init__(self, rate: float, latency: float) -> None:
        self.count = 0
        self._rate, self._latency = rate, latency
        self._called = self._begun = 0

    def called(self, now_ns: int, frames: int, *, underflow: bool, playing: bool) -> None:
        """The device asks for ``frames``, at ``now_ns`` of the performance counter; a gap in silence counts for nothing."""
        since, self._called = now_ns - self._called, now_ns
        if not self._begun:
            self._begun = now_ns
        if not playing or now_ns - self._begun < _LOOK_AWAY_NS or since > _PAUSE_NS:
            return
        if underflow or since > (self._latency + frames / self._rate) * 1e9:
            self.count += 1
