"""How many heaps the C library gives to threads.

glibc's default, eight a core, costs a good sixty megabytes here and gains nothing: what threads work on are whole rows of sound,
which are no heap's (``studio bench memory``).
"""

import ctypes
import sys
from contextlib import suppress

HEAPS = 2
_M_ARENA_MAX = -8  # of malloc.h


def share_heaps() -> None:
    """Let all threads that start from now on share :data:`HEAPS` heaps, where the C library is one that has more."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)
