"""The C library's heaps: how many threads get, and when they give memory back (``studio bench memory``).

glibc's default, eight a core, costs a good sixty megabytes here and gains nothing. A heap gives nothing back from below what is
still in use: after a song was rendered or exported 60 to 110 MB lie there unused. Rows of sound in mappings of their own would
leave no holes, but the kernel would have to clear each page of them anew: rendering took a quarter more of the processor.
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


def give_back() -> None:
    """Give the system what lies unused in the heaps, wherever it lies: some 10 ms, after which what comes next costs a little more."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
