"""``studio bench startup``: how soon the window is painted, what was loaded by then, and what packaging/run.py adds.

The first paint is taken in a process of its own, from the moment it was started to the end of the window's first paint
event, on the display that is there, else on a virtual one (Xvfb), else offscreen. Warm: bytecode and files are cached, as
on any second start.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio.errors import StudioError

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 1.0
HEAVY = ("torch", "scipy", "librosa", "pretty_midi", "sounddevice", "PySide6", "pyqtgraph", "numpy")
PROBE = "from studio.ui.benches_startup import probe; probe({began!r})"


def run(argv: list[str]) -> int:
    """Measure, print, and return 0 if the median is within the limit."""
    parser = argparse.ArgumentParser("studio bench startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--offscreen", action="store_true", help="do not look for a display")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    with _display(asked.offscreen) as (place, environment):
        if asked.runs > 1:
            _first_paint(environment)  # warms the file cache
        paints = [_first_paint(environment) for _ in range(asked.runs)]
    seconds = [p["seconds"] for p in paints]
    result = {
        "display": place,
        "first_paint_seconds": seconds,
        "median": statistics.median(seconds),
        "processor_seconds": statistics.median(p["processor_seconds"] for p in paints),
        "limit": LIMIT_SECONDS,
        "loaded": paints[-1]["loaded"],
        "run_py_adds_seconds": None if asked.offscreen else _added_by_run(asked.runs),
    }
    if asked.json:
        print(json.dumps(result, indent=1))
        return 0
    print(f"first paint ({place}), s: " + ", ".join(f"{s:.2f}" for s in seconds))
    print(f"median {result['median']:.2f} s ({result['processor_seconds']:.2f} s of processor time), limit {LIMIT_SECONDS} s")
    print(f"loaded by then: {', '.join(result['loaded'])}")
    added = result["run_py_adds_seconds"]
    print("packaging/run.py adds: " + ("not measured, it did not make this environment" if added is None else f"{added:.2f} s"))
    return int(result["median"] > LIMIT_SECONDS)


def probe(began: float) -> None:
    """In the measured process: run the window to its first paint, print how long that took since ``began``, and leave."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    class Watcher(QObject):
        done = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow() and not self.done:
                self.done = True
                QTimer.singleShot(0, report)  # runs once this paint event and its children's are through
            return False

    def report() -> None:
        loaded = [name for name in HEAVY if name in sys.modules]
        seconds, processor = time.time() - began, time.process_time()
        print(json.dumps({"seconds": seconds, "processor_seconds": processor, "loaded": loaded}), flush=True)
        os._exit(0)  # closing would wait for the networks, whose loading has begun; what was started ends with its pipe

    watcher = Watcher()
    execute = QApplication.exec

    def watched_execute(*_: Any) -> int:
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(watcher)
        return execute()

    QApplication.exec = watched_execute  # type: ignore[method-assign,assignment]
    from studio.ui.main import run as run_window

    run_window([])


def _first_paint(environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-c", PROBE.format(began=time.time())]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    lines = [line for line in answer.stdout.splitlines() if line.startswith('{"seconds"')]
    if not lines:
        raise StudioError("The window was not painted.", answer.stderr.strip()[-500:])
    measured: dict[str, Any] = json.loads(lines[0])
    return measured


@contextmanager
def _display(offscreen: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """A place for the window, and the environment that leads there."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    if environment.get("DISPLAY") and not offscreen:
        yield "the display that is here", environment
    elif shutil.which("Xvfb") and not offscreen:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield "Xvfb", {**environment, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()
            server.wait()
    else:
        yield "offscreen", {**environment, "QT_QPA_PLATFORM": "offscreen"}


def _added_by_run(runs: int) -> float | None:
    """Seconds that a start through packaging/run.py takes longer than the bare one, None if it would have to set up first."""
    launcher = ROOT / "packaging" / "run.py"
    if not (Path(sys.prefix) / "partita.json").is_file() or not launcher.is_file():
        return None
    through = _median_seconds([sys.executable, str(launcher), "--version"], runs)
    return through - _median_seconds([sys.executable, "-m", "studio", "--version"], runs)


def _median_seconds(command: list[str], runs: int) -> float:
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, check=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)
