"""A blend of two instruments: the row between their rows, and the designed parts between theirs."""

from dataclasses import replace

import numpy as np

from studio.engines import neural_instruments_laws as laws
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import Row
from studio.errors import StudioError


def blended(a: tuple[Sound, Row], b: tuple[Sound, Row], share: float) -> tuple[Sound, Row]:
    """The instrument ``share`` (0..1) of the way from ``a`` to ``b``.

    What rings off does so in a blend until ``share`` reaches a half, and is held from there, or the other way round.

    Raises:
        StudioError: one of them is a drum or a bell, whose partials are no harmonics.
    """
    for sound, _ in (a, b):
        if sound.ratios:
            raise StudioError(
                f"'{sound.title}' has partials of its own and cannot be blended.", "Choose strings, pipes or reeds."
            )
    (one, first), (other, second) = a, b
    near = one if share < 0.5 else other
    row = {k: ((1 - share) * first[k] + share * second[k]).astype(np.float32) for k in first}
    between = {k: (1 - share) * getattr(one, k) + share * getattr(other, k) for k in ("release_s", "louder_db")}
    ends = {k: round((1 - share) * getattr(one, k) + share * getattr(other, k)) for k in ("low", "high", "soft", "loud")}
    return replace(near, id="", title="", kind="own", **between, **ends, stiffness=_stiffness(one, other, share)), row


def _stiffness(one: Sound, other: Sound, share: float) -> tuple[float, ...]:
    """The quadratic of log B between theirs; an instrument without counts as one of hardly any."""
    if not one.stiffness and not other.stiffness:
        return ()
    keys = np.linspace(max(one.low, other.low, 24), max(min(one.high, other.high), max(one.low, other.low, 24) + 12), 9)
    logs = [[np.log(max(laws.inharmonicity(s, k), 1e-7)) for k in keys] for s in (one, other)]
    mixed = (1 - share) * np.array(logs[0]) + share * np.array(logs[1])
    return tuple(float(x) for x in np.polyfit((keys - 60) / 24, mixed, 2))
