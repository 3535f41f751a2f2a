"""What no clip may break, as masks for its steps: pitches, chords, leaps, the grid, notes a bar, and notes that are locked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.clip_grid import CELLS, N_PIECES, PITCHES, DrumClip
from studio.errors import StudioError

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_ANY_NUMBER = 1 << 30


@dataclass(frozen=True)
class BarBand:
    """At least ``least`` and at most ``most`` notes start in every ``bar`` steps (0 for any).

    ``there`` do already, a number for each bar that counts.
    """

    least: int = 0
    most: int = 0
    bar: int = CELLS
    there: tuple[int, ...] = (0, 0)

    def bars(self, step: int) -> bool:
        """Whether a bar that is counted begins at ``step``: what starts there must not be early."""
        return bool(self.least or self.most) and step % self.bar == 0


@dataclass(frozen=True)
class LineLimits:
    """What a line must keep: ``pitches`` bool [PITCHES] may be used; ``most_leap`` semitones between neighbours (0: any).

    Notes start where ``starts`` bool [CELLS] says, of them with ``tones`` bool [CELLS, PITCHES] alone, and nothing sounds
    where ``blocked`` bool [CELLS] does; each None where there is no such limit.
    """

    pitches: Mask
    most_leap: int = 0
    starts: Mask | None = None
    tones: Mask | None = None
    blocked: Mask | None = None
    band: BarBand = BarBand()

    def places(self, cells: int) -> Mask:
        """At which steps a note may start, [CELLS]."""
        fine = np.arange(CELLS) < cells
        if self.starts is not None:
            fine &= self.starts
        return fine if self.blocked is None else fine & ~self.blocked

    def pitches_at(self, step: int, before: int = PITCHES) -> Mask:
        """Pitches that may start at ``step`` after one of ``before`` (PITCHES for none), [PITCHES]."""
        fine = self.pitches if self.tones is None else self.pitches & self.tones[step]
        if self.most_leap and before < PITCHES:
            return fine & (np.abs(np.arange(PITCHES) - before) <= self.most_leap)
        return fine

    def keeps(self, tokens: Ints, cells: int) -> bool:
        """Whether a line [CELLS] keeps them as it is."""
        onsets = np.flatnonzero(tokens[:cells] < PITCHES)
        before = [PITCHES, *tokens[onsets].tolist()]
        fine = all(self.pitches_at(int(k), b)[tokens[k]] for k, b in zip(onsets, before, strict=False))
        free = self.blocked is None or bool((tokens[self.blocked] > PITCHES).all())
        starts = np.bincount(onsets, minlength=CELLS)
        return bool(fine and free and self.places(cells)[onsets].all() and _in_band(self.band, starts, cells))


@dataclass(frozen=True)
class DrumLimits:
    """What drums must keep: ``fine`` bool [CELLS, N_PIECES] may be hit; ``straight``: on the grid, neither early nor late.

    Where notes a bar are counted, none is played early into the bar before.
    """

    fine: Mask
    straight: bool = False
    band: BarBand = BarBand()

    def keeps(self, clip: DrumClip, cells: int) -> bool:
        """Whether a clip keeps them as it is."""
        hits = clip.hits[:cells]
        straight = not self.straight or not clip.offset[:cells][hits].any()
        straight &= not any((clip.offset[k] < 0).any() for k in range(cells) if self.band.bars(k))
        starts = np.pad(hits.sum(axis=1), (0, CELLS - cells))
        return bool(straight and not (hits & ~self.fine[:cells]).any() and _in_band(self.band, starts, cells))


ANY_DRUMS = DrumLimits(np.ones((CELLS, N_PIECES), bool))


def _in_band(band: BarBand, starts: Ints, cells: int) -> bool:
    for there, first in zip(band.there, range(0, cells, band.bar), strict=False):
        count = int(starts[first : first + band.bar].sum()) + there
        if count < band.least or (band.most and count > band.most):
            return False
    return True


class BarCount:
    """The notes of one clip counted by bar while it is written; ``room`` [CELLS] is how many may start at each step.

    What is missing in a bar must fit into the steps left of it, at each of which as many may start as must at the fullest.

    Raises:
        StudioError: a bar has not enough places, or more notes that stay than it may have.
    """

    def __init__(self, band: BarBand, room: Ints, cells: int) -> None:
        self._band = band
        self._count = list(band.there)
        self._later = np.zeros(CELLS, np.int64)
        for k, first in zip(range(len(band.there)), range(0, cells, band.bar), strict=False):
            inside = room[first : min(first + band.bar, cells)]
            need = band.least - self._count[k]
            if band.most and self._count[k] > band.most:
                raise StudioError("A bar has more notes that stay than it may have in all.", "Allow more notes a bar.")
            if need > inside.sum():
                raise StudioError(
                    f"{band.least} notes do not fit into every bar on that grid.",
                    "Ask for fewer, or choose a finer grid or more parts.",
                )
            abreast = next(n for n in range(need + 1) if np.minimum(inside, n).sum() >= need) if need > 0 else 0
            most = np.minimum(inside, abreast)
            self._later[first : first + len(inside)] = most[::-1].cumsum()[::-1] - most

    def _bar(self, step: int) -> int | None:
        bar = step // self._band.bar
        return bar if bar < len(self._count) else None

    def room(self, step: int) -> int:
        """How many notes more may start in the bar of ``step``."""
        bar = self._bar(step)
        return self._band.most - self._count[bar] if self._band.most and bar is not None else _ANY_NUMBER

    def due(self, step: int) -> int:
        """How many notes must start at ``step`` itself, since the steps after it are too few."""
        bar = self._bar(step)
        return max(0, self._band.least - self._count[bar] - int(self._later[step])) if bar is not None else 0

    def push(self, step: int, notes: int = 1) -> None:
        """Notes were written."""
        bar = self._bar(step)
        if bar is not None:
            self._count[bar] += notes
