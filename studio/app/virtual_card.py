"""A sound card for machines that have none, for measurements and tests: a PulseAudio null sink, and a recorder of what it plays.

What PortAudio plays comes back to the bit, but for a few frames now and then where the machine is too busy for the server.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.errors import StudioError

RATE = 48_000
NEEDED = ("pulseaudio", "pactl", "parec", "pacat")
_FORMAT = ("--raw", "--format=float32le", f"--rate={RATE}", "--channels=2")


def missing_programs() -> list[str]:
    """What has to be installed first (Debian: pulseaudio pulseaudio-utils libasound2-plugins)."""
    return [name for name in NEEDED if shutil.which(name) is None]


class VirtualCard:
    """A null sink with a recorder. ``environment`` is what a program needs to find it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="partita-sound-"))
        self.folder.chmod(0o700)
        self._socket = self.folder / "pulse.sock"
        self._capture = self.folder / "capture.raw"
        self.environment = {"XDG_RUNTIME_DIR": str(self.folder), "PULSE_SERVER": f"unix:{self._socket}"}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server and the recorder.

        Raises:
            StudioError: the server does not start.
        """
        env = {**os.environ, **self.environment}
        server = [
            "pulseaudio",
            *("-n", "--disable-shm=yes", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
            f"--log-target=file:{self.folder / 'pulse.log'}",
            *("-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"),
            *("-L", f"module-null-sink sink_name=virt rate={RATE} channels=2 format=float32le"),
        ]
        self._run(server, env)
        for _ in range(200):
            if subprocess.run(["pactl", "info"], env=env, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise StudioError("The virtual sound card did not start.", "Is PulseAudio installed as a whole?")
        self._run(["parec", *_FORMAT, "-d", "virt.monitor", "--latency-msec=10"], env, self._capture)
        self._hurry()
        time.sleep(2.2)  # an idle null sink stalls the first stream; a running recorder wakes it, and so does a first stream
        play = ["pacat", *_FORMAT, "--latency-msec=50"]
        subprocess.run(play, env=env, input=bytes(8 * RATE // 2), stderr=subprocess.DEVNULL, check=False)

    def _run(self, command: list[str], env: dict[str, str], into: Path | None = None) -> None:
        with (into or Path(os.devnull)).open("wb") as file:
            process = subprocess.Popen(command, env=env, stdout=file, stderr=subprocess.DEVNULL)
        self._processes.append(process)

    def _hurry(self) -> None:
        """A real card does not wait for the processor: let the server and the recorder run first, where that is allowed."""
        with contextlib.suppress(AttributeError, OSError):
            for process in self._processes:
                for thread in Path(f"/proc/{process.pid}/task").iterdir():
                    os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(35))

    def captured(self, since: int = 0) -> npt.NDArray[np.float32]:
        """What was played so far, from frame ``since`` of the recording on: float32, shape [n, 2], 48 kHz."""
        size = self.mark()
        return np.fromfile(self._capture, np.float32, offset=8 * since)[: 2 * max(0, size - since)].reshape(-1, 2)

    def mark(self) -> int:
        """The recording's length now, to be given to :meth:`captured`."""
        return self._capture.stat().st_size // 8

    def kill(self) -> None:
        """Take the card away: the server and the recorder end."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        self._processes.clear()

    def close(self) -> None:
        """End everything and remove the recording."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def share_found(expected: npt.NDArray[np.float32], sound: npt.NDArray[np.float32], piece: int = 480) -> tuple[float, int]:
    """Share of ``expected`` [n, 2] that is in ``sound`` in its order to the bit, piece by piece; and how far its places moved.

    Nothing lost and nothing inserted on the way is (1.0, 0). Pieces with exact zeros are passed over: they look like gaps.
    """
    at = hits = count = 0
    places: list[int] = []
    for first in range(0, len(expected) - piece + 1, piece):
        part = expected[first : first + piece]
        if not part.any(1).all():
            continue
        count += 1
        near = sound[at : at + RATE, 0]
        for k in np.flatnonzero(near == part[0, 0]):
            if np.array_equal(sound[at + k : at + k + piece], part):
                places.append(at + int(k) - first)
                at, hits = at + int(k) + piece, hits + 1
                break
    return hits / max(1, count), max(places, default=0) - min(places, default=0)
