"""Edits of clips in the arrangement: draw, move, copy, repeat, resize, split. What lies where a clip is put gives way to it.

Clips are named by their ids and may lie in any track. An edit that changes nothing returns the very document it was given.
"""

from collections.abc import Iterable
from dataclasses import replace

from studio.music.document import Clip, Document, Sound, Track
from studio.music.edits_clips import cut_clips, find_clip, renumbered_clip, with_clip
from studio.music.notes import Notes
from studio.music.time import MAX_TICK

MOST_REPEATS = 1_000


def clips_of(document: Document, clip_ids: Iterable[int]) -> list[tuple[int, Clip]]:
    """The clips of those ids as (index of their track, clip), tracks in order, rising in time."""
    wanted = set(clip_ids)
    return [(row, c) for row, track in enumerate(document.tracks) for c in track.clips if c.id in wanted]


def add_clip(document: Document, track_id: int, start: int, end: int) -> Document:
    """Draw an empty clip from ``start`` to ``end``, as far as the next clip lets it; none where a clip already covers its start.

    Its id is ``document.next_id``.
    """
    track = document.track(track_id)
    start, end = max(0, start), min(end, MAX_TICK)
    end = min([end, *(c.start for c in track.clips if c.start >= start)])
    if track.clip_at(start) is not None or end <= start:
        return document
    clips = (*track.clips, Clip(document.next_id, start, end - start))
    return _with_clips(replace(document, next_id=document.next_id + 1), track, clips)


def clear_stretch(document: Document, track_id: int, start: int, end: int) -> Document:
    """Take away what a track's clips hold from ``start`` to ``end``; clips across an edge are cut there."""
    document = cut_clips(cut_clips(document, track_id, start), track_id, end)
    track = document.track(track_id)
    kept = tuple(c for c in track.clips if not start <= c.start < end)
    return document if len(kept) == len(track.clips) else _with_clips(document, track, kept)


def move_clips(document: Document, clip_ids: Iterable[int], ticks: int = 0, rows: int = 0, *, copy: bool = False) -> Document:
    """Move clips together by ticks and by ``rows`` down the list of tracks, as far as they all can go.

    ``copy`` leaves the old ones where they are; the copies are free of locks and get the ids from ``document.next_id`` on,
    in the order of :func:`clips_of` (each clip, then its notes).
    """
    chosen = clips_of(document, clip_ids)
    if not chosen:
        return document
    last = max(c.start + max(c.length, *(t.notes.last_end for t in c.takes)) for _, c in chosen)
    ticks = min(max(ticks, -min(c.start for _, c in chosen)), MAX_TICK - last)
    places = [row for row, _ in chosen]
    rows = min(max(rows, -min(places)), len(document.tracks) - 1 - max(places))
    if not ticks and not rows:
        return document
    ids = {c.id for _, c in chosen}
    moved = [(row + rows, replace(c, start=c.start + ticks)) for row, c in chosen]
    if copy:
        next_id, copies = document.next_id, []
        for row, clip in moved:
            fresh, next_id = _copied(clip, next_id)
            copies.append((row, fresh))
        moved, document = copies, replace(document, next_id=next_id)
    else:
        for track in document.tracks:
            if any(c.id in ids for c in track.clips):
                document = _with_clips(document, track, tuple(c for c in track.clips if c.id not in ids))
    for row, clip in moved:
        document = _put(document, document.tracks[row].id, clip)
    return document


def paste_clips(document: Document, placed: Iterable[tuple[int, Clip]], sounds: Iterable[Sound] = ()) -> Document:
    """Lay copies of clips, from anywhere, into the tracks at those indices; ``sounds`` are those of the song they come from.

    Raises:
        IndexError: there is no such track.
    """
    placed = list(placed)
    used = {take.sound.sound for _, clip in placed for take in clip.takes if take.sound}
    known = {sound.id for sound in document.sounds}
    if new := tuple(s for s in sounds if s.id in used - known):
        document = replace(document, sounds=(*document.sounds, *new))
    for row, clip in placed:
        fresh, next_id = _copied(clip, document.next_id)
        document = _put(replace(document, next_id=next_id), document.tracks[row].id, fresh)
    return document


def copied_ids(document: Document, clip_ids: Iterable[int], next_id: int) -> frozenset[int]:
    """The ids that :func:`move_clips` gave to copies of ``document``'s clips, ``next_id`` being the first it could give."""
    ids = set()
    for _, clip in clips_of(document, clip_ids):
        ids.add(next_id)
        next_id += 1 + sum(len(notes) for t in clip.takes for notes in t.parts)
    return frozenset(ids)


def duplicate_clips(document: Document, clip_ids: Iterable[int]) -> Document:
    """Copy clips right behind themselves: by the length from the first one's start to the last one's end."""
    chosen = clips_of(document, clip_ids)
    if not chosen:
        return document
    span = max(c.end for _, c in chosen) - min(c.start for _, c in chosen)
    return move_clips(document, [c.id for _, c in chosen], span, copy=True)


