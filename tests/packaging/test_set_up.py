"""packaging/set_up.py: what a new user meets first, and must never meet as a traceback."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    """The module, with a machine of its own: .venv in a temporary folder."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "packaging" / "set_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, path in {"VENV": ".venv", "STAMP": ".venv/partita.json", "LOG": ".venv/set-up.log"}.items():
        monkeypatch.setattr(module, name, tmp_path / path)
    return module


@pytest.fixture
def steps(set_up, monkeypatch):
    """Every step of the set-up replaced by a note of its name; what pip and the rest would do costs minutes."""
    done = []
    monkeypatch.setattr(set_up, "_missing_packages", lambda python, tests: [])
    for name in ("_install_system_packages", "_install_dependencies", "_check_imports", "_compile_loops"):
        monkeypatch.setattr(set_up, name, lambda *_, n=name: done.append(n))

    def make(python):
        done.append("_make_venv")
        set_up.venv_python().parent.mkdir(parents=True)
        set_up.venv_python().symlink_to(sys.executable)
        return True

    monkeypatch.setattr(set_up, "_make_venv", make)
    return done


def test_the_second_start_does_nothing(set_up, steps):
    set_up.ready()
    assert steps[1:] == ["_make_venv", "_install_dependencies", "_check_imports", "_compile_loops"]
    steps.clear()
    assert set_up.ready() == set_up.venv_python()
    assert steps == []


def test_changed_pins_are_installed(set_up, steps, tmp_path, monkeypatch):
    set_up.ready()
    steps.clear()
    monkeypatch.setattr(set_up, "PINS", tmp_path / "pins.txt")
    (tmp_path / "pins.txt").write_text("numpy==1\n")
    monkeypatch.setattr(set_up, "_make_venv", lambda python: False)
    set_up.ready()
    assert "_install_dependencies" in steps


def test_an_environment_made_for_running_is_not_enough_for_the_tests(set_up, steps):
    set_up.ready()
    assert not set_up._stamped(tests=True)


def test_an_environment_whose_interpreter_went_away_is_not_ready(set_up, steps):
    set_up.ready()
    set_up.venv_python().unlink()
    assert not set_up._stamped(tests=False)


