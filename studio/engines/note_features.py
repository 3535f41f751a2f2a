"""What the writer knows before each choice: position, the track's past, the harmony, and what stood here bars ago.

One small state, fed note by note, serves training, evaluation and writing alike, so they cannot disagree. The pointers
say what followed the same place 1, 2, 4 and 8 bars ago, and what followed the last place where the latest four notes
had been written before (as in M. Mahoney's PAQ match model); a run counts how many notes in a row each was right.
"""

from bisect import bisect_left, bisect_right
from copy import copy

import numpy as np
import numpy.typing as npt

from studio.engines import note_controls
from studio.engines.note_columns import (
    DRUMS,
    DURATIONS,
    N_DURATION,
    N_METRE,
    N_PITCH,
    N_SHIFT,
    N_TRACK,
    SHIFTS,
    STEPS,
    VELOCITIES,
    Bars,
    Ints,
    Piece,
)

BACK = (1, 2, 4, 8)
POINTERS = len(BACK) + 1
_MATCH = 4
_TRACK, _TIME = 1 << 6, 1 << 11
_SHIFT_OF = np.clip(np.searchsorted(SHIFTS, np.arange(2000)), 0, N_SHIFT - 1).tolist()
_DURATION_STEPS = DURATIONS.tolist()

# Columns before the shift, after it, after the track, after the pitch: (name, classes). A pointer's last class: nothing there.
BEFORE = (
    ("beat", STEPS),
    ("bar", 64),
    ("metre", N_METRE),
    ("group", 8),
    *((f"shift_at_{i}", N_SHIFT + 1) for i in range(POINTERS)),
    *((f"run_{i}", 8) for i in range(POINTERS)),
    ("next_end", N_SHIFT + 1),
    ("bar_number", 16),
)
PLACED = (
    ("beat_then", STEPS),
    ("bar_then", 64),
    *((f"track_at_{i}", N_TRACK + 1) for i in range(POINTERS)),
    ("bass", N_PITCH + 1),
    ("held", 4096),
    ("group_chroma", 4096),
)
CHOSEN = (
    *((f"pitch_at_{i}", N_PITCH + 1) for i in range(POINTERS)),
    ("last_pitch", N_PITCH + 1),
    ("pitch_before", N_PITCH + 1),
    ("voice_pitch", N_PITCH + 1),
    ("last_duration", N_DURATION + 1),
    ("last_velocity", VELOCITIES + 1),
    ("since", N_SHIFT + 1),
    ("remaining", STEPS + 1),
    ("ordinal", 8),
    *((f"duration_at_{i}", N_DURATION + 1) for i in range(POINTERS)),
    *((f"velocity_at_{i}", VELOCITIES + 1) for i in range(POINTERS)),
)
PITCHED = (("same_duration", N_DURATION + 1), ("same_velocity", VELOCITIES + 1), ("same_since", N_SHIFT + 1))
N_BEFORE, N_PLACED, N_CHOSEN, N_PITCHED = len(BEFORE), len(PLACED), len(CHOSEN), len(PITCHED)
COLUMNS = N_BEFORE + N_PLACED + N_CHOSEN + N_PITCHED
LEVELS = 2 * N_TRACK + 24
"""Byte columns before the shift: steps each track still sounds, steps since each track began a note, two chroma histograms."""
_NEVER = 255
_FAST, _SLOW = 0.8, 0.98


