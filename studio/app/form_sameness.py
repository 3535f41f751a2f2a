"""Whether a repeat is heard as something else than what it varies, and the least that makes sure of it."""

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from studio.app.limits_check import violations
from studio.engines.api import GenerateRequest, Part
from studio.engines.clip_notes import TICKS_A_CELL
from studio.music.notes import Notes

Draft = dict[Part, Notes]
Heard = frozenset[tuple[Part, int, int]]
_DRUMS = (42, 46, 38, 36)
"""Hi-hat, open hi-hat, snare and bass drum: what a hit may become, after the part's other drums."""
_MOST_TRIED = 300


def heard(draft: Mapping[Part, Notes]) -> Heard:
    """What is told apart by ear: part, sixteenth and pitch class (drums: key) of every note that starts."""
    return frozenset(
        (part, (start + TICKS_A_CELL // 2) // TICKS_A_CELL, pitch if part.drums else pitch % 12)
        for part, notes in draft.items()
        for start, pitch in zip(notes.start.tolist(), notes.pitch.tolist(), strict=True)
    )


def touched(draft: Mapping[Part, Notes], request: GenerateRequest) -> Draft:
    """``draft``, the notes of ``request``'s region, with one changed within the limits: a short one, late rather than early.

    It gets another pitch; where no other is allowed, it is left out; where it may not be, it is held half as long.
    """
    rows = [(part, k) for part, notes in draft.items() for k in range(len(notes))]
    rows.sort(key=lambda row: (int(draft[row[0]].duration[row[1]]), -int(draft[row[0]].start[row[1]])))
    known, broken = heard(draft), violations(tuple(draft.items()), request).total()
    classes = {pitch for part, _, pitch in known if not part.drums}
    tried = (made for others in (_elsewhere, _without) for part, k in rows for made in others(draft[part], k, part, classes))
    for part, notes in islice(tried, _MOST_TRIED):
        other = {**draft, part: notes}
        if heard(other) != known and violations(tuple(other.items()), request).total() <= broken:
            return other
    part, k = rows[0]
    halved = draft[part].duration.copy()
    halved[k] = max(1, halved[k] // 2)
    return {**draft, part: draft[part].replace(duration=halved)}


def _elsewhere(notes: Notes, k: int, part: Part, classes: set[int]) -> Iterator[tuple[Part, Notes]]:
    """``notes`` with note ``k`` at another pitch: the nearest of the pitch classes that are there first, then any."""
    pitch, start, end = int(notes.pitch[k]), int(notes.start[k]), int(notes.end[k])
    taken = set(notes.pitch[(notes.start < end) & (notes.end > start)].tolist())
    if part.drums:
        places = [*sorted({*notes.pitch.tolist()}), *_DRUMS]
    else:
        near = range(max(0, pitch - 11), min(127, pitch + 11) + 1)
        places = sorted(near, key=lambda p: (p % 12 not in classes, abs(p - pitch)))
    for place in places:
        if place not in taken:
            pitches = np.array(notes.pitch)
            pitches[k] = place
            yield part, notes.replace(pitch=pitches)


def _without(notes: Notes, k: int, part: Part, classes: set[int]) -> Iterator[tuple[Part, Notes]]:
    """``notes`` without note ``k``, where it is not the only one."""
    if len(notes) > 1:
        yield part, notes.select(np.arange(len(notes)) != k)
