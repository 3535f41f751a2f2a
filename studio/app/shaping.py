"""A track's MIDI controllers as the expression of its notes: pitch bend, modulation and its rate, volume, expression, brightness.

A note hears the events of its own time only, counted from its onset, so equal notes under equal events are one sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.expression import PLAIN, VIBRATO_FROM_S, VIBRATO_FULL_S, Curve, Expression
from studio.music.notes import EXPRESSION, PITCH_BEND, VOLUME, Controls
from studio.music.tempo import TempoMap

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MODULATION, BRIGHTNESS, VIBRATO_RATE = 1, 74, 76
DATA_ENTRY, PARAMETER_LOW, PARAMETER_HIGH = 6, 100, 101  # registered parameter 0 is the range of the pitch bend
USUAL_RANGE = 2.0  # semitones
BEND_FULL = 8192.0
VIBRATO_CENTS = 50.0  # of the modulation wheel at its end (General MIDI 2, section 3.3.2)
MIDDLE = 64  # of controllers that go to both sides
FADE_POINTS = 5
RAMP_SECONDS = 0.005  # a step of a controller is taken in this time
TAIL_SECONDS = 0.1  # events so long after the release are still heard
FAINTEST_DB = -80.0


@dataclass(frozen=True, eq=False)
class _Line:
    """A value over time: at ``frame`` [n], in order, it steps to ``value`` [n]; before, it is ``rest``."""

    frame: Ints
    value: Floats
    rest: float

    def at(self, frames: Ints) -> Floats:
        """The value in force at frames."""
        where = np.searchsorted(self.frame, frames, "right")
        return np.concatenate([[self.rest], self.value])[where]

    def curve(self, start: int, end: int, ramp: int) -> Curve:
        """Breakpoints from ``start`` to ``end``, counted from ``start``; empty where it rests."""
        now = float(self.at(np.array([start]))[0])
        points = [(0, now)]
        low, high = np.searchsorted(self.frame, [start, end], "right")
        for frame, value in zip((self.frame[low:high] - start).tolist(), self.value[low:high].tolist(), strict=True):
            if value != points[-1][1]:
                points += [(max(frame - ramp, points[-1][0]), points[-1][1]), (frame, value)]
        return tuple(points) if any(v != self.rest for _, v in points) else ()

    def steps(self, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
        """Where it changes between ``start`` and ``end``."""
        return np.searchsorted(self.frame, end, "right") > np.searchsorted(self.frame, start, "right")

    def touches(self, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
        """Where it does not rest all the time from ``start`` to ``end``."""
        return self.steps(start, end) | (self.at(start) != self.rest)


def _stepping(frame: Ints, value: Floats, rest: float) -> _Line:
    """A line without the events that change nothing."""
    changes = np.diff(value, prepend=rest) != 0
    return _Line(frame[changes], value[changes], rest)


def _line(controls: Controls, number: int, tempo: TempoMap, rate: int, rest: float) -> _Line:
    events = controls.numbered(number)
    return _stepping(tempo.frames(events.tick, rate), events.value.astype(np.float64), rest)


def _ranges(controls: Controls) -> Iterator[tuple[int, float]]:
    """Ticks at which the range of the pitch bend changes, and semitones."""
    selected = {PARAMETER_HIGH: 127, PARAMETER_LOW: 127}
    columns = (controls.tick.tolist(), controls.number.tolist(), controls.value.tolist())
    for tick, number, value in zip(*columns, strict=True):
        if number in selected:
            selected[number] = value
        elif number == DATA_ENTRY and not any(selected.values()):
            yield tick, float(value)


def _bend(controls: Controls, tempo: TempoMap, rate: int) -> _Line:
    """The pitch bend in cents."""
    events = controls.numbered(PITCH_BEND)
    changes = [(-1, USUAL_RANGE), *_ranges(controls)] if len(events) else [(-1, USUAL_RANGE)]
    at = np.searchsorted([tick for tick, _ in changes], events.tick, "right") - 1
    semitones = np.array([s for _, s in changes])[at]
    return _stepping(tempo.frames(events.tick, rate), events.value / BEND_FULL * semitones * 100, 0.0)


def _loudness(controls: Controls, tempo: TempoMap, rate: int, usual_volume: int) -> _Line:
    """Volume and expression together in decibels, 40 a decade."""
    volume, expression = _line(controls, VOLUME, tempo, rate, usual_volume), _line(controls, EXPRESSION, tempo, rate, 127)
    frames = np.union1d(volume.frame, expression.frame)
    product = (volume.at(frames) / usual_volume) * (expression.at(frames) / 127)
    return _stepping(frames, np.maximum(40 * np.log10(np.maximum(product, 1e-6)), FAINTEST_DB), 0.0)


def vibrato_hz(rate: Floats | float) -> Floats:
    """Vibrations a second at values of the vibrato's rate (General MIDI 2 leaves the scale open): an octave to either side."""
    return np.asarray(PLAIN.vibrato_hz * 2 ** ((np.asarray(rate) - MIDDLE) / MIDDLE))


