"""The designed part of the instruments: level, velocity, balance, decay beyond the data, release, tuning of partials.

The recordings hardly have these: their layers are near peak-normalised and most are cut before a release. So there is one
law for all instruments, and it lives here, outside the network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from studio.nn.spectral import LAST_POINT_S, MAX_PARTIALS, POINTS, band_centres, control_times

Float = npt.NDArray[np.floating[Any]]  # levels of many notes are float32, which is exact to a hundred-thousandth of a decibel

MEDIUM = 80  # the velocity at which all instruments are about equally loud
MEDIUM_DB = -25.0  # their loudness there (weighted power of the loudest 60 ms, dB to full scale)
TILT_DB = 7.0  # brightness: dB an octave above 500 Hz from velocity 0 to 127, where layers end or a sound has but one
LOUD_S = 0.06
POWER_S = 0.5
RUMBLE_DB = 6.0  # the lowest band of noise of what is sampled is at most so much louder a hertz than the next
FAINTEST_DB = -200.0  # a soft note's hiss lies under -150 dB a hertz, and raised to that it would be the loudest thing of it
SILENT_DB = -66.0  # under the note's loudest: where a decay is taken for silence
LONGEST_S = 16.0
MODE_PHASES = 1  # seed of the phases in which modes start: those they were corrected in, for near ones add up by their phases
DEEP_HZ = 100.0  # a drum with two modes under this is deep
DEEP_ONSET_DB, DEEP_NOISE_DB, KNOCK_HZ = -20.0, -14.0, (600.0, 1200.0)  # see :func:`knock_evened`
SLOWEST_DB = {True: 6.0, False: 15.0}  # least decay a second past the last control point, of sounds with a damper and without


class Part(NamedTuple):
    """A trained sound's share in a blend, its trained pitches and velocities, and by how many dB its noise is raised.

    ``ratios``: in a blend of drums, its own modes beside those of the blend (see :mod:`studio.engines.drum_blend`).
    """

    share: float
    low: int
    high: int
    soft: int
    loud: int
    hiss_db: float = 0.0
    ratios: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sound:
    """What the card says of a trained sound.

    ``row`` in the network; ``program`` of its own (-1: a drum piece); ``key`` the pitch it was trained at if it is a drum;
    ``low``, ``high`` trained pitches; ``soft``, ``loud`` trained velocities; ``ratios`` of modes to the fundamental (drums: Hz),
    empty for harmonics; ``stiffness`` of log B over pitch (quadratic, highest power first), empty where B is 0;
    ``mix`` of a blend: what it is mixed of, whose rows are ``row`` and those after it; empty where it is no blend;
    ``beating`` of its strings as :mod:`studio.engines.string_beating` has it, empty where there is none;
    ``hiss_db`` by how many dB the noise is raised over what the network says (see studio/train/instruments_laws);
    ``vibrato`` as players of it have it: cents to either side, times a second, seconds until half of it is there; empty: none.
    The sound is without; the performer proposes it (see studio/engines/performer_vibrato); the rest as in the training table.
    """

    id: str
    row: int
    title: str
    program: int
    kind: str
    steady: bool
    octave: int
    release_s: float
    louder_db: float
    low: int
    high: int
    soft: int
    loud: int
    ratios: tuple[float, ...] = ()
    stiffness: tuple[float, ...] = ()
    key: int = 0
    mix: tuple[Part, ...] = ()
    beating: tuple[float, ...] = ()
    hiss_db: float = 0.0
    vibrato: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Sound":
        """From a card's entry."""
        lists = {k: tuple(values.get(k, ())) for k in ("ratios", "stiffness", "beating", "vibrato")}
        return cls(**values | lists | {"mix": tuple(_part(p) for p in values.get("mix", ()))})

    @property
    def corrected_modes(self) -> bool:
        """Whether its modes were brought to the recordings by ear, with phases of their own (see studio/engines/note_correction)."""
        return bool(self.ratios) and (self.kind == "recorded" or bool(self.mix))

    @property
    def sampled(self) -> bool:
        """Whether it has harmonics and was learned from a soundfont (see :func:`without_rumble`)."""
        return self.kind == "soundfont-render" and not self.ratios

    @property
    def deep(self) -> bool:
        """Whether it is a recorded deep drum of the kit (see :func:`knock_evened`)."""
        return self.corrected_modes and self.program < 0 and len(self.ratios) > 1 and self.ratios[1] < DEEP_HZ

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it is mixed of: itself, if it is no blend."""
        return self.mix or (Part(1.0, self.low, self.high, self.soft, self.loud, self.hiss_db),)


def _part(values: Sequence[Any]) -> Part:
    part = Part(*values)
    return part._replace(ratios=tuple(part.ratios))


def fundamental(pitch: float, octave: int = 0) -> float:
    """Frequency of a key in Hz (A4 is 440)."""
    return float(440 * 2 ** ((pitch - 69) / 12 + octave))


def stiffness_of(pitches: Sequence[float], inharmonicities: Sequence[float]) -> tuple[float, ...]:
    """Robust quadratic of log B over (pitch - 60) / 24, highest power first; empty where too few notes show any."""
    found = [(p, b) for p, b in zip(pitches, inharmonicities, strict=True) if 2e-6 < b < 0.015]
    if len(found) < 4:
        return ()
    x = (np.array([p for p, _ in found]) - 60) / 24
    y = np.log([b for _, b in found])
    weight = np.ones(len(x))
    solution = np.zeros(3)
    for _ in range(8):
        design = np.stack([x**2, x, np.ones_like(x)], 1)
        # A little ridge on the curvature, so that few notes give a line.
        tall = np.concatenate([design * weight[:, None], np.diag([0.7, 0.05, 0.0])])
        solution = np.linalg.lstsq(tall, np.concatenate([y * weight, np.zeros(3)]), rcond=None)[0]
        error = np.abs(y - design @ solution)
        weight = 1 / np.maximum(error, 0.15) ** 0.5
    return tuple(float(s) for s in solution)


def inharmonicity(sound: Sound, pitch: float) -> float:
    """B of a stiff string at a key; 0 where the sound has harmonics."""
    if not sound.stiffness:
        return 0.0
    inside = float(np.clip(pitch, sound.low, sound.high))
    return float(np.clip(np.exp(np.polyval(sound.stiffness, (inside - 60) / 24)), 1e-7, 0.02))


def frequencies(sound: Sound, pitch: float) -> Float:
    """Frequencies of the partials in Hz, [MAX_PARTIALS]; past the last mode: 0. The first partial is exact in tune."""
    if sound.ratios:
        base = 2 ** ((pitch - sound.key) / 12) if sound.program < 0 else fundamental(pitch, sound.octave)
        found = np.array(sound.ratios) * base
        return np.concatenate([found, np.zeros(MAX_PARTIALS - len(found))])
    k = np.arange(1, MAX_PARTIALS + 1)
    b = inharmonicity(sound, pitch)
    return np.asarray(fundamental(pitch, sound.octave) * k * np.sqrt((1 + b * k**2) / (1 + b)))


def level_db(velocity: Float) -> Float:
    """The velocity law: amplitude by the square of the velocity, as General MIDI recommends; 0 dB at :data:`MEDIUM`."""
    return np.asarray(40 * np.log10(np.maximum(velocity, 1.0) / MEDIUM))


def tilt(frequency: Float, excess: Float) -> Float:
    """Brightness in dB at frequencies for velocities that lie ``excess`` above (or below) the trained ones; shapes broadcast."""
    octaves = np.log2(np.clip(frequency, 100.0, 16000.0) / 500.0)
    return np.asarray(np.clip(TILT_DB * octaves * excess / 127, -30, 12))


def weighting(frequency: Float) -> Float:
    """A loudness weighting in dB: bass discounted, the ear's best range lifted (after ITU-R BS.1770's K curve)."""
    f = np.maximum(frequency, 1.0)
    low = 1 / (1 + (45.0 / f) ** 4)
    shelf = 4.0 / (1 + (1500.0 / f) ** 2)
    return np.asarray(10 * np.log10(low) + shelf)


@lru_cache(maxsize=1)
def bandwidths() -> Float:
    """Widths of the noise bands in Hz, [NOISE_BANDS], float32."""
    return np.gradient(band_centres()).astype(np.float32)


def _between(at: Float, points: Float) -> Float:
    """What each of ``points`` counts in a linear interpolation at ``at``, [points, at]."""
    return np.stack([np.interp(at, points, row) for row in np.eye(len(points))]).astype(np.float32)


@lru_cache(maxsize=1)
def _loud_weights() -> Float:
    """What the control points count in the mean power of each :data:`LOUD_S` of the first 1.2 s, [POINTS, stretches]."""
    shares = _between(np.arange(0, 1.2, 0.01), control_times()[:POINTS])
    width = round(LOUD_S / 0.01)
    return np.stack([np.convolve(row, np.ones(width, np.float32) / width, "valid") for row in shares])


@lru_cache(maxsize=1)
def _power_weights() -> Float:
    """What the control points count in the mean power of the first :data:`POWER_S`, [POINTS]."""
    return np.asarray(_between(np.arange(0, POWER_S, 0.005), control_times()[:POINTS]).mean(1))


def _power(db: Float) -> Float:
    return np.asarray(np.exp(db * (math.log(10) / 10)))


# Sums here are of products, not products of matrices: these would round otherwise in another company of notes.


def loudness(partials: Float, noise: Float, frequency: Float) -> Float:
    """Weighted power in dB of the loudest :data:`LOUD_S` within the first 1.2 s, [n].

    Levels at the control points in dB, [n, points, MAX_PARTIALS] and [n, points, NOISE_BANDS]; frequencies in Hz, [n, MAX_PARTIALS].
    """
    heard = (
        _power(partials[:, :POINTS] + (weighting(frequency) - 3.01).astype(partials.dtype)[:, None]) * (frequency > 0)[:, None]
    ).sum(2)
    hiss = (_power(noise[:, :POINTS] + weighting(band_centres()).astype(noise.dtype)) * bandwidths()).sum(2)
    loudest = ((heard + hiss)[:, :, None] * _loud_weights()).sum(1).max(1)
    return np.asarray(10 * np.log10(loudest + 1e-20))


def powers(partials: Float, noise: Float) -> Float:
    """Power at the control points, of levels in dB: [n, points]."""
    return tones_power(partials) + noise_power(noise)


def tones_power(partials: Float) -> Float:
    """Power of the partials alone, as :func:`powers`."""
    return np.asarray(_power(partials).sum(2) / 2)


def noise_power(noise: Float) -> Float:
    """Power of the noise alone, as :func:`powers`."""
    return np.asarray((_power(noise) * bandwidths()).sum(2))


def power_db(partials: Float, noise: Float) -> Float:
    """Mean power in dB of the first :data:`POWER_S`: what the velocity law is kept in, so that louder keys measure louder, [n]."""
    mean = (powers(partials[:, :POINTS], noise[:, :POINTS]) * _power_weights()).sum(1)
    return np.asarray(10 * np.log10(mean + 1e-20))


def beyond(levels: Float, steady: npt.NDArray[np.bool_], slowest: Float) -> Float:
    """``levels`` [n, POINTS, w] with a last row for the far end.

    Held where the sound is ``steady`` [n], else on down at the last slope, by at least ``slowest`` dB a second [n].
    """
    times = control_times()
    back = 4
    slope = (levels[:, -1] - levels[:, -1 - back]) / (times[POINTS - 1] - times[POINTS - 1 - back])
    fall = np.minimum(np.maximum(slope, -120.0), -slowest[:, None]) * (times[POINTS] - LAST_POINT_S)
    last = levels[:, -1] + np.where(steady[:, None], 0.0, fall)
    return np.concatenate([levels, last[:, None]], 1)


def release_s(sound: Sound, pitch: float) -> float:
    """Seconds to -60 dB at 500 Hz after the key is let go; 0 where nothing is damped."""
    if sound.release_s <= 0 or (sound.id in ("piano", "honky_tonk") and pitch > 90):
        return 0.0
    return float(sound.release_s * (1.0 if sound.steady else 2 ** (min(max(60 - pitch, -36), 36) / 36)))


def damping(release: Float, frequency: Float) -> Float:
    """dB a second that a release of those seconds takes at frequencies (shapes broadcast); highs go sooner."""
    by_pitch = np.clip((np.maximum(frequency, 20) / 500) ** 0.25, 0.85, 2.0)
    return np.asarray(np.where(release > 0, 60 / np.maximum(release, 1e-3), 0.0) * by_pitch)


@lru_cache(maxsize=1)
def _silence_grid() -> tuple[Float, Float]:
    """Times in seconds [t], and what the control points count there [POINTS + 1, t]."""
    times = control_times()
    grid = np.concatenate([times[:POINTS], np.linspace(LAST_POINT_S, times[POINTS], 121)[1:]])
    return grid, _between(grid, times)


def silence_s(partials: Float, noise: Float) -> Float:
    """Seconds after which notes have decayed for good (by :data:`SILENT_DB`), at most :data:`LONGEST_S`; inf if never, [n]."""
    grid, shares = _silence_grid()
    level = ((10 * np.log10(powers(partials, noise) + 1e-20))[:, :, None] * shares).sum(1)
    audible = level > level[:, :POINTS].max(1)[:, None] + SILENT_DB
    last = len(grid) - 1 - audible[:, ::-1].argmax(1)
    seconds = np.minimum(grid[np.minimum(last + 1, len(grid) - 1)], LONGEST_S)
    return np.where(last == len(grid) - 1, np.inf, seconds)


def without_rumble(noise: Float, sampled: npt.NDArray[np.bool_]) -> Float:
    """Noise levels [n, points, NOISE_BANDS] with no lone lowest band (it reaches down to 0 Hz) where a sound is ``sampled`` [n].

    Soundfont samples that stand off zero were taken for rumble there: -17 dB of the whole in some pads. A piano's thump stays.
    """
    most = np.where(sampled[:, None], noise[..., 1] + RUMBLE_DB, np.inf)
    return np.concatenate([np.minimum(noise[..., :1], most[..., None]), noise[..., 1:]], -1).astype(noise.dtype)


def knock_evened(partials: Float, noise: Float, frequency: Float) -> tuple[Float, Float]:
    """Levels [POINTS, w] of a deep drum whose knock does not hang on chance.

    Deep modes that are there at once sound like a knock of their own, and the noise was corrected beside that: both stood 10 dB over
    the recordings, to cancel each other in the one noise that they were corrected with. So the modes set in softly (within the
    3 ms to the second control point), and the noise under the upper of :data:`KNOCK_HZ` is lowered, all of it under the lower.
    """
    softer = partials.copy()
    softer[0, : len(frequency)] += np.where((frequency > 0) & (frequency < DEEP_HZ), DEEP_ONSET_DB, 0.0).astype(partials.dtype)
    return softer, noise + np.interp(band_centres(), KNOCK_HZ, (DEEP_NOISE_DB, 0.0)).astype(noise.dtype)


def quiet(levels: Float) -> Float:
    """Levels kept above :data:`FAINTEST_DB`."""
    return np.maximum(levels, FAINTEST_DB)


def shortened(levels: Float, share: float) -> Float:
    """Levels [POINTS, w] of a sound that runs through its time in ``share`` of it."""
    if share == 1.0:
        return levels
    times = control_times()[:POINTS]
    at = np.minimum(times / share, times[-1])
    late = np.maximum(times / share - times[-1], 0.0)[:, None]
    return np.stack([np.interp(at, times, column) for column in levels.T], 1) - 40.0 * late


def moved(noise: Float, semitones: float) -> Float:
    """Noise levels [POINTS, NOISE_BANDS] shifted along the frequencies."""
    source = band_centres() * 2 ** (-semitones / 12)
    return np.stack([np.interp(source, band_centres(), row) for row in noise])


def struck(sound: Sound, partials: Float, noise: Float, frequency: Float, short: float, semitones: float) -> tuple[Float, Float]:
    """Levels [POINTS, w] of a drum: its knock evened if it is deep, its ring shortened to a share, its noise moved."""
    if sound.deep:
        partials, noise = knock_evened(partials, noise, frequency)
    if short == 1.0 and not semitones:
        return partials, noise
    return shortened(partials, short), moved(shortened(noise, short), semitones)
