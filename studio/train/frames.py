"""The piano rolls of the frame benchmark (Boulanger-Lewandowski et al. 2012): frames, and what of its past a frame is seen beside.

For measuring only: nothing that is shipped learns from them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.errors import StudioError
from studio.nn.frame_lstm import KEYS
from studio.paths import training_data

Ints = npt.NDArray[np.int64]
FILES = {"jsb": "JSB_Chorales.mat", "nottingham": "Nottingham.mat"}
PARTS = ("train", "valid", "test")
LAGS = (1, 2, 3, 4, 8, 12, 16, 24, 32, 48, 64, 96)
PLANES = len(LAGS) + 2
LONGEST = 24
"""Frames of a match that are counted."""
SHIFTS = 12
_CYCLES = (16, 12, 32)
COUNTS = (*_CYCLES, 12, LONGEST + 1, LONGEST + 1, 10, SHIFTS)
"""Classes of the facts about a frame's place: three cycles, how far from the start (log), the two matches' lengths, how long
the latest frame has stood, and by how many semitones all is moved."""
FIRST_MATCH = 4
"""The fact that is the first match's length."""
HOME = 5
"""The class of not being moved."""


@dataclass(frozen=True)
class Roll:
    """A piece.

    ``frames`` uint8 [1 + t, 88], the first empty; ``sources`` int64 [t, PLANES]: the frames that each of the t following ones is
    seen beside (0, the empty one, for none); ``facts`` int64 [t, len(COUNTS)].
    """

    frames: npt.NDArray[np.uint8]
    sources: Ints
    facts: Ints

    def __len__(self) -> int:
        return len(self.sources)


def matches(frames: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """What followed where the past has been as now: sources [t, 2] (0: none) and lengths of the match [t, 2].

    Frames [1 + t, 88], the first empty. Row k is about frame k + 1 and looks at frames 1 to k. The first is the latest
    frame after the longest match of what has just been; the second that after the longest match that goes on otherwise.
    """
    number: dict[bytes, int] = {}
    names = np.array([number.setdefault(f.tobytes(), len(number)) for f in frames[1:]])
    t = len(names)
    sources, lengths = np.zeros((t, 2), np.int64), np.zeros((t, 2), np.int64)
    run = np.zeros(t + 1, np.int64)  # run[j + 1]: how long frames up to j match those up to the present one
    for k in range(1, t):
        run[1 : k + 1] = np.where(names[:k] == names[k - 1], run[:k] + 1, 0)
        found = run[1:k]  # the frame after each of these, j + 1 <= k - 1, is known
        for way in range(2 if k > 1 else 0):
            longest = int(found.max(initial=0))
            if not longest:
                break
            j = len(found) - 1 - int(np.argmax(found[::-1]))
            sources[k, way], lengths[k, way] = j + 2, min(longest, LONGEST)
            found = np.where(names[1:k] == names[j + 1], 0, found)
    return sources, lengths


def roll(frames: npt.NDArray[np.uint8]) -> Roll:
    """A piece of frames [t, 88] with what each is seen beside."""
    t = len(frames)
    whole = np.concatenate([np.zeros((1, KEYS), np.uint8), frames])
    place = np.arange(t)
    pointers, lengths = matches(whole)
    lags = np.maximum(0, place[:, None] + 1 - np.array(LAGS))
    sources = np.concatenate([lags[:, :2], pointers, lags[:, 2:]], axis=1)
    changed = np.concatenate([[True], (whole[1:-1] != whole[:-2]).any(axis=1)]) if t > 1 else np.ones(t, bool)
    stood = np.minimum(place - np.maximum.accumulate(np.where(changed, place, 0)), 9)
    far = np.minimum(np.log2(place + 1).astype(np.int64), 11)
    cycles = [place % c for c in _CYCLES]
    return Roll(whole, sources, np.stack([*cycles, far, lengths[:, 0], lengths[:, 1], stood, np.full(t, HOME)], axis=1))


def read_rolls(name: str, root: Path | None = None) -> dict[str, list[npt.NDArray[np.uint8]]]:
    """The train, valid and test pieces of a set (:data:`FILES`), each uint8 [t, 88].

    Raises:
        StudioError: the set's file is not there.
    """
    from scipy.io import loadmat

    path = (root or training_data()) / "benchmark" / "pianoroll_mat" / FILES[name]
    if not path.exists():
        raise StudioError(f"The benchmark's file {FILES[name]} is not there.", f"Put it at {path}, or set STUDIO_DATA.")
    content = loadmat(path)
    return {p: [np.ascontiguousarray(a, np.uint8) for a in content[f"{p}data"][0]] for p in PARTS}
