"""Keeping a take on course: what was written is held against what it should be like, and the scores lean towards the difference.

The network is told its course (:mod:`studio.engines.lstm_writer_wishes`), and follows it as well as it has learned to; left to
itself it hears its own notes and drifts. The lean closes the loop: an exponential tilt of a distribution moves its mean by
the tilt times its variance, so it need only be as large as the error is. The course is a wish's place among songs, or the
course of a song, so nothing here knows what music of a style is like.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, DURATIONS, SHIFTS, STEPS

Floats = npt.NDArray[np.float64]
WINDOW = 16 * STEPS
_FIRST = 4 * STEPS
_LATER, _LONGER = np.log1p(SHIFTS), np.log1p(DURATIONS)
_LOW = 48
_PITCHES = np.arange(128)


@dataclass(frozen=True)
class Goal:
    """What the last four bars should be like; None for any.

    ``density`` notes a beat, ``polyphony`` notes that sound at once, ``register`` the mean pitch as the network counts,
    ``repetition`` the share of notes that stood so some bars ago, ``brightness`` from 0 to 1.
    """

    density: float | None = None
    polyphony: float | None = None
    register: float | None = None
    repetition: float | None = None
    brightness: float | None = None


class Helm:
    """Watches one take from ``start`` on, in steps; ``goal`` says what holds for the bars from a step on."""

    def __init__(self, goal: Callable[[int], Goal], start: int) -> None:
        self._goal, self._start = goal, start
        self._steps: list[int] = []
        self._notes: list[tuple[int, int, bool]] = []
        self._beat, self._thickness = -1, 0.0

    def push(self, step: int, track: int, pitch: int, end: int, copied: bool) -> None:
        """A note was written; ``copied`` if a pointer foretold it."""
        self._steps.append(step)
        self._notes.append((-1 if track == DRUMS else pitch, end, copied))

    def _since(self, now: int) -> int:
        return max(self._start, now - WINDOW)

    def _recent(self, now: int) -> list[tuple[int, int, bool]]:
        return self._notes[bisect_left(self._steps, self._since(now)) :]

    def shift(self, now: int) -> Floats | None:
        """What to add to the scores of time shifts at ``now``; None for nothing."""
        since = self._since(now)
        wanted = self._goal(since).density
        if wanted is None or now - self._start < _FIRST:
            return None
        count = bisect_left(self._steps, now) - bisect_left(self._steps, since)
        error = np.log2(max(count, 0.5) / ((now - since) / STEPS) / wanted)
        return float(np.clip(error, -1.5, 1.5)) * _LATER

    def pitch(self, now: int, pointed: list[int]) -> Floats | None:
        """What to add to the scores of pitches where pointers point at ``pointed``; None for nothing."""
        goal, lean = self._goal(self._since(now)), np.zeros(128)
        heard = [n[0] for n in self._recent(now) if n[0] >= 0] if goal.register is not None else []
        if goal.register is not None and len(heard) >= 4:
            mean = sum(heard) / len(heard)
            lean += float(np.clip((goal.register - mean) / 30, -0.25, 0.25)) * (_PITCHES - 60)
        if goal.brightness is not None:
            lean += 4 * (0.5 - goal.brightness) * (_PITCHES < _LOW)
        lean[pointed] += self._copying(now, goal)
        return lean if lean.any() else None

    def drum(self, now: int, pointed: list[int]) -> Floats | None:
        """What to add to the scores of drums; None for nothing."""
        lean = np.zeros(128)
        lean[pointed] = self._copying(now, self._goal(self._since(now)))
        return lean if lean.any() else None

    def _copying(self, now: int, goal: Goal) -> float:
        recent = self._recent(now)
        if goal.repetition is None or now - self._start < WINDOW // 2 or not recent:
            return 0.0
        share = sum(n[2] for n in recent) / len(recent)
        return float(np.clip(5 * (goal.repetition - share), -2, 2))

    def duration(self, now: int) -> Floats | None:
        """What to add to the scores of durations; None for nothing."""
        wanted = self._goal(self._since(now)).polyphony
        if wanted is None or now - self._start < _FIRST:
            return None
        if now // STEPS != self._beat:
            self._beat, self._thickness = now // STEPS, self._measure(now)
        if not self._thickness:
            return None
        return float(np.clip(np.log2(wanted / self._thickness), -0.8, 0.8)) * _LONGER

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
