"""What no note of a take may break, kept by masks: range, key, chords, leaps, polyphony, grid (notes a bar: :mod:`.note_band`)."""

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest
from studio.engines.lstm_writer_wishes import Harmony
from studio.engines.note_columns import DRUMS, N_TRACK, STEPS, TRACK_CLASSES, Bars
from studio.errors import StudioError
from studio.music.time import TICKS_PER_QUARTER

Mask = npt.NDArray[np.bool_]
PLACES = ("", "strong", "all")
_TICKS = TICKS_PER_QUARTER // STEPS
_STRIKES = {
    1: ("Bass voice", "Tenor", "Alto", "Soprano"),
    2: ("Reed", "Flute", "Ethnic"),
    3: ("Bass", "Cello", "Viola", "Violin 2", "Violin 1", "Effects", "Bridge"),
    4: ("Mallets", "Fourth"),
    5: ("Chords", "Left hand", "Guitar", "Choir", "Brass", "Synthesizer", "Melody", "Second"),
    6: ("Right hand", "Organ", "Driven guitar", "Strings", "Pad", "Third"),
    7: ("Piano",),
    8: ("Drums",),
}
STRIKES = np.array([next(n for n, names in _STRIKES.items() if name in names) for name, _ in TRACK_CLASSES])
"""How many notes a part strikes at once in 999 of 1000 onsets, in that set of training songs where they are most.

Going on from its own notes the writer copies a chord of a bar ago and adds to it, until fourteen strings sound at once.
"""


def check(request: GenerateRequest) -> None:
    """Raises StudioError for limits that nothing can keep."""
    limits = request.limits
    if not 0 <= limits.low <= limits.high <= 127:
        raise StudioError("The lowest pitch must not lie above the highest.", "Give pitches from 0 to 127; 60 is middle C.")
    if min(limits.polyphony, limits.leap, limits.grid, limits.least, limits.most) < 0:
        raise StudioError("Polyphony, leap, grid and notes a bar cannot be negative.", "Leave them at 0 for any.")
    if 0 < limits.most < limits.least:
        raise StudioError("The least notes a bar must not be more than the most.", "Ask for fewer, or allow more.")
    if limits.grid % _TICKS:
        raise StudioError(f"A grid of {limits.grid} ticks is too fine for this network.", f"Choose a multiple of {_TICKS} ticks.")
    if limits.chord_notes not in PLACES:
        raise StudioError("Chord notes are kept on 'strong' beats, or 'all'.", "Choose one of the two, or leave it out.")
    chords = request.chords or request.context.chords
    if limits.chord_notes and not any(c.end > request.start and c.start < request.end for c in chords):
        raise StudioError("There are no chords to keep to.", "Give chords, or write them into the song's chord lane.")


class Fence:
    """What is allowed for whom: pitches as the network counts them, ``moved`` semitones above what sounds."""

    def __init__(self, request: GenerateRequest, allowed: Mask, harmony: Harmony, bars: Bars, start: int, moved: int) -> None:
        self.limits = request.limits
        self._allowed, self._harmony, self._bars = allowed, harmony, bars
        self.start, self.grid = start, request.limits.grid // _TICKS
        sounding = np.arange(128) - moved
        self._tones = [np.isin(sounding % 12, list(t)) for t in harmony.tones]
        self._refuse_the_impossible()

    def pitches(self, track: int, step: int, before: list[int]) -> Mask:
        """Pitches that ``track`` may start at ``step`` after an onset with the pitches ``before``."""
        fine = self._allowed[track]
        if track == DRUMS:
            return fine.copy()
        chord = self._harmony.at(step) if self._kept_at(step) else -1
        fine = fine & self._tones[chord] if chord >= 0 else fine.copy()
        if self.limits.leap and before:
            fine &= self._reach(before)
        return fine

    def _reach(self, before: list[int]) -> Mask:
        distance = np.abs(np.arange(128)[:, None] - np.array(before)).min(axis=1)
        return distance <= self.limits.leap  # type: ignore[no-any-return]

    def _kept_at(self, step: int) -> bool:
        if self.limits.chord_notes != "strong":
            return self.limits.chord_notes == "all"
        bar, length, _, _ = self._bars.at(step)
        return (step - bar) % (length // 2 if length >= 4 * STEPS else length) == 0

    def _refuse_the_impossible(self) -> None:
        """Every part needs a pitch under every chord, and within a leap of any it may come from."""
        chords = self._tones if self.limits.chord_notes else []
        for track in np.flatnonzero(self._allowed.any(axis=1)).tolist():
            if track == DRUMS:
                continue
            every = self._allowed[track]
            name = TRACK_CLASSES[track][0].lower()
            for tones in chords:
                there = np.flatnonzero(every & tones)
                if not len(there):
                    raise StudioError(f"A chord has no note that the {name} may play.", "Widen the range, or leave the key open.")
                far = np.abs(np.flatnonzero(every)[:, None] - there).min(axis=1).max()
                if self.limits.leap and far > self.limits.leap:
                    raise StudioError(
                        f"The {name} cannot reach every chord in leaps of {self.limits.leap} semitones.", f"Allow {far} or more."
                    )


class Voices:
    """The notes of one take that still sound, by part, and each part's last onset; ``most`` notes a part begin at once."""

    def __init__(self, fence: Fence, most: npt.NDArray[np.int64] | None = None) -> None:
        self._fence, self._most = fence, most
        self._ends: list[list[int]] = [[] for _ in range(N_TRACK)]
        self._last: list[tuple[int, list[int], list[int]]] = [(-1, [], [])] * N_TRACK

    def free_from(self, track: int, more: tuple[int, int] | None = None) -> int:
        """The step from which one more note of ``track`` may start; ``more`` (step, end) as if that note were written too."""
        most, ends = self._fence.limits.polyphony, self._ends[track]
        if more:
            ends = [*(e for e in ends if e > more[0]), more[1]]
        return sorted(ends, reverse=True)[most - 1] if most and track != DRUMS and len(ends) >= most else -1

    def pitches(self, track: int, step: int) -> Mask:
        """Pitches that ``track`` may start at ``step``."""
        onset, now, before = self._last[track]
        if self._most is not None and onset == step and len(now) >= self._most[track]:
            return np.zeros(128, bool)
        return self._fence.pitches(track, step, before if onset == step else now)

    def push(self, track: int, pitch: int, step: int, end: int) -> None:
        """A note was written."""
        if self._fence.limits.polyphony:
            self._ends[track] = [*(e for e in self._ends[track] if e > step), end]
        onset, now, before = self._last[track]
        self._last[track] = (step, [*now, pitch], before) if onset == step else (step, [pitch], now)
