"""Pixels of the time axis as frames of sound, through the tempo map."""

import numpy as np
import numpy.typing as npt

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
