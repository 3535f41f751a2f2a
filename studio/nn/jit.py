"""How inner loops are compiled by numba: when first called, kept on the disk, and without Python's lock while they run.

What is kept of a loop holds the loops that it calls and the numbers that it names, in other files too, so it is good only while
all of these files are as they were (numba itself looks at the loop's own file). Where nothing can be kept, or what was kept is
damaged, loops are compiled anew: that takes seconds, and breaks nothing.
"""

import hashlib
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import binding
from numba.core.caching import FunctionCache

Wave = npt.NDArray[np.float32]
Float = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
F = TypeVar("F", bound=Callable[..., Any])

log = logging.getLogger(__name__)
_FOLDER = Path(__file__).parent


def compiled(function: F) -> F:
    """The function compiled: multiplications and additions may be contracted, nothing is put in another order."""
    return _made(function, {"contract"})


def exact(function: F) -> F:
    """The same without contractions: every operation is rounded by itself."""
    return _made(function)


def reordered(function: F) -> F:
    """The same with sums in any order: for whole numbers, whose sums are exact."""
    return _made(function, {"contract", "reassoc"})


def _made(function: F, fastmath: bool | set[str] = False) -> F:
    made: Any = numba.njit(nogil=True, fastmath=fastmath)(function)
    with suppress(RuntimeError, OSError):  # there is no folder that can be written to
        made._cache = _Kept(function)
    return cast(F, made)


class _Kept(FunctionCache):
    """A loop's files on the disk."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file._source_stamp = stamp()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a damaged file can raise anything
            log.warning("a compiled loop cannot be read, and is compiled again", exc_info=True)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        for _ in range(2):
            try:
                super().save_overload(sig, data)
                return
            except Exception:  # a full disk, or a damaged list of what is kept
                log.warning("a compiled loop cannot be kept", exc_info=True)
                with suppress(OSError):
                    self.flush()


@cache
def stamp() -> str:
    """A name for the contents of all files that compiled loops are made of."""
    made = hashlib.sha256()
    for path in sources():
        made.update(path.read_bytes())
    return made.hexdigest()


def are_kept(what: str) -> bool:
    """Whether :func:`mark_kept` was told of these loops, as they are now, for this processor; also where nothing can be kept."""
    mark = _mark(what)
    return mark is None or mark.is_file()


def mark_kept(what: str) -> None:
    """Remember that all of these loops are compiled and kept: a name for :func:`are_kept`."""
    if (mark := _mark(what)) is not None:
        with suppress(OSError):
            mark.touch()


def _mark(what: str) -> Path | None:
    """The file that says so, beside what is kept; None where nothing can be."""
    try:
        folder = Path(FunctionCache(compiled).cache_path)
    except (RuntimeError, OSError):
        return None
    machine = sys.version, numba.__version__, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return folder / f"loops-{what}-{hashlib.sha256(repr((stamp(), *machine)).encode()).hexdigest()[:16]}"


def sources() -> list[Path]:
    """The files of the loops, and those that they take numbers from."""
    return sorted([*_FOLDER.glob("*_kernels.py"), _FOLDER / "jit.py", _FOLDER / "vectors.py", _FOLDER / "note_cache.py"])
