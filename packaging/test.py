#!/usr/bin/env python3
"""Sets Partita up for its tests and runs them all: ruff, mypy, import-linter, pytest. Arguments go through to pytest.

The tests start their own screen (Xvfb) and sound card (a PulseAudio null sink) where they need them, see tests/conftest.py.
"""

import subprocess
import sys

if sys.version_info < (3, 8):
    raise SystemExit("Partita needs Python 3.11 or later; this is " + sys.version.split()[0] + ".")

import set_up

CHECKS = (("ruff", "check", "."), ("mypy",), ("importlinter",))


def check(python: str, module: str, *arguments: str) -> bool:
    """Run a checker; tell how it went, and all of its answer when it is not content."""
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [python, "-c", code] if module == "importlinter" else [python, "-m", module, *arguments]
    answer = subprocess.run(command, cwd=set_up.ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    print(f"{module}: {'content' if answer.returncode == 0 else 'not content'}", flush=True)
    if answer.returncode:
        print(answer.stdout + answer.stderr, flush=True)
    return answer.returncode == 0


def test(argv: list) -> int:  # type: ignore[type-arg]  # old interpreters must be able to read this line
    python = str(set_up.ready(tests=True))
    content = [check(python, *command) for command in CHECKS]
    code = subprocess.call([python, "-m", "pytest", *argv], cwd=set_up.ROOT, stdin=subprocess.DEVNULL)
    return code or int(not all(content))


if __name__ == "__main__":
    raise SystemExit(set_up.main(test))
