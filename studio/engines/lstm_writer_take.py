"""One take while it is written: its past, its draw, its limits, and the notes not yet handed out."""

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk, GenerateRequest
from studio.engines.lstm_writer_setting import TICKS_A_STEP, Setting
from studio.engines.lstm_writer_styles import phrased_velocity, sampling
from studio.engines.note_columns import (
    DRUM_STEPS,
    DRUMS,
    DURATIONS,
    N_PITCH,
    N_TRACK,
    SHIFTS,
    STEPS,
    VELOCITIES,
    class_velocity,
    nearest,
)
from studio.engines.note_features import (
    COLUMNS,
    LEVELS,
    MODE,
    N_BEFORE,
    N_CHOSEN,
    N_PLACED,
    NOW,
    START,
    STYLE,
    VELOCITY_COLUMNS,
    WAS,
    WIDTH,
    NoteState,
    mode_of,
)
from studio.music.notes import Notes, Origin

Logits = npt.NDArray[np.float32]
_LENGTHS = {"shift": np.log1p(SHIFTS), "duration": np.log1p(DURATIONS)}
_LARGEST_GROUP = 24
_PLACED_TO = N_BEFORE + N_PLACED
_CHOSEN_TO = _PLACED_TO + N_CHOSEN
_DRUM_DURATION = int(nearest(DURATIONS, [DRUM_STEPS])[0])
FLAT_CLASS = 20


