"""Levels and positions in the stereo field: the only place where decibels become factors, and back."""

import numpy as np
import numpy.typing as npt

SILENT_DB = -96.0


def gain(db: float) -> float:
    """The factor of ``db`` decibels; nothing at or below :data:`SILENT_DB`."""
    return 0.0 if db <= SILENT_DB else float(10.0 ** (db / 20.0))


def decibels(factor: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Decibels of factors (any shape), never below :data:`SILENT_DB`."""
    floor = 10.0 ** (SILENT_DB / 20.0)
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(np.asarray(factor, np.float64)), floor)))


def pan_gains(pan: float) -> tuple[float, float]:
    """Left and right factors of ``pan`` -1..1 at equal power: both are 0.7071 in the middle."""
    angle = (min(1.0, max(-1.0, pan)) + 1.0) * np.pi / 4.0
    return float(np.cos(angle)), float(np.sin(angle))
