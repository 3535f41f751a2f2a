"""What was worked out lately, up to so many bytes; the least lately used is given up first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=_Sized)


class ByteCache(Generic[V]):
    """Values by keys, for any threads. Holds at least one, however large it is."""

    def __init__(self, most_bytes: int) -> None:
        self.held = 0
        self._room = most_bytes
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value at ``key``, made if it is not there; two threads may make it at once, and one of the values is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self.held += made.nbytes
            while self.held > self._room and len(self._kept) > 1:
                self.held -= self._kept.popitem(last=False)[1].nbytes
        return made

    def values(self) -> dict[Hashable, V]:
        """All that is kept, least lately used first."""
        with self._lock:
            return dict(self._kept)
