"""Songs with slips in them, so that a writer learns to go on well after a note that should not have been.

A network trained on perfect songs only hears its own mistakes for the first time when it writes, and drifts (exposure bias:
Ranzato et al. 2016, arXiv 1511.06732). Here some notes are moved, dropped or added, the features are worked out from what
is left, and all is learned but the slips themselves.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.engines.note_columns import DRUMS, DURATIONS, Ints, Piece, nearest

MOST = 0.06
_STEPS = np.array([-12, -7, -5, -3, -2, -2, -1, -1, 1, 1, 2, 2, 3, 5, 7, 12])
_PLACES = np.array([-12, -6, -3, 3, 6, 12, 24])


def with_slips(piece: Piece, draw: np.random.Generator) -> tuple[Piece, npt.NDArray[np.bool_]]:
    """``piece`` with up to :data:`MOST` of its notes played wrong, and which notes of the result are the wrong ones."""
    n = len(piece)
    slips = draw.random(n) < MOST * draw.random()
    kind = np.where(slips, draw.integers(0, 5, n), -1)
    pitch, time, steps = piece.pitch.copy(), piece.time.copy(), piece.steps.copy()
    other = _other_pitch(piece, draw)
    turn = (kind == 0) | (kind == 4)
    pitch[turn] = other[turn]
    late = kind == 1
    time[late] = np.maximum(piece.time[0], time[late] + draw.choice(_PLACES, int(late.sum())))
    longer = (kind == 2) & (piece.track != DRUMS)
    steps[longer] = np.maximum(1, (steps[longer] * draw.choice([0.25, 0.5, 2.0, 4.0], int(longer.sum()))).astype(np.int64))
    keep = kind != 3
    added = kind == 4  # the note itself stays, and another sounds with it
    columns = [
        np.concatenate([c[keep & ~added], a[added], c[added]])
        for c, a in (
            (time, time),
            (piece.track, piece.track),
            (pitch, piece.pitch),
            (steps, steps),
            (piece.velocity, piece.velocity),
        )
    ]
    wrong = np.concatenate([(kind >= 0)[keep & ~added], np.zeros(int(added.sum()), bool), np.ones(int(added.sum()), bool)])
    return _sorted(piece, columns, wrong)


def _other_pitch(piece: Piece, draw: np.random.Generator) -> Ints:
    """For each note another pitch: near it for pitched notes, another of the piece's drums for drums."""
    drum = piece.track == DRUMS
    made = np.clip(piece.pitch + draw.choice(_STEPS, len(piece)), 0, 127)
    if drum.any():
        made[drum] = draw.permutation(piece.pitch[drum])
    return made


def _sorted(piece: Piece, columns: list[Ints], wrong: npt.NDArray[np.bool_]) -> tuple[Piece, npt.NDArray[np.bool_]]:
    time, track, pitch, steps, velocity = columns
    order = np.lexsort((wrong, pitch, track, time))
    t, c, p = time[order], track[order], pitch[order]
    same = np.zeros(len(t), bool)
    same[1:] = (t[1:] == t[:-1]) & (c[1:] == c[:-1]) & (p[1:] == p[:-1])
    order = order[~same]
    made = replace(
        piece,
        time=time[order],
        track=track[order],
        pitch=pitch[order],
        steps=steps[order],
        duration=nearest(DURATIONS, steps[order]),
        velocity=velocity[order],
    )
    return made, wrong[order]
