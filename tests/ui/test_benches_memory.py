"""The measurement of memory: the song it plays, and what it counts."""

import os
import subprocess
import sys

import numpy as np

from studio.music.checks import check
from studio.ui.benches_memory import Watch, long_song, tree_mb


def test_the_song_is_as_long_as_asked():
    document = long_song(1_000, 2.0)
    assert document.note_count == 1_000 and abs(document.seconds() - 120) < 1 and len(document.tracks) == 16
    assert check(document) == []
    assert long_song(50, 1.0).tracks[0].notes == long_song(50, 1.0).tracks[0].notes


def test_children_are_counted():
    alone = tree_mb(os.getpid())
    program = "import sys; x = bytearray(b'1') * (80 << 20); print('x', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    assert 70 < tree_mb(os.getpid()) - alone < 140
    child.communicate()


def test_the_most_of_each_phase_is_kept(capsys):
    watch = Watch()
    watch.phase("large")
    held = np.ones(400 << 17)  # 400 MB: processes of tests before this one may be on their way out
    watch.phase("small again")
    del held
    watch.close()
    assert watch.most["large"] > watch.most["started"] + 300
    assert "large: most" in capsys.readouterr().out
