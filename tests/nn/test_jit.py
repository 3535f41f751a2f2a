import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from studio.nn import jit
from studio.nn.jit import compiled, exact, reordered, sources

ROOT = Path(__file__).resolve().parents[2]


@exact
def in_order(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


@compiled
def contracted(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


@reordered
def in_any_order(values):
    made = np.float32(0)
    for v in values:
        made += v * v
    return made


def test_sums_of_whole_numbers_are_the_same():
    values = np.arange(100, dtype=np.float32)
    assert in_order(values) == contracted(values) == in_any_order(values) == (values * values).sum()


def test_what_is_exact_keeps_the_order_and_rounds_every_operation():
    values = np.random.default_rng(0).normal(size=10_000).astype(np.float32)
    assert in_order(values) == in_order.py_func(values)
    assert in_any_order(values) == pytest.approx(contracted(values), rel=1e-5)


LOOP = """
from studio.nn import jit
from studio.nn.jit import exact

@exact
def twice(x):
    return x + x
"""
CALL = """
import sys
sys.path.insert(0, {folder!r})
from studio.nn import jit
jit.stamp = lambda: {stamp!r}
import loop
assert loop.twice(21) == 42
print("kept" if loop.twice.stats.cache_hits else "compiled")
"""


@pytest.fixture
def call(tmp_path):
    """Calls a loop in a process of its own: whether it was kept or compiled. ``stamp`` stands for the sources of all loops."""
    (tmp_path / "loop.py").write_text(LOOP)

    def run(stamp="as it is", **environment):
        code = CALL.format(folder=str(tmp_path), stamp=stamp)
        kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept"), "HOME": str(tmp_path), **environment}
        return subprocess.run(
            [sys.executable, "-c", code], env=os.environ | kept, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    return run


def test_a_loop_is_compiled_once_until_any_of_the_sources_changes(call):
    assert [call(), call(), call("another"), call("another")] == ["compiled", "kept", "compiled", "kept"]


def test_damaged_files_are_compiled_anew_and_mended(call, tmp_path):
    call()
    for ending in ("nbi", "nbc"):
        (path,) = (tmp_path / "kept").rglob(f"*.{ending}")
        path.write_bytes(path.read_bytes()[:20])
        assert [call(), call()] == ["compiled", "kept"]


def test_without_a_folder_to_keep_them_in_loops_are_compiled_every_time(call, tmp_path):
    for name in ("kept", "__pycache__", ".cache"):
        (tmp_path / name).write_text("in the way")  # root can write anywhere, but not in a file
    assert [call(XDG_CACHE_HOME=str(tmp_path / ".cache")) for _ in range(2)] == ["compiled"] * 2


def test_what_is_kept_is_remembered_until_a_source_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(jit, "FunctionCache", lambda function: SimpleNamespace(cache_path=str(tmp_path)))
    assert not jit.are_kept("some")
    jit.mark_kept("some")
    assert jit.are_kept("some")
    assert not jit.are_kept("others")
    monkeypatch.setattr(jit, "stamp", lambda: "another")
    assert not jit.are_kept("some")


def test_where_nothing_can_be_kept_nothing_is_missing(monkeypatch):
    def nowhere(function):
        raise RuntimeError("no folder")

    monkeypatch.setattr(jit, "FunctionCache", nowhere)
    jit.mark_kept("some")
    assert jit.are_kept("some")


def test_all_that_loops_take_from_other_files_is_among_the_sources():
    """A loop that takes a number from a file that is not looked at would go on with the old number."""
    known = {path.stem for path in sources()}
    for path in (ROOT / "studio" / "nn").glob("*_kernels.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if module.startswith("studio"):
                assert module.startswith("studio.nn.") and module.rpartition(".")[2] in known, (path.name, module)
