"""Shared memory that leaves nothing behind."""

from multiprocessing import shared_memory

import numpy as np
import pytest

from studio.audio import shared


def test_made_opened_removed() -> None:
    memory = shared.create(64)
    other = shared.attach(memory.name)
    other.buf[3] = 7
    assert memory.buf[3] == 7
    shared.release(other)
    name = memory.name
    shared.remove(memory)
    with pytest.raises(FileNotFoundError):
        shared_memory.SharedMemory(name)


def test_an_array_that_still_looks_into_it_keeps_it() -> None:
    memory = shared.create(4096)
    array = shared.view(memory, np.float32, (2, 4), 16)
    array[:] = 3
    shared.remove(memory)
    assert array.sum() == 24
    array[:] = 4
    assert array.sum() == 32


def test_there_is_room() -> None:
    assert shared.free_bytes() > 0
