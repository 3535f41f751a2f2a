"""The tempo map: the only place where ticks become seconds or frames, and back."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.music.time import TICKS_PER_QUARTER

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class TempoChange:
    """``micros`` microseconds a quarter note from ``tick`` on, as MIDI counts: whole, so that files come back exact."""

    tick: int
    micros: int

    @property
    def bpm(self) -> float:
        """Quarter notes a minute."""
        return 60 * _MICROS / self.micros


class TempoMap:
    """Tempo changes sorted by tick, the first at tick 0. Immutable; compares and hashes by value.

    Conversions are exact integer arithmetic up to one rounding: a time is a whole number of
    microseconds / 960, accumulated at the changes.
    """

    __slots__ = ("_micros", "_start", "_ticks", "changes")

    def __init__(self, changes: tuple[TempoChange, ...] = (TempoChange(0, 500_000),)) -> None:
        ticks = [c.tick for c in changes]
        if not ticks or ticks[0] != 0 or any(a >= b for a, b in pairwise(ticks)):
            raise ValueError("tempo changes must start at tick 0 and rise")
        if any(not 1 <= c.micros < 1 << 24 for c in changes):
            raise ValueError("a tempo is 1 to 16,777,215 microseconds a quarter")
        self.changes = changes
        self._ticks = np.array(ticks, np.int64)
        self._micros = np.array([c.micros for c in changes], np.int64)
        # In units of a microsecond / 960: whole numbers, and 2**63 of them are 300 years.
        self._start = np.concatenate([[0], np.cumsum(np.diff(self._ticks) * self._micros[:-1])]).astype(np.int64)

    @classmethod
    def constant(cls, bpm: float) -> "TempoMap":
        """One tempo of ``bpm`` quarter notes a minute throughout."""
        return cls((TempoChange(0, round(60 * _MICROS / bpm)),))

    def at(self, tick: int) -> TempoChange:
        """The change in force at ``tick``."""
        return self.changes[max(0, int(np.searchsorted(self._ticks, tick, "right")) - 1)]

    def _units(self, ticks: npt.ArrayLike) -> npt.NDArray[np.int64]:
        t = np.asarray(ticks, np.int64)
        i = np.maximum(np.searchsorted(self._ticks, t, "right") - 1, 0)
        return np.asarray(self._start[i] + (t - self._ticks[i]) * self._micros[i])

    def seconds(self, ticks: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Seconds of ``ticks`` (any shape); before tick 0 the first tempo holds."""
        return np.asarray(self._units(ticks) / (_MICROS * TICKS_PER_QUARTER), np.float64)

    def frames(self, ticks: npt.ArrayLike, rate: int) -> npt.NDArray[np.int64]:
        """Audio frames of ``ticks`` (any shape) at ``rate`` frames a second, rounded once."""
        unit = _MICROS * TICKS_PER_QUARTER
        units = self._units(ticks)
        whole, rest = np.divmod(units, unit)  # apart, so that hours at 192 kHz stay within 64 bits
        return np.asarray(whole * rate + (rest * rate + unit // 2) // unit)

    def ticks_at_seconds(self, seconds: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Ticks, with their fraction, at ``seconds`` (any shape)."""
        units = np.asarray(seconds, np.float64) * (_MICROS * TICKS_PER_QUARTER)
        i = np.maximum(np.searchsorted(self._start, units, "right") - 1, 0)
        return np.asarray(self._ticks[i] + (units - self._start[i]) / self._micros[i], np.float64)

    def tick_at_frame(self, frame: int, rate: int) -> int:
        """The tick sounding at ``frame``, rounded down."""
        return int(np.floor(self.ticks_at_seconds(frame / rate) + 1e-9))

    def with_change(self, tick: int, bpm: float) -> "TempoMap":
        """This map with the tempo from ``tick`` to the next change set to ``bpm``."""
        kept = [c for c in self.changes if c.tick != tick]
        new = TempoChange(tick, round(60 * _MICROS / bpm))
        return TempoMap(tuple(sorted([*kept, new], key=lambda c: c.tick)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TempoMap) and self.changes == other.changes

    def __hash__(self) -> int:
        return hash(self.changes)

    def __repr__(self) -> str:
        return f"TempoMap({self.changes!r})"
