"""Edits of notes. Notes are named by their ids and may lie in any track; locked notes stay as they are.

An edit that changes nothing returns the very document it was given.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.music.document import Clip, Document, Track
from studio.music.notes import IntColumn, Notes
from studio.music.time import MAX_TICK, Meter

Ids = Iterable[int] | IntColumn
Mask = npt.NDArray[np.bool_]


def notes_of(document: Document, ids: Ids) -> list[tuple[int, Notes]]:
    """The notes of those ids by track: (track id, notes counted from the song's start)."""
    wanted = _sorted_ids(ids)
    found = ((t.id, _selected(t, wanted, locked_too=True)) for t in document.tracks)
    return [(track_id, notes) for track_id, notes in found if len(notes)]


def add_notes(document: Document, track_id: int, notes: Notes) -> Document:
    """Add notes, counted from the song's start, to the clips that cover their starts; where none does, one grows or is made.

    In their order they get the ids ``document.next_id``, ``document.next_id + 1``, ...

    Raises:
        KeyError: there is no such track.
    """
    if not len(notes):
        return document
    numbered = notes.with_ids_from(document.next_id)
    document = replace(document, next_id=document.next_id + len(notes))
    return _place(document, document.track(track_id), numbered)


def remove_notes(document: Document, ids: Ids) -> Document:
    """Delete notes."""
    return apply_to_notes(document, ids, lambda notes: Notes.empty())


def replace_notes(document: Document, track_id: int, start: int, end: int, notes: Notes) -> Document:
    """Put ``notes`` (counted from the song's start) in place of the unlocked ones that start in [start, end)."""
    old = document.track(track_id).notes.starting_between(start, end)
    return add_notes(remove_notes(document, old.id), track_id, notes)


def move_notes(document: Document, ids: Ids, ticks: int = 0, semitones: int = 0) -> Document:
    """Move notes together, as far as the first (last, lowest, highest) of them can go: their distances stay."""
    ids = _sorted_ids(ids)
    ticks, semitones = _room(document, ids, ticks, semitones)
    if not ticks and not semitones:
        return document
    return apply_to_notes(document, ids, lambda n: n.replace(start=n.start + ticks, pitch=n.pitch + semitones))


def duplicate_notes(document: Document, ids: Ids, ticks: int = 0, semitones: int = 0) -> Document:
    """Copy notes (locked ones too, the copies are free) that far away, moved as :func:`move_notes` moves.

    The copies get ids from ``document.next_id`` on: track by track, in their order.
    """
    ids = _sorted_ids(ids)
    ticks, semitones = _room(document, ids, ticks, semitones, locked_too=True)
    parts = notes_of(document, ids)
    first = document.next_id
    document = replace(document, next_id=first + sum(len(notes) for _, notes in parts))
    for track_id, notes in parts:
        copies = notes.replace(start=notes.start + ticks, pitch=notes.pitch + semitones, locked=False)
        document = _place(document, document.track(track_id), copies.with_ids_from(first))
        first += len(notes)
    return document


def resize_notes(document: Document, ids: Ids, ticks: int, *, left: bool = False, shortest: int = 1) -> Document:
    """Move the right edges (``left``: the left ones) of notes by ``ticks``; none becomes shorter than ``shortest``.

    A note that is shorter already stays so. Each note stops where it must; the others go on.
    """

    def resized(notes: Notes) -> Notes:
        least = np.minimum(notes.duration, max(1, shortest))
        if not left:
            return notes.replace(duration=np.clip(notes.duration + ticks, least, MAX_TICK - notes.start))
        start = np.clip(notes.start + ticks, 0, notes.end - least)
        return notes.replace(start=start, duration=notes.end - start)

    return apply_to_notes(document, ids, resized)


def set_durations(document: Document, ids: Ids, ticks: int) -> Document:
    """Make notes ``ticks`` long."""
    return apply_to_notes(document, ids, lambda n: n.replace(duration=np.clip(max(1, ticks), 1, MAX_TICK - n.start)))


def set_velocity(document: Document, ids: Ids, velocity: int) -> Document:
    """Give notes one velocity, kept within 1..127."""
    return apply_to_notes(document, ids, lambda n: n.replace(velocity=min(127, max(1, velocity))))


def change_velocity(document: Document, ids: Ids, change: int) -> Document:
    """Make notes louder or softer by ``change``, each kept within 1..127."""
    return apply_to_notes(document, ids, lambda n: n.replace(velocity=np.clip(n.velocity.astype(np.int64) + change, 1, 127)))


def scale_velocity(document: Document, ids: Ids, factor: float) -> Document:
    """Multiply the velocities of notes, each kept within 1..127."""
    return apply_to_notes(document, ids, lambda n: n.replace(velocity=np.clip(np.rint(n.velocity * factor), 1, 127)))


def set_locked(document: Document, ids: Ids, locked: bool) -> Document:
    """Lock notes, or free them."""
    return apply_to_notes(document, ids, lambda n: n.replace(locked=locked), locked_too=True)


def quantize_notes(
    document: Document, ids: Ids, grid: int, strength: float = 1.0, swing: float = 0.0, *, ends: bool = False
) -> Document:
    """Move the starts of notes towards a grid of ``grid`` ticks that begins anew at each bar line.

    ``strength`` 0..1 is the share of the way. ``swing`` delays every second line, 1 as far as a triplet's.
    ``ends`` puts the ends on the grid as well; otherwise the notes keep their durations.
    """
    delay = round(grid * swing / 3)

    def towards(ticks: IntColumn) -> IntColumn:
        lines = document.meter.snap_all(ticks, grid)
        odd = (lines - document.meter.bar_starts(lines)) // grid % 2
        return ticks + np.rint((lines + odd * delay - ticks) * strength).astype(np.int64)

    def quantized(notes: Notes) -> Notes:
        start = np.clip(towards(notes.start), 0, MAX_TICK - 1)
        end = np.maximum(towards(notes.end), start + 1) if ends else start + notes.duration
        return notes.replace(start=start, duration=np.minimum(end, MAX_TICK) - start)

    return apply_to_notes(document, ids, quantized)


def split_notes(document: Document, ids: Ids, tick: int) -> Document:
    """Cut in two those of the notes that sound across ``tick``; the first part keeps the id."""
    for track_id, notes in notes_of(document, ids):
        cut = notes.select((notes.start < tick) & (tick < notes.end) & ~notes.locked)
        if len(cut):
            document = apply_to_notes(document, cut.id, lambda n: n.replace(duration=tick - n.start))
            document = add_notes(document, track_id, cut.replace(start=tick, duration=cut.end - tick))
    return document


def join_notes(document: Document, ids: Ids) -> Document:
    """Make one note of all those of one track and one pitch: from the first start to the last end, with the first's id."""

    def joined(notes: Notes) -> Notes:
        by_pitch = np.lexsort((notes.start, notes.pitch))
        heads = np.flatnonzero(np.diff(notes.pitch[by_pitch], prepend=-1))
        first = by_pitch[heads]
        ends = np.maximum.reduceat(notes.end[by_pitch], heads)
        columns = {name: column[first] for name, column in notes.columns().items()}
        return Notes.of(**{**columns, "duration": ends - notes.start[first]})

    return apply_to_notes(document, ids, joined)


def _sorted_ids(ids: Ids) -> IntColumn:
    return np.sort(ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64))


