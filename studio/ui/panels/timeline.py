"""Pixels of the time axis as frames of sound, through the tempo map."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect

from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER


def edge_frames(state: RollState, rate: int, x0: int, x1: int) -> npt.NDArray[np.int64]:
    """The frames at the left edges of pixel columns ``x0`` to ``x1``, both included: [x1 - x0 + 1], never falling."""
    first, last = state.viewport.visible_ticks(x0, x1)
    ticks = np.rint(np.linspace(first, last, x1 - x0 + 1)).astype(np.int64)
    return state.document.tempo.frames(ticks, rate)


def visible_frames(state: RollState, rate: int) -> tuple[int, int]:
    """The first and the last frame that are seen."""
    start, end = edge_frames(state, rate, GUTTER, max(GUTTER + 1, state.viewport.width))[[0, -1]]
    return max(0, int(start)), max(1, int(end))


def columns_rect(state: RollState, rate: int, start: int, end: int, height: int) -> QRect:
    """The pixel columns that show frames [start, end), a pixel more on either side; empty where they are out of sight."""
    ticks = state.document.tempo.ticks_at_seconds(np.array([start, end]) / rate)
    x0, x1 = np.clip(state.viewport.x_of(ticks), GUTTER, state.viewport.width)
    seen = x1 > GUTTER and x0 < state.viewport.width
    return QRect(int(x0) - 1, 0, int(x1 - x0) + 3, height) if seen else QRect()
