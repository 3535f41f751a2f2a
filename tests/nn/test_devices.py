"""What there is to compute on: torch is asked where it may find something, and no sooner."""

import subprocess
import sys

import pytest

from studio.errors import StudioError
from studio.nn import devices, runtime

VERSION = "cuda: Optional[str] = {}\nhip: Optional[str] = {}\n"


@pytest.fixture(autouse=True)
def asked_anew():
    devices._worth_asking.cache_clear()
    yield
    devices._worth_asking.cache_clear()


@pytest.fixture
def torch_built_for(monkeypatch, tmp_path):
    """Have a torch installed that was built for CUDA, for HIP, or neither, beside a driver or none."""

    def build(cuda: str = "None", hip: str = "None", driver: bool = True) -> None:
        (tmp_path / "version.py").write_text(VERSION.format(cuda, hip))
        spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
        monkeypatch.setattr(devices, "find_spec", lambda name: spec)
        monkeypatch.setattr(devices, "_is_there", lambda library: driver)
        monkeypatch.setattr(sys, "platform", "linux")

    return build


def test_they_are_those_that_torch_finds():
    assert devices.devices() == runtime.devices()
    assert devices.device_for("auto") == str(runtime.choose_device("auto"))
    assert devices.device_for("cpu") == "cpu"
    assert devices.device_title("cpu").startswith("CPU")
    assert devices.cores() > 0


def test_a_device_that_is_not_there_is_told():
    missing = next(d for d in ("mps", "cuda") if d not in devices.devices())
    with pytest.raises(StudioError, match=f"no usable {missing.upper()}"):
        devices.device_for(missing)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, False),
        ({"cuda": "'12.6'"}, True),
        ({"cuda": "'12.6'", "driver": False}, False),
        ({"hip": "'6.3'", "driver": False}, True),
    ],
)
def test_torch_is_asked_where_it_may_find_something(torch_built_for, monkeypatch, told, asked):
    torch_built_for(**told)
    monkeypatch.setattr(runtime, "devices", lambda: ["cuda", "cpu"])
    assert devices.devices() == (["cuda", "cpu"] if asked else ["cpu"])


def test_torch_is_asked_where_nothing_is_known(torch_built_for, monkeypatch, tmp_path):
    torch_built_for()
    (tmp_path / "version.py").unlink()
    monkeypatch.setattr(runtime, "devices", lambda: ["cuda", "cpu"])
    assert devices.devices() == ["cuda", "cpu"]
    devices._worth_asking.cache_clear()
    torch_built_for()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert devices.devices() == ["cuda", "cpu"]


def test_a_library_is_there_or_not():
    assert not devices._is_there("no-such-driver.so.1")


def test_instruments_on_the_processor_need_no_torch():
    program = (
        "import sys; from studio.app.rendering import render_song; from studio.app.shelf import Shelf;"
        "from studio.music.document import Document;"
        "renderer = Shelf('cpu').renderer(); list(render_song(Document(), renderer, 48000)); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
