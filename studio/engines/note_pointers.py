"""The pointers of what the writer reads: which notes they foretold, and how to hide where they point."""

import numpy as np
import numpy.typing as npt

from studio.engines.note_features import BEFORE, CHOSEN, NAMES, PLACED, POINTERS


def copies(rows: npt.NDArray[np.int16], target: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Which notes a pointer foretold, in shift, track and pitch: of ``rows`` as :func:`features` gives them, [n]."""
    found = np.zeros(len(rows), bool)
    for i in range(POINTERS):
        found |= np.all(
            [rows[:, NAMES.index(f"{h}_at_{i}")] == target[:, k] for k, h in enumerate(("shift", "track", "pitch"))], axis=0
        )
    return found


_POINTED = [[i for i, n in enumerate(NAMES) if n.endswith(f"_at_{k}")] for k in range(POINTERS)]
_NOWHERE = [[c - 1 for n, c in (*BEFORE, *PLACED, *CHOSEN) if n.endswith(f"_at_{k}")] for k in range(POINTERS)]


def blind(made: npt.NDArray[np.int64], every: bool = False) -> None:
    """Let the longest match, or ``every`` pointer, of what :func:`matrix` made point nowhere; in place."""
    for k in range(POINTERS) if every else (POINTERS - 1,):
        made[:, _POINTED[k]] = _NOWHERE[k]
        made[:, NAMES.index(f"run_{k}")] = 0
