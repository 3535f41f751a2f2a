"""A take whose wishes turn while it is written: which course holds when."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.engines.api import GenerateRequest, Turn, Wishes
from studio.engines.lstm_writer_helm import Goal
from studio.engines.lstm_writer_wishes import Course
from studio.engines.note_columns import STEPS
from studio.music.time import TICKS_PER_QUARTER

_TICKS = TICKS_PER_QUARTER // STEPS
_LEVELS = ("density", "polyphony", "register", "repetition")
"""What a stretch with a turn in it is held to the mean of."""


@dataclass(frozen=True)
class _Leg:
    """From ``start`` (a step) on, ``wishes`` hold, which mean ``course``."""

    start: int
    wishes: Wishes
    course: Course


class Bearing:
    """The courses of a take of ``request``, one after the other; ``course_of`` makes one of wishes.

    A course holds for the notes after the first whose onset has reached its step. A turn never comes before the next beat, so
    that a request which knows it from the beginning writes the same.
    """

    def __init__(self, request: GenerateRequest, start: int, end: int, course_of: Callable[[Wishes], Course]) -> None:
        self._origin, self._end, self._course_of = request.start, end, course_of
        self._legs = [_Leg(start, request.wishes, course_of(request.wishes))]
        self._at = 0
        for turn in sorted(request.turns, key=lambda t: t.at):
            self._join(-(-(request.start + turn.at) // _TICKS), turn.wishes)

    def steer(self, now: int, wishes: Wishes) -> None:
        """Wish for something else from the first beat after ``now`` on, whatever was to come."""
        step = (now // STEPS + 1) * STEPS
        self._legs = [leg for k, leg in enumerate(self._legs) if not k or leg.start < step]
        self._join(step, wishes)

    def _join(self, step: int, wishes: Wishes) -> None:
        if step < self._end and wishes != self._legs[-1].wishes:
            self._legs.append(_Leg(step, wishes, self._course_of(wishes)))

    def course(self, now: int) -> Course:
        """The course that holds at ``now``; it only ever moves on."""
        while self._at + 1 < len(self._legs) and self._legs[self._at + 1].start <= now:
            self._at += 1
        return self._legs[self._at].course

    @property
    def wishes(self) -> Wishes:
        """What is wished for where the take has got to."""
        return self._legs[self._at].wishes

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Those of the wishes so far."""
        return tuple(Turn(leg.start * _TICKS - self._origin, leg.wishes) for leg in self._legs[1 : self._at + 1])

    def goal(self, since: int, now: int) -> Goal:
        """What the bars from ``since`` to ``now`` should be like: a mean of the courses by their time, the lean as it is wished now."""
        legs = self._legs[: self._at + 1]
        if len(legs) == 1 or legs[-1].start <= since:
            return legs[-1].course.goal(since)
        ends = [*(leg.start for leg in legs[1:]), now + 1]
        spans = [(min(e, now + 1) - max(leg.start, since), leg.course.goal(since)) for leg, e in zip(legs, ends, strict=True)]
        latest = spans[-1][1]
        density, polyphony, register, repetition = (_mean(n, [(w, g) for w, g in spans if w > 0], latest) for n in _LEVELS)
        return replace(latest, density=density, polyphony=polyphony, register=register, repetition=repetition)


def _mean(name: str, spans: list[tuple[int, Goal]], latest: Goal) -> float | None:
    value: float | None = getattr(latest, name)
    if value is None:
        return value
    known = [(w, getattr(g, name)) for w, g in spans if getattr(g, name) is not None]
    return float(np.average([v for _, v in known], weights=[w for w, _ in known])) if known else value
