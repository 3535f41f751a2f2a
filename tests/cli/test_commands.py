"""The command line as it is typed: what is understood, what is refused, and with which exit code."""

import json

import pytest

from studio.cli import changes, commands, instruments, main  # noqa: F401 - they join the program when they are loaded
from studio.cli.program import app

COMMANDS = [
    "compose", "render", "inspect", "evaluate", "models", "devices", "train", "bench",
    "fill", "accompany", "harmonise", "vary", "blend", "groove", "drums", "humanize",
    "learn-instrument", "blend-instruments", "draw-hit", "vary-kit", "instruments", "forget-instrument",
]  # fmt: skip


def test_the_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert [c for c in COMMANDS if c not in out] == []
    assert [c.name or c.callback.__name__ for c in app.registered_commands] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches(command, capsys):
    assert main([command, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["compose"],
        ["compose", "--out", "a.mid", "--bars", "0"],
        ["compose", "--out", "a.mid", "--bars", "many"],
        ["compose", "--out", "a.mid", "--key", "H sharp"],
        ["render", "a.mid"],
        ["inspect"],
        ["render", "a.mid", "b.wav", "--loudly"],
    ],
)
def test_what_is_not_understood_is_exit_code_2(words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("Partita 0.")


def test_a_missing_file_is_a_sentence(tmp_path, capsys):
    assert main(["render", str(tmp_path / "no.mid"), str(tmp_path / "a.wav")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no.mid" in err
    assert "Traceback" not in err


def test_failures_are_json_when_asked(tmp_path, capsys):
    assert main(["render", str(tmp_path / "no.mid"), str(tmp_path / "a.wav"), "--json"]) == 1
    assert "no.mid" in json.loads(capsys.readouterr().out)["error"]
