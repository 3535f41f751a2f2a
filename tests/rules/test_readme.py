"""What the README promises is there: its commands, the options it shows, its files."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from studio.bench import BENCHES
from studio.cli import instruments  # noqa: F401 - it and those that it names join the program
from studio.cli.program import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = typer.main.get_command(app).commands


def shown_commands() -> list[list[str]]:
    """Every ``studio ...`` or ``python3 ...`` that stands in backticks or in an indented block."""
    blocks = re.findall(r"^ {4,}(.+)$", README, re.MULTILINE) + re.findall(r"`([^`\n]+)`", README)
    lines = [re.sub(r"\s+#.*", "", line).strip() for line in blocks]
    return [shlex.split(line) for line in lines if line.startswith(("studio ", "python3 "))]


@pytest.mark.parametrize("words", shown_commands(), ids=" ".join)
def test_a_shown_command_is_known(words):
    if words[0] == "python3":
        assert (ROOT / words[1]).is_file()
        return
    if words[1] == "--help" or words[1].endswith((".mid", ".studio")):
        return
    command = COMMANDS[words[1]]
    if words[1] == "bench" and len(words) > 2:
        assert words[2] in BENCHES
        return
    known = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    assert [w for w in words[2:] if w.startswith("--") and w.split("=")[0] not in known] == []


def test_something_is_shown():
    assert ["python3", "packaging/run.py"] in shown_commands()
    assert ["python3", "packaging/test.py"] in shown_commands()


def test_links_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
