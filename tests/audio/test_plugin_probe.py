"""Looking at plug-ins: what is none is said to be none."""

import json
import subprocess
import sys


def probed(path: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "studio.audio.plugin_probe", path], capture_output=True, text=True, timeout=60, check=True
    )
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def test_what_is_no_plugin(tmp_path):
    assert "not found" in probed(str(tmp_path / "a.vst3"))["error"]
    path = tmp_path / "b.vst3"
    path.write_bytes(b"no plug-in")
    assert probed(str(path))["error"]
