"""``studio bench keys``: from a key's press to its sound, in what a virtual sound card captured at the lowest latency.

Typed keys go to the real window as key events. The capture adds its own delay to each figure: what it lags behind is measured
in the same run (a file that is asked for its length has what was played only up to then), and told beside the figures.

Then keys are recorded beside the metronome, at the lowest latency and at 0.1 s. Where a key was recorded is compared with what
the card had played when it was pressed: the same at both latencies, or what was played would lie where it was not heard.
"""

import argparse
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.virtual_card import RATE, VirtualCard
from studio.audio.ring import OPEN
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Track
from studio.ui.benches_playback import BenchWindow, captured_window

BAR_MS = 25.0
MOST_APART_MS = 25.0
_HEARD = 1e-4
_KEYS = "ZXCVBNMQWERTYU"


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where the bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench keys", description=__doc__)
    parser.add_argument("--keys", type=int, default=60, help="how many keys to press")
    parser.add_argument("--latency", type=float, default=0.0, help="the device's latency in seconds, 0 for the lowest")
    args = parser.parse_args(argv)
    with captured_window(args.latency) as (window, card):
        code = _keys(window, card, args.keys)
        print("recorded later than the card had played at the press, ms (the capture's lag lies in all of them):")
        places = [_recorded(window, card, latency) for latency in (0.0, 0.1)]
        apart = abs(places[0] - places[1])
        print(f"  the two latencies differ by {apart:.1f} ms")
        return code or int(apart > MOST_APART_MS)


def _keys(bench: BenchWindow, card: VirtualCard, count: int) -> int:
    window, playback = bench.window, bench.studio.playback
    bench.play(edits.add_track(Document(), Track(0, "Keys")))
    window.recording.toggle_typing()
    roll = window.column.roll
    playback.start()
    ring = playback._output.ring  # type: ignore[union-attr]
    bench.until(lambda: ring.numbers[OPEN])
    bench.live(1.0)
    lag = lag_of(card)
    rng = np.random.default_rng(0)
    light: list[float] = []
    neural: list[float] = []
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
    print(f"press to captured sound, ms, the capture's lag ({lag:.1f} ms at most) included:")
    for name, times in (("light voice", light), ("the instrument's own beginning", neural)):
        if times:
            print(
                f"  {name}: {len(times)} keys, median {np.median(times):.1f}, 95 % {np.quantile(times, 0.95):.1f}, "
                f"most {max(times):.1f}"
            )
    return 0 if np.quantile(light + neural, 0.95) < BAR_MS else 1


def _recorded(bench: BenchWindow, card: VirtualCard, latency: float, presses: int = 10) -> float:
    """Record keys at times of no particular order; the median of where they lie, ms after what was captured by then."""
    window, playback, studio = bench.window, bench.studio.playback, bench.studio
    playback.set_device("", latency)
    bench.live(2.5)
    studio.settings = replace(studio.settings, count_in=0, record_replaces=False)  # of this run only
    playback.set_metronome(True)
    bench.play(edits.add_track(Document(), Track(0, "Keys", pan=-1.0)))
    start = card.mark()
    window.transport.seek(0)
    window.recording.toggle()
    bench.live(1.0)
    rng, marks = np.random.default_rng(1), []
    for _ in range(presses):
        bench.live(0.4 + 0.3 * float(rng.random()))
        marks.append(card.mark())
        QTest.keyPress(window.column.roll, Qt.Key.Key_Z)
        bench.live(0.1)
        QTest.keyRelease(window.column.roll, Qt.Key.Key_Z)
    bench.live(1.0)
    window.transport.stop()
    sound = card.captured(start)
    first_click = start + int(np.argmax(np.abs(sound[:, 1]) > 100 * _HEARD))  # keys sound on the left only
    document = studio.session.document
    placed = document.tempo.frames(document.tracks[0].notes.start, RATE)
    if len(placed) != presses:
        raise StudioError(f"{presses} keys were pressed, {len(placed)} recorded.", "Is the machine too busy?")
    late = (placed - (np.array(marks) - first_click)) / RATE * 1000
    print(f"  latency {latency:.1f} s: median {np.median(late):.1f}, from {late.min():.1f} to {late.max():.1f}")
    return float(np.median(late))


def lag_of(card: VirtualCard) -> float:
    """The longest time, ms, for which the recording did not grow: so old its newest frame may be."""
    longest, last, since = 0.0, card.mark(), time.perf_counter()
    end = since + 2.0
    while (now := time.perf_counter()) < end:
        size = card.mark()
        if size != last:
            longest, last, since = max(longest, now - since), size, now
    return longest * 1000
