"""What a take of a form is wished to be like along its way: wishes for the piece, which may turn, and how a repeat differs by them.

Wishes for the piece become those of a section by :func:`studio.app.form_plan.wishes_of`. While a new section is written they turn
from the next beat on, as in a piece without a form; a repeat is made as a whole, by what is wished where it begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from studio.app.form_plan import Place, levels_of, wishes_of
from studio.engines.api import GenerateRequest, Turn, Wishes
from studio.music.form import EXACT, Form

LOUDER = 32
"""How much higher velocities are, where the energy is wished higher by its whole scale: two dynamic marks."""


@dataclass(frozen=True)
class Rise:
    """How far a repeat lies above its first time in what is wished: ``energy`` and ``density``, -1 to 1, 0 where nothing is."""

    energy: float = 0.0
    density: float = 0.0

    @property
    def louder(self) -> int:
        """What velocities are moved by."""
        return round(LOUDER * self.energy)

    @property
    def busier(self) -> float:
        """How many times as many notes are wanted: twice as many for a whole scale."""
        return float(2 ** (self.energy + self.density))


LEVEL = Rise()
"""As the first time."""


class Wished:
    """The wishes of one take of ``request`` along ``form``."""

    def __init__(self, request: GenerateRequest, form: Form) -> None:
        self._form, self._start = form, request.start
        self._turns = [Turn(0, request.wishes), *sorted(request.turns, key=lambda t: t.at)]

    def at(self, tick: int) -> Wishes:
        """What is wished for the piece at ``tick`` of the song."""
        return next(t.wishes for k, t in reversed([*enumerate(self._turns)]) if not k or t.at <= tick - self._start)

    def turn(self, tick: int, wishes: Wishes) -> None:
        """From ``tick`` of the song on, ``wishes`` hold, whatever was to come."""
        at, before = tick - self._start, self.at(tick)
        self._turns = [t for k, t in enumerate(self._turns) if not k or t.at <= at]
        if before != wishes:
            self._turns = [*(t for k, t in enumerate(self._turns) if not k or t.at < at), Turn(at, wishes)]

    def turned(self, until: int) -> tuple[Turn, ...]:
        """How the wishes for the piece turned before ``until``, a tick of the song."""
        return tuple(t for t in self._turns[1:] if t.at < until - self._start)

    def asked(self, place: Place, request: GenerateRequest) -> GenerateRequest:
        """``request``, for the section at ``place``, with what is wished there."""
        first, last = place.start - self._start, place.end - self._start
        turns = tuple(Turn(t.at - first, self._of(place, t.wishes)) for t in self._turns if first < t.at < last)
        return replace(request, wishes=self._of(place, self.at(place.start)), turns=turns)

    def told(self, place: Place, turns: tuple[Turn, ...], meant: Mapping[Wishes, Wishes]) -> None:
        """Learn how the section at ``place`` turned while it was written: ``meant`` tells the piece's wishes by the section's."""
        for turn in turns:
            tick = place.start + turn.at
            if turn.wishes in meant and self._of(place, self.at(tick)) != turn.wishes:
                self.turn(tick, meant[turn.wishes])

    def rise(self, place: Place) -> Rise:
        """How far the repeat at ``place`` is wished to lie above its first time.

        An exact one has the rise of an energy of its own alone.
        """
        source, own = place.source, place.section
        if source is None or (own.vary == EXACT and own.energy is None):
            return LEVEL
        now = levels_of(self._of(place, self.at(place.start)))
        energy, density = (round(float(a - b), 3) for a, b in zip(now, self._mean(source), strict=True))
        return Rise(energy) if own.vary == EXACT else Rise(energy, density)

    def _mean(self, place: Place) -> tuple[float, float]:
        """Energy and density that the section at ``place`` was wished to have, on the whole."""
        inside = [t.at + self._start for t in self._turns if place.start < t.at + self._start < place.end]
        spans = list(pairwise([place.start, *inside, place.end]))
        levels = np.array([levels_of(self._of(place, self.at(a))) for a, _ in spans])
        energy, density = np.average(levels, axis=0, weights=[b - a for a, b in spans])
        return float(energy), float(density)

    def _of(self, place: Place, wishes: Wishes) -> Wishes:
        return wishes_of(self._form, place.number, wishes)
