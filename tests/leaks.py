"""What may not outlive a test: threads, processes, Qt timers and threads, shared memory.

A test that leaves one fails, with the name of what it left. Things that session fixtures hold are there before a test
starts and are therefore not counted.
"""

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker, shared_memory
from typing import Any

import psutil

GRACE = 3.0  # seconds for what is on its way out
# multiprocessing's own helper: one for the life of the interpreter, started by the first shared memory or spawned process
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


class Watch:
    """What there was before the test, and what was made during it."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._processes = {p.pid for p in psutil.Process().children(recursive=True)}
        self._qt: weakref.WeakSet[Any] = weakref.WeakSet()
        self._memory: set[str] = set()

    def left(self) -> list[str]:
        """One line for each thing that is still there."""
        return [*self._left_threads(), *self._left_processes(), *self._left_qt(), *self._left_memory()]

    def _left_threads(self) -> Iterator[str]:
        for thread in set(threading.enumerate()) - self._threads:
            if thread.is_alive() and not isinstance(thread, threading._DummyThread):  # type: ignore[attr-defined]
                yield f"thread {thread.name}"

    def _left_processes(self) -> Iterator[str]:
        for process in psutil.Process().children(recursive=True):
            try:
                command = " ".join(process.cmdline())
                zombie = process.status() == psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
            if process.pid not in self._processes and not zombie and not any(h in command for h in HELPERS):
                yield f"process {process.pid}: {command[:120]}"

    def _left_qt(self) -> Iterator[str]:
        if not self._qt:
            return
        from shiboken6 import isValid

        for thing in list(self._qt):
            if not isValid(thing):
                continue
            if thing.isRunning() if hasattr(thing, "isRunning") else thing.isActive():
                owner = thing.parent()
                yield f"{type(thing).__name__} {thing.objectName()!r} of {type(owner).__name__ if owner else 'nobody'}"

    def _left_memory(self) -> Iterator[str]:
        for name in sorted(self._memory):
            try:
                found = shared_memory.SharedMemory(name)
            except FileNotFoundError:
                continue
            found.close()
            yield f"shared memory {name}"

    def saw_qt(self, thing: Any) -> None:
        """A timer or thread of Qt was started."""
        self._qt.add(thing)

    def saw_memory(self, name: str) -> None:
        """Shared memory was made."""
        self._memory.add(name)


@contextmanager
def _noting(owner: type, name: str, note: Callable[[Any], None]) -> Iterator[None]:
    """While inside, every call of ``owner.name`` is noted with its object, once it returned."""
    original = getattr(owner, name)

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        note(self)
        return result

    setattr(owner, name, noted)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch a test; look at :meth:`Watch.left` after it, or let :func:`settle` do so."""
    if os.name == "posix":  # else it may be seen while it starts, when it has no command line yet to know it by
        resource_tracker.ensure_running()
    watch = Watch()

    def saw_memory(memory: shared_memory.SharedMemory) -> None:
        watch.saw_memory(memory.name)

    with _noting(shared_memory.SharedMemory, "__init__", saw_memory):
        core = sys.modules.get("PySide6.QtCore")
        if core is None:
            yield watch
            return
        with _noting(core.QTimer, "start", watch.saw_qt), _noting(core.QThread, "start", watch.saw_qt):
            yield watch


def settle(watch: Watch) -> list[str]:
    """What is left once everything had time to end."""
    until = time.monotonic() + GRACE
    while (left := watch.left()) and time.monotonic() < until:
        time.sleep(0.02)
    return left
