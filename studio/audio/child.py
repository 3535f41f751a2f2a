"""A process beside the window's as that one sees it, and what all such children do first.

Not :mod:`multiprocessing`'s processes: those import the parent's main module anew, and with it whatever that imports.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter_ns
from typing import BinaryIO, cast

from studio.audio.wire import Array, Message, receive, send

CHILD_FLAG = "--sound-process"
CHILDREN = ("studio.audio.player", "studio.audio.desk", "studio.app.generator_process", "studio.app.compiling")
_ROOT = Path(__file__).resolve().parents[2]
_SECOND = 1_000_000_000

Handler = Callable[[Message, list[Array]], None]


def alive_until(seconds: float) -> int:
    """What a process writes into the ring to say that it will speak again within ``seconds``."""
    return perf_counter_ns() + int(seconds * _SECOND)


def ask_for_realtime(priority: int) -> bool:
    """Run before all that is not real-time, where the system allows it; whether it did. Threads started later inherit it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))  # type: ignore[attr-defined,unused-ignore]
    except (AttributeError, OSError):
        return False
    return True


class Child:
    """A running child. ``tell`` never waits: a thread writes. ``heard`` gets what the child says, on another thread."""

    def __init__(self, module: str, arguments: list[str], heard: Handler) -> None:
        frozen = getattr(sys, "frozen", False)
        command = [sys.executable, CHILD_FLAG, module] if frozen else [sys.executable, "-m", module]
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("STUDIO_SOUND_DEBUG") else subprocess.DEVNULL,
            env=environment,
        )
        self._heard = heard
        self._outbox: queue.SimpleQueue[tuple[Message, tuple[Array, ...]] | None] = queue.SimpleQueue()
        name = module.rpartition(".")[2]
        self._threads = [
            threading.Thread(target=self._write, name=f"to-{name}", daemon=True),
            threading.Thread(target=self._read, name=f"from-{name}", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def tell(self, message: Message, arrays: tuple[Array, ...] = ()) -> None:
        """Send a message; nothing happens when the child is gone."""
        self._outbox.put((message, arrays))

    def close(self, patience: float = 1.0) -> None:
        """End the process: kindly, then not, and its threads with it."""
        self._outbox.put(None)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()

    def _write(self) -> None:
        pipe = cast(BinaryIO, self._process.stdin)
        while (item := self._outbox.get()) is not None:
            with contextlib.suppress(OSError, ValueError):
                send(pipe, *item)
        with contextlib.suppress(OSError):
            pipe.close()  # the child's sign to end

    def _read(self) -> None:
        pipe = cast(BinaryIO, self._process.stdout)
        while (got := receive(pipe)) is not None:
            self._heard(*got)


class Parent:
    """The window's process as a child sees it. When it is gone, the child ends at once, whatever it is doing."""

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is meant for the parent
        self._pipe: BinaryIO = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # whatever a library prints must not get between the messages
        self.inbox: queue.SimpleQueue[tuple[Message, list[Array]]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="parent", daemon=True).start()

    def tell(self, message: Message, arrays: tuple[Array, ...] = ()) -> None:
        """Send a message."""
        with contextlib.suppress(OSError, ValueError):
            send(self._pipe, message, arrays)

    def next(self, timeout: float) -> tuple[Message, list[Array]] | None:
        """The next message, None when none came within ``timeout`` seconds."""
        try:
            return self.inbox.get(timeout=timeout) if timeout > 0 else self.inbox.get_nowait()
        except queue.Empty:
            return None

    def _listen(self) -> None:
        while (got := receive(sys.stdin.buffer)) is not None:
            self.inbox.put(got)
        os._exit(0)


def run_child(arguments: list[str]) -> bool:
    """Become the child that the command line asks for: what a frozen program's start has to call before all else."""
    if len(arguments) < 2 or arguments[0] != CHILD_FLAG or arguments[1] not in CHILDREN:
        return False
    import_module(arguments[1]).main(arguments[2:])
    return True
