"""``studio bench long``: minutes of playback while notes, instruments and the mix are edited, and the sound device goes and comes back.

Sixteen voices sound all the time in the real window. Every few seconds something is edited at the playhead or undone. Halfway the
virtual card's server is killed, and started again a few seconds later. Gaps are told apart: those while the device was away (from
its end until it sounds again), and all others, in what was captured and as the player counts them.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np

from studio.app.virtual_card import RATE, VirtualCard
from studio.music.time import TICKS_PER_QUARTER
from studio.ui.benches_edits import BARS_MS, edit
from studio.ui.benches_playback import BenchWindow, captured_window, longest_silence, song_of_voices

_KEPT = ("a note's pitch", "a note more")  # other edits are undone with the next step
_OVERLAP = RATE // 10
_HEARD = 1e-4


@dataclass
class Ear:
    """Listens to a card piece by piece. ``silence`` is the longest so far, in frames."""

    card: VirtualCard
    at: int
    silence: int = 0

    def listen(self) -> None:
        """Hear what was captured since."""
        sound = self.card.captured(max(0, self.at - _OVERLAP))
        self.silence = max(self.silence, longest_silence(sound))
        self.at = max(0, self.at - _OVERLAP) + len(sound)


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where there was a gap but the loss itself."""
    parser = argparse.ArgumentParser(prog="studio bench long", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to play in all")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two edits")
    parser.add_argument("--away", type=float, default=3.0, help="seconds for which there is no device")
    parser.add_argument("--latency", type=float, default=0.1, help="the device's latency in seconds, 0 for the lowest")
    args = parser.parse_args(argv)
    with captured_window(args.latency) as (window, card):
        return _long(window, card, args.seconds, args.every, args.away)


def _long(bench: BenchWindow, card: VirtualCard, seconds: float, every: float, away: float) -> int:
    playback, transport = bench.studio.playback, bench.window.transport
    bench.play(song_of_voices(seconds + 60))
    bench.live(1.0)
    gaps = playback.gaps
    transport.play_from(0)
    first, edited = _edited(bench, card, seconds / 2, every)
    before = [b - a for a, b in zip(gaps, playback.gaps, strict=True)]
    lost, position = time.monotonic(), playback.position
    card.kill()
    bench.live(away)
    card.start()
    back = time.monotonic()
    bench.until(lambda: np.abs(card.captured()).max(initial=0) > _HEARD, 30.0)
    heard = time.monotonic()
    ran_on = (playback.position - position) / TICKS_PER_QUARTER / 2  # 120 quarters a minute
    bench.live(1.0)
    gaps = playback.gaps
    second, more = _edited(bench, card, seconds / 2, every)
    after = [b - a for a, b in zip(gaps, playback.gaps, strict=True)]
    playing = playback.playing
    transport.stop()
    print(f"{seconds:.0f} s of 16 voices, {edited + more} edits and undos at the playhead")
    for name, ear, missed in (("before", first, before), ("after", second, after)):
        print(
            f"  {name} the loss: the device found nothing to play {missed[0]} times, {missed[1] / RATE * 1000:.0f} ms in all; "
            f"longest silence captured {ear.silence / RATE * 1000:.1f} ms"
        )
    print(
        f"  the device was away for {back - lost:.1f} s, and sounded {heard - back:.1f} s after it was back; "
        f"the song had gone on by {ran_on:.1f} s meanwhile"
    )
    whole = before == after == [0, 0] and max(first.silence, second.silence) < RATE // 100
    return 0 if playing and whole else 1


def _edited(bench: BenchWindow, card: VirtualCard, seconds: float, every: float) -> tuple[Ear, int]:
    """Edit what plays for a while; what was heard, and how many steps there were."""
    session, playback = bench.studio.session, bench.studio.playback
    draw, steps, undo = np.random.default_rng(round(playback.position)), 0, False
    bench.until(lambda: np.abs(card.captured()[-RATE // 10 :]).max(initial=0) > _HEARD)
    ear, end = Ear(card, card.mark()), time.monotonic() + seconds
    ear.at += _OVERLAP  # nothing before this is heard
    while time.monotonic() < end:
        bench.live(every * float(draw.uniform(0.5, 1.5)))
        if undo:
            session.undo()
            undo = False
        else:
            name = str(draw.choice(list(BARS_MS)))
            session.commit(name, edit(session.document, name, playback.position))
            undo = name not in _KEPT
        steps += 1
        ear.listen()
    if undo:
        session.undo()
    return ear, steps
