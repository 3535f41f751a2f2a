"""A sound card for machines that have none: a PulseAudio null sink, and a recorder of what it plays.

Import ``sound_card`` in a conftest to make the fixture known. Tests that ask for it are skipped where PulseAudio is not
installed. What PortAudio plays comes back to the bit.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

RATE = 48_000
NEEDED = ("pulseaudio", "pactl", "parec")


def _as_hardware() -> None:
    """A real card does not wait for the processor: run before the rest where that is allowed."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5))


class SoundCard:
    """A null sink with a recorder. ``environment`` is what a program needs to find it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="partita-sound-"))
        self.folder.chmod(0o700)
        self._socket = self.folder / "pulse.sock"
        self._capture = self.folder / "capture.raw"
        self.environment = {"XDG_RUNTIME_DIR": str(self.folder), "PULSE_SERVER": f"unix:{self._socket}"}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server and the recorder."""
        env = {**os.environ, **self.environment}
        server = [
            "pulseaudio", "-n", "--disable-shm=yes", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit",
            f"--log-target=file:{self.folder / 'pulse.log'}",
            "-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1",
            "-L", f"module-null-sink sink_name=virt rate={RATE} channels=2 format=float32le",
        ]  # fmt: skip
        self._processes.append(subprocess.Popen(server, env=env, stderr=subprocess.DEVNULL, preexec_fn=_as_hardware))
        for _ in range(200):
            if subprocess.run(["pactl", "info"], env=env, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("the virtual sound card did not start")
        record = [
            "parec",
            "--latency-msec=10",
            "-d",
            "virt.monitor",
            "--format=float32le",
            f"--rate={RATE}",
            "--channels=2",
            "--raw",
        ]
        with self._capture.open("wb") as file:
            self._processes.append(
                subprocess.Popen(record, env=env, stdout=file, stderr=subprocess.DEVNULL, preexec_fn=_as_hardware)
            )
        time.sleep(2.2)  # an idle null sink stalls the first stream; a running recorder wakes it, and so does a first stream
        play = ["pacat", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=2", "--latency-msec=50"]
        subprocess.run(play, env=env, input=bytes(8 * RATE // 2), stderr=subprocess.DEVNULL, check=False)

    def captured(self, since: int = 0) -> np.ndarray:
        """What was played so far, from frame ``since`` of the recording on: float32, shape [n, 2], 48 kHz."""
        size = self._capture.stat().st_size // 8
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


def make_sound_card() -> SoundCard:
    """A running sound card; the test is skipped where PulseAudio is not installed."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (Debian: pulseaudio pulseaudio-utils libasound2-plugins)")
    card = SoundCard()
    card.start()
    return card


@pytest.fixture(scope="session")
def session_sound_card() -> Iterator[SoundCard]:
    """One card for the whole run: starting one takes three seconds."""
    card = make_sound_card()
    yield card
    card.close()


@pytest.fixture
def sound_card(session_sound_card: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """The virtual card, set as this test's (and its child processes') sound server."""
    for name, value in session_sound_card.environment.items():
        monkeypatch.setenv(name, value)
    return session_sound_card


@pytest.fixture
def own_sound_card(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    """A virtual card of this test alone, which it may take away."""
    card = make_sound_card()
    for name, value in card.environment.items():
        monkeypatch.setenv(name, value)
    yield card
    card.close()


@pytest.fixture
def no_sound_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any sound card."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nothing'}")
