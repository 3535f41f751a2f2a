"""The rules of the house that no ready-made linter keeps: sizes, tests beside modules, words that must not appear."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(ROOT.glob("studio/**/*.py"))
TOO_LONG_FILE = 400
TOO_LONG_FUNCTION = 50
TEXT = {".py", ".toml", ".md", ".txt", ".json", ".qss", ".svg", ".yml", ".cfg", ".spec", ".desktop", ""}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """Every file of the project: git's list, or what lies here where this is no clone."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / line for line in listing.splitlines() if (ROOT / line).is_file()]
    return [p for p in ROOT.glob("**/*") if p.is_file() and not {".venv", ".git"} & set(p.parts)]


def test_the_arrows_point_down():
    code = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint(['--no-cache']))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_no_file_is_too_long():
    lengths = {_name(p): len(p.read_text("utf-8").splitlines()) for p in [*SOURCES, *ROOT.glob("tests/**/*.py")]}
    assert {name: n for name, n in lengths.items() if n > TOO_LONG_FILE} == {}


def test_no_function_is_too_long():
    lengths = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths[f"{_name(path)}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert {name: n for name, n in lengths.items() if n > TOO_LONG_FUNCTION} == {}


def test_each_module_has_its_tests():
    alone = []
    for path in SOURCES:
        inside = path.relative_to(ROOT / "studio")
        beside = ROOT / "tests" / inside.parent / f"test_{inside.name}"
        if path.name not in ("__init__.py", "__main__.py") and not beside.is_file():
            alone.append(_name(path))
    assert alone == []


def test_no_pickles():
    """Weights are data. torch.load is let through with weights_only=True, for checkpoints of one's own training.

    Orders and notes may be pickled between this program's own two processes, whose pipe nobody else writes to.
    """
    found = []
    for path in SOURCES:
        if _name(path) == "studio/app/generator_process.py":
            continue
        text = path.read_text("utf-8")
        calls = [c for c in re.findall(r"torch\.load\(.*", text) if "weights_only=True" not in c]
        imports = re.findall(r"^\s*(?:import|from) (?:pickle|dill|joblib|cloudpickle|marshal|shelve)\b.*", text, re.MULTILINE)
        found += [f"{_name(path)}: {line}" for line in calls + imports]
        found += [f"{_name(path)}: allow_pickle" for _ in re.findall(r"allow_pickle\s*=\s*True", text)]
    assert found == []


def test_nothing_names_a_place_that_only_one_machine_has():
    """No absolute paths of a developer's machine, no addresses of package indexes: pip's own settings decide."""
    place = re.compile(r"(?<![\w.~])/(?:work|root|mnt|opt)/\w|index[-_]url\W+\w+://", re.IGNORECASE)
    found = [
        f"{_name(path)}: {match.group()}"
        for path in tracked()
        if path.suffix in TEXT and path != Path(__file__)
        for match in place.finditer(path.read_text("utf-8", errors="replace"))
    ]
    assert found == []


def test_no_lock_files_with_addresses():
    assert [p.name for p in tracked() if p.name in ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")] == []


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert len(text.splitlines()) > 600
