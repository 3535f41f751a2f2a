"""Whether written notes keep what was guaranteed: a judge of its own, which reads notes in ticks and knows no mask.

Every rule is told again here from the words of :class:`studio.engines.api.Limits`, so that a fault of the writers' own
bookkeeping cannot hide itself.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from studio.engines.api import GenerateRequest, Part
from studio.engines.gm import playable
from studio.music.document import ChordSpan
from studio.music.notes import Notes
from studio.music.time import Meter

RULES = ("region", "range", "playable", "key", "polyphony", "leap", "grid", "chord", "least", "most", "locked")
Written = Sequence[tuple[Part, Notes]]


def violations(written: Written, request: GenerateRequest, locked: Written = ()) -> Counter[str]:
    """How often ``written`` breaks each rule. ``locked`` are notes of the parts in the region that were to be left alone."""
    found: Counter[str] = Counter()
    chords = request.chords or request.context.chords
    for part, notes in written:
        found.update(_alone(part, notes, request, chords))
        if not part.drums:
            beside = Notes.concat([notes, *(n for p, n in locked if p == part)])
            found.update(_together(beside, notes, request))
        found["locked"] += sum(_collisions(notes, n) for p, n in locked if p == part)
    found.update(_band([n for _, n in (*written, *locked)], request))
    return +found


def _alone(part: Part, notes: Notes, request: GenerateRequest, chords: tuple[ChordSpan, ...]) -> Counter[str]:
    """What single notes break."""
    found: Counter[str] = Counter()
    limits, meter = request.limits, request.context.meter
    low, high = playable(part.program, part.drums)
    for start, end, pitch in zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), strict=True):
        found["region"] += not request.start <= start < end <= request.end
        found["playable"] += not low <= pitch <= high
        found["grid"] += bool(limits.grid) and (start - request.start) % limits.grid != 0
        if part.drums:
            continue
        found["range"] += not limits.low <= pitch <= limits.high
        found["key"] += request.key is not None and not request.key.contains(pitch)
        chord = next((c.chord for c in chords if c.start <= start < c.end), None)
        if chord is not None and (limits.chord_notes == "all" or (limits.chord_notes == "strong" and _strong(meter, start))):
            found["chord"] += pitch % 12 not in chord.pitch_classes
    return found


def _strong(meter: Meter, tick: int) -> bool:
    """Whether a bar or, where it has four beats and more, a half of it starts at ``tick``."""
    bar = meter.bar_of(tick)
    first, last = meter.bar_start(bar), meter.bar_start(bar + 1)
    return tick == first or (last - first >= 3840 and 2 * (tick - first) == last - first)


def _together(sounding: Notes, written: Notes, request: GenerateRequest) -> Counter[str]:
    """What the notes of a part break together: ``written`` ones among all that are ``sounding``."""
    found: Counter[str] = Counter()
    limits = request.limits
    if limits.polyphony:
        for start in sounding.start.tolist():
            mine = int(((written.start <= start) & (written.end > start)).sum())
            now = int(((sounding.start <= start) & (sounding.end > start)).sum())
            found["polyphony"] += mine > 0 and now > limits.polyphony
    if limits.leap:
        onsets: dict[int, list[int]] = {}
        for start, pitch in zip(written.start.tolist(), written.pitch.tolist(), strict=True):
            onsets.setdefault(start, []).append(pitch)
        for before, now in pairwise(sorted(onsets)):
            found["leap"] += any(min(abs(p - q) for q in onsets[before]) > limits.leap for p in onsets[now])
    return found


def _band(columns: list[Notes], request: GenerateRequest) -> Counter[str]:
    """Bars of the region with too few or too many notes."""
    found: Counter[str] = Counter()
    limits, meter = request.limits, request.context.meter
    bars = Counter(meter.bar_of(start) for n in columns for start in n.start.tolist() if request.start <= start < request.end)
    for bar in range(meter.bar_of(request.start), meter.bar_of(request.end - 1) + 1):
        found["least"] += bars[bar] < limits.least
        found["most"] += bool(limits.most) and bars[bar] > limits.most
    return found


def _collisions(notes: Notes, locked: Notes) -> int:
    """Notes that sound at the pitch of a locked one while it does."""
    count = 0
    for start, end, pitch in zip(locked.start.tolist(), locked.end.tolist(), locked.pitch.tolist(), strict=True):
        count += int(((notes.pitch == pitch) & (notes.start < end) & (notes.end > start)).sum())
    return count
