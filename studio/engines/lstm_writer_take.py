"""One take while it is written: its past, its draw, its limits, and the notes not yet handed out."""

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk, GenerateRequest, Wishes
from studio.engines.lstm_writer_helm import Helm, kept_up
from studio.engines.lstm_writer_limits import STRIKES, Voices
from studio.engines.lstm_writer_loops import Loops, most_of
from studio.engines.lstm_writer_setting import TICKS_A_STEP, Setting
from studio.engines.lstm_writer_styles import HEADS, Sampling, phrased_velocity
from studio.engines.lstm_writer_turns import Bearing
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
from studio.engines.note_controls import CONTROLS, OPEN
from studio.engines.note_features import (
    COLUMNS,
    CONTROL,
    MODE,
    N_BEFORE,
    N_CHOSEN,
    N_PLACED,
    NAMES,
    NOW,
    START,
    STYLE,
    VELOCITY_COLUMNS,
    WAS,
    NoteState,
    mode_of,
)
from studio.music.notes import Notes, Origin

Mask = npt.NDArray[np.bool_]
_POINTED = [i for i, n in enumerate(NAMES) if n.startswith("pitch_at_")]
_CHORD = CONTROL + len(CONTROLS)
_EVERY = {"duration": np.ones(len(DURATIONS), bool), "velocity": np.ones(VELOCITIES, bool)}
_LARGEST_GROUP = 24
_PLACED_TO = N_BEFORE + N_PLACED
_CHOSEN_TO = _PLACED_TO + N_CHOSEN
_DRUM_DURATION = int(nearest(DURATIONS, [DRUM_STEPS])[0])
FLAT_CLASS = 20
_HEARD_BARS = 8


def _at_temperature(default: Sampling, request: GenerateRequest) -> Sampling:
    """A style's default as the request turns it: at temperature 1 and top-p 0.95, as it is."""
    return Sampling(max(0.05, default.temperature * request.temperature), default.top_p * request.top_p / 0.95)


def _density(setting: Setting) -> float | None:
    """Notes a beat that the parts had in the last eight bars of what is gone on from; None where they had none."""
    piece, bars = setting.piece, setting.bars
    since = max(0, setting.start - _HEARD_BARS * bars.at(setting.start)[1])
    count = int((np.isin(piece.track, list(setting.parts)) & (piece.time >= since) & (piece.time < setting.start)).sum())
    return count * STEPS / (setting.start - since) if count else None


