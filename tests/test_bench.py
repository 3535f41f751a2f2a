from importlib import import_module

import pytest

from studio import bench
from studio.bench import BENCHES, run_bench
from studio.errors import StudioError


@pytest.mark.parametrize("name", sorted(BENCHES))
def test_every_row_names_a_function(name):
    module, _, function = BENCHES[name].function.partition(":")
    assert callable(getattr(import_module(module), function))
    assert BENCHES[name].title


def test_arguments_and_exit_code_go_through(monkeypatch):
    seen = []
    monkeypatch.setattr(bench, "import_module", lambda name: type("M", (), {"run": lambda argv: seen.append(argv) or 4}))
    monkeypatch.setitem(BENCHES, "mine", bench.Bench("somewhere:run", "Mine"))
    assert run_bench("mine", ["--fast"]) == 4
    assert seen == [["--fast"]]


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(StudioError, match="startup"):
        run_bench("nonsense", [])
