"""What there is to compute on, without torch as far as that goes: where it finds no graphics processor nobody need ask it.

To import it takes a second of a processor and some 200 MB, and a window whose instruments play by compiled loops has no use for it.
"""

import ctypes
import os
import re
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

CPU = "cpu"
_DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
_BUILT_FOR = re.compile(r"^(cuda|hip)\b.*= *['\"]", re.MULTILINE)


def cores() -> int:
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def devices() -> list[str]:
    """The devices that this computer has, best first; the last is always ``cpu``."""
    if not _worth_asking():
        return [CPU]
    from studio.nn import runtime

    return runtime.devices()


def device_for(wish: str = "auto") -> str:
    """The device for ``wish``: auto, cpu, cuda or mps.

    Raises:
        StudioError: it was asked for by name and this computer does not have it.
    """
    if wish == CPU or (wish == "auto" and not _worth_asking()):
        return CPU
    from studio.nn.runtime import choose_device

    return str(choose_device(wish))


def device_title(device: str) -> str:
    """What people call the device."""
    if device.startswith("cuda"):
        import torch

        return str(torch.cuda.get_device_name(device))
    return {"mps": "Apple GPU", CPU: f"CPU, {cores()} cores"}.get(device, device)


@cache
def _worth_asking() -> bool:
    """Whether torch may find a graphics processor: not where it was built without, or the driver is not there."""
    if sys.platform not in _DRIVERS:
        return True
    built_for = _built_for()
    return built_for is None or "hip" in built_for or ("cuda" in built_for and _is_there(_DRIVERS[sys.platform]))


def _built_for() -> set[str] | None:
    """Makers' names of graphics processors that the torch which is installed was built for; None where that cannot be read."""
    spec = find_spec("torch")
    try:
        told = Path(spec.origin).with_name("version.py").read_text("utf-8") if spec and spec.origin else ""
    except OSError:
        return None
    return set(_BUILT_FOR.findall(told)) if "cuda" in told else None


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
