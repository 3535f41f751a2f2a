"""How inner loops are compiled by numba: when first called, kept on the disk, and without Python's lock while they run."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]
Float = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function compiled: multiplications and additions may be contracted, nothing is put in another order."""
    return cast(F, numba.njit(nogil=True, cache=True, fastmath={"contract"})(function))


def exact(function: F) -> F:
    """The same without contractions: every operation is rounded by itself."""
    return cast(F, numba.njit(nogil=True, cache=True)(function))


def reordered(function: F) -> F:
    """The same with sums in any order: for whole numbers, whose sums are exact."""
    return cast(F, numba.njit(nogil=True, cache=True, fastmath={"contract", "reassoc"})(function))
