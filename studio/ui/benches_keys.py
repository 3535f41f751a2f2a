"""``studio bench keys``: from a key's press to its sound, in what a virtual sound card captured at the lowest latency.

Typed keys go to the real window as key events. The recorder adds its own delay to each figure: what it lags behind is measured
in the same run (a recording that is asked for its length has what was played only up to then), and told beside the figures.
"""

import argparse
import os
import sys
import time

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.virtual_card import RATE, VirtualCard, missing_programs
from studio.audio.ring import OPEN
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Track
from studio.ui.benches_playback import BenchWindow

BAR_MS = 25.0
_HEARD = 1e-4
_KEYS = "ZXCVBNMQWERTYU"


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where the bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench keys", description=__doc__)
    parser.add_argument("--keys", type=int, default=60, help="how many keys to press")
    parser.add_argument("--latency", type=float, default=0.0, help="the device's latency in seconds, 0 for the lowest")
    args = parser.parse_args(argv)
    if missing := missing_programs():
        raise StudioError(
            f"This needs {', '.join(missing)}.", "Debian: apt install pulseaudio pulseaudio-utils libasound2-plugins"
        )
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    card = VirtualCard()
    try:
        card.start()
        os.environ.update(card.environment)
        window = BenchWindow(args.latency)
        try:
            window.open()
            return _keys(window, card, args.keys)
        finally:
            window.close()
    finally:
        card.close()


def _keys(bench: BenchWindow, card: VirtualCard, count: int) -> int:
    window, playback = bench.window, bench.studio.playback
    bench.play(edits.add_track(Document(), Track(0, "Keys")))
    window.recording.toggle_typing()
    roll = window.column.roll
    playback.start()
    ring = playback._output.ring  # type: ignore[union-attr]
    bench.until(lambda: ring.numbers[OPEN])
    bench.live(1.0)
    lag = _lag(card)
    rng, light, neural = np.random.default_rng(0), [], []
    for n in range(count + 2):
        bench.live(0.9 + 0.2 * float(rng.random()))
        key = getattr(Qt.Key, f"Key_{_KEYS[n % len(_KEYS)]}")
        mark = card.mark()
        QTest.keyPress(roll, key)
        voice = window.studio.keyboard._down[next(iter(window.studio.keyboard.keys_down))]
        began_neural = bool(voice and voice.neural)
        bench.live(0.25)
        QTest.keyRelease(roll, key)
        bench.until(lambda mark=mark: np.abs(card.captured(mark)).max(initial=0) > _HEARD)  # type: ignore[misc]
        took = float(np.argmax(np.abs(card.captured(mark)).max(1) > _HEARD)) / RATE * 1000
        if n >= 2:  # the first ones warm up
            (neural if began_neural else light).append(took)
    print(f"press to captured sound, ms, the recorder's lag ({lag:.1f} ms at most) included:")
    for name, times in (("light voice", light), ("the instrument's own beginning", neural)):
        if times:
            print(
                f"  {name}: {len(times)} keys, median {np.median(times):.1f}, 95 % {np.quantile(times, 0.95):.1f}, "
                f"most {max(times):.1f}"
            )
    return 0 if np.quantile(light + neural, 0.95) < BAR_MS else 1


def _lag(card: VirtualCard) -> float:
    """The longest time, ms, for which the recording did not grow: so old its newest frame may be."""
    longest, last, since = 0.0, card.mark(), time.perf_counter()
    end = since + 2.0
    while (now := time.perf_counter()) < end:
        size = card.mark()
        if size != last:
            longest, last, since = max(longest, now - since), size, now
    return longest * 1000