class NoteState:
    """A piece up to some note. For each note call :meth:`before`, :meth:`place`, :meth:`choose`, :meth:`sound`, :meth:`push`."""

    def __init__(self, bars: Bars, start: int) -> None:
        self._bars = bars
        self.now = start
        self._bar_base = bars.at(start)
        self.time: list[int] = []
        self.shift: list[int] = []
        self.track: list[int] = []
        self.pitch: list[int] = []
        self.duration: list[int] = []
        self.velocity: list[int] = []
        self._keys: list[int] = []
        self._group = 0
        self._runs = [0] * POINTERS
        self._table: dict[tuple[int, ...], int] = {}
        self._match = -1
        self._ends = [0] * N_TRACK
        self._onsets = [-1_000_000] * N_TRACK
        self._latest: list[tuple[int, int, int, int]] = [(N_PITCH, N_PITCH, N_DURATION, VELOCITIES)] * N_TRACK
        self._chord: list[list[int]] = [[] for _ in range(N_TRACK)]
        self._chord_before: list[list[int]] = [[] for _ in range(N_TRACK)]
        self._same: dict[tuple[int, int], tuple[int, int, int]] = {}
        self._sounding: list[tuple[int, int]] = []
        self._group_chroma = 0
        self._fast = [0.0] * 12
        self._slow = [0.0] * 12
        self._length = self._bar_base[1]
        self._then = start

    def _where(self, step: int) -> tuple[int, int, int, int, int]:
        """(bar position, beat position, steps a bar, metre, bar number) of a step."""
        first, length, metre, count = self._bars.at(step)
        position = step - first
        return position, position % STEPS, length, metre, count

    def before(self) -> tuple[list[int], list[int]]:
        """Features before the shift is chosen: columns of BEFORE, and LEVELS bytes."""
        now, count = self.now, len(self._keys)
        position, beat, length, metre, number = self._where(now)
        shifts = []
        last = self._keys[-1] if count and self.time[-1] == now else now * _TIME - 1
        for back in BACK:
            distance = back * length
            j = bisect_right(self._keys, last - distance * _TIME) if count and now - distance >= self.time[0] else count
            shifts.append(_SHIFT_OF[min(self.time[j] + distance - now, 1999)] if j < count else N_SHIFT)
        shifts.append(self.shift[self._match] if self._match >= 0 else N_SHIFT)
        self._shifts = shifts
        remaining = [min(e - now, 192) if e > now else 0 for e in self._ends]
        ends = [r for r in remaining if r]
        row = [beat, min(position // 3, 63), metre, min(self._group, 7), *shifts, *self._runs]
        row += [_SHIFT_OF[min(ends)] if ends else N_SHIFT, number & 15]
        fast, slow = sum(self._fast) + 1e-6, sum(self._slow) + 1e-6
        levels = remaining + [min(now - o, 192) if o >= -100_000 else _NEVER for o in self._onsets]
        levels += [int(255 * v / fast) for v in self._fast] + [int(255 * v / slow) for v in self._slow]
        return row, levels

    def place(self, steps: int) -> list[int]:
        """Features once the note is ``steps`` after the one before: columns of PLACED."""
        then = self.now + steps
        if not self._keys or then != self.time[-1]:
            self._sounding = [s for s in self._sounding if s[0] > then]
            self._group_chroma = 0
            after = then * _TIME - 1
        else:
            after = self._keys[-1]
        self._then = then
        position, beat, self._length, _, _ = self._where(then)
        tracks, keys, time = [], self._keys, self.time
        for back in BACK:
            j = bisect_right(keys, after - back * self._length * _TIME)
            tracks.append(self.track[j] if j < len(keys) and time[j] == then - back * self._length else N_TRACK)
        shift = _SHIFT_OF[min(steps, 1999)]
        self._match_shift = self._match >= 0 and self.shift[self._match] == shift
        tracks.append(self.track[self._match] if self._match_shift else N_TRACK)
        self._tracks = tracks
        held, bass = 0, N_PITCH
        for _, pitch in self._sounding:
            held |= 1 << pitch % 12
            bass = min(bass, pitch)
        return [beat, min(position // 3, 63), *tracks, bass, held, self._group_chroma]

    def choose(self, track: int) -> list[int]:
        """Features once the note's track class is known: columns of CHOSEN."""
        then, keys = self._then, self._keys
        again = self._onsets[track] == then
        order = len(self._chord[track]) if again else 0
        pointers = []
        for back in BACK:
            want = (then - back * self._length) * _TIME + track * _TRACK + min(order, 63)
            j = bisect_left(keys, want)
            pointers.append(j if j < len(keys) and keys[j] == want else -1)
        pointers.append(self._match if self._match_shift and self.track[self._match] == track else -1)
        pitches = [self.pitch[j] if j >= 0 else N_PITCH for j in pointers]
        self._pitches = pitches
        durations = [self.duration[j] if j >= 0 else N_DURATION for j in pointers]
        velocities = [self.velocity[j] if j >= 0 else VELOCITIES for j in pointers]
        last, earlier, duration, velocity = self._latest[track]
        chord = self._chord_before[track] if again else self._chord[track]
        voice = chord[min(order, len(chord) - 1)] if chord else N_PITCH
        onset = self._onsets[track]
        since = _SHIFT_OF[min(then - onset, 1999)] if onset >= -100_000 else N_SHIFT
        remaining = min(max(self._ends[track] - then, 0), STEPS)
        return [*pitches, last, earlier, voice, duration, velocity, since, remaining, min(order, 7), *durations, *velocities]

    def sound(self, track: int, pitch: int) -> list[int]:
        """Features once the pitch is known too: columns of PITCHED, from the last note of that track and pitch."""
        found = self._same.get((track, pitch))
        if found is None:
            return [N_DURATION, VELOCITIES, N_SHIFT]
        return [found[0], found[1], _SHIFT_OF[min(self._then - found[2], 1999)]]

    def push(self, shift: int, track: int, pitch: int, duration: int, velocity: int, steps: int | None = None) -> None:
        """The note is written: its classes; ``steps`` is its exact duration where known."""
        then, again = self._then, self._onsets[track] == self._then
        self._group = self._group + 1 if self._keys and then == self.now else 1
        for i in range(POINTERS):
            right = self._shifts[i] == shift and self._tracks[i] == track and self._pitches[i] == pitch
            self._runs[i] = min(self._runs[i] + 1, 7) if right else 0
        if again:
            self._chord[track].append(pitch)
        else:
            self._chord_before[track], self._chord[track] = self._chord[track], [pitch]
        order = len(self._chord[track]) - 1
        self._keys.append(then * _TIME + track * _TRACK + min(order, 63))
        for column, value in zip(
            (self.time, self.shift, self.track, self.pitch, self.duration, self.velocity),
            (then, shift, track, pitch, duration, velocity),
            strict=True,
        ):
            column.append(value)
        length = _DURATION_STEPS[duration] if steps is None else steps
        self._ends[track] = max(self._ends[track], then + length) if again else then + length
        self._onsets[track] = then
        self._same[track, pitch] = (duration, velocity, then)
        self._latest[track] = (pitch, self._latest[track][0], duration, velocity)
        if track != DRUMS:
            self._harmony(pitch, then + length)
        self.now = then
        self._follow()

    def _harmony(self, pitch: int, end: int) -> None:
        self._sounding.append((end, pitch))
        tone = pitch % 12
        self._group_chroma |= 1 << tone
        self._fast = [v * _FAST for v in self._fast]
        self._slow = [v * _SLOW for v in self._slow]
        self._fast[tone] += 1
        self._slow[tone] += 1

    def _follow(self) -> None:
        """Move the match pointer on, or look for the latest four notes anew."""
        count = len(self._keys)
        kept = self._match >= 0 and self._runs[-1] > 0
        self._match = self._match + 1 if kept else -1
        if count < _MATCH:
            return
        recent = (*self.shift[-_MATCH + 1 :], *self.track[-_MATCH:], *self.pitch[-_MATCH:])
        if not kept:
            self._match = self._table.get(recent, -1)
        self._table[recent] = count

    @classmethod
    def after(cls, bars: Bars, time: Ints, notes: Ints, steps: Ints) -> "NoteState":
        """The state after notes at ``time``, sorted as a piece's, their classes ``notes`` [n, 5] and exact ``steps``.

        As if each had been pushed without its features being worked out: runs start anew. (The chroma histograms are summed in
        another order, so that their last bits may differ.)
        """
        state = cls(bars, bars.at(int(time[0]))[0])
        shift, track, pitch, duration, velocity = notes.T
        end = time + steps
        index = np.arange(len(time))
        fresh = np.ones(len(time), bool)
        fresh[1:] = (time[1:] != time[:-1]) | (track[1:] != track[:-1])
        order = index - np.maximum.accumulate(np.where(fresh, index, 0))
        state._keys = (time * _TIME + track * _TRACK + np.minimum(order, 63)).tolist()
        state.time = time.tolist()
        columns = [c.tolist() for c in (shift, track, pitch, duration, velocity)]
        state.shift, state.track, state.pitch, state.duration, state.velocity = columns
        state._same = dict(zip(zip(*columns[1:3], strict=True), zip(*columns[3:], state.time, strict=True), strict=True))
        for number in np.unique(track).tolist():
            state._recall_track(number, np.flatnonzero(track == number), time, notes, end)
        last = int(time[-1])
        state.now = state._then = last
        state._group = int((time == last).sum())
        pitched = track != DRUMS
        sounds = pitched & ((end > last) | (time == last))
        state._sounding = list(zip(end[sounds].tolist(), pitch[sounds].tolist(), strict=True))
        state._group_chroma = int(np.bitwise_or.reduce(1 << pitch[pitched & (time == last)] % 12, initial=0))
        tones = pitch[pitched] % 12
        age = np.arange(len(tones))[::-1]
        state._fast, state._slow = (np.bincount(tones, rate**age, 12).tolist() for rate in (_FAST, _SLOW))
        recent = [columns[0][k:] for k in range(1, _MATCH)] + [columns[c][k:] for c in (1, 2) for k in range(_MATCH)]
        found = list(zip(*recent, strict=False))
        state._table = dict(zip(found[:-1], range(_MATCH, len(time)), strict=True)) if found else {}
        if found:
            state._match = state._table.get(found[-1], -1)
            state._table[found[-1]] = len(time)
        return state

    def _recall_track(self, number: int, where: Ints, time: Ints, notes: Ints, end: Ints) -> None:
        """Take in what is remembered of one track, whose notes are at ``where``."""
        own, pitch = time[where], notes[where, 2].tolist()
        last = int(own[-1])
        group = int((own == last).sum())
        self._ends[number], self._onsets[number] = int(end[where][-group:].max()), last
        before = pitch[-2] if len(pitch) > 1 else N_PITCH
        self._latest[number] = (pitch[-1], before, int(notes[where[-1], 3]), int(notes[where[-1], 4]))
        self._chord[number] = pitch[-group:]
        earlier = own[:-group]
        self._chord_before[number] = pitch[-group - int((earlier == earlier[-1]).sum()) : -group] if len(earlier) else []

    @property
    def foretold(self) -> bool:
        """Whether a pointer foretold the last note pushed."""
        return any(self._runs)

    def copy(self) -> "NoteState":
        """A state that goes its own way from here."""
        made = copy(self)
        for name, value in vars(self).items():
            if name in ("_chord", "_chord_before"):
                setattr(made, name, [list(v) for v in value])
            elif isinstance(value, list | dict):
                setattr(made, name, value.copy())
        return made

    def skip_to(self, step: int) -> None:
        """Go on from ``step`` (a later one) as if the last note had been written there: a gap that no shift spans."""
        self.now = max(self.now, step)
        self._group = 0


NAMES = [n for n, _ in (*BEFORE, *PLACED, *CHOSEN, *PITCHED)]
WAS, NOW, STYLE, MODE = COLUMNS, COLUMNS + 5, COLUMNS + 10, COLUMNS + 11
CONTROL = COLUMNS + 12
WIDTH = CONTROL + len(note_controls.COLUMNS)
"""Columns of what the network reads: features, the note before (WAS), the note (NOW), style, mode, what is asked for (CONTROL)."""
START = np.array([N_SHIFT, N_TRACK, 2 * N_PITCH, N_DURATION, VELOCITIES])
"""What stands for the note before the first."""
VELOCITY_COLUMNS = np.array([i for i, n in enumerate(NAMES) if "velocity" in n] + [WAS + 4, NOW + 4])

PITCH_COLUMNS = np.array(
    [i for i, n in enumerate(NAMES) if n.startswith("pitch_at") or n in ("last_pitch", "pitch_before", "voice_pitch")]
)
_CHROMA_COLUMNS = [NAMES.index("held"), NAMES.index("group_chroma")]


def transpose(made: npt.NDArray[np.int64], levels: npt.NDArray[np.uint8], semitones: int) -> npt.NDArray[np.uint8]:
    """Move what :func:`matrix` made by ``semitones`` in place, drums apart; returns the levels moved likewise."""
    drum = made[:, NOW + 1] == DRUMS
    for columns, rows in ((PITCH_COLUMNS, ~drum), (np.array([NAMES.index("bass"), WAS + 2, NOW + 2]), np.ones(len(made), bool))):
        block = made[np.ix_(rows, columns)]
        made[np.ix_(rows, columns)] = np.where(block < N_PITCH, np.clip(block + semitones, 0, N_PITCH - 1), block)
    turn = semitones % 12
    for column in _CHROMA_COLUMNS:
        bits = made[:, column]
        made[:, column] = ((bits << turn) | (bits >> (12 - turn))) & 4095
    made[:, CONTROL:] = note_controls.moved(made[:, CONTROL:], semitones)
    histograms = levels[:, 2 * N_TRACK :].reshape(-1, 2, 12)
    return np.concatenate([levels[:, : 2 * N_TRACK], np.roll(histograms, turn, axis=2).reshape(-1, 24)], axis=1)


def mode_of(key: int) -> int:
    """0 where nothing is known, 1 major, 2 minor, for a key of :class:`Piece`."""
    return 0 if key < 0 else 1 + key // 12


def matrix(
    rows: npt.NDArray[np.int16],
    target: npt.NDArray[np.int16],
    before: npt.ArrayLike,
    style: int,
    mode: int,
    flat: bool,
    controls: npt.NDArray[np.uint8] | None = None,
) -> npt.NDArray[np.int64]:
    """What the network reads of consecutive notes, int64 [n, WIDTH]: pitches of drums are 128 higher, flat velocities unknown.

    ``before`` is the target row of the note before the first one, or :data:`START`. ``controls`` [n, 9] are what is asked for
    (:mod:`studio.engines.note_controls`), all left open by default.
    """
    n = len(rows)
    made = np.empty((n, WIDTH), np.int64)
    made[:, :COLUMNS] = rows
    made[:, NOW : NOW + 5] = target
    made[:, NOW + 2] += N_PITCH * (target[:, 1] == DRUMS)
    made[1:, WAS : WAS + 5] = made[:-1, NOW : NOW + 5]
    made[:1, WAS : WAS + 5] = before
    if made[0, WAS + 1] == DRUMS and made[0, WAS + 2] < N_PITCH:
        made[0, WAS + 2] += N_PITCH
    made[:, STYLE], made[:, MODE] = style, mode
    made[:, CONTROL:] = note_controls.OPEN if controls is None else controls
    if flat:
        made[:, VELOCITY_COLUMNS] = VELOCITIES
    return made


def features(piece: Piece) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    """Features of every note of a piece, each from the notes before it.

    Returns int16 [n, COLUMNS] and uint8 [n, LEVELS].
    """
    n = len(piece)
    rows, levels = np.zeros((n, COLUMNS), np.int16), np.zeros((n, LEVELS), np.uint8)
    if not n:
        return rows, levels
    state = NoteState(piece.bars, piece.bars.at(int(piece.time[0]))[0])
    columns = (piece.time, piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity, piece.steps)
    for i, (time, shift, track, pitch, duration, velocity, steps) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        row, level = state.before()
        rows[i] = row + state.place(time - state.now) + state.choose(track) + state.sound(track, pitch)
        levels[i] = level
        state.push(shift, track, pitch, duration, velocity, steps)
    return rows, levels
