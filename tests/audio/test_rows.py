"""The store of rows: a limit of memory, the least used go first, what the desk is told."""

from collections.abc import Iterator

import numpy as np
import pytest

from studio.audio import rows
from studio.audio.rows import RowStore


@pytest.fixture
def told() -> list[tuple]:
    return []


@pytest.fixture
def store(told: list[tuple], monkeypatch: pytest.MonkeyPatch) -> Iterator[RowStore]:
    monkeypatch.setattr(rows, "SLAB_FRAMES", 1000)
    store = RowStore(3 * 4000, told.append)
    yield store
    store.close()


def row(value: float, frames: int = 400) -> np.ndarray:
    return np.full(frames, value, np.float32)


def test_rows_come_back(store: RowStore, told: list[tuple]) -> None:
    for n in range(4):
        store.put(n, row(n))
    assert [store[n][0] for n in range(4)] == [0, 1, 2, 3]
    assert 3 in store
    assert store.get(99) is None
    with pytest.raises(KeyError):
        store[99]
    assert [t[0] for t in told] == ["slab", "row", "row", "slab", "row", "row"]
    assert sorted(store) == [0, 1, 2, 3]
    assert next(store.everything())[0] == "slab"


def test_a_row_longer_than_a_slab(store: RowStore) -> None:
    store.put(1, row(0.5, 2500))
    assert len(store[1]) == 2500


def test_the_least_used_go_and_their_memory_when_the_desk_let_go(store: RowStore, told: list[tuple]) -> None:
    for n in range(6):
        store.put(n, row(n))
    store.touch(np.array([0, 1]))
    store.put(6, row(6))
    assert [n for n in range(7) if n in store] == [0, 1, 4, 5, 6]
    assert told[-3] == ("drop", 2)
    assert store.bytes == 4 * 4000
    store.dropped(2)
    assert store.bytes == 3 * 4000
    assert store.touch(np.array([0, 2, 6])).tolist() == [True, False, True]


def test_without_a_desk_what_goes_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SLAB_FRAMES", 1000)
    store = RowStore(4000)
    for n in range(8):
        store.put(n, row(n))
    assert store.bytes == 4000
    store.clear()
    assert len(store) == 0
    assert store.bytes == 0
    store.close()
