"""What a song costs the writer, in nats: the exact likelihood of every choice of every note, each given all before it.

The sum is a whole likelihood: the piece's key (log 24), whether its velocity varies (log 2, and log 32 for the one velocity
where it does not) and its style are paid for. The style is a mixture of all, equally likely, over the first notes; the rest
is written in the style that these made likeliest, which is known by then.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.api import Context
from studio.engines.note_columns import FLAT_COST, KEY_COST, N_TRACK, VELOCITIES, Part, Piece, encode
from studio.engines.note_features import START, features, matrix, mode_of
from studio.music.document import Document
from studio.music.time import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from studio.nn.note_lstm import NoteLstm

_TRIED = 128
_BLOCK = 512


@dataclass(frozen=True)
class Costs:
    """Nats by note and choice (shift, track, pitch, duration, velocity), [n, 5]; what the piece as a whole cost; its style.

    ``notes`` counts rows: notes doubled within a track class at one onset are one.
    """

    nats: npt.NDArray[np.float64]
    whole: float
    style: str

    @property
    def notes(self) -> int:
        """Notes that were counted."""
        return len(self.nats)

    @property
    def a_note(self) -> float:
        """Nats a note, everything counted."""
        return float(self.nats.sum() + self.whole) / max(1, self.notes)


def piece_of(document: Document) -> Piece:
    """The rows of a whole document."""
    parts = []
    for track in document.tracks:
        n = track.notes
        parts.append(
            Part(
                track.name, track.program, track.drums, n.start, n.duration, n.pitch.astype(np.int64), n.velocity.astype(np.int64)
            )
        )
    return encode(parts, [(s.tick, s.numerator, s.denominator) for s in document.meter.signatures], TICKS_PER_QUARTER)


def costs_of(model: "NoteLstm", piece: Piece, ctx: Context, style: str | None = None) -> Costs:
    """The costs of a piece with at least one note. ``style`` is told for nothing when given ("" is any)."""
    names = [*model.shape.styles, ""]
    target = np.stack([piece.shift, piece.track, piece.pitch, piece.duration, piece.velocity], axis=1).astype(np.int16)
    whole = FLAT_COST + (KEY_COST if piece.key >= 0 else 0.0) + (math.log(VELOCITIES) if piece.flat else 0.0)
    rows, levels = features(piece)
    if style is None:
        tried = slice(0, _TRIED)
        trial = [float(_run(model, piece, rows[tried], levels[tried], target[tried], k, ctx).sum()) for k in range(len(names))]
        likely = -np.array(trial)
        best = int(np.argmax(likely))
        mixture = -float(np.logaddexp.reduce(likely) - math.log(len(names)))
        whole += mixture - trial[best]
    else:
        best = names.index(style)
    nats = _run(model, piece, rows, levels, target, best, ctx)
    return Costs(nats, whole, names[best])


def _run(
    model: "NoteLstm",
    piece: Piece,
    rows: npt.NDArray[np.int16],
    levels: npt.NDArray[np.uint8],
    target: npt.NDArray[np.int16],
    style: int,
    ctx: Context,
) -> npt.NDArray[np.float64]:
    from studio.nn.note_cache import PieceCache
    from studio.nn.runtime import inference, tensor

    past = PieceCache() if model.shape.cache else None
    made, state = [], None
    for at in range(0, len(rows), _BLOCK):
        ctx.progress(at / len(rows), "Evaluating")
        block = slice(at, at + _BLOCK)
        before = target[at - 1] if at else START
        ints = matrix(rows[block], target[block], before, style, mode_of(piece.key), piece.flat)
        told = np.zeros((len(ints), N_TRACK + 1), np.float32)
        with inference():
            shown = [tensor(x)[None] for x in (ints, levels[block], told)]
            costs, state = model.losses(shown[0], shown[1], shown[2], state, past)
        made.append(costs[0].double().numpy())
    return np.concatenate(made)
