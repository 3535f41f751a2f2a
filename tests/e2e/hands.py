"""A composer's eyes and hands outside the program: what the window shows, and real events of the X server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300  # a wait ends with what is waited for; on a busy machine that may take minutes
Seen = dict[str, Any]


class Composer:
    """Starts Partita, looks at it and works in it. ``home`` is the user's folder, ``screen`` the X server's environment."""

    def __init__(self, home: Path, screen: dict[str, str]) -> None:
        self._env = os.environ | screen | {"STUDIO_HOME": str(home)}
        self._file = home.parent / "seen.json"
        self._process: subprocess.Popen[bytes] | None = None

    # ------------------------------------------------------------ the program

    def start(self, *songs: str) -> None:
        """Start the program and wait for its window."""
        self._file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.e2e.probed", str(self._file), *songs]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._env)
        self.wait(lambda seen: seen["title"])
        self.focus()

    def kill(self) -> None:
        """End the program as a crash does."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(20)

    def ended(self, seconds: float = 30) -> int:
        """Wait for its own end; the exit status."""
        assert self._process
        return self._process.wait(seconds)

    def close(self) -> None:
        """The test is over."""
        if self._process and self._process.poll() is None:
            self.kill()

    # ------------------------------------------------------------ eyes

    def see(self) -> Seen:
        """What the window shows now."""
        try:
            seen: Seen = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {"title": "", "steps": [], "notes": [], "windows": [], "places": {}, "notices": []}
        return seen

    def wait(self, wanted: Callable[[Seen], Any], what: str = "") -> Seen:
        """Look until ``wanted(seen)`` holds."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self._process and self._process.poll() is not None:
                raise AssertionError(f"the program ended with {self._process.returncode}")
            seen = self.see()
            if seen["title"] and wanted(seen):
                return seen
            time.sleep(0.03)
        shown = {k: v for k, v in self.see().items() if k != "places"}
        raise AssertionError(f"{what or 'what was waited for'} did not come: {shown}")

    def place(self, name: str) -> tuple[int, int]:
        """The middle of what has that name for screen readers."""
        x, y, width, height = self.see()["places"][name]
        return x + width // 2, y + height // 2

    def spot(self, tick: float, pitch: int) -> tuple[int, int]:
        """Where a tick and a pitch are in the roll."""
        seen = self.see()
        scale, left, key, top = seen["view"]
        x, y = seen["places"]["roll"][:2]
        return round(x + 64 + tick * scale - left), round(y + (127 - pitch + 0.5) * key - top)

    def across(self, row: str, tick: float, share: float = 0.5) -> tuple[int, int]:
        """Where a tick is in a row of the arrangement (``row 0``) or its lanes (``lane tempo``), and how far down in it."""
        seen = self.see()
        scale, left = seen["view"][:2]
        x, y = seen["places"]["Arrangement" if row.startswith("row") else "Sections, tempo, time, key and chords"][:2]
        _, top, _, height = seen["places"][row]
        return round(x + 64 + tick * scale - left), round(y + top + share * height)

    # ------------------------------------------------------------ hands

    def do(self, *words: str | int) -> None:
        """Have the X server send events."""
        subprocess.run(["xdotool", *map(str, words)], env=self._env, check=True, timeout=30, capture_output=True)

    def focus(self, title: str = "Partita") -> None:
        """Give a window the keyboard, as a window manager would."""
        self.wait(lambda seen: any(title in w["title"] for w in seen["windows"]), what=f"a window '{title}'")
        for _ in range(20):
            found = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", title],
                env=self._env,
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split()
            if found:
                self.do("windowfocus", "--sync", found[-1])
                return
            time.sleep(0.05)
        raise AssertionError(f"no window '{title}'")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self.do("key", "--delay", 15, *keys)

    def hold(self, keys: str, seconds: float) -> None:
        """Hold each key down for a while, as on a piano."""
        for key in keys:
            self.do("keydown", key, "sleep", seconds, "keyup", key)

    def click(self, where: str | tuple[int, int], times: int = 1, keys: str = "") -> None:
        """Click a named thing, or a place, ``keys`` held."""
        x, y = self.place(where) if isinstance(where, str) else where
        held = [["keydown", keys], ["keyup", keys]] if keys else [[], []]
        self.do("mousemove", x, y, *held[0], "click", "--repeat", times, "--delay", 60, 1, *held[1])

    def write(self, text: str) -> None:
        """Type a text and Enter."""
        self.do("type", "--delay", 4, text)
        self.press("Return")

    def drag(self, start: tuple[int, int], end: tuple[int, int], keys: str = "") -> None:
        """Drag from one place to another, in a few moves, ``keys`` held."""
        if keys:
            self.do("keydown", keys)
        try:
            self._drag(start, end)
        finally:
            if keys:
                self.do("keyup", keys)

    def _drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        moves: list[str | int] = ["mousemove", *start, "mousedown", 1]
        for k in range(1, 6):
            moves += ["mousemove", *(round(a + (b - a) * k / 5) for a, b in zip(start, end, strict=True)), "sleep", 0.02]
        self.do(*moves, "mouseup", 1)

    def answer(self, title: str, path: Path) -> None:
        """Type a file's name into the window that asks for it."""
        self.focus(title)
        self.press("ctrl+a")
        self.write(str(path))
        self.wait(lambda seen: not any(title in w["title"] for w in seen["windows"]), what=f"the end of '{title}'")
        self.focus()
