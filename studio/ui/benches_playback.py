"""``studio bench playback``: sound through a virtual card while Python, a network and the window are busy.

First: from the click on "Write" to the first sound. Then a song of 16 voices plays, beside a thread of busy Python, the network
that writes, and the window scrolling; what was captured is compared to the bit with the song's export.
"""

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from studio.app.rendering import render_song
from studio.app.settings import Settings
from studio.app.studio import Studio
from studio.app.virtual_card import RATE, VirtualCard, missing_programs, share_found
from studio.audio.latency import AUTOMATIC
from studio.engines.api import GenerateRequest, Quiet
from studio.errors import Cancelled, StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.ui.files import load_demo
from studio.ui.main import draw_anywhere, make_application
from studio.ui.poster import Poster
from studio.ui.window import MainWindow

LATENCY_HELP = f"the device's latency in seconds, 0 for the lowest, {AUTOMATIC:g} for what the program finds out"
BAR_CLICK_MS = 600.0
_HEARD = 1e-4
_PROGRAMS = (0, 4, 11, 19, 24, 26, 32, 40, 42, 48, 52, 56, 60, 65, 71, 73)


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench playback", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to play beside everything, 0: not at all")
    parser.add_argument("--clicks", type=int, default=5, help="how often to click")
    parser.add_argument("--latency", type=float, default=AUTOMATIC, help=LATENCY_HELP)
    args = parser.parse_args(argv)
    with captured_window(args.latency) as (window, card):
        passed = _clicks(window, card, args.clicks)
        passed &= args.seconds == 0 or _beside_everything(window, card, args.seconds)
    return 0 if passed else 1


@contextmanager
def captured_window(latency: float) -> Iterator[tuple["BenchWindow", VirtualCard]]:
    """The window with its networks, and the virtual card that it plays on.

    Raises:
        StudioError: what a virtual card needs is not installed.
    """
    if missing := missing_programs():
        raise StudioError(
            f"This needs {', '.join(missing)}.", "Debian: apt install pulseaudio pulseaudio-utils libasound2-plugins"
        )
    draw_anywhere()
    card = VirtualCard()
    try:
        card.start()
        os.environ.update(card.environment)
        window = BenchWindow(latency)
        try:
            window.open()
            yield window, card
        finally:
            window.close()
    finally:
        card.close()


