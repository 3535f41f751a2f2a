"""The fixture that watches the tests sees what it should."""

import subprocess
import sys
import threading
from multiprocessing import shared_memory

import pytest

from tests.leaks import watching


def test_a_thread_is_seen():
    stop = threading.Event()
    with watching() as watch:
        thread = threading.Thread(target=stop.wait, name="forgotten")
        thread.start()
        assert watch.left() == ["thread forgotten"]
        stop.set()
        thread.join()
        assert watch.left() == []


def test_a_process_is_seen():
    with watching() as watch:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        assert [line for line in watch.left() if f"process {process.pid}" in line]
        process.communicate()
        assert watch.left() == []


def test_shared_memory_is_seen():
    with watching() as watch:
        memory = shared_memory.SharedMemory(create=True, size=64)
        memory.close()
        assert watch.left() == [f"shared memory {memory.name}"]
        memory.unlink()
        assert watch.left() == []


def test_a_timer_is_seen(qapp):
    core = pytest.importorskip("PySide6.QtCore")
    with watching() as watch:
        timer = core.QTimer()
        timer.start(1000)
        assert [line for line in watch.left() if "QTimer" in line]
        timer.stop()
        assert watch.left() == []


def test_a_thread_of_qt_is_seen(qapp):
    core = pytest.importorskip("PySide6.QtCore")
    with watching() as watch:
        thread = core.QThread()
        thread.start()
        assert [line for line in watch.left() if "QThread" in line]
        thread.quit()
        thread.wait()
        assert watch.left() == []


def test_nothing_reaches_the_network():
    import socket

    with socket.socket() as reaching, pytest.raises(AssertionError, match="tried to connect"):
        reaching.connect(("192.0.2.1", 80))
