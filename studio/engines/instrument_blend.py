"""A blend of two instruments: the row that plays what lies between them, and the designed parts between theirs."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from studio.engines import neural_instruments_laws as laws
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import Row
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.nn.timbre import TimbreNet

KEYS = 9  # at which a blend is compared with what lies between


def blended(
    net: "TimbreNet",
    a: tuple[Sound, Row],
    b: tuple[Sound, Row],
    share: float,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Sound, Row]:
    """The instrument ``share`` (0..1) of the way from ``a`` to ``b``, some seconds' work. ``progress`` may raise to stop it.

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
    designed = {k: (1 - share) * getattr(one, k) + share * getattr(other, k) for k in ("release_s", "louder_db")}
    ends = {k: round((1 - share) * getattr(one, k) + share * getattr(other, k)) for k in ("low", "high", "soft", "loud")}
    mixed = replace(near, id="", title="", kind="own", **designed, **ends, stiffness=_stiffness(one, other, share))
    return mixed, _row(net, mixed, first, second, share, progress)


def _row(net: "TimbreNet", sound: Sound, first: Row, second: Row, share: float, progress: Callable[[float], None]) -> Row:
    from studio.nn.runtime import tensor
    from studio.nn.timbre import band_position, rows_of
    from studio.nn.timbre_encoder import between

    keys = np.repeat(np.linspace(sound.low, max(sound.high, sound.low + 1), KEYS), 2)
    velocities = np.tile([0.75 * sound.soft + 0.25 * sound.loud, 0.25 * sound.soft + 0.75 * sound.loud], KEYS)
    position = np.stack([band_position(np.asarray(laws.frequencies(sound, k), np.float64)) for k in keys])
    at, loud, where = (tensor(np.asarray(c, np.float32)) for c in (keys, velocities, position))
    row = between(net, rows_of([first]), rows_of([second]), share, at, loud, where, progress)
    return {k: v[0].numpy() for k, v in row._asdict().items()}


def _stiffness(one: Sound, other: Sound, share: float) -> tuple[float, ...]:
    """The quadratic of log B between theirs; an instrument without counts as one of hardly any."""
    if not one.stiffness and not other.stiffness:
        return ()
    keys = np.linspace(max(one.low, other.low, 24), max(min(one.high, other.high), max(one.low, other.low, 24) + 12), 9)
    logs = [[np.log(max(laws.inharmonicity(s, k), 1e-7)) for k in keys] for s in (one, other)]
    mixed = (1 - share) * np.array(logs[0]) + share * np.array(logs[1])
    return tuple(float(x) for x in np.polyfit((keys - 60) / 24, mixed, 2))
