"""A blend of two instruments: both are foretold and their levels mixed, the designed parts lie between theirs.

Two drums are blended by :mod:`studio.engines.drum_blend`.

Half way between two rows of the network it need not play what lies half way between their sounds. So a blend keeps the rows
of both, and it is their amplitudes that are mixed, at equal power. Where noises of unlike colours meet, or sounds of unlike
length, centroid and share of noise of the mix can still lie outside of both: these are set to lie between.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.engines import neural_instruments_laws as laws
from studio.engines.drum_blend import blended_drums, is_drum
from studio.engines.neural_instruments_laws import Float, Sound
from studio.engines.own_instruments import Row
from studio.errors import StudioError
from studio.nn.spectral import band_centres

STEEPEST_DB, HALVINGS = 12.0, 14  # an octave, that a mix may be tilted; steps in which the tilt is found
# Over a second's bins a sinusoid's magnitudes add up to half its amplitude times their number; a bin of noise has in the mean
# sqrt(pi) / 2 of the root of its power, of which the window leaves 3/8.
HISS = math.sqrt(math.pi * 3 / 16)


def blended(a: tuple[Sound, Row], b: tuple[Sound, Row], share: float) -> tuple[Sound, Row]:
    """The instrument ``share`` (0..1) of the way from ``a`` to ``b``; its rows are those of both, [n, width].

    What rings off does so in a blend until ``share`` reaches a half, and is held from there, or the other way round.

    Raises:
        StudioError: one of them is a bell, or a drum and the other is none: their partials are no harmonics.
    """
    if is_drum(a[0]) and is_drum(b[0]):
        return blended_drums(a, b, share)
    for sound, _ in (a, b):
        if sound.ratios:
            raise StudioError(
                f"'{sound.title}' has partials of its own and cannot be blended.", "Choose strings, pipes or reeds, or two drums."
            )
    (one, first), (other, second) = a, b
    near = one if share < 0.5 else other
    designed = {k: (1 - share) * getattr(one, k) + share * getattr(other, k) for k in ("release_s", "louder_db")}
    ends = {k: round((1 - share) * getattr(one, k) + share * getattr(other, k)) for k in ("low", "high", "soft", "loud")}
    mix = tuple(p._replace(share=p.share * s) for sound, s in ((one, 1 - share), (other, share)) for p in sound.parts)
    rows = {k: np.concatenate([np.atleast_2d(first[k]), np.atleast_2d(second[k])]) for k in first}
    stiffness = _stiffness(one, other, share)
    return replace(near, id="", title="", kind="own", **designed, **ends, stiffness=stiffness, mix=mix), rows


def mixed(partials: Float, noise: Float, frequency: Float, shares: Sequence[float]) -> tuple[Float, Float]:
    """A note's levels [POINTS, ...] in dB of a blend, by ``shares``, of what its instruments [n, POINTS, ...] would play.

    ``frequency`` of the partials in Hz. At every control point noise stands so many dB beside the partials, and the centroid at
    such a frequency, as lie between those of the instruments: the mixed levels are tilted until it does.
    """
    level = laws.power_db(partials, noise)[:, None, None]
    weights = np.array(shares, partials.dtype)[:, None]
    wanted = (weights * _noise_ratio(partials, noise)).sum(0), (weights * np.log(_centroid(partials, noise, frequency))).sum(0)
    tones, hiss = (
        20 * np.log10((weights[:, None] * 10 ** (x / 20)).sum(0) + 1e-12)[None] for x in (partials - level, noise - level)
    )
    octaves = [np.log2(np.maximum(f, 30.0) / 1000.0).astype(partials.dtype) for f in (frequency, band_centres())]
    low, high = (np.full((len(wanted[0]), 1), x, partials.dtype) for x in (-STEEPEST_DB, STEEPEST_DB))
    for _ in range(HALVINGS):
        tilt = (low + high) / 2
        sloped = tones + tilt * octaves[0], hiss + tilt * octaves[1]
        sloped = sloped[0], sloped[1] + (wanted[0] - _noise_ratio(*sloped))[:, :, None]
        over = (np.log(_centroid(*sloped, frequency))[0] > wanted[1])[:, None]
        low, high = np.where(over, low, tilt), np.where(over, tilt, high)
    return sloped[0][0], sloped[1][0]


def _noise_ratio(partials: Float, noise: Float) -> Float:
    """dB of the noise over the partials at the control points, [n, POINTS]."""
    return np.asarray(10 * np.log10((laws.noise_power(noise) + 1e-16) / (laws.tones_power(partials) + 1e-16)))


def _centroid(partials: Float, noise: Float, frequency: Float) -> Float:
    """Centroid in Hz of the magnitudes in a Hann window of a second of what stands still at the control points, [n, POINTS]."""
    lines = 10 ** (partials / 20) * (frequency > 0)
    bins = HISS * 10 ** (noise / 20) * laws.bandwidths()
    return np.asarray(((lines * frequency).sum(2) + (bins * band_centres()).sum(2)) / (lines.sum(2) + bins.sum(2)))


def _stiffness(one: Sound, other: Sound, share: float) -> tuple[float, ...]:
    """The quadratic of log B between theirs; an instrument without counts as one of hardly any."""
    if not one.stiffness and not other.stiffness:
        return ()
    keys = np.linspace(max(one.low, other.low, 24), max(min(one.high, other.high), max(one.low, other.low, 24) + 12), 9)
    logs = [[np.log(max(laws.inharmonicity(s, k), 1e-7)) for k in keys] for s in (one, other)]
    between = (1 - share) * np.array(logs[0]) + share * np.array(logs[1])
    return tuple(float(x) for x in np.polyfit((keys - 60) / 24, between, 2))
