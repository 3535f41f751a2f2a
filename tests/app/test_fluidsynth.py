"""FluidSynth as a program beside ours: asked rightly, and what goes wrong is one sentence."""

import subprocess

import pytest

from studio.app import fluidsynth
from studio.app.fluidsynth import soundfont, synthesise
from studio.errors import StudioError


@pytest.fixture
def there(monkeypatch, tmp_path):
    font = tmp_path / "font.sf2"
    font.write_bytes(b"")
    monkeypatch.setattr(fluidsynth, "SOUNDFONTS", (str(font),))
    monkeypatch.setattr(fluidsynth.shutil, "which", lambda name: f"/usr/bin/{name}")
    return font


def test_without_it_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr(fluidsynth, "SOUNDFONTS", ("nowhere.sf2",))
    with pytest.raises(StudioError, match="is not installed"):
        soundfont()


def test_what_it_is_asked(there, monkeypatch, tmp_path):
    asked = []

    def run(command, **options):
        asked.append(command)
        (tmp_path / "a.wav").write_bytes(b"RIFF")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(fluidsynth.subprocess, "run", run)
    synthesise(tmp_path / "a.mid", tmp_path / "a.wav", 48_000, dry=False)
    (command,) = asked
    assert command[-2:] == [str(there), str(tmp_path / "a.mid")]
    assert tuple(command[command.index("-R") :][:2]) == ("-R", "1")
    assert command[command.index("-r") + 1] == "48000"


@pytest.mark.parametrize("how", ["code", "time"])
def test_what_goes_wrong(there, monkeypatch, tmp_path, how):
    def run(command, **options):
        if how == "time":
            raise subprocess.TimeoutExpired(command, 1)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(fluidsynth.subprocess, "run", run)
    with pytest.raises(StudioError, match="FluidSynth"):
        synthesise(tmp_path / "a.mid", tmp_path / "a.wav")