class Take:
    """A take of a request. The engine shows :attr:`ints` and :attr:`levels` to the network and hands each head's logits back."""

    def __init__(
        self, request: GenerateRequest, setting: Setting, number: int, style: int, state: NoteState, last: npt.NDArray[np.int64]
    ) -> None:
        self.number, self.setting = number, setting
        self._request = request
        self._draw = np.random.Generator(np.random.Philox(key=[request.seed & (2**64 - 1), number]))
        self.state = state
        self.ints = np.zeros(WIDTH, np.int64)
        self.ints[STYLE], self.ints[MODE] = style, mode_of(setting.key)
        self.levels = np.zeros(LEVELS, np.uint8)
        self._was = last
        self._pending: list[tuple[int, int, int, int, int]] = []
        self._sounding: dict[tuple[int, int], int] = {}
        self._handed = setting.start
        self._group = 0
        self._chained = False
        self._then = setting.start
        self.done = False
        self.closed = False
        self._classes = np.array(sorted(setting.parts))
        if state.now < setting.start - SHIFTS[96] or not len(state.time):
            state.skip_to(setting.start)
            self._was = START

    # -- one note: before, shift, track, pitch, duration, velocity

    def before(self) -> None:
        """Fill in what is known before the next note."""
        row, levels = self.state.before()
        self.ints[:N_BEFORE] = row
        self.levels[:] = levels
        self.ints[WAS : WAS + 5] = self._was
        self._flatten()

    def _flatten(self) -> None:
        if self.setting.flat:
            self.ints[VELOCITY_COLUMNS] = VELOCITIES

    def choose(self, head: str, logits: Logits | None) -> bool:
        """Choose from a head's logits (None: there are none); False when the region is full."""
        if head == "velocity":
            self._choose_velocity(logits)
            return True
        assert logits is not None
        if head == "shift":
            return self._choose_shift(logits)
        getattr(self, f"_choose_{head}")(logits)
        return True

    def _choose_shift(self, logits: Logits) -> bool:
        now, setting = self.state.now, self.setting
        times = now + SHIFTS
        bar, length, _, _ = setting.bars.at(max(now, setting.start))
        # At most to the end of the next bar, and on no bar's account past the last: none stays empty.
        following = setting.bars.at(bar + length)
        begun = bool(self.state.time) and self.state.time[-1] >= setting.start
        limit = following[0] + following[1] if begun else bar + length
        fine = (times >= setting.start) & (times < min(limit, setting.end))
        if begun and bar + length >= setting.end:
            fine |= times >= setting.end
        chained = self._was[1] < N_TRACK
        if chained and not self._room():
            fine[0] = False
        if not fine.any():
            fine[int(np.argmax(times >= setting.start))] = True
        shift = self._sample("shift", logits, fine)
        steps = int(SHIFTS[shift])
        if now + steps >= setting.end:
            self.done = True
            return False
        self.ints[NOW] = shift
        self.ints[N_BEFORE:_PLACED_TO] = self.state.place(steps)
        self._chained = bool(shift == 0 and chained)
        self._then = now + steps
        return True

    def _room(self) -> bool:
        """Whether another note may follow at the same onset."""
        if self._group >= _LARGEST_GROUP:
            return False
        return bool((self._classes > self._was[1]).any() or self._above(int(self._was[1])).any())

    def _above(self, track: int) -> npt.NDArray[np.bool_]:
        allowed = self.setting.allowed[track].copy()
        allowed[: int(self._was[2]) % N_PITCH + 1] = False
        return allowed

    def _choose_track(self, logits: Logits) -> None:
        """Choose who."""
        fine = np.zeros(N_TRACK, bool)
        fine[self._classes] = True
        if self._chained:
            was = int(self._was[1])
            fine[:was] = False
            if fine[was] and not self._above(was).any():
                fine[was] = False
        track = self._sample("track", logits, fine)
        self.ints[NOW + 1] = track
        self.ints[_PLACED_TO:_CHOSEN_TO] = self.state.choose(track)
        self._flatten()

    def _choose_pitch(self, logits: Logits) -> None:
        """Choose which pitch: never one outside of key or range, and none that the track still sounds."""
        track = int(self.ints[NOW + 1])
        again = self._chained and track == self._was[1]
        fine = self._above(track) if again else self.setting.allowed[track].copy()
        free = fine.copy()
        for (sounding, pitch), end in self._sounding.items():
            if sounding == track and end > self._then:
                free[pitch] = False
        pitch = self._sample("pitch", logits, free if free.any() else fine)
        self.ints[NOW + 2] = pitch + (N_PITCH if track == DRUMS else 0)
        self.ints[_CHOSEN_TO:COLUMNS] = self.state.sound(track, pitch)
        self._flatten()

    def _choose_duration(self, logits: Logits) -> None:
        """Choose how long."""
        drums = self.ints[NOW + 1] == DRUMS
        self.ints[NOW + 3] = _DRUM_DURATION if drums else self._sample("duration", logits, np.ones(len(DURATIONS), bool))

    def _choose_velocity(self, logits: Logits | None) -> None:
        """Choose how loud, and write the note."""
        taught = logits is not None and not self.setting.flat
        velocity = self._sample("velocity", logits, np.ones(VELOCITIES, bool)) if taught and logits is not None else FLAT_CLASS
        self.ints[NOW + 4] = VELOCITIES if self.setting.flat else velocity
        shift, track, pitch, duration = (int(v) for v in self.ints[NOW : NOW + 4])
        pitch %= N_PITCH
        steps = min(int(DURATIONS[duration]), self.setting.end - self._then)
        self.state.push(shift, track, pitch, duration, velocity)
        self._group = self._group + 1 if self._chained else 1
        self._was = self.ints[NOW : NOW + 5].copy()
        end = self._sounding.get((track, pitch), 0)
        if end > self._then:
            self._cut(track, pitch)
        self._sounding[track, pitch] = self._then + steps
        loud = self._phrased(track) if self.setting.phrased else class_velocity(velocity)
        self._pending.append((self._then, track, pitch, steps, loud))

    def _cut(self, track: int, pitch: int) -> None:
        """A note strikes again: the one before ends here."""
        for k, (time, t, p, _, loud) in enumerate(self._pending):
            if (t, p) == (track, pitch) and time < self._then:
                self._pending[k] = (time, t, p, self._then - time, loud)

    def _phrased(self, track: int) -> int:
        bar, length, _, count = self.setting.bars.at(self._then)
        inside = self._then - bar
        phrase = ((count % 4) + inside / length) / 4
        return phrased_velocity(track, inside / length, inside % STEPS == 0, phrase, self.setting.level.get(track))

    def _sample(self, head: str, logits: Logits, fine: npt.NDArray[np.bool_]) -> int:
        default = sampling(self.setting.style, head)
        temperature = max(0.05, default.temperature * self._request.temperature)
        leaning = default.lean * _LENGTHS[head] if default.lean else 0.0
        scores = np.where(fine, logits, -np.inf).astype(np.float64).round(4) / temperature + leaning
        p = np.exp(scores - scores.max())
        order = np.argsort(-p, kind="stable")
        total = np.cumsum(p[order])
        top = min(1.0, default.top_p * self._request.top_p / 0.95)
        kept = min(int(np.searchsorted(total, top * total[-1])), int(fine.sum()) - 1)
        drawn = int(np.searchsorted(total[:kept], self._draw.random() * total[kept], "right"))
        return int(order[drawn])

    # -- handing out

    def chunk(self) -> Chunk | None:
        """What can be handed out: notes before the beat that is being written, or all when done; None when nothing new."""
        now = self.setting.end if self.done else max(self._handed, self.state.now // STEPS * STEPS)
        if now <= self._handed and not self.done:
            return None
        ready = [n for n in self._pending if n[0] < now]
        self._pending = [n for n in self._pending if n[0] >= now]
        self._handed = now
        made = [(self.setting.parts[c], self._notes([n for n in ready if n[1] == c])) for c in sorted({n[1] for n in ready})]
        written = self._request.end if self.done else now * TICKS_A_STEP
        return Chunk(self.number, tuple(made), min(written, self._request.end))

    def _notes(self, rows: list[tuple[int, int, int, int, int]]) -> Notes:
        request, moved = self._request, self.setting.moved
        time, track, pitch, steps, loud = np.array(rows, np.int64).T
        start = np.maximum(time * TICKS_A_STEP, request.start)
        end = np.minimum((time + steps) * TICKS_A_STEP, request.end)
        sounding = np.where(track == DRUMS, pitch, pitch - moved)
        return Notes.of(start, np.maximum(end - start, 1), sounding, loud, origin=int(Origin.GENERATED))

    @property
    def share(self) -> float:
        """How much of the region is written, 0 to 1."""
        return float(np.clip((self.state.now - self.setting.start) / (self.setting.end - self.setting.start), 0, 1))