def repeat_clips(document: Document, clip_ids: Iterable[int], end: int) -> Document:
    """Loop clips: copies right behind each other up to the tick ``end``, where the last one is cut."""
    chosen = clips_of(document, clip_ids)
    if not chosen:
        return document
    first = min(c.start for _, c in chosen)
    span = max(c.end for _, c in chosen) - first
    end = min(end, first + span * (MOST_REPEATS + 1), MAX_TICK - max(t.notes.last_end for _, c in chosen for t in c.takes))
    for turn in range(1, -(-(end - first) // span)):
        for row, clip in chosen:
            start = clip.start + turn * span
            if start < end:
                fresh, next_id = _copied(_cut(replace(clip, start=start), min(clip.length, end - start)), document.next_id)
                document = _put(replace(document, next_id=next_id), document.tracks[row].id, fresh)
    return document


def _cut(clip: Clip, length: int) -> Clip:
    """The clip made ``length`` long: notes that start behind that are hidden, hidden ones before it are seen again."""
    if length == clip.length:
        return clip
    takes = []
    for take in clip.takes:
        notes = Notes.concat([take.notes, take.after])
        seen = notes.start < length
        heard = notes.end <= MAX_TICK - clip.start
        takes.append(replace(take, notes=notes.select(seen & heard), after=notes.select(~seen)))
    return replace(clip, length=length, takes=tuple(takes))


def _cut_left(clip: Clip, by: int) -> Clip:
    """The clip that starts ``by`` ticks later: notes before that are hidden, hidden ones behind it are seen again."""
    at = clip.offset + by  # counted, as all here, from where the hidden stretch begins
    takes = []
    for take in clip.takes:
        notes = Notes.concat([take.before, take.notes.shifted(clip.offset)])
        hidden = notes.start < at
        takes.append(
            replace(
                take.with_sound_moved(-by),
                notes=notes.select(~hidden).shifted(-at),
                before=notes.select(hidden),
                after=take.after.shifted(-by),
            )
        )
    offset = at if any(len(t.before) for t in takes) else 0
    return replace(clip, start=clip.start + by, length=clip.length - by, takes=tuple(takes), offset=offset)


def resize_clips(document: Document, clip_ids: Iterable[int], ticks: int, *, left: bool = False, shortest: int = 1) -> Document:
    """Move the right edges (``left``: the left ones) of clips by ``ticks``, as far as their neighbours let them.

    Notes stay where they sound; those that would start outside are hidden until the clip is made longer again. No clip becomes
    shorter than ``shortest``, or than it was.
    """
    for clip_id in [c.id for _, c in clips_of(document, clip_ids)]:
        document = with_clip(document, clip_id, _resized(document, clip_id, ticks, left, shortest))
    return document


def _resized(document: Document, clip_id: int, ticks: int, left: bool, shortest: int) -> Clip:
    track, clip = find_clip(document, clip_id)
    least = min(clip.length, max(1, shortest))
    i = track.clips.index(clip)
    if not left:
        limit = track.clips[i + 1].start if i + 1 < len(track.clips) else MAX_TICK
        return _cut(clip, min(max(clip.length + ticks, least), limit - clip.start))
    limit = track.clips[i - 1].end if i else 0
    by = max(min(ticks, clip.length - least), limit - clip.start)
    return _cut_left(clip, by) if by else clip


def split_clips(document: Document, clip_ids: Iterable[int], tick: int) -> Document:
    """Cut in two those of the clips that lie across ``tick``; the left parts keep their ids."""
    for row, clip in clips_of(document, clip_ids):
        if clip.start < tick < clip.end:
            document = cut_clips(document, document.tracks[row].id, tick)
    return document


def keep_take_as_clip(document: Document, clip_id: int, take: int) -> Document:
    """Make a clip's take a clip of its own, behind it where the track is free for so long. Raises IndexError when it has no such.

    The new clip's id is ``document.next_id``; the old one keeps its takes.
    """
    track, clip = find_clip(document, clip_id)
    chosen = clip.takes[take] if take >= 0 else clip.takes[len(clip.takes)]
    start = clip.end
    for other in track.clips:
        if other.start < start + clip.length and other.end > start:
            start = other.end
    longest = max(clip.length, chosen.notes.last_end)
    if start + longest > MAX_TICK:
        return document
    name = chosen.name or clip.name
    fresh, next_id = _copied(Clip(0, start, clip.length, (chosen,), name=name, offset=clip.offset), document.next_id)
    document = replace(document, next_id=next_id)
    return _with_clips(document, track, (*track.clips, fresh))


def _copied(clip: Clip, next_id: int) -> tuple[Clip, int]:
    """The clip with ids of its own and no locks, and the first id after them."""
    return renumbered_clip(clip, next_id, locked=False)


def _put(document: Document, track_id: int, clip: Clip) -> Document:
    document = clear_stretch(document, track_id, clip.start, clip.end)
    track = document.track(track_id)
    return _with_clips(document, track, (*track.clips, clip))


def _with_clips(document: Document, track: Track, clips: tuple[Clip, ...]) -> Document:
    return document.with_track(replace(track, clips=tuple(sorted(clips, key=lambda c: c.start))))
