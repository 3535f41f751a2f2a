import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.app.heaps import HEAPS, give_back

COUNT = """
import ctypes, sys, threading
from studio.app.heaps import share_heaps
if sys.argv[1] == "share":
    share_heaps()
c = ctypes.CDLL(None)
c.malloc.restype, c.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
together = threading.Barrier(8)
def work():
    together.wait()
    c.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads], [t.join() for t in threads]
file = ctypes.c_void_p(c.fopen(b"/dev/stdout", b"w"))
c.malloc_info(0, file)
c.fclose(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems share their heaps")
def test_threads_share_few_heaps():
    def heaps(how: str) -> int:
        answer = subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True)
        return len(re.findall("<heap ", answer.stdout))

    assert heaps("share") <= HEAPS < heaps("each its own")


def resident_mb() -> float:
    rollup = Path("/proc/self/smaps_rollup").read_text("ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such call")
def test_what_lies_between_what_is_used_is_given_back():
    small = 20_000  # floats: under the size that the C library keeps out of the heap
    kept = [np.ones(small, np.float32)[:1] if k % 10 else np.ones(small, np.float32) for k in range(2_000)]
    held = resident_mb()
    kept = [array if array.base is None else None for array in kept]
    give_back()
    assert held - resident_mb() > 100
    assert sum(array is not None for array in kept) == 200