def _mask(notes: Notes, ids: IntColumn, locked_too: bool) -> Mask:
    if not len(ids) or not len(notes):
        return np.zeros(len(notes), np.bool_)
    found = ids[np.minimum(np.searchsorted(ids, notes.id), len(ids) - 1)] == notes.id
    return np.asarray(found if locked_too else found & ~notes.locked)


def _selected(track: Track, ids: IntColumn, locked_too: bool) -> Notes:
    """Those notes, counted from the song's start."""
    return Notes.concat(
        clip.notes.select(mask).shifted(clip.start) for clip in track.clips if (mask := _mask(clip.notes, ids, locked_too)).any()
    )


def _without(track: Track, ids: IntColumn, locked_too: bool) -> Track:
    masks = [_mask(clip.notes, ids, locked_too) for clip in track.clips]
    clips = tuple(
        clip.with_notes(clip.notes.select(~mask)) if mask.any() else clip for clip, mask in zip(track.clips, masks, strict=True)
    )
    return replace(track, clips=clips)


def apply_to_notes(document: Document, ids: Ids, change: Callable[[Notes], Notes], *, locked_too: bool = False) -> Document:
    """``document`` with those notes of each track replaced by what ``change`` makes of them, counted from the song's start."""
    wanted = _sorted_ids(ids)
    for track in document.tracks:
        old = _selected(track, wanted, locked_too)
        if len(old):
            new = change(old)
            if new != old:
                document = _place(document, _without(track, wanted, locked_too), new)
    return document


