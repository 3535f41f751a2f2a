import re
import subprocess
import sys

import pytest

from studio.app.heaps import HEAPS

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
