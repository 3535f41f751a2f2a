"""``studio bench memory``: what the whole studio takes of memory with a long song: opened, played here and there, exported.

All its processes are counted by their proportional share of what they share (PSS: the kernel's smaps_rollup), so that rows of
sound in shared memory count once. Linux only.
"""

import argparse
import os
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np

from studio.app.exporting import export_sound
from studio.app.jobs import Job
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.music.time import TICKS_PER_QUARTER
from studio.ui.benches_playback import BenchWindow
from studio.ui.main import draw_anywhere

BAR_MB = 1_500
_PROGRAMS = (0, 4, 11, 24, 26, 32, 40, 42, 48, 56, 60, 65, 71, 73, 19, 52)
_EVERY_SECONDS = 0.1


def run(argv: list[str]) -> int:
    """Print the most that each phase took; the exit code is 1 where the bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long to play at each of three places")
    args = parser.parse_args(argv)
    if not sys.platform.startswith("linux"):
        raise StudioError("This reads Linux's own account of memory.", "Run it on Linux.")
    draw_anywhere()
    window = BenchWindow(0.1)
    watch = Watch()
    try:
        window.open()
        watch.phase("networks loaded, no song")
        _play(window, watch, long_song(args.notes, args.minutes), args.seconds)
        _export(window, watch)
    finally:
        watch.close()
        window.close()
    most = max(watch.most.values())
    print(f"most {most:,.0f} MB of {BAR_MB:,}")
    return int(most > BAR_MB)


def _play(window: BenchWindow, watch: "Watch", document: Document, seconds: float) -> None:
    studio = window.studio
    studio.session.open(document)
    window.window.song_opened()
    print(f"{document.note_count:,} notes, {document.seconds() / 60:.1f} minutes")
    watch.phase("opened")
    window.live(2.0)
    for place in (0.0, 0.5, 0.9):
        watch.phase(f"played from {place:.0%}")
        studio.playback.seek(round(place * document.end))
        studio.playback.play()
        window.live(seconds)
        studio.playback.pause()
    watch.phase("rendered as far as memory reaches")
    window.until(lambda: studio.playback.settled, 900.0)


def _export(window: BenchWindow, watch: "Watch") -> None:
    studio, done = window.studio, threading.Event()
    watch.phase("exported")
    with tempfile.TemporaryDirectory() as folder:

        def work(job: Job) -> float:
            song, renderer = studio.session.document, studio.shelf.renderer()
            return export_sound(song, renderer, Path(folder) / "song.wav", rate=48_000, ctx=job)

        studio.jobs.start("export", "", work, lambda _: done.set())
        window.until(done.is_set, 900.0)
    watch.phase("")


def long_song(notes: int, minutes: float, seed: int = 5) -> Document:
    """A song of sixteen parts with so many notes, no two of which need be alike."""
    draw = np.random.default_rng(seed)
    tempo = TempoMap.constant(120.0)
    end = round(minutes * 60 * 2 * TICKS_PER_QUARTER)
    tracks, next_id = [], 1
    for k, program in enumerate(_PROGRAMS):
        count = notes // len(_PROGRAMS) + (k < notes % len(_PROGRAMS))
        start = np.sort(draw.integers(0, end - TICKS_PER_QUARTER, count))
        length = draw.integers(TICKS_PER_QUARTER // 4, 3 * TICKS_PER_QUARTER, count)
        pitch, velocity = draw.integers(48, 78, count), draw.integers(40, 110, count)
        own = Notes.of(start, length, pitch, velocity, id=next_id + 2 + np.arange(count))
        tracks.append(
            Track(next_id, f"Part {k + 1}", k % 8, program, clips=(Clip(next_id + 1, 0, end, (Take(own),)),), gain_db=-9.0)
        )
        next_id += 2 + count
    return Document("Long", tempo=tempo, tracks=tuple(tracks), next_id=next_id)


class Watch:
    """Looks at the memory of this process and all below it, ten times a second; keeps the most of each phase, in MB."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}
        self._phase = "started"
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()

    def phase(self, name: str) -> None:
        """From now on it is another phase; tell of the last."""
        self._look()
        print(f"{self._phase}: most {self.most[self._phase]:,.0f} MB")
        self._phase = name

    def close(self) -> None:
        """Look no more."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        phase = self._phase
        self.most[phase] = max(self.most.get(phase, 0.0), tree_mb(os.getpid()))


def tree_mb(pid: int) -> float:
    """Megabytes of a process and all below it, each with its proportional share of what is shared."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text("ascii")
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text("ascii").split()]
        except (OSError, StopIteration):
            continue  # it has just ended
    return total
