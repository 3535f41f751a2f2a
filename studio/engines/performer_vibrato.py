"""Vibrato that players would give to what is written: late, on held notes only, as deep and as quick as the recorded ones of theirs.

How deep, how often and from when on was measured in the notes that each sound was learned from (the ``vibrato`` of
:class:`studio.engines.neural_instruments_laws.Sound`). These are long notes, each for itself; so on a shorter note vibrato
sets in sooner, by its length, and is less, and on a short one there is none. That scaling is designed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_S, WHOLE_S = 0.35, 1.0  # notes shorter than the first have none, from the second on all of it
LATEST, EARLIEST_S = 0.45, 0.2  # half of it is there after so much of a note at the latest, and no sooner than that
RISE_S = 0.3  # from none to all; on short notes less
SPREAD = 0.15  # by which depth and start differ from note to note


@dataclass(frozen=True, eq=False)
class Wavering:
    """Vibrato of notes, each [n]: cents to either side (0: none), and seconds after the onset when it begins and is all there."""

    cents: Floats
    from_s: Floats
    full_s: Floats


def wavering(length_s: Floats, law: Floats, seed: int) -> Wavering:
    """The vibrato of notes of lengths [n] by the laws of their sounds [n, 3]; rows of zeros: none. The same seed, the same vibrato."""
    drawn = np.exp(SPREAD * np.clip(np.random.default_rng(seed).standard_normal((2, len(length_s))), -2, 2))
    held = np.clip((length_s - LEAST_S) / (WHOLE_S - LEAST_S), 0, 1)
    half = np.minimum(np.maximum(law[:, 2], EARLIEST_S) * drawn[1], LATEST * length_s)
    rise = np.minimum(RISE_S, half)
    return Wavering(law[:, 0] * held * drawn[0], half - rise / 2, half + rise / 2)
