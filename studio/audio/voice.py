"""A light voice: something that sounds at once, until the neural row is there. Tables of partials, and bursts of noise.

A voice is a pure function of its note and the time, so any slice may be asked for in any order.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]

DRUMS = 128
CLICK = 129  # the metronome, its two sounds by pitch
TAPE = 130  # a piece of a sound file: the light voice has nothing to play in its place
CLICK_BEAT, CLICK_ACCENT = 0, 1
_TABLE = 2048
_RELEASE_SECONDS = 0.06
_TAIL_SECONDS = 0.35
_DRUM_SECONDS = 0.8
_CLICK_SECONDS = 0.06


@dataclass(frozen=True)
class _Family:
    """``slope``: fall of the partials, dB an octave. ``odd``: level of even partials. ``decay``: seconds to fall by 8.7 dB.

    ``level``: decibels, so that the instruments of :mod:`studio.engines` go on about as loud when they take over.
    Slopes are steep enough that hardly ever a step of the voice is larger than theirs (``studio bench takeover``).
    """

    slope: float
    odd: float
    decay: float
    attack: float
    level: float = 0.0


# By eights of General MIDI programs: pianos, mallets, organs, guitars, basses, strings, ensembles, brass, reeds, pipes,
# leads, pads, effects, plucked folk instruments, percussion, sound effects.
_FAMILIES = (
    _Family(11, 1.0, 0.7, 0.003, 4), _Family(12, 0.3, 0.4, 0.002, 4), _Family(11, 0.6, 30, 0.006, -1), _Family(10, 0.9, 0.6, 0.003, 4.5),
    _Family(10, 0.9, 0.8, 0.004, -1), _Family(10, 1.0, 30, 0.05, -2), _Family(11, 1.0, 30, 0.07, -2), _Family(12, 1.0, 30, 0.03),
    _Family(13, 0.3, 30, 0.03), _Family(13, 0.5, 30, 0.04), _Family(10, 1.0, 30, 0.005), _Family(14, 0.9, 30, 0.15),
    _Family(16, 0.7, 3, 0.05, -4), _Family(9, 0.9, 0.4, 0.003), _Family(10, 0.4, 0.3, 0.002), _Family(8, 0.8, 1, 0.01),
)  # fmt: skip


_NEARLY_SINES = {  # programs whose own steps are smaller than their families': electric piano 2, whistle, ocarina, voice lead
    5: _Family(18, 1.0, 2.0, 0.003, 1), 78: _Family(20, 0.3, 30, 0.04), 79: _Family(20, 0.3, 30, 0.04), 85: _Family(14, 1.0, 30, 0.005),
}  # fmt: skip
_OTHER = _FAMILIES[9]  # for instruments of one's own


def light_length(program: int, held: int, rate: int) -> int:
    """Frames from onset to silence of a note held for ``held`` frames."""
    if program == CLICK:
        return int(_CLICK_SECONDS * rate)
    if program == TAPE:
        return held
    return int(_DRUM_SECONDS * rate) if program == DRUMS else held + int(_TAIL_SECONDS * rate)


def light_voice(program: int, pitch: int, velocity: int, held: int, rate: int, first: int, count: int) -> Wave:
    """Frames ``first`` to ``first + count`` after the onset, mono [count]; zeros before 0 and past the end.

    ``program`` is a General MIDI program, :data:`DRUMS` for drums, :data:`CLICK`; ``held`` counts frames from onset to release.
    """
    if program == TAPE:
        return np.zeros(count, np.float32)
    at = np.arange(first, first + count)
    seconds = at / rate
    loudness = 0.07 * (velocity / 100.0) ** 2
    if program == DRUMS:
        sound = np.multiply(*_drum(pitch, at, seconds))
    elif program == CLICK:
        sound = _click(pitch, seconds)
    else:
        family = _NEARLY_SINES.get(program) or (_FAMILIES[program // 8] if 0 <= program < 128 else _OTHER)
        loudness *= 10 ** (family.level / 20)
        wave, envelope = _tone(family, pitch, at, seconds, rate)
        late = seconds - held / rate
        sound = wave * (envelope * np.exp(-np.maximum(late, 0.0) / _RELEASE_SECONDS))
    inside = (at >= 0) & (at < light_length(program, held, rate))
    return np.asarray(sound * (loudness * inside), np.float32)


def _tone(
    family: _Family, pitch: int, at: npt.NDArray[np.int64], seconds: npt.NDArray[np.float64], rate: int
) -> tuple[Wave, npt.NDArray[np.float64]]:
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    table = _table(family, max(1, int(0.45 * rate / frequency)) if frequency > 400 else 48)
    place = (at * (frequency * _TABLE / rate)).astype(np.int64) & (_TABLE - 1)
    decay = family.decay * 2.0 ** ((60 - pitch) / 24)
    envelope = np.clip(seconds / family.attack, 0.0, 1.0) * np.exp(-np.maximum(seconds, 0.0) / decay)
    return table[place], envelope


@lru_cache(maxsize=256)
def _table(family: _Family, partials: int) -> Wave:
    number = np.arange(1, min(partials, 48) + 1)
    level = 10.0 ** (-family.slope * np.log2(number) / 20) * np.where(number % 2 == 0, family.odd, 1.0)
    phase = np.random.default_rng(7).uniform(0, 2 * np.pi, 48)[: len(number)]
    angle = 2 * np.pi * np.arange(_TABLE) / _TABLE
    wave = (level[:, None] * np.sin(number[:, None] * angle + phase[:, None])).sum(0)
    return np.asarray(wave / np.sqrt((wave**2).mean()), np.float32)


@lru_cache(maxsize=1)
def _noise() -> tuple[Wave, Wave]:
    """A second of bright and of dull noise."""
    white = np.random.default_rng(5).standard_normal(1 << 16)
    dull = np.convolve(white, np.hanning(34) / 8, "same")
    return white.astype(np.float32), dull.astype(np.float32)


def _drum(
    pitch: int, at: npt.NDArray[np.int64], seconds: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Kicks and toms sweep down, snares are a tone with noise, everything else is bright noise."""
    bright, dull = _noise()
    t = np.maximum(seconds, 0.0)
    place = at & ((1 << 16) - 1)
    if pitch in (35, 36):
        return np.sin(2 * np.pi * (52 * t + 3.2 * (1 - np.exp(-t / 0.022)))) * 1.3, np.exp(-t / 0.12)
    if pitch in (37, 38, 39, 40):
        return 1.2 * np.sin(2 * np.pi * 190 * t) + 2.0 * dull[place], np.exp(-t / 0.09)
    if pitch in (41, 43, 45, 47, 48, 50):
        base = 70.0 + 9.0 * (pitch - 41)
        return np.sin(2 * np.pi * (base * t + 2.0 * (1 - np.exp(-t / 0.03)))) * 2.0, np.exp(-t / 0.16)
    return 0.5 * bright[place], np.exp(-t / (0.25 if pitch in (46, 49, 51, 52, 55, 57, 59) else 0.04))


def _click(pitch: int, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A short knock, higher and stronger on a bar's first beat."""
    frequency, level = (2_093.0, 6.0) if pitch == CLICK_ACCENT else (1_568.0, 4.0)
    t = np.maximum(seconds, 0.0)
    return np.asarray(level * np.sin(2 * np.pi * frequency * t) * np.minimum(t / 0.0008, 1.0) * np.exp(-t / 0.009))
