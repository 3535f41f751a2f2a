import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux desktops")
def test_the_menu_entry_is_written_and_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    command = [sys.executable, str(ROOT / "packaging" / "desktop.py")]
    subprocess.run(command, check=True, capture_output=True)
    written = configparser.RawConfigParser()
    written.optionxform = str
    written.read(tmp_path / "applications" / "partita.desktop")
    entry = written["Desktop Entry"]
    assert Path(entry["Icon"]).is_file()
    assert str(ROOT / "packaging" / "run.py") in entry["Exec"]
    assert (tmp_path / "mime" / "packages" / "partita.xml").is_file()
    subprocess.run([*command, "--remove"], check=True, capture_output=True)
    assert not (tmp_path / "applications" / "partita.desktop").exists()