def test_a_half_made_environment_is_made_anew(set_up):
    set_up.VENV.mkdir()
    (set_up.VENV / "pyvenv.cfg").write_text("home = nowhere\n")
    assert set_up._make_venv(sys.executable) is True
    assert set_up._make_venv(sys.executable) is False
    assert subprocess.run([set_up.venv_python(), "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0


def failing_pip(set_up, monkeypatch, *lines):
    monkeypatch.setattr(set_up, "_watch", lambda command, title, told: (1, list(lines)))
    set_up.VENV.mkdir(exist_ok=True)


def test_no_network_is_one_sentence(set_up, monkeypatch):
    failing_pip(set_up, monkeypatch, "WARNING: NewConnectionError: Temporary failure in name resolution")
    with pytest.raises(set_up.SetUpError, match="could not be downloaded"):
        set_up._install_dependencies(tests=False, fresh=True)


def test_a_full_disk_is_one_sentence(set_up, monkeypatch):
    failing_pip(set_up, monkeypatch, "ERROR: Could not install packages: [Errno 28] No space left on device")
    with pytest.raises(set_up.SetUpError, match="disk is full"):
        set_up._install_dependencies(tests=False, fresh=True)


def test_loops_that_cannot_be_compiled_stop_nobody(set_up, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "_watch", lambda command, title, told: (1, ["the writer", "ImportError: no numba"]))
    monkeypatch.setattr(set_up, "ROOT", set_up.VENV.parent)
    set_up.VENV.mkdir()
    set_up.LOG.write_text("pip was here\n")
    set_up._compile_loops()
    assert "the first start will take longer" in capsys.readouterr().err
    assert set_up.LOG.read_text() == "pip was here\nthe writer\nImportError: no numba\n"


def test_without_root_the_line_to_run_is_told(set_up, monkeypatch):
    monkeypatch.setattr(set_up, "_become_root", lambda: None)
    monkeypatch.setattr(set_up.shutil, "which", lambda name, **_: "/usr/bin/" + name)
    with pytest.raises(set_up.SetUpError, match="sudo apt-get install -y --no-install-recommends libegl1 libgl1"):
        set_up._install_system_packages(["libegl1", "libgl1"], tests=False)


def test_what_is_merely_useful_stops_nobody(set_up, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "_become_root", lambda: None)
    monkeypatch.setattr(set_up.shutil, "which", lambda name, **_: "/usr/bin/" + name)
    set_up._install_system_packages(["xvfb", "fonts-dejavu-core"], tests=True)
    assert "Going on without xvfb, fonts-dejavu-core" in capsys.readouterr().err


def test_root_installs_after_saying_so(set_up, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(set_up, "_become_root", list)
    monkeypatch.setattr(set_up.shutil, "which", lambda name, **_: "/usr/bin/" + name)
    monkeypatch.setattr(set_up, "_watch", lambda command, title, told: ran.append(command) or (0, []))
    set_up._install_system_packages(["libegl1"], tests=False)
    assert [command[2:5] for command in ran] == [["apt-get", "-q", "update"], ["apt-get", "install", "-y"]]
    assert "Installing system packages: libegl1" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring their libraries along")
def test_missing_libraries_become_packages(set_up, monkeypatch):
    monkeypatch.setattr(set_up, "_known_libraries", lambda: set(set_up.LIBRARIES) - {"libxcb-icccm.so.4"})
    monkeypatch.setattr(set_up, "_any_file", lambda folders, pattern: True)
    monkeypatch.setattr(set_up, "_has_venv", lambda python: False)
    missing = set_up._missing_packages(sys.executable, tests=False)
    assert missing == ["libxcb-icccm4", "python{}.{}-venv".format(*sys.version_info)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no packages to install")
def test_the_tests_get_a_soundfont_where_there_is_none(set_up, monkeypatch):
    fonts = []
    monkeypatch.setattr(set_up, "_any_file", lambda folders, pattern: pattern != "*.sf2" or bool(fonts))
    assert "timgm6mb-soundfont" in set_up._missing_packages(sys.executable, tests=True)
    assert "timgm6mb-soundfont" not in set_up._missing_packages(sys.executable, tests=False)
    fonts.append("FluidR3_GM.sf2")
    assert "timgm6mb-soundfont" not in set_up._missing_packages(sys.executable, tests=True)


def test_a_python_that_does_not_fit_is_told(set_up, monkeypatch):
    monkeypatch.setattr(set_up, "_find_python", lambda: None)
    monkeypatch.setattr(set_up, "_missing_packages", lambda python, tests: [])
    with pytest.raises(set_up.SetUpError, match=r"needs Python 3\.11 to 3\.\d\d, and this is"):
        set_up.ready()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Collecting torch==2.13.0 (from -c constraints.txt (line 50))", "finding torch"),
        ("  Downloading torch-2.13.0-cp313-cp313-manylinux_2_28_x86_64.whl (888.1 MB)", "downloading torch (888.1 MB)"),
        ("Installing collected packages: mpmath, torch, numpy", "unpacking 3 packages"),
        ("Requirement already satisfied: pip", None),
    ],
)
def test_what_pip_says_becomes_progress(set_up, line, told):
    assert set_up._told_by_pip(line) == told


def test_failures_end_in_a_sentence_and_exit_code_1(set_up, capsys):
    def fails(argv):
        raise set_up.SetUpError("the moon is full.")

    assert set_up.main(fails) == 1
    assert capsys.readouterr().err == "Partita could not be set up: the moon is full.\n"


def test_an_old_interpreter_is_told_so():
    """The two scripts parse on old interpreters: nothing newer than 3.7 before the check of the version."""
    import ast

    for name in ("run.py", "test.py"):
        ast.parse((ROOT / "packaging" / name).read_text("utf-8"), feature_version=(3, 7))


def test_the_pins_cover_every_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in pins}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {w.split()[0].split(";")[0].lower().replace("_", "-") for w in wanted}
    assert names - pinned == set()