class BenchWindow:
    """The window with its networks loaded."""

    def __init__(self, latency: float) -> None:
        self.app = make_application([])
        self._poster = Poster()
        self.studio = Studio(self._poster.post, Settings(first_start=False))  # not as this computer's user has set it
        self.studio.playback.set_device("", latency)
        self.studio.playback.on_late = lambda name, seconds: print(f"{name} was late, and has {seconds:g} s from now on")
        self.window = MainWindow(self.studio)
        self.window.files.ask_unsaved = lambda *_: "discard"

    def open(self) -> None:
        """Show it, and wait for the networks."""
        self.window.resize(1600, 900)
        self.window.show()
        self.window.load_engines()
        self.until(
            lambda: self.window.write_panel.write.isEnabled() and self.studio.playback.rendering.renderer is not None, 600.0
        )
        print(f"platform {QApplication.platformName()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")

    def close(self) -> None:
        """End everything."""
        self.window.close()
        self._poster.close()
        self.studio.close()

    def until(self, true: Callable[[], object], seconds: float = 180.0) -> None:
        """Let the window live until ``true()``."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                told = " ".join(n.message for n in self.studio.notices.entries[-3:])
                raise StudioError(f"The measurement waited in vain. {told}", "Is the machine too busy?")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 10)

    def live(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def play(self, document: Document) -> None:
        """Open ``document`` and wait until all of it is rendered."""
        playback = self.studio.playback
        self.studio.session.open(document)
        self.until(lambda: playback.settled, 600.0)


def _clicks(bench: BenchWindow, card: VirtualCard, clicks: int) -> bool:
    """From a click on "Write" to the first sound in the recording, ms."""
    window, studio = bench.window, bench.studio
    bench.play(load_demo())
    took = []
    for _ in range(clicks + 1):  # the first one warms up
        bench.until(lambda: not studio.generating.writing)
        bench.live(2.5)
        mark = card.mark()
        window.write_panel.write.click()
        bench.until(lambda mark=mark: np.abs(card.captured(mark)).max(initial=0) > _HEARD)  # type: ignore[misc]
        took.append(float(np.argmax(np.abs(card.captured(mark)).max(1) > _HEARD)) / RATE * 1000)
        window.transport.stop()
        studio.generating.drop()
    warm = took[1:]
    listed = ", ".join(f"{t:.0f}" for t in warm)
    print(f"click on Write to first sound: median {np.median(warm):.0f} ms, most {max(warm):.0f} ms ({listed})")
    return max(warm) < BAR_CLICK_MS


def song_of_voices(seconds: float, voices: int = 16) -> Document:
    """Tracks of one voice each that sound all the time, in 120 quarters a minute."""
    rng = np.random.default_rng(1)
    bars = int(seconds / 2) + 2
    tracks = []
    for k in range(voices):
        start = np.arange(4 * bars) * 960 + 240 * (k % 4)
        pitch = 40 + 2 * k + rng.choice([0, 3, 5, 7, 10], len(start))
        notes = Notes.of(start, 960, pitch, rng.choice([60, 80, 100], len(start)), id=np.arange(len(start)) + 1_000 * (k + 1))
        clip = Clip(100_000 + k, 0, bars * 3840, (Take(notes),))
        tracks.append(Track(k + 1, f"Voice {k + 1}", k, _PROGRAMS[k % 16], pan=(k - 7.5) / 10, gain_db=-6.0, clips=(clip,)))
    return Document("Sixteen voices", TempoMap.constant(120), tracks=tuple(tracks), next_id=1_000_000)


class _Busy:
    """A thread of busy Python, the network writing, and the window scrolling."""

    def __init__(self, bench: BenchWindow) -> None:
        self._stop = threading.Event()
        self._studio = bench.studio
        self.written = 0
        self.spun = 0
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._spin, self._write)]
        for thread in self._threads:
            thread.start()
        self._timer = QTimer()
        steps = count()
        self._timer.timeout.connect(lambda: bench.window.viewport.scroll(dx=6 if next(steps) % 200 < 100 else -6))
        self._timer.start(16)

    def stop(self) -> None:
        self._stop.set()
        self._timer.stop()
        for thread in self._threads:
            thread.join()

    def progress(self, fraction: float, message: str = "") -> None:
        if self._stop.is_set():
            raise Cancelled

    def notice(self, message: str) -> None:
        print(message)

    def _spin(self) -> None:
        while not self._stop.is_set():
            self.spun += 1

    def _write(self) -> None:
        generator = self._studio.shelf.generator()
        request = GenerateRequest(Document(), 0, 64 * 3840)
        try:
            while not self._stop.is_set():
                for chunk in generator.generate(request, self):
                    self.written += sum(len(notes) for _, notes in chunk.notes)
        except Cancelled:
            return


def _beside_everything(bench: BenchWindow, card: VirtualCard, seconds: float) -> bool:
    playback = bench.studio.playback
    song = song_of_voices(seconds)
    bench.play(song)
    bench.live(2.0)
    before, clock, mark = _processor_seconds(playback.processes), time.monotonic(), card.mark()
    gaps = playback.gaps
    busy = _Busy(bench)
    bench.window.transport.play_from(0)
    bench.live(seconds)
    used = [b - a for a, b in zip(before, _processor_seconds(playback.processes), strict=True)]
    elapsed = time.monotonic() - clock
    busy.stop()
    bench.window.transport.stop()
    bench.live(0.5)
    sound = card.captured(mark)
    first = int(np.argmax(np.abs(sound).max(1) > 0))
    sound = sound[first : first + int((seconds - 1) * RATE)]
    print(
        f"{seconds:.0f} s of 16 voices beside {busy.spun:,} turns of Python, {busy.written:,} notes written, a window scrolling:"
    )
    missing = [b - a for a, b in zip(gaps, playback.gaps, strict=True)]
    print(f"  the device found nothing to play {missing[0]} times, {missing[1] / RATE * 1000:.0f} ms in all")
    hole = longest_silence(sound)
    print(f"  longest silence in what was captured: {hole / RATE * 1000:.1f} ms; peak {np.abs(sound).max():.2f}")
    whole = first_seconds(song, playback.rendering.renderer, seconds)
    share, moved = share_found(whole[: len(sound) - RATE // 2], sound)
    print(f"  captured equals exported, to the bit: {100 * share:.2f} % of pieces of 10 ms, in place within {moved} frames")
    shares = [100 * u / elapsed for u in used]
    print(f"  processor: player {shares[0]:.1f} %, desk {shares[1]:.1f} % of a core; load {os.getloadavg()[0]:.1f}")
    return missing == [0, 0] and hole < RATE // 100 and share > 0.99


def first_seconds(song: Document, renderer: object, seconds: float) -> npt.NDArray[np.float32]:
    """The song's export [n, 2], as far as ``seconds`` reach."""
    blocks = []
    for block in render_song(song, renderer, RATE, Quiet()):  # type: ignore[arg-type]
        blocks.append(block)
        if len(blocks) * len(blocks[0]) > seconds * RATE:
            break
    return np.concatenate(blocks)


def longest_silence(sound: npt.NDArray[np.float32]) -> int:
    """Frames of the longest run of exact zeros in [n, 2]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~sound.any(1), [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _processor_seconds(pids: tuple[int, ...]) -> list[float]:
    """Processor time that processes have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return [(int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK") for f in fields]
