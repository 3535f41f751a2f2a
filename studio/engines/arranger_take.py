"""One take of a hole while it is written: its draw, its limits, what it listened to, and the notes not yet handed out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk
from studio.engines.arranger_band import HoleBand
from studio.engines.arranger_features import END, Hole, HoleState
from studio.engines.arranger_setting import ArrangeRequest, Scene, Target, hole_in, scene_of
from studio.engines.arranger_voice import PartVoice
from studio.engines.lstm_writer_setting import TICKS_A_STEP
from studio.engines.lstm_writer_styles import phrased_velocity
from studio.engines.note_columns import DRUM_STEPS, DURATIONS, SHIFTS, STEPS, VELOCITIES, class_velocity, nearest
from studio.music.notes import Notes, Origin

Logits = npt.NDArray[np.float64]
_LARGEST_GROUP = 12
_DRUM_DURATION = int(nearest(DURATIONS, [DRUM_STEPS])[0])
MOST_LISTENED = 12


@dataclass(frozen=True, slots=True)
class Listened:
    """What a written note listened to: its start (ticks) and pitch; (track id, start, pitch, weight), heaviest first.

    A track id of None is a part that this take has written before. Weights of all that is heard sum to 1.
    """

    start: int
    pitch: int
    to: tuple[tuple[int | None, int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Arranged(Chunk):
    """A chunk of the arranger, with what each of its notes listened to."""

    listened: tuple[Listened, ...] = ()


def check_holes(request: ArrangeRequest) -> None:
    """Raises StudioError where a request cannot be met, as writing it would."""
    scene = scene_of(request)
    for window in scene.windows:
        _band_of(request, scene, hole_in(scene, scene.targets[0], window, 0, np.zeros((0, 5), np.int64)))


def _band_of(request: ArrangeRequest, scene: Scene, hole: Hole) -> HoleBand:
    """The notes a bar of a hole. Errors as :class:`HoleBand`."""
    numbers, lines = [t.number for t in scene.targets], [t.number for t in scene.targets if t.single]
    beside = [n for n in numbers if n in scene.tracks and scene.tracks[n] not in request.tracks]
    others = scene.piece.time[np.isin(scene.piece.track, beside)]
    return HoleBand(hole, request.limits, scene.fence.grid or 1, scene.start, numbers, lines, others)


class HoleTake:
    """A take of a hole. The engine shows what :attr:`state` and :attr:`voice` know to the network and hands each head's logits back."""

    def __init__(
        self,
        request: ArrangeRequest,
        scene: Scene,
        target: Target,
        hole: Hole,
        number: int,
        draw: np.random.Generator,
        voice: PartVoice | None = None,
    ) -> None:
        self.number, self.hole, self.state, self.voice = number, hole, HoleState(hole), voice or PartVoice(hole)
        self._request, self._scene, self._target, self._draw = request, scene, target, draw
        self.done, self._closed = False, False
        self.shift, self.shift_class = 0, 0
        ahead = hole.own & (hole.time >= hole.start)  # behind the hole too: the last notes may reach there
        self._fixed = sorted(zip(hole.time[ahead].tolist(), hole.steps[ahead].tolist(), hole.pitch[ahead].tolist(), strict=True))
        before = hole.own & (hole.time < hole.start)
        ends = (hole.time + hole.steps)[before]
        self._sounding = {p: e for p, e in zip(hole.pitch[before].tolist(), ends.tolist(), strict=True) if e > hole.start}
        self._carried = max(self._sounding.values(), default=0)
        self._made: list[tuple[int, int, int, int, int]] = []
        self._listened: list[Listened] = []
        self._handed = 0
        self.pitch = self._duration = 0
        self._level = self._usual_level()
        written = hole.own & (hole.time >= scene.start) & (hole.time < hole.start)
        last = hole.time[written].max() if written.any() else -1
        self._onset = (int(last), hole.pitch[written & (hole.time == last)].tolist())
        self._before: list[int] = []
        self._band = _band_of(request, scene, hole)

    def _usual_level(self) -> int | None:
        own = self.hole.own & (self.hole.velocity < VELOCITIES)
        return class_velocity(int(np.median(self.hole.velocity[own]))) if own.any() else None

    @property
    def then(self) -> int:
        """Where the note that is being written begins."""
        return self.state.now + self.shift

    @property
    def share(self) -> float:
        """How much of the hole is written, 0 to 1."""
        return 1.0 if self.done else float((self.state.now - self.hole.start) / (self.hole.end - self.hole.start))

    # -- one note

    def choose_shift(self, logits: Logits) -> bool:
        """Choose how far on the next note is; False when the hole is closed."""
        state, hole = self.state, self.hole
        times = state.now + SHIFTS
        grid = self._scene.fence.grid or 1
        fine = np.append((times < hole.end) & ((times - self._scene.start) % grid == 0), state.begun)
        free = self._free(state.now, state.was[0]).any() and state.group < _LARGEST_GROUP
        if state.begun and (self._target.single or not free or self._band.full(state.now)):
            fine[0] = False
        for k in np.flatnonzero(fine[:-1]).tolist():
            if ((k or not state.begun) and not self._free(int(times[k]), -1).any()) or not self._startable(int(times[k])):
                fine[k] = False
        fine[-1] &= self._band.may_end(state.now)
        if not fine.any() and not self._band.may_end(state.now):
            fine[0] = self._rest()
        if not fine.any():
            self.done = True
            return False
        self.shift_class = self._sample(logits, fine)
        self.done = self.shift_class == END
        self.shift = 0 if self.done else int(SHIFTS[self.shift_class])
        if not self.done:
            self.voice.place(self.then)
        return not self.done

    def _startable(self, step: int) -> bool:
        return self._band.startable(step, self.state.now)

    def _rest(self) -> bool:
        """No shift leads to where a note is missing: go on from the first step where one may start, as after a pause."""
        state, grid = self.state, self._scene.fence.grid or 1
        for step in range(state.now + 1, self.hole.end):
            on_grid = (step - self._scene.start) % grid == 0
            if on_grid and self._startable(step) and self._free(step, -1).any():
                state.now, state.begun, state.group = step, False, 0
                self.voice.skip_to(step)
                return True
        return False

    def _free(self, then: int, above: int) -> npt.NDArray[np.bool_]:
        """Pitches that may start at ``then``: allowed, higher than ``above``, and neither sounding nor locked there."""
        time, now = self._onset
        fine = self._scene.fence.pitches(self._target.number, then, self._before if time == then else now) & self._target.allowed
        fine[: above + 1] = False
        if self._full(then):
            return np.zeros_like(fine)
        for pitch, end in self._sounding.items():
            if end > then and not self._target.single:
                fine[pitch] = False
        for time, steps, pitch in self._fixed:
            if time <= then < time + steps:
                fine[pitch] = False
        return fine

    def _full(self, then: int) -> bool:
        """Whether no note more may sound at ``then``: in a single line locked and earlier bars' notes are in the way, others are cut."""
        locked = sum(time <= then < time + steps for time, steps, _ in self._fixed)
        if self._target.single:
            return locked > 0 or self._carried > then
        most = 0 if self.hole.drums else self._request.limits.polyphony
        return bool(most) and locked + sum(end > then for end in self._sounding.values()) >= most

    def choose_pitch(self, logits: Logits, weights: npt.NDArray[np.float32], chosen: npt.NDArray[np.int64]) -> int:
        """Choose which pitch; ``weights`` of the heard notes, whose indices in the hole are ``chosen``, are remembered."""
        then = self.then
        chained = self.state.begun and self.shift == 0
        self.pitch = self._sample(logits, self._free(then, self.state.was[0] if chained else -1))
        self._note_listened(then, weights, chosen)
        self.voice.sound(self.pitch)
        return self.pitch

    def _note_listened(self, then: int, weights: npt.NDArray[np.float32], chosen: npt.NDArray[np.int64]) -> None:
        hole, scene = self.hole, self._scene
        to = []
        for i in np.argsort(-weights[: len(chosen)], kind="stable")[:MOST_LISTENED].tolist():
            n = int(chosen[i])
            number = int(hole.track[n])
            sounding = int(hole.pitch[n]) - (scene.moved if number else 0)
            to.append((scene.tracks.get(number), int(hole.time[n]) * TICKS_A_STEP, sounding, float(weights[i])))
        pitch = self.pitch - (scene.moved if self._target.number else 0)
        self._listened.append(Listened(max(then * TICKS_A_STEP, self._request.start), pitch, tuple(to)))

    def choose_duration(self, logits: Logits) -> int:
        """Choose how long."""
        then = self.then
        deadline = None if self._target.single or self.hole.drums else self._band.deadline(then)
        fine = np.ones(len(DURATIONS), bool) if deadline is None else then + DURATIONS <= deadline
        self._duration = _DRUM_DURATION if self.hole.drums else self._sample(logits, fine)
        self.voice.last(self._duration)
        return self._duration

    def choose_velocity(self, logits: Logits) -> None:
        """Choose how loud, and write the note."""
        velocity = VELOCITIES if self.hole.flat else self._sample(logits, np.ones(VELOCITIES, bool))
        then, single = self.then, self._target.single
        limit = min([t for t, _, p in self._fixed if (single or p == self.pitch) and t > then], default=1 << 40)
        limit = min(limit, self._crowded(then), self.hole.end if self._band.deadline(then) is not None else limit)
        if single and self._made and self._made[-1][0] + self._made[-1][2] > then:
            time, pitch, _, loud, level = self._made[-1]
            self._made[-1] = (time, pitch, then - time, loud, level)
        steps = max(1, min(int(DURATIONS[self._duration]), self._song_end() - then, limit - then))
        loud = self._phrased(then) if velocity == VELOCITIES else class_velocity(velocity)
        self.state.push(self.shift, self.pitch, self._duration, velocity, steps)
        self.voice.push(velocity, steps)
        self._sounding[self.pitch] = then + steps
        self._band.push(then)
        time, now = self._onset
        self._before = self._before if time == then else now
        self._onset = (then, [*now, self.pitch] if time == then else [self.pitch])
        self._made.append((then, self.pitch, steps, loud, velocity))

    def _crowded(self, then: int) -> int:
        """The first locked onset after ``then`` at which one more note would be too many."""
        most = 0 if self.hole.drums else self._request.limits.polyphony
        for at in sorted({t for t, _, _ in self._fixed if t > then}) if most else ():
            held = sum(t <= at < t + steps for t, steps, _ in self._fixed)
            if held + sum(end > at for end in self._sounding.values()) >= most:
                return at
        return 1 << 40

    def _song_end(self) -> int:
        """Where the region ends: no note is longer."""
        return self._scene.windows[-1][1]

    def _phrased(self, then: int) -> int:
        bar, length, _, count = self.hole.bars.at(then)
        inside = then - bar
        phrase = ((count % 4) + inside / length) / 4
        return phrased_velocity(self._target.number, inside / length, inside % STEPS == 0, phrase, self._level)

    def _sample(self, logits: Logits, fine: npt.NDArray[np.bool_]) -> int:
        request = self._request
        scores = np.where(fine, logits.round(4), -np.inf) / max(0.05, request.temperature)
        p = np.exp(scores - scores.max())
        order = np.argsort(-p, kind="stable")
        total = np.cumsum(p[order])
        kept = min(int(np.searchsorted(total, request.top_p * total[-1])), int(fine.sum()) - 1)
        return int(order[int(np.searchsorted(total[:kept], self._draw.random() * total[kept], "right"))])

    # -- handing out

    def rows(self) -> npt.NDArray[np.int64]:
        """What was written, as the next holes hear it: time, steps, class, pitch, velocity class, [n, 5]."""
        made = [(t, s, self._target.number, p, v) for t, p, s, _, v in self._made]
        return np.array(made, np.int64).reshape(-1, 5)

    def chunk(self, last: bool, closing: bool) -> Arranged | None:
        """The notes before the beat that is being written, or the rest; None when nothing is new.

        ``last``: no other part of this window follows; ``closing``: nothing at all follows.
        """
        if self._closed:
            return None
        now = 1 << 40 if self.done else self.state.now // STEPS * STEPS
        waiting = self._made[self._handed :]
        if self._target.single and not self.done and waiting:  # the next note may cut the last one short
            now = min(now, waiting[-1][0])
        fresh = [m for m in waiting if m[0] < now]
        if not fresh and not self.done:
            return None
        told = tuple(self._listened[self._handed : self._handed + len(fresh)])
        self._handed += len(fresh)
        self._closed = self.done
        request, hole = self._request, self.hole
        at = hole.end if self.done else max(hole.start, now)
        written = at if last else hole.start
        to = request.end if closing and self.done else min(max(written * TICKS_A_STEP, request.start), request.end)
        parts = [(self._target.part, self._notes(fresh))] if fresh else []
        return Arranged(self.number, tuple(parts), to, listened=told)

    def _notes(self, rows: list[tuple[int, int, int, int, int]]) -> Notes:
        request = self._request
        time, pitch, steps, loud, _ = np.array(rows, np.int64).T
        start = np.maximum(time * TICKS_A_STEP, request.start)
        end = np.minimum((time + steps) * TICKS_A_STEP, request.end)
        sounding = pitch if self.hole.drums else pitch - self._scene.moved
        return Notes.of(start, np.maximum(end - start, 1), sounding, loud, origin=int(Origin.GENERATED))
