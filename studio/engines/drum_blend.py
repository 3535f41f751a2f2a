"""A blend of two drums: their modes move to between each other's, and levels lie between theirs in decibels.

Modes are paired in their order from the lowest; one that the other drum has not fades with the share. So a blend is one drum that
rings between the two and as long as between the two, not two that are struck at once.
"""

from collections.abc import Sequence

import numpy as np

from studio.engines import neural_instruments_laws as laws
from studio.engines.neural_instruments_laws import Float, Part, Sound
from studio.engines.own_instruments import Row
from studio.nn.spectral import FLOOR_DB, MAX_PARTIALS

KEY = 60  # at which a blend sounds as it is, higher and lower around it


def is_drum(sound: Sound) -> bool:
    """Whether it is a drum of the kit, a drawn hit, or a blend of such: modes of its own, at one pitch."""
    return bool(sound.ratios) and sound.low == sound.high


def blended_drums(a: tuple[Sound, Row], b: tuple[Sound, Row], share: float) -> tuple[Sound, Row]:
    """The drum ``share`` (0..1) of the way from ``a`` to ``b``, both of which :func:`is_drum`; its rows are those of both."""
    (one, first), (other, second) = a, b
    parts = tuple(p._replace(share=p.share * s) for x, s in ((one, 1 - share), (other, share)) for p in _parts(x))
    louder = (1 - share) * one.louder_db + share * other.louder_db
    soft, loud = (round((1 - share) * getattr(one, k) + share * getattr(other, k)) for k in ("soft", "loud"))
    rows = {k: np.concatenate([np.atleast_2d(first[k]), np.atleast_2d(second[k])]) for k in first}
    made = Sound(
        id="", row=0, title="", program=0, kind="own", steady=False, octave=0, release_s=0.0, louder_db=louder, low=KEY, high=KEY,
        soft=soft, loud=loud, ratios=_between(parts), mix=parts,
    )  # fmt: skip
    return made, rows


def _parts(sound: Sound) -> tuple[Part, ...]:
    """What a drum is mixed of, each with its modes as ratios to the fundamental of :data:`KEY`."""
    if sound.mix:
        return sound.mix
    scale = 1 / laws.fundamental(KEY) if sound.program < 0 else 1.0  # those of the kit are in Hz
    return (sound.parts[0]._replace(ratios=tuple(r * scale for r in sound.ratios)),)


def _between(parts: Sequence[Part]) -> tuple[float, ...]:
    """Modes between those of the parts: the geometric mean, by their shares, of those that have the mode."""
    logs = np.full((len(parts), max(len(p.ratios) for p in parts)), np.nan)
    for row, part in zip(logs, parts, strict=True):
        row[: len(part.ratios)] = np.log(part.ratios)
    weight = np.where(np.isnan(logs), 0.0, np.array([p.share for p in parts])[:, None] + 1e-9)
    return tuple(float(x) for x in np.sort(np.exp((np.nan_to_num(logs) * weight).sum(0) / weight.sum(0))))


def modes_of(part: Part, pitch: float) -> Float:
    """Where a part's own modes lie at a pitch, in Hz, [MAX_PARTIALS]; past the last: 0."""
    found = np.zeros(MAX_PARTIALS)
    found[: len(part.ratios)] = np.array(part.ratios) * laws.fundamental(pitch)
    return found


def together(partials: Float, noise: Float, parts: Sequence[Part]) -> tuple[Float, Float]:
    """A blend's levels [POINTS, ...] in dB, of what its parts [n, POINTS, ...] would play."""
    share = np.array([p.share for p in parts], partials.dtype)
    there = np.arange(MAX_PARTIALS) < np.array([len(p.ratios) for p in parts])[:, None]
    partials = np.where(there[:, None], partials, np.float32(FLOOR_DB))
    level = laws.power_db(partials, noise)[:, None, None]
    weight = np.where(there, share[:, None], 0.0)
    whole = weight.sum(0)
    tones = ((partials - level) * weight[:, None]).sum(0) / np.maximum(whole, 1e-9) + 20 * np.log10(np.maximum(whole, 1e-6))
    hiss = ((noise - level) * share[:, None, None]).sum(0)
    return np.where(whole > 0, tones, FLOOR_DB).astype(partials.dtype), hiss.astype(noise.dtype)


def foretold_at(frequency: Float, parts: Sequence[Part], pitches: Sequence[float]) -> Float:
    """Where each part's partials are foretold, in Hz, [parts, MAX_PARTIALS]: those of its note (``frequency``), or its own modes."""
    where = frequency.copy()
    for n, (part, pitch) in enumerate(zip(parts, pitches, strict=True)):
        if part.ratios:
            where[n] = modes_of(part, pitch)
    return where
