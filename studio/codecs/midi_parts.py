"""One channel's events of one track chunk -> notes, controls and programs, a column at a time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.codecs.midi_events import Losses
from studio.music.document import DRUM_CHANNEL
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE, Controls, IntColumn, Notes, Origin

Bytes = npt.NDArray[np.uint8]
_MODE_MESSAGES = 120  # controllers from here on (all notes off, local control, ...) are commands, not settings


@dataclass(frozen=True, eq=False)
class Part:
    """Events in file order, columns of shape [n]: our ticks, kind (status without channel), two data bytes.

    ``end`` is the tick at which the chunk ends.
    """

    name: str
    channel: int
    tick: IntColumn
    kind: Bytes
    first: Bytes
    second: Bytes
    end: int

    @property
    def drums(self) -> bool:
        """Whether this is General MIDI's drum channel."""
        return self.channel == DRUM_CHANNEL

    @cached_property
    def _onsets(self) -> npt.NDArray[np.bool_]:
        return (self.kind == 0x90) & (self.second > 0)

    @cached_property
    def _changes(self) -> IntColumn:
        return np.flatnonzero(self.kind == 0xC0)

    @cached_property
    def sounding(self) -> bool:
        """Whether there are notes."""
        return bool(self._onsets.any())

    @property
    def first_onset(self) -> int:
        """The tick of the first note; ``end`` where there is none."""
        return int(self.tick[self._onsets][0]) if self.sounding else self.end

    @property
    def program_changes(self) -> tuple[IntColumn, IntColumn]:
        """Ticks and programs of the program changes, shape [m]."""
        return self.tick[self._changes], self.first[self._changes].astype(np.int64)

    def notes(self, program: int, limit: int, room: int, losses: Losses) -> list[tuple[int, Notes]]:
        """The notes by program (``program`` before the first change), those starting from ``limit`` on or past ``room`` left out.

        Drum kits are not told apart: what changes them stays among the controls.
        """
        of_note = np.flatnonzero((self.kind == 0x90) | (self.kind == 0x80))
        on = self._onsets[of_note]
        start, end, which, hanging = pair_notes(self.tick[of_note], on, self.first[of_note], self.end)
        losses.add("{n} note{s} without an end {was} closed at the end of the track.", hanging)
        kept = start < limit
        losses.add("{n} note{s} more than a day into the piece {was} left out.", int((~kept).sum()))
        kept[np.flatnonzero(kept)[room:]] = False
        event, start, end = of_note[which[kept]], start[kept], np.minimum(end[kept], limit)
        program_of = np.full(len(event), program)
        if not self.drums and len(self._changes):
            latest = np.searchsorted(self._changes, event) - 1
            program_of = np.where(latest < 0, program, self.first[self._changes[latest]])
        split = []
        for number in dict.fromkeys(program_of[np.argsort(event)].tolist()):
            mine = program_of == number
            pitch, velocity = self.first[event[mine]], self.second[event[mine]]
            length = np.maximum(end[mine] - start[mine], 1)
            split.append((number, Notes.of(start[mine], length, pitch, velocity, origin=int(Origin.IMPORTED))))
        return split

    def controls(self, limit: int, losses: Losses) -> Controls:
        """Controllers, pitch bend and channel pressure before ``limit``; for drums also what changes the kit later on."""
        losses.add("Pressure on single keys ({n} event{s}) {was} left out.", int((self.kind == 0xA0).sum()))
        number = np.full(len(self.tick), -1, np.int64)
        value = self.first.astype(np.int64)
        control = (self.kind == 0xB0) & (self.first < _MODE_MESSAGES)
        number[control], value[control] = self.first[control], self.second[control]
        bend = self.kind == 0xE0
        number[bend] = PITCH_BEND
        value[bend] += (self.second[bend].astype(np.int64) << 7) - 8192
        number[self.kind == 0xD0] = CHANNEL_PRESSURE
        if self.drums:
            number[self._changes[self.tick[self._changes] > self.first_onset]] = PROGRAM_CHANGE
        kept = (number >= 0) & (self.tick < limit)
        return Controls.of(self.tick[kept], number[kept], value[kept])


def pair_notes(
    tick: IntColumn, on: npt.NDArray[np.bool_], pitch: Bytes, last: int
) -> tuple[IntColumn, IntColumn, IntColumn, int]:
    """Starts, ends and indices (among the events) of one channel's notes, and how many never ended.

    Events come in file order, shape [n]. Of several notes of one pitch the oldest ends first. An end without a note is
    nothing; a note without an end lasts until ``last``.
    """
    order = np.argsort(pitch, kind="stable")
    step = np.where(on[order], 1, -1)
    heads = np.diff(pitch[order].astype(np.int64), prepend=-1) != 0
    group = np.cumsum(heads) - 1
    level = np.cumsum(step)
    level -= (level - step)[heads][group]
    # An end is one of a note's unless the level falls lower than ever before within its pitch, below 0. One running
    # minimum serves all pitches, because each one's levels are put below those of the one before.
    level -= 2 * (len(order) + 1) * group
    lowest = np.minimum.accumulate(level)
    before = np.where(heads, -2 * (len(order) + 1) * group, np.roll(lowest, 1))
    before = np.minimum(before, -2 * (len(order) + 1) * group)
    real = (step > 0) | (level >= before)
    ons, offs = order[real & (step > 0)], order[real & (step < 0)]
    # Within a pitch the k-th end belongs to the k-th note.
    rank = np.arange(len(offs)) - np.searchsorted(pitch[offs], pitch[offs])
    off_of = np.full(len(ons), -1, np.int64)
    off_of[np.searchsorted(pitch[ons], pitch[offs]) + rank] = offs
    ends = np.where(off_of < 0, last, tick[off_of]) if len(tick) else off_of
    return tick[ons], ends, ons, int((off_of < 0).sum())
