"""Keeping a take on course: what was written is held against what it should be like, and the scores lean towards the difference.

The network is told its course (:mod:`studio.engines.lstm_writer_wishes`), and follows it as well as it has learned to; left to
itself it hears its own notes and drifts. The lean closes the loop: an exponential tilt of a distribution moves its mean by
the tilt times its variance, so it need only be as large as the error is. The course is a wish's place among songs, or the
course of a song, so nothing here knows what music of a style is like.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, DURATIONS, SHIFTS, STEPS

Floats = npt.NDArray[np.float64]
WINDOW = 16 * STEPS
_FIRST = 4 * STEPS
_LATER, _LONGER = np.log1p(SHIFTS), np.log1p(DURATIONS)
_LOW = 48
_THINNEST, _THICKEST = -2.5, 0.8
"""How far durations may lean. Notes that are held for too long pile up, and the more are heard the more are held: in one of 20
game pieces 20 sounded where 7 were wanted. To lean as far the other way leaves notes that never end."""
_FASTEST = 1.5
"""How far time shifts may lean for each time that the density is held to."""
_PITCHES = np.arange(128)


def _within(value: float, most: float) -> float:
    return max(-most, min(value, most))


@dataclass(frozen=True)
class Goal:
    """What the last four bars should be like; None for any.

    ``density`` notes a beat, ``polyphony`` notes that sound at once, ``register`` the mean pitch as the network counts,
    ``repetition`` the share of notes that stood so some bars ago, ``brightness`` from 0 to 1. ``wished``: the density is
    a composer's wish, not a song's.
    """

    density: float | None = None
    polyphony: float | None = None
    register: float | None = None
    repetition: float | None = None
    brightness: float | None = None
    wished: bool = False


def kept_up(goal: Callable[[int, int], Goal], density: float | None) -> Callable[[int, int], Goal]:
    """``goal``, with ``density`` where it leaves the density open."""

    def made(since: int, now: int) -> Goal:
        asked = goal(since, now)
        return asked if asked.density is not None else replace(asked, density=density)

    return goal if density is None else made


class Helm:
    """Watches one take from ``start`` on, in steps; ``goal`` says what the bars from a step to another should be like.

    A density that is wished is held to ``hold`` times as firmly as one that a song has.
    """

    def __init__(self, goal: Callable[[int, int], Goal], start: int, hold: float = 1.0) -> None:
        self._goal, self._start, self._hold = goal, start, hold
        self._known: tuple[int, int, Goal] = (start, start, goal(start, start))
        self._first = self._copied = 0
        self._steps: list[int] = []
        self._notes: list[tuple[int, int, bool]] = []
        self._beat, self._thickness = -1, 0.0

    def push(self, step: int, track: int, pitch: int, end: int, copied: bool) -> None:
        """A note was written; ``copied`` if a pointer foretold it."""
        self._steps.append(step)
        self._notes.append((-1 if track == DRUMS else pitch, end, copied))
        self._copied += copied

    def _since(self, now: int) -> int:
        return max(self._start, now - WINDOW)

    def _wanted(self, now: int) -> Goal:
        """What the window up to ``now`` should be like."""
        since = self._since(now)
        if (since, now) != self._known[:2]:
            self._known = (since, now, self._goal(since, now))
        return self._known[2]

    def _recent(self, now: int) -> int:
        """How many of the latest notes the window up to ``now`` has; it only ever moves on."""
        since, steps = self._since(now), self._steps
        while self._first < len(steps) and steps[self._first] < since:
            self._copied -= self._notes[self._first][2]
            self._first += 1
        return len(steps) - self._first

    def shift(self, now: int) -> Floats | None:
        """What to add to the scores of time shifts at ``now``; None for nothing."""
        wanted = self._wanted(now).density
        if wanted is None or now - self._start < _FIRST:
            return None
        self._recent(now)
        count = bisect_left(self._steps, now) - self._first
        error = math.log2(max(count, 0.5) / ((now - self._since(now)) / STEPS) / wanted)
        gain = self._hold if self._wanted(now).wished else 1.0
        return _within(gain * error, gain * _FASTEST) * _LATER

    def pitch(self, now: int, pointed: list[int]) -> Floats | None:
        """What to add to the scores of pitches where pointers point at ``pointed``; None for nothing."""
        goal = self._wanted(now)
        tilt, copying = self._tilt(now, goal), self._copying(now, goal) if pointed else 0.0
        if not copying:
            return tilt
        lean = np.zeros(128) if tilt is None else tilt
        lean[pointed] += copying
        return lean

    def _tilt(self, now: int, goal: Goal) -> Floats | None:
        lean: npt.NDArray[np.floating] | None = None
        if goal.register is not None and self._recent(now) >= 4:
            heard = [n[0] for n in self._notes[self._first :] if n[0] >= 0]
            if len(heard) >= 4:
                lean = _within((goal.register - sum(heard) / len(heard)) / 30, 0.25) * (_PITCHES - 60.0)
        if goal.brightness is not None and goal.brightness != 0.5:
            dark = 4 * (0.5 - goal.brightness) * (_PITCHES < _LOW)
            lean = dark if lean is None else lean + dark
        return None if lean is None else np.asarray(lean, np.float64)

    def drum(self, now: int, pointed: list[int]) -> Floats | None:
        """What to add to the scores of drums; None for nothing."""
        copying = self._copying(now, self._wanted(now)) if pointed else 0.0
        if not copying:
            return None
        lean = np.zeros(128)
        lean[pointed] = copying
        return lean

    def _copying(self, now: int, goal: Goal) -> float:
        if goal.repetition is None or now - self._start < WINDOW // 2:
            return 0.0
        recent = self._recent(now)
        return _within(5 * (goal.repetition - self._copied / recent), 2) if recent else 0.0

    def duration(self, now: int) -> Floats | None:
        """What to add to the scores of durations; None for nothing."""
        wanted = self._wanted(now).polyphony
        if wanted is None or now - self._start < _FIRST:
            return None
        if now // STEPS != self._beat:
            self._beat, self._thickness = now // STEPS, self._measure(now)
        if not self._thickness:
            return None
        return max(_THINNEST, min(_THICKEST, 1.5 * math.log2(wanted / self._thickness))) * _LONGER

    def _measure(self, now: int) -> float:
        """Notes that sounded at once where any did, over the window."""
        since = self._since(now)
        first = bisect_left(self._steps, since)
        held = [(s, min(n[1], now)) for s, n in zip(self._steps[first:], self._notes[first:], strict=True) if n[0] >= 0]
        covered, reached = 0, since
        for step, end in held:
            covered += max(0, end - max(step, reached))
            reached = max(reached, end)
        return sum(e - s for s, e in held) / covered if covered else 0.0
