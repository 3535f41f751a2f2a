"""A JACK server without hardware, and a MIDI keyboard on it: real ports where ALSA's sequencer is missing (in containers)."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from studio.app import midi_in


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def jack() -> Iterator[None]:
    """A JACK server without hardware."""
    if shutil.which("jackd") is None:
        pytest.skip("needs jackd (Debian: jackd2)")
    server = subprocess.Popen(
        ["jackd", "--no-realtime", "-d", "dummy", "-r", "48000", "-p", "256"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait(lambda: midi_in.usable_api() is not None)
    yield
    server.terminate()
    server.wait()


class MidiKeyboard:
    """A keyboard that is plugged in until :meth:`unplug`."""

    def __init__(self) -> None:
        import rtmidi

        self._port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, "Test keyboard")
        self._port.open_virtual_port("out")

    def send(self, *message: int) -> None:
        self._port.send_message(list(message))

    def unplug(self) -> None:
        self._port.close_port()
        self._port.delete()