def vibrato_rate(hertz: float) -> int:
    """The value of the vibrato's rate for so many vibrations a second."""
    return int(np.clip(round(MIDDLE + MIDDLE * np.log2(hertz / PLAIN.vibrato_hz)), 0, 127))


def _swell(turns: Curve, rate: int) -> Curve:
    """How much of its deepest vibrato the wheel asks for over a note; one that was up before the note fades in as ever."""
    deepest = max(v for _, v in turns)
    if all(v == deepest for _, v in turns):
        return ()
    at, values = (np.array(x, np.float64) for x in zip(*turns, strict=True))
    if values[0]:
        fade = np.linspace(VIBRATO_FROM_S, VIBRATO_FULL_S, FADE_POINTS) * rate
        frames = np.union1d(at, np.rint(fade))
        values = np.interp(frames, at, values) * np.interp(frames, fade, np.linspace(0, 1, FADE_POINTS))
        at = frames
    return tuple((int(frame), float(v / deepest)) for frame, v in zip(at, values, strict=True))


def shapes_of(
    controls: Controls, tempo: TempoMap, start: Ints, held: Ints, rate: int, usual_volume: int
) -> tuple[Expression, ...]:
    """The expression of each note that starts at frames ``start`` [n] and is held for ``held`` frames; empty where all are plain.

    What volume and expression are at the onset is the note's own gain and not part of it.
    """
    if not len(controls) or not len(start):
        return ()
    end = start + held + round(TAIL_SECONDS * rate)
    bend, loudness = _bend(controls, tempo, rate), _loudness(controls, tempo, rate, usual_volume)
    wheel = _line(controls, MODULATION, tempo, rate, 0.0)
    bright, quick = (_line(controls, number, tempo, rate, float(MIDDLE)) for number in (BRIGHTNESS, VIBRATO_RATE))
    touched = bend.touches(start, end) | loudness.steps(start, end) | wheel.touches(start, end) | bright.touches(start, start)
    ramp = max(1, round(RAMP_SECONDS * rate))
    shapes = [PLAIN] * len(start)
    for n in np.flatnonzero(touched).tolist():
        begin, stop = int(start[n]), int(end[n])
        louder = loudness.curve(begin, stop, ramp)
        moved = tuple((frame, db - louder[0][1]) for frame, db in louder) if len(louder) > 1 else ()
        turns = wheel.curve(begin, begin + int(held[n]) - 1, ramp)
        deepest = max((v for _, v in turns), default=0.0)
        onset = np.array([begin])
        how = Expression(
            bend=bend.curve(begin, stop, ramp),
            dynamics=moved,
            vibrato=deepest / 127 * VIBRATO_CENTS,
            vibrato_hz=float(vibrato_hz(quick.at(onset))[0]) if deepest else PLAIN.vibrato_hz,
            swell=_swell(turns, rate) if deepest else (),
            brightness=float(bright.at(onset)[0] - MIDDLE) / MIDDLE,
        )
        shapes[n] = PLAIN if how.plain else how
    return tuple(shapes) if any(how is not PLAIN for how in shapes) else ()
