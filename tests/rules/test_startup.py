"""The window paints first and loads what is slow afterwards."""

import json
import os
import subprocess
import sys

SLOW = ("torch", "scipy", "librosa", "pretty_midi")


def test_nothing_slow_is_loaded_before_the_first_paint():
    answer = subprocess.run(
        [sys.executable, "-m", "studio", "bench", "startup", "--offscreen", "--runs", "1", "--json"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    measured = json.loads(answer.stdout)
    print(f"first paint after {measured['first_paint_seconds'][0]:.2f} s")
    assert [name for name in SLOW if name in measured["loaded"]] == []


def test_help_does_not_load_networks_or_windows():
    code = "import sys; from studio.cli import main; main(['--help']); print([m for m in sys.modules], file=sys.stderr)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = answer.stderr
    assert not [name for name in ("'torch'", "'PySide6'", "'numpy'", "'scipy'") if name in loaded]
    assert "compose" in answer.stdout