class Take:
    """A take of a request.

    The engine shows :attr:`ints` and :attr:`levels` (rows of its batch) to the network; of each head it asks which classes are
    :meth:`allowed`, draws one by :attr:`draw`, and hands it back (:meth:`put`).
    """

    def __init__(
        self,
        request: GenerateRequest,
        setting: Setting,
        number: int,
        style: int,
        state: NoteState,
        last: npt.NDArray[np.int64],
        bearing: Bearing,
        row: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]],
    ) -> None:
        self.number, self.setting = number, setting
        self._request = request
        self.sampling = {h: _at_temperature(setting.manner.sampling(h), request) for h in HEADS}
        self.draw = np.random.Generator(np.random.Philox(key=[request.seed & (2**64 - 1), number]))
        self.state = state
        self.ints, self.levels = row
        self.ints[STYLE], self.ints[MODE] = style, mode_of(setting.key)
        self._bearing, self._count = bearing, setting.band.counting()
        self._voices = Voices(setting.fence, STRIKES if len(setting.piece) else None)
        self._course = bearing.course(setting.start)
        self._loops = Loops(most_of([s.loop for s in setting.mixture.styles]))
        self._helm = Helm(kept_up(bearing.goal, _density(setting)), setting.start, setting.mixture.mean(lambda style: style.hold))
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

    def steer(self, wishes: Wishes) -> None:
        """Wish for something else from the next beat on."""
        self._bearing.steer(max(self.state.now, self.setting.start), wishes)

    @property
    def guided(self) -> bool:
        """Whether a second row shall write without what is asked for, so that the difference can be made larger."""
        return self._bearing.wishes.any or bool(self.setting.harmony.starts)

    # -- one note: before, shift, track, pitch, duration, velocity

    def before(self) -> None:
        """Fill in what is known before the next note."""
        row, levels = self.state.before()
        self.ints[:N_BEFORE] = row
        self.levels[:] = levels
        self.ints[WAS : WAS + 5] = self._was
        now = max(self.state.now, self.setting.start)
        self._course = self._bearing.course(now)
        self.ints[CONTROL:_CHORD] = self._course.at(now)
        self.ints[_CHORD], self.ints[_CHORD + 2] = self._course.chords(now)
        self.ints[_CHORD + 1] = OPEN[-1]
        self._flatten()

    def _flatten(self) -> None:
        if self.setting.flat[0]:
            self.ints[VELOCITY_COLUMNS] = VELOCITIES

    def allowed(self, head: str) -> Mask | None:
        """Which classes of a head may be drawn (some always may); None where there is nothing to draw."""
        if head == "duration":
            return None if self.ints[NOW + 1] == DRUMS else self._durations()
        if head == "velocity":
            return None if self.setting.flat[0] else _EVERY[head]
        return {"shift": self._shifts, "track": self._tracks, "pitch": self._pitches}[head]()

    def lean(self, head: str) -> npt.NDArray[np.float64] | float:
        """What to add to a head's scores to keep the take on course."""
        helm = None
        if head == "shift":
            helm = self._helm.shift(self.state.now)
        elif head == "duration":
            helm = self._helm.duration(self._then)
        elif head == "pitch":
            pointed = [p for p in self.ints[_POINTED].tolist() if p < N_PITCH]
            helm = (self._helm.drum if self.ints[NOW + 1] == DRUMS else self._helm.pitch)(self._then, pointed)
        return 0.0 if helm is None else helm

    def put(self, head: str, chosen: int) -> bool:
        """Take a head's choice (any where there was nothing to draw); False when the region is full."""
        return bool(getattr(self, f"_put_{head}")(chosen))

    def _shifts(self) -> Mask:
        """At most to the end of the next bar, and on no bar's account past the last: none stays empty."""
        now, setting = self.state.now, self.setting
        times = now + SHIFTS
        bar, length, _, _ = setting.bars.at(max(now, setting.start))
        following = setting.bars.at(bar + length)
        begun = bool(self.state.time) and self.state.time[-1] >= setting.start
        limit = following[0] + following[1] if begun else bar + length
        able = self._able(times, begun)
        ending = (times >= setting.end) & self._count.may_end(now)
        if self._was[1] < N_TRACK and not self._room():
            able[0] = False
        fine = able & (times < min(limit, setting.end))
        if begun and bar + length >= setting.end:
            fine |= ending
        if not fine.any() and not (able | ending).any():
            self._rest(begun)
            fine[0] = True
        elif not fine.any():
            fine[int(np.argmax(able | ending))] = True
        return fine

    def _able(self, times: npt.NDArray[np.int64], begun: bool) -> Mask:
        """At which times the limits let a note start."""
        setting = self.setting
        free = np.sort([self._voices.free_from(int(c)) for c in self._classes])
        able: Mask = times >= max(setting.start, int(free[0]))
        if setting.fence.grid:
            able &= (times - setting.start) % setting.fence.grid == 0
        if setting.band.any:
            able &= self._count.startable(times, self.state.now, begun, free)
        return able

    def _rest(self, begun: bool) -> None:
        """No shift leads to where a note may start: go on from the first such step as after a pause."""
        later = np.arange(self.state.now + 1, self.setting.end)
        able = self._able(later, begun)
        self.state.skip_to(int(later[np.argmax(able)]) if able.any() else self.setting.end)
        self._was = START

    def _put_shift(self, shift: int) -> bool:
        now, steps = self.state.now, int(SHIFTS[shift])
        if now + steps >= self.setting.end:
            self.done = True
            return False
        self.ints[NOW] = shift
        self.ints[N_BEFORE:_PLACED_TO] = self.state.place(steps)
        self._chained = bool(shift == 0 and self._was[1] < N_TRACK)
        self._then = now + steps
        self.ints[_CHORD + 1] = self._course.chords(self._then)[0]
        return True

    def _room(self) -> bool:
        """Whether another note may follow at the same onset."""
        now, was = self.state.now, int(self._was[1])
        if self._group >= _LARGEST_GROUP or self._count.full(now):
            return False
        return any(self._may(int(c), now) for c in self._classes if c > was) or (
            was in self.setting.parts and self._may(was, now) and bool(self._above(was, now).any())
        )

    def _may(self, track: int, step: int) -> bool:
        return self._voices.free_from(track) <= step

    def _above(self, track: int, step: int) -> Mask:
        fine = self._voices.pitches(track, step)
        fine[: int(self._was[2]) % N_PITCH + 1] = False
        return fine

    def _tracks(self) -> Mask:
        fine = np.zeros(N_TRACK, bool)
        fine[[c for c in self._classes if self._may(int(c), self._then)]] = True
        if self._chained:
            was = int(self._was[1])
            fine[:was] = False
            if fine[was] and not self._above(was, self._then).any():
                fine[was] = False
        due = self._count.due(self._then, 1)
        if due:  # as many parts must be left to play here, and they play in their order
            fine[[c for c in self._classes if np.count_nonzero(fine[c + 1 :]) < due]] = False
        return fine

    def _durations(self) -> Mask:
        """Any, but none that keeps the parts busy for so long that a bar would miss notes."""
        deadline = self._count.deadline(self._then) if self.setting.fence.limits.polyphony else None
        if deadline is None:
            return _EVERY["duration"]
        track, abreast = int(self.ints[NOW + 1]), self.setting.band.abreast
        others = [self._voices.free_from(int(c)) for c in self._classes if c != track]
        if sum(free <= deadline for free in others) >= abreast:
            return _EVERY["duration"]
        ends = np.minimum(self._then + DURATIONS, self.setting.end).tolist()
        return np.array([self._voices.free_from(track, (self._then, end)) <= deadline for end in ends])

    def _put_track(self, track: int) -> bool:
        self.ints[NOW + 1] = track
        self.ints[_PLACED_TO:_CHOSEN_TO] = self.state.choose(track)
        self._flatten()
        return True

    def _pitches(self) -> Mask:
        """Never one outside of the limits; if possible none that the track still sounds, or that carries a figure on for too long."""
        track = int(self.ints[NOW + 1])
        again = self._chained and track == self._was[1]
        fine = self._above(track, self._then) if again else self._voices.pitches(track, self._then)
        free = fine.copy()
        for (sounding, pitch), end in self._sounding.items():
            if sounding == track and end > self._then:
                free[pitch] = False
        able: Mask = free if free.any() else fine
        other = able.copy()
        other[self._loops.exhausted(int(self.ints[NOW]), track)] = False
        return other if other.any() else able

    def _put_pitch(self, pitch: int) -> bool:
        track = int(self.ints[NOW + 1])
        self.ints[NOW + 2] = pitch + (N_PITCH if track == DRUMS else 0)
        self.ints[_CHOSEN_TO:COLUMNS] = self.state.sound(track, pitch)
        self._flatten()
        return True

    def _put_duration(self, duration: int) -> bool:
        self.ints[NOW + 3] = _DRUM_DURATION if self.ints[NOW + 1] == DRUMS else duration
        return True

    def _put_velocity(self, velocity: int) -> bool:
        """Choose how loud, and write the note."""
        velocity = FLAT_CLASS if self.setting.flat[0] else velocity
        self.ints[NOW + 4] = VELOCITIES if self.setting.flat[0] else velocity
        shift, track, pitch, duration = (int(v) for v in self.ints[NOW : NOW + 4])
        pitch %= N_PITCH
        steps = min(int(DURATIONS[duration]), self.setting.end - self._then)
        self.state.push(shift, track, pitch, duration, velocity)
        self._voices.push(track, pitch, self._then, self._then + steps)
        self._count.push(self._then)
        self._loops.push(shift, track, pitch)
        self._helm.push(self._then, track, pitch, self._then + steps, self.state.foretold)
        self._group = self._group + 1 if self._chained else 1
        self._was = self.ints[NOW : NOW + 5].copy()
        end = self._sounding.get((track, pitch), 0)
        if end > self._then:
            self._cut(track, pitch)
        self._sounding[track, pitch] = self._then + steps
        drawn, phrasing = class_velocity(velocity), self.setting.phrasing
        loud = round(phrasing * self._phrased(track) + (1 - phrasing) * drawn) if phrasing else drawn
        self._pending.append((self._then, track, pitch, steps, loud))
        return True

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

    # -- handing out

    def chunk(self) -> Chunk | None:
        """What can be handed out: the first onset at once, then notes before the beat that is being written, or all when done.

        None when there is nothing new.
        """
        reached = self.state.now if self._handed == self.setting.start else self.state.now // STEPS * STEPS
        now = self.setting.end if self.done else max(self._handed, reached)
        if now <= self._handed and not self.done:
            return None
        ready = [n for n in self._pending if n[0] < now]
        self._pending = [n for n in self._pending if n[0] >= now]
        self._handed = now
        made = [(self.setting.parts[c], self._notes([n for n in ready if n[1] == c])) for c in sorted({n[1] for n in ready})]
        written = self._request.end if self.done else now * TICKS_A_STEP
        return Chunk(self.number, tuple(made), min(written, self._request.end), self._bearing.turns)

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
