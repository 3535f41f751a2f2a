"""Shared memory: made and removed by the window's process, opened by the processes of the sound."""

import contextlib
import os
import sys
from multiprocessing import resource_tracker, shared_memory
from typing import Any

import numpy as np
import numpy.typing as npt


def create(size: int) -> shared_memory.SharedMemory:
    """New zeroed memory of at least ``size`` bytes. Should this process die, its resource tracker removes it."""
    return shared_memory.SharedMemory(create=True, size=size)


def free_bytes() -> int:
    """What is left for shared memory: in a container that may be 64 MB, and writing past it ends the process."""
    try:
        state = os.statvfs("/dev/shm")
    except (AttributeError, OSError):
        return 1 << 62  # only Linux keeps it apart
    return state.f_bavail * state.f_frsize


def attach(name: str) -> shared_memory.SharedMemory:
    """Memory that another process made and will remove."""
    if sys.version_info >= (3, 13):
        return shared_memory.SharedMemory(name, track=False)
    # Older Pythons track memory that is only opened too, and would remove it with the first process that ends.
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None
    try:
        return shared_memory.SharedMemory(name)
    finally:
        resource_tracker.register = register


def view(memory: shared_memory.SharedMemory, kind: type[Any], shape: tuple[int, ...], offset: int = 0) -> npt.NDArray[Any]:
    """An array that looks into memory from byte ``offset`` on, and keeps it mapped for as long as it lives.

    ``numpy.ndarray(buffer=...)`` would not: closing the memory then pulls it away below the array.
    """
    assert memory.buf is not None
    return np.frombuffer(memory.buf, kind, int(np.prod(shape)), offset).reshape(shape)


def remove(memory: shared_memory.SharedMemory) -> None:
    """Close and remove memory that :func:`create` made; arrays that still look into it keep theirs until they go."""
    release(memory)
    with contextlib.suppress(FileNotFoundError):
        memory.unlink()


def release(memory: shared_memory.SharedMemory) -> None:
    """Close memory; where arrays still look into it, leave that to their end."""
    try:
        memory.close()
    except BufferError:
        # The mapping lives as long as its last array. Without this the object would try again, and complain, when it goes.
        memory._buf = memory._mmap = None  # type: ignore[attr-defined]
        if getattr(memory, "_fd", -1) >= 0:
            os.close(memory._fd)  # type: ignore[attr-defined]
            memory._fd = -1  # type: ignore[attr-defined]
