"""What was played on a keyboard becomes a take."""

from collections.abc import Sequence

import numpy as np

from studio.music.document import Document, Provenance
from studio.music.edits_clips import lay_take
from studio.music.notes import SUSTAIN, Controls, Notes
from studio.music.time import MAX_TICK

Pass = tuple[Notes, Controls]


def record(document: Document, track_id: int, passes: Sequence[Pass], *, overdub: bool = False) -> Document:
    """Lay what was played into a track, over the bars in which something was: a take for each pass, the last one active.

    ``passes`` hold notes and controllers counted from the song's start. What the bars held stays as an older take; with
    ``overdub`` it sounds on, and the passes are one take with it. Controllers belong to the track: without ``overdub`` those
    of the numbers that were played, and the pedal, give way in these bars.

    Raises:
        KeyError: there is no such track.
    """
    played = [(n, c) for n, c in passes if len(n) or len(c)]
    if not played:
        return document
    ticks = [t for n, c in played for t in (*n.start[:1].tolist(), *c.tick[:1].tolist())]
    ends = [t for n, c in played for t in (n.last_end, *(c.tick[-1:] + 1).tolist())]
    start = document.meter.bar_start(document.meter.bar_of(min(ticks)))
    end = min(document.meter.bar_ceiling(max(ends)), MAX_TICK)
    document = _with_controls(document, track_id, [c for _, c in played], start, end, overdub)
    takes = [n for n, _ in played if len(n)]
    if overdub and takes:
        old = document.track(track_id).notes.starting_between(start, end)
        takes = [Notes.concat([old.select(~old.locked), *takes])]
    for number, notes in enumerate(takes, 1):
        name = "Played" if len(takes) == 1 else f"Played, pass {number}"
        document = lay_take(document, track_id, notes, start, end, Provenance("played", source=name))
    return document


def _with_controls(
    document: Document, track_id: int, played: Sequence[Controls], start: int, end: int, overdub: bool
) -> Document:  # fmt: skip
    track = document.track(track_id)
    old = track.controls
    if not overdub and len(old):
        new = played[-1:]  # of several passes the last one sounds
        numbers = {SUSTAIN, *(int(n) for c in new for n in c.number)}
        gone = (old.tick >= start) & (old.tick < end) & np.isin(old.number, sorted(numbers))
        old = Controls.of(old.tick[~gone], old.number[~gone], old.value[~gone])
    controls = Controls.concat([old, *(played if overdub else played[-1:])])
    return document if controls == track.controls else document.with_track(track.with_controls(controls))
