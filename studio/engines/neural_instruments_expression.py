"""Expression on the neural instruments' notes.

Colour is set on a voice's levels. Pitch is moved by a clock that runs faster or slower than the frames: the note is made as
ever and read at the clock's times by a windowed sinc (Smith and Gossett, "A flexible sampling-rate conversion method",
ICASSP 1984), partials and noise alike, as a tape would be. Both are pure functions of note and time: the clock is summed up
from the onset on a grid of its own, so every slice reads the same times.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines.expression import VIBRATO_FROM_S, VIBRATO_FULL_S, Curve, Expression
from studio.nn.spectral import LEAST, NEPER, NOISE_BANDS, NYQUIST_SHARE, POINTS, band_centres, control_times

if TYPE_CHECKING:
    from studio.nn.spectral import Voice

Float = npt.NDArray[np.float64]
Wave = npt.NDArray[np.float32]

BRIGHT_DB = 6.0  # an octave, at brightness 1
BRIGHT_AROUND_HZ = 700.0
BREATH_DB = 15.0
SOFT_S, HARD_DB, HARD_S = 0.12, 9.0, 0.05  # rise of the softest attack; what the hardest adds, and for how long
GLIDE_S = 0.06
GRID = 64  # frames between two points of the clock
TAPS, FINE = 24, 256  # of the sinc, and its places between two samples
AT_ONCE = 4096  # frames that are read at once


def coloured(voice: "Voice", how: Expression, rate: int) -> "Voice":
    """The voice with brightness, breath and attack, and without partials that the clock would take over the Nyquist frequency."""
    levels = voice.levels.copy()
    for at, frequency in ((slice(NOISE_BANDS), band_centres()), (slice(NOISE_BANDS, None), voice.frequency)):
        octaves = np.log2(np.clip(frequency, 60.0, 12000.0) / BRIGHT_AROUND_HZ)
        levels[: POINTS + 1, at] += (how.brightness * BRIGHT_DB * NEPER * octaves).astype(np.float32)
    levels[: POINTS + 1, :NOISE_BANDS] += np.float32(how.breath * BREATH_DB * NEPER)
    times = control_times()
    if how.attack < 0:
        rise = np.log(np.maximum(1 - np.exp(-times / (-how.attack * SOFT_S)), 1e-3))
    else:
        rise = how.attack * HARD_DB * NEPER * np.exp(-times / HARD_S)
    levels[: POINTS + 1] += rise[:, None].astype(np.float32)
    if how.moves:
        high = NYQUIST_SHARE * rate / 2 ** (max(_highest(how), 0.0) / 1200)
        levels[: POINTS + 1, NOISE_BANDS:][:, voice.frequency > high] = LEAST
    return replace(voice, levels=levels, hiss=np.full(len(voice.hiss), np.inf))


def _highest(how: Expression) -> float:
    """Cents that the pitch never exceeds."""
    return how.tuning + abs(how.glide) + how.vibrato + max((cents for _, cents in how.bend), default=0.0)


def curve_at(curve: Curve, frames: Float) -> Float:
    """Values of a curve at frames."""
    at, values = zip(*curve, strict=True)
    return np.interp(frames, at, values)


def cents_at(how: Expression, frames: Float, rate: int) -> Float:
    """How far the pitch lies off the key's at frames after the onset."""
    seconds = frames / rate
    rise = np.clip((seconds - VIBRATO_FROM_S) / (VIBRATO_FULL_S - VIBRATO_FROM_S), 0, 1)
    share = curve_at(how.swell, frames) if how.swell else rise * rise * (3 - 2 * rise)
    wave = np.sin(2 * np.pi * how.vibrato_hz * (seconds - VIBRATO_FROM_S))
    cents = how.tuning + how.glide * np.exp(-seconds / GLIDE_S) + how.vibrato * share * wave
    return cents + curve_at(how.bend, frames) if how.bend else cents


@dataclass(frozen=True, eq=False)
class Clock:
    """Where in the unbent note each frame is read. Speed is straight between the points of the grid."""

    speed: Float
    time: Float

    @classmethod
    def of(cls, how: Expression, rate: int, frames: int) -> "Clock":
        """The clock of a note for its first ``frames``."""
        grid = np.arange(0, frames + 2 * GRID, GRID, dtype=np.float64)
        speed = 2 ** (cents_at(how, grid, rate) / 1200)
        return cls(speed, np.concatenate([[0.0], np.cumsum((speed[:-1] + speed[1:]) * (GRID / 2))]))

    def at(self, frames: Float) -> Float:
        """Times in frames of the unbent note, of frames from 0 on."""
        cell = np.minimum((frames / GRID).astype(np.int64), len(self.speed) - 2)
        past = frames - cell * GRID
        rising = (self.speed[cell + 1] - self.speed[cell]) / (2 * GRID)
        return np.asarray(self.time[cell] + past * (self.speed[cell] + rising * past))


@lru_cache(maxsize=1)
def _sinc() -> tuple[Wave, Wave]:
    """Kaiser-windowed sincs at :data:`FINE` places between two samples, [FINE + 1, TAPS], and the way to the next."""
    offset = np.arange(FINE + 2)[:, None] / FINE
    at = np.arange(TAPS) - (TAPS // 2 - 1) - offset
    window = np.i0(8.0 * np.sqrt(np.clip(1 - (at / (TAPS / 2)) ** 2, 0, None))) / np.i0(8.0)
    taps = (np.sinc(0.96 * at) * 0.96 * window).astype(np.float32)
    return taps[:-1], np.diff(taps, axis=0)


def read_at(sound: Wave, times: Float) -> Wave:
    """``sound`` at times in samples, which lie at least :data:`TAPS` // 2 inside of it."""
    taps, ways = _sinc()
    windows = np.lib.stride_tricks.sliding_window_view(sound, TAPS)
    out = np.empty(len(times), np.float32)
    for k in range(0, len(times), AT_ONCE):
        part = times[k : k + AT_ONCE]
        whole = np.floor(part).astype(np.int64)
        place = (part - whole) * FINE
        near = place.astype(np.int64)
        weights = taps[near] + ways[near] * (place - near).astype(np.float32)[:, None]
        out[k : k + AT_ONCE] = (windows[whole - (TAPS // 2 - 1)] * weights).sum(1)
    return out


def rendered(voice: "Voice", how: Expression, rate: int, first: int, row: Wave, synth: Any) -> None:
    """Write frames from ``first`` on of a shaped note into ``row``; ``voice`` has the length and the hold of the plain one."""
    low, high = max(first, 0), min(first + len(row), voice.length)
    if high <= low:
        return
    part = row[low - first : high - first]
    shaped = coloured(voice, how, rate)
    if how.moves:
        clock = Clock.of(how, rate, voice.length)
        times = clock.at(np.arange(low, high, dtype=np.float64))
        held, length = (int(np.ceil(t)) for t in clock.at(np.array([voice.held, voice.length], np.float64)))
        begin, end = int(times[0]) - TAPS, int(times[-1]) + TAPS + 1
        plain = np.zeros((1, end - begin), np.float32)
        synth.render([replace(shaped, held=held, length=length)], rate, begin, plain)
        part[:] = read_at(plain[0], times - begin)
    else:
        synth.render([shaped], rate, low, part[None])
    if how.dynamics:
        part *= (10 ** (curve_at(how.dynamics, np.arange(low, high, dtype=np.float64)) / 20)).astype(np.float32)
