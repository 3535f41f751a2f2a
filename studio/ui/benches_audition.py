"""``studio bench audition``: from a take's key, and from a click on the map of Explore, to sound in what a virtual card captured.

The window, its networks and the demo song are the real ones. Takes are auditioned from rest and while another one plays: then that
one rests for its first bars, behind the song's end, so that the next sound is the new take's. The capture's own delay lies in all
figures and is told beside them.
"""

import argparse
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.session import Proposal, ProposedTake
from studio.app.virtual_card import RATE, VirtualCard
from studio.audio.latency import AUTOMATIC
from studio.engines.api import Part
from studio.errors import StudioError
from studio.music.notes import Notes
from studio.ui.benches_keys import lag_of
from studio.ui.benches_playback import LATENCY_HELP, BenchWindow, captured_window
from studio.ui.files import load_demo
from studio.ui.panels.changing import Region

BAR_MS, BAR_SECONDS = 100.0, 4.0
_HEARD = 1e-4
_TAKES, _BARS = 8, 8


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench audition", description=__doc__)
    parser.add_argument("--times", type=int, default=8, help="how often to listen")
    parser.add_argument("--latency", type=float, default=AUTOMATIC, help=LATENCY_HELP)
    args = parser.parse_args(argv)
    with captured_window(args.latency) as (window, card):
        window.play(load_demo())
        print(f"the capture lags by {lag_of(card):.0f} ms at most, which lie in the figures")
        passed = _takes(window)
        passed &= _from_rest(window, card, args.times)
        passed &= _from_take_to_take(window, card, args.times)
        _explored(window, card, args.times)
    return 0 if passed else 1


def _takes(bench: BenchWindow) -> bool:
    """Seconds from the click until eight takes of eight bars are written."""
    panel, session = bench.window.write_panel, bench.studio.session
    panel.listen.setChecked(False)
    panel.form.value = replace(panel.form.value, bars=_BARS, takes=_TAKES)
    began = time.perf_counter()
    panel.write.click()
    bench.until(lambda: session.proposal is not None and not session.proposal.writing)
    took = time.perf_counter() - began
    print(f"{_TAKES} takes of {_BARS} bars: {took:.1f} s")
    return took < BAR_SECONDS


def _from_rest(bench: BenchWindow, card: VirtualCard, times: int) -> bool:
    """A take's key while nothing plays, ms."""
    bench.until(lambda: bench.studio.playback.settled)
    took = []
    for k in range(times):
        _fall_silent(bench)
        took.append(_heard(bench, card, lambda k=k: _press(bench, k % _TAKES)))  # type: ignore[misc]
    return _tell("a take's key from rest", took)


def _from_take_to_take(bench: BenchWindow, card: VirtualCard, times: int) -> bool:
    """A take's key while another take plays, ms."""
    session = bench.studio.session
    made = session.proposal
    if made is None:
        raise StudioError("Nothing was proposed.", "Is there a writer?")
    part, length = Part("Flute", 73), made.end - made.start
    start, end = made.end, made.end + length  # the song's last notes have died away by then
    late = (part, Notes.of([end - 960], 480, [72]))
    takes = [ProposedTake((late,), end)]
    takes += [ProposedTake(((part, Notes.of([start], length // 4, [60 + k])),), end) for k in range(_TAKES - 1)]
    took = []
    for k in range(times):
        session.propose(Proposal(start, end, tuple(takes)))
        _fall_silent(bench)
        _press(bench, 0)
        bench.live(0.7)
        took.append(_heard(bench, card, lambda k=k: _press(bench, 1 + k % (_TAKES - 1))))  # type: ignore[misc]
    session.propose(None)
    return _tell("a take's key while another one plays", took)


def _explored(bench: BenchWindow, card: VirtualCard, times: int) -> None:
    """A click on the map of the first two bars of the melody, ms."""
    window, panel = bench.window, bench.window.write_panel
    track = bench.studio.session.document.tracks[0]
    panel.form.value = replace(panel.form.value, verb="explore")
    bar = bench.studio.session.document.meter.bar_start(1)
    panel.show_region(Region(0, 2 * bar, 1, 2, track.id, track.name))
    rows = panel.exploring
    bench.until(lambda: rows.map.isVisible() and rows.map.accessibleName())
    bench.live(2.0)
    took = []
    for k in range(times + 1):
        _fall_silent(bench)
        place = QPoint(rows.map.width() * (3 + k % 5) // 10, rows.map.height() * (3 + 2 * k % 5) // 10)
        took.append(_heard(bench, card, lambda place=place: QTest.mouseClick(rows.map, Qt.MouseButton.LeftButton, pos=place)))  # type: ignore[misc]
    _tell("a click on the map of Explore", took[1:])  # the first one warms up
    window.transport.stop()


def _press(bench: BenchWindow, take: int) -> None:
    bench.window.takes_panel.setFocus()
    QTest.keyClick(bench.window.takes_panel, Qt.Key(Qt.Key.Key_1 + take))


def _fall_silent(bench: BenchWindow) -> None:
    bench.window.transport.stop()
    bench.live(2.5)


def _heard(bench: BenchWindow, card: VirtualCard, deed: object) -> float:
    """Milliseconds from a deed to the first sound of the recording."""
    mark = card.mark()
    deed()  # type: ignore[operator]
    bench.until(lambda: np.abs(card.captured(mark)).max(initial=0) > _HEARD)
    return float(np.argmax(np.abs(card.captured(mark)).max(1) > _HEARD)) / RATE * 1000


def _tell(what: str, took: list[float]) -> bool:
    listed = ", ".join(f"{t:.0f}" for t in took)
    print(f"{what} to captured sound: median {np.median(took):.0f} ms, most {max(took):.0f} ms ({listed})")
    return bool(np.median(took) < BAR_MS)