def _room(document: Document, ids: IntColumn, ticks: int, semitones: int, locked_too: bool = False) -> tuple[int, int]:
    """How far the notes can move together: no farther than asked, nor than the edges."""
    parts = [_selected(t, ids, locked_too) for t in document.tracks]
    parts = [p for p in parts if len(p)]
    if not parts:
        return 0, 0
    ticks = min(max(ticks, -min(int(p.start[0]) for p in parts)), MAX_TICK - max(p.last_end for p in parts))
    low, high = min(int(p.pitch.min()) for p in parts), max(int(p.pitch.max()) for p in parts)
    return ticks, min(max(semitones, -low), 127 - high)


def _place(document: Document, track: Track, notes: Notes) -> Document:
    """``document`` with ``track`` in place of its old self, and ``notes`` (numbered, from the song's start) put into its clips.

    A note outside all clips goes into the clip that ends in its bar or at its bar line, which grows; else into a new one.
    """
    clips = list(track.clips)
    next_id = document.next_id
    for gap in _gaps(clips, notes.start):
        before = int(np.searchsorted([c.start for c in clips], gap[0], "right"))
        limit = clips[before].start if before < len(clips) else MAX_TICK
        bar = document.meter.bar_start(document.meter.bar_of(int(gap[0])))
        end = min(document.meter.bar_ceiling(int(gap[-1]) + 1), limit)
        if before and clips[before - 1].end >= bar:
            clips[before - 1] = _grown(clips[before - 1], end)
        else:
            clips.insert(before, Clip(next_id, bar, end - bar))
            next_id += 1
    owner = np.searchsorted([c.start for c in clips], notes.start, "right") - 1
    for i in np.flatnonzero(np.bincount(owner)).tolist():
        limit = clips[i + 1].start if i + 1 < len(clips) else MAX_TICK
        clips[i] = _with_more(clips[i], notes.select(owner == i), limit, document.meter)
    return replace(document.with_track(replace(track, clips=tuple(clips))), next_id=next_id)


def _gaps(clips: list[Clip], starts: IntColumn) -> list[IntColumn]:
    """The rising ``starts`` that no clip covers, a group for each gap between clips."""
    if not clips:
        return [starts] if len(starts) else []
    after = np.searchsorted([c.start for c in clips], starts, "right")
    ends = np.array([0] + [c.end for c in clips])
    outside = starts >= ends[after]
    if not outside.any():
        return []
    return np.split(starts[outside], np.flatnonzero(np.diff(after[outside])) + 1)


def _with_more(clip: Clip, notes: Notes, limit: int, meter: Meter) -> Clip:
    """The clip with notes added; where they sound past its end it grows to the next bar line, but not into the next clip."""
    merged = Notes.concat([clip.notes, notes.shifted(-clip.start)])
    end = clip.end
    if notes.last_end > end:
        end = max(end, min(meter.bar_ceiling(notes.last_end), limit))
    return _grown(clip.with_notes(merged), end)


def _grown(clip: Clip, end: int) -> Clip:
    """The clip up to ``end``. What that edge hid there goes: something else is written in its place now."""
    length = end - clip.start
    takes = tuple(replace(t, after=t.after.starting_between(length, MAX_TICK)) if len(t.after) else t for t in clip.takes)
    return replace(clip, length=length, takes=takes)
