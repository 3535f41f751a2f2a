"""Which notes of a track that is written for stay: locked ones, and those that a variation spares and that keep what is asked."""

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest, Limits
from studio.engines.lstm_writer_wishes import harmony_of
from studio.music.document import Track
from studio.music.time import TICKS_PER_QUARTER

Mask = npt.NDArray[np.bool_]
_STEPS = TICKS_PER_QUARTER // 24
_HALVED = 4 * TICKS_PER_QUARTER


def staying(track: Track, request: GenerateRequest, spare: float, draw: np.random.Generator) -> Mask:
    """Notes outside of the region, locked ones, and a share ``spare`` of the others, less what breaks the limits, [n]."""
    n = track.notes
    inside = (n.start >= request.start) & (n.start < request.end)
    spared = draw.random(len(n)) < spare
    if request.limits != Limits() or request.key is not None:
        spared &= _keep_limits(track, request, inside & spared & ~n.locked)
    return np.asarray(~inside | n.locked | spared)


def _keep_limits(track: Track, request: GenerateRequest, spared: Mask) -> Mask:
    """Which of the ``spared`` notes can stay, the first ones first where there are too many, [n]."""
    limits, meter, notes = request.limits, request.context.meter, track.notes
    harmony = harmony_of(request, 0)
    kept = np.zeros(len(notes), bool)
    count: dict[int, int] = {}
    for k in np.flatnonzero(notes.locked & (notes.start >= request.start) & (notes.start < request.end)).tolist():
        count[meter.bar_of(int(notes.start[k]))] = count.get(meter.bar_of(int(notes.start[k])), 0) + 1
    for k in np.flatnonzero(spared).tolist():
        start, pitch, bar = int(notes.start[k]), int(notes.pitch[k]), meter.bar_of(int(notes.start[k]))
        fine = not limits.grid or (start - request.start) % limits.grid == 0
        fine &= int(notes.end[k]) <= request.end
        if not track.drums:
            chord = harmony.at(start // _STEPS) if _kept_at(request, start) else -1
            fine &= limits.low <= pitch <= limits.high and (request.key is None or request.key.contains(pitch))
            fine &= chord < 0 or pitch % 12 in harmony.tones[chord]
            others = kept | (notes.locked & ~spared)
            beside = others & (notes.start < notes.end[k]) & (notes.end > start)
            fine &= not limits.polyphony or int(beside.sum()) < limits.polyphony
        fine &= not limits.most or count.get(bar, 0) < limits.most
        if fine:
            kept[k] = True
            count[bar] = count.get(bar, 0) + 1
    return kept


def _kept_at(request: GenerateRequest, tick: int) -> bool:
    """Whether a note that starts at ``tick`` must belong to the chord."""
    if request.limits.chord_notes != "strong":
        return request.limits.chord_notes == "all"
    meter = request.context.meter
    bar = meter.bar_of(tick)
    first, length = meter.bar_start(bar), meter.bar_start(bar + 1) - meter.bar_start(bar)
    return (tick - first) % (length // 2 if length >= _HALVED else length) == 0
