"""What every test gets: a home of its own, no network, and a look at what it left behind; and a real screen when it asks.

Tests that need real X11 ask for ``screen``; then every window of the run appears on a virtual one (Xvfb), since Qt knows
one platform a process. Otherwise windows are drawn offscreen. ``sound_card`` is a virtual one, see :mod:`tests.sound_card`.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.leaks import settle, watching
from tests.sound_card import no_sound_card, own_sound_card, session_sound_card, sound_card  # noqa: F401 - fixtures

LINUX = sys.platform.startswith("linux")
SCREEN_SIZE = "1920x1080x24"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["STUDIO_HOME"] = tempfile.mkdtemp(prefix="partita-tests-")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--song", help="The MIDI file that the end-to-end test goes on from, instead of the demo song.")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["STUDIO_HOME"], ignore_errors=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the screen before the first window of the run, if any test asks for it."""
    if LINUX and any("screen" in getattr(item, "fixturenames", ()) for item in session.items) and shutil.which("Xvfb"):
        server = Screen()
        os.environ.update(server.environment)
        session.config.add_cleanup(server.close)
        session.config.stash[SCREEN] = server


class Screen:
    """A virtual X11 screen of 1920 x 1080."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN_SIZE, "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()  # empty once Xvfb ended without a display
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.environment = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}

    def close(self) -> None:
        """End the screen."""
        self._process.terminate()
        self._process.wait()


SCREEN = pytest.StashKey[Screen]()


@pytest.fixture(scope="session")
def screen(request: pytest.FixtureRequest) -> Screen:
    """A real X11 screen; ``screen.environment`` is what other programs need to find it."""
    found = request.config.stash.get(SCREEN, None)
    if found is None:
        pytest.skip("needs Xvfb (Debian: xvfb)")
    return found


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fails the test that leaves a thread, a timer, a process or shared memory behind."""
    with watching() as watch:
        yield
        left = settle(watch)
    assert not left, "left behind: " + "; ".join(left)


@pytest.fixture(autouse=True)
def home(no_leaks: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of this test alone."""
    path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("STUDIO_HOME", str(path))
    monkeypatch.delenv("STUDIO_DATA", raising=False)
    return path


@pytest.fixture(autouse=True)
def no_network(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Partita works offline: a test that reaches out fails."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
