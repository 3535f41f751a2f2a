"""Meters: peak and RMS of blocks, and what a meter on screen does with them: fall slowly, hold, remember clipping."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Pair = tuple[float, float]

FALL_DB_A_SECOND = 24.0


class Levels(NamedTuple):
    """Peak and RMS, each left and right (a mono strip has both alike), as factors of full scale."""

    peak: Pair = (0.0, 0.0)
    rms: Pair = (0.0, 0.0)


def levels_of(sound: npt.NDArray[np.float32], gain: float = 1.0) -> Levels:
    """Levels of a block [1 or 2 channels, frames] times ``gain``."""
    peak, rms = [], []
    for channel in sound:
        peak.append(float(max(channel.max(), -channel.min())) * float(gain))
        rms.append(float(np.sqrt(np.dot(channel, channel) / max(1, len(channel)))) * float(gain))
    return Levels((peak[0], peak[-1]), (rms[0], rms[-1]))


@dataclass
class Meter:
    """A meter's needle: rises at once, falls by :data:`FALL_DB_A_SECOND`; ``clipped`` stays until it is reset."""

    peak: Pair = (0.0, 0.0)
    rms: Pair = (0.0, 0.0)
    clipped: bool = False

    def update(self, levels: Levels, seconds: float) -> None:
        """Take in what sounds now, ``seconds`` after the last time."""
        fall = 10.0 ** (-FALL_DB_A_SECOND * max(0.0, seconds) / 20.0)
        self.peak = tuple(max(new, old * fall) for new, old in zip(levels.peak, self.peak, strict=True))  # type: ignore[assignment]
        self.rms = tuple(max(new, old * fall) for new, old in zip(levels.rms, self.rms, strict=True))  # type: ignore[assignment]
        self.clipped |= max(levels.peak) > 1.0

    def reset(self) -> None:
        """Forget the clipping."""
        self.clipped = False
