"""What holds of every document, in one place: the edits keep it, and files are checked against it when they are opened."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from studio.music.document import Clip, Document, Track
from studio.music.effects import faults as effect_faults
from studio.music.notes import PITCH_BEND, PROGRAM_CHANGE, Controls, Notes
from studio.music.time import MAX_TICK


def check(document: Document) -> list[str]:
    """What is wrong with ``document``, one line a fault; empty for a good one.

    Ids are unique and below ``next_id``. Clips of a track rise and do not overlap. Notes are sorted and start within their
    clip (they may sound past its end). Everything ends by :data:`~studio.music.time.MAX_TICK`.
    """
    faults = [*_lane_faults(document), *effect_faults(document.master.effects)]
    for track in document.tracks:
        faults.extend(f"track {track.id}: {fault}" for fault in _track_faults(track))
    known = {sound.id for sound in document.sounds}
    if any(t.sound and t.sound.sound not in known for track in document.tracks for c in track.clips for t in c.takes):
        faults.append("a take plays a sound that is not there")
    ids = np.sort(_ids(document))
    if (ids[1:] == ids[:-1]).any():  # np.unique would load numpy.ma, which the first paint would wait for
        faults.append("an id is used twice")
    if len(ids) and not 1 <= ids.min() <= ids.max() < document.next_id:
        faults.append(f"an id is not in 1..{document.next_id - 1}")
    return faults


def _ids(document: Document) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    clips = [c for t in document.tracks for c in t.clips]
    own = [t.id for t in document.tracks] + [c.id for c in clips]
    return np.concatenate([np.array(own, np.int64), *(n.id for c in clips for take in c.takes for n in take.parts)])


def _lane_faults(document: Document) -> Iterator[str]:
    last_changes = (document.tempo.changes[-1].tick, document.meter.signatures[-1].tick)
    if max(last_changes) > MAX_TICK:
        yield "a change of tempo or signature lies too late"
    if any(a.tick >= b.tick for a, b in pairwise(document.keys)):
        yield "the keys do not rise"
    if any(c.start >= c.end for c in document.chords) or any(a.end > b.start for a, b in pairwise(document.chords)):
        yield "the chords overlap or do not rise"
    if any(s.start >= s.end for s in document.sections) or any(a.end > b.start for a, b in pairwise(document.sections)):
        yield "the sections overlap or do not rise"
    if any(a.tick > b.tick for a, b in pairwise(document.markers)):
        yield "the markers do not rise"
    ticks = [k.tick for k in document.keys] + [m.tick for m in document.markers]
    ticks += [t for c in document.chords for t in (c.start, c.end)] + list(document.loop or ())
    ticks += [t for s in document.sections for t in (s.start, s.end)]
    if ticks and not 0 <= min(ticks) <= max(ticks) <= MAX_TICK:
        yield "a key, chord, marker, section or the loop lies outside the song"
    if document.loop and document.loop[0] >= document.loop[1]:
        yield "the loop is empty"


def _track_faults(track: Track) -> Iterator[str]:
    yield from effect_faults(track.effects)
    if not 0 <= track.program <= 127 or track.channel not in (None, *range(16)):
        yield "its program or channel is none"
    if not (-1 <= track.pan <= 1 and 0 <= track.room <= 1 and 0 <= track.width <= 1 and -120 <= track.gain_db <= 24):
        yield "its gain, pan, room or width is out of range"
    if any(a.end > b.start for a, b in pairwise(track.clips)):
        yield "its clips overlap or do not rise"
    yield from _control_faults(track.controls)
    for clip in track.clips:
        yield from (f"clip {clip.id}: {fault}" for fault in _clip_faults(clip))


def _control_faults(controls: Controls) -> Iterator[str]:
    if not len(controls):
        return
    if controls.tick[0] < 0 or controls.tick[-1] > MAX_TICK or (np.diff(controls.tick) < 0).any():
        yield "its controls do not rise within the song"
    bend = controls.number == PITCH_BEND
    low, high = np.where(bend, -8192, 0), np.where(bend, 8191, 127)
    if ((controls.number < 0) | (controls.number > PROGRAM_CHANGE)).any() or (
        (controls.value < low) | (controls.value > high)
    ).any():
        yield "a control is out of range"


def _clip_faults(clip: Clip) -> Iterator[str]:
    if clip.start < 0 or clip.length < 1 or clip.end > MAX_TICK:
        yield "it lies outside the song"
    if not 0 <= clip.active < len(clip.takes):
        yield "it has no active take"
    for take in clip.takes:
        for notes in take.parts:
            yield from _note_faults(notes)
        if len(take.notes) and (take.notes.start[0] < 0 or take.notes.start[-1] >= clip.length):
            yield "a note starts outside it"
        if clip.start + take.notes.last_end > MAX_TICK:
            yield "a note ends after the song"
        if len(take.before) and not 0 <= take.before.start[0] <= take.before.start[-1] < clip.offset:
            yield "what its start hides does not lie before it"
        if len(take.after) and take.after.start[0] < clip.length:
            yield "what its end hides does not lie behind it"


def _note_faults(notes: Notes) -> Iterator[str]:
    if not len(notes):
        return
    if notes.duration.min() < 1:
        yield "a note has no length"
    if notes.pitch.min() < 0 or notes.pitch.max() > 127 or notes.velocity.min() < 1 or notes.velocity.max() > 127:
        yield "a pitch or velocity is out of range"
    rows = np.stack([notes.start, notes.pitch, notes.id], axis=1)
    order = np.lexsort(rows.T[::-1])
    if (np.diff(order) != 1).any():
        yield "its notes are not sorted"
