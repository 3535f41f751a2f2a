"""Keeping a take on course: what was written is held against what is wished, and the scores lean towards the difference.

The network is told the wishes (:mod:`studio.engines.lstm_writer_wishes`), and follows them as well as it has learned to. The
lean closes the loop: an exponential tilt of a distribution moves its mean by the tilt times its variance, so it need only be
as large as the error is. What is wished is a place among songs, so nothing here knows what a note sounds like.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, SHIFTS, STEPS

Floats = npt.NDArray[np.float64]
_WINDOW = 16 * STEPS
_FIRST = 4 * STEPS
_LATER = np.log1p(SHIFTS)
_LOW = 48
_PITCHES = np.arange(128)


@dataclass(frozen=True)
class Goal:
    """What is wished: notes a beat, mean pitch as the network counts it, brightness from 0 to 1; None for any."""

    density: float | None = None
    register: float | None = None
    brightness: float | None = None


class Helm:
    """Watches one take from ``start`` on, in steps."""

    def __init__(self, goal: Goal, start: int) -> None:
        self._goal, self._start = goal, start
        self._notes: list[tuple[int, int]] = []

    def push(self, step: int, track: int, pitch: int) -> None:
        """A note was written."""
        if self._goal != Goal():
            self._notes.append((step, -1 if track == DRUMS else pitch))

    def shift(self, now: int) -> Floats | None:
        """What to add to the scores of time shifts at ``now``; None for nothing."""
        wanted, since = self._goal.density, max(self._start, now - _WINDOW)
        if wanted is None or now - self._start < _FIRST:
            return None
        count = sum(1 for step, _ in self._recent(since) if step < now)
        error = np.log2(max(count, 0.5) / ((now - since) / STEPS) / wanted)
        return float(np.clip(error, -1.5, 1.5)) * _LATER

    def pitch(self, now: int) -> Floats | None:
        """What to add to the scores of pitches; None for nothing."""
        goal, lean = self._goal, np.zeros(128)
        heard = [p for _, p in self._recent(now - _WINDOW) if p >= 0]
        if goal.register is not None and len(heard) >= 4:
            lean += float(np.clip((goal.register - np.mean(heard)) / 30, -0.25, 0.25)) * (_PITCHES - 60)
        if goal.brightness is not None:
            lean += 4 * (0.5 - goal.brightness) * (_PITCHES < _LOW)
        return lean if lean.any() else None

    def _recent(self, since: int) -> list[tuple[int, int]]:
        while self._notes and self._notes[0][0] < since:
            self._notes.pop(0)
        return self._notes
