"""Edits of clips and their takes, and the acceptance of what a network proposes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol

from studio.music.document import Clip, Document, Provenance, Take, Track
from studio.music.notes import Notes
from studio.music.time import MAX_TICK


class PartLike(Protocol):
    """What notes are for: a track of the document (``track_id``), or a new one (None) of that name and program."""

    @property
    def track_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def program(self) -> int: ...
    @property
    def drums(self) -> bool: ...


def accept_take(
    document: Document,
    parts: Iterable[tuple[PartLike, Notes]],
    start: int,
    end: int,
    provenance: Provenance,
    *,
    match: bool = False,
) -> Document:
    """Make proposed notes part of the song: a clip from ``start`` to ``end`` in the track of each part, made where it is new.

    ``parts`` holds (part, notes counted from the song's start); only notes that start in [start, end) are taken. What the
    tracks held there stays as an older take of the new clip, and its locked notes are kept in the new take. With ``match`` a
    new part goes to a track with the same instrument that no other part has, best of the same name.
    """
    parts = list(parts)
    merged: dict[int, list[Notes]] = {}
    places = matching_tracks(document, [part for part, _ in parts]) if match else {}
    for i, (part, notes) in enumerate(parts):
        if i in places:
            merged.setdefault(places[i], []).append(notes)
            continue
        document, track_id = _track_for(document, part)
        merged.setdefault(track_id, []).append(notes)
    for track_id, pieces in merged.items():
        document = lay_take(document, track_id, Notes.concat(pieces), start, end, provenance)
    return document


def matching_tracks(document: Document, parts: list[PartLike]) -> dict[int, int]:
    """Ids of the tracks that play what new parts ask for, by the parts' places in the list: each track for one part."""
    taken = {part.track_id for part in parts}
    new = [i for i, part in enumerate(parts) if part.track_id is None]
    found: dict[int, int] = {}
    for by_name in (True, False):
        for i in new:
            part = parts[i]
            fitting = (
                t.id
                for t in document.tracks
                if t.id not in taken
                and t.drums == part.drums
                and (part.drums or t.program == part.program)
                and (not by_name or t.name == part.name)
            )
            track_id = None if i in found else next(fitting, None)
            if track_id is not None:
                found[i] = track_id
                taken.add(track_id)
    return found


def _track_for(document: Document, part: PartLike) -> tuple[Document, int]:
    if part.track_id is not None and any(t.id == part.track_id for t in document.tracks):
        return document, part.track_id
    new = Track(document.next_id, part.name, color=len(document.tracks), program=part.program, drums=part.drums)
    return replace(document, tracks=(*document.tracks, new), next_id=document.next_id + 1), new.id


def lay_take(document: Document, track_id: int, notes: Notes, start: int, end: int, provenance: Provenance) -> Document:
    """Make ``notes`` (counted from the song's start) a new take of one clip from ``start`` to ``end``, as :func:`accept_take`."""
    document = cut_clips(cut_clips(document, track_id, start), track_id, end)
    track = document.track(track_id)
    inside = [c for c in track.clips if start <= c.start < end]
    first = document.next_id
    fresh = notes.starting_between(start, end).shifted(-start).with_ids_from(first)
    first += len(fresh)
    old, offset = _takes_of(inside, start, end)
    if old:
        locked = old[-1].notes.select(old[-1].notes.locked)
        fresh = Notes.concat([fresh, locked.with_ids_from(first)])
        first += len(locked)
    takes = (*old, Take(fresh, provenance.source, provenance))
    clip = Clip(first, start, end - start, takes, len(takes) - 1, offset=offset)
    clips = [c for c in track.clips if not start <= c.start < end]
    track = replace(track, clips=tuple(sorted([*clips, clip], key=lambda c: c.start)))
    return replace(document.with_track(track), next_id=first + 1)


def _takes_of(clips: list[Clip], start: int, end: int) -> tuple[tuple[Take, ...], int]:
    """The takes of clips that one clip from ``start`` to ``end`` replaces, the one that sounded last, and their offset.

    Notes that the clips' edges hide are kept where the edges stay.
    """
    if len(clips) == 1:
        clip = clips[0]
        takes = [
            replace(
                t.with_sound_moved(clip.start - start),
                notes=t.notes.shifted(clip.start - start),
                before=t.before if clip.start == start else Notes.empty(),
                after=t.after.shifted(clip.start - start) if clip.end == end else Notes.empty(),
            )
            for t in clip.takes
        ]
        takes.append(takes.pop(clip.active))
        return tuple(takes), clip.offset if clip.start == start else 0
    notes = Notes.concat(c.notes.shifted(c.start - start) for c in clips)
    return (Take(notes, provenance=clips[0].take.provenance),) if len(notes) else (), 0


def cut_clips(document: Document, track_id: int, tick: int) -> Document:
    """Cut the clip of the track that lies across ``tick`` in two; notes belong to the part in which they start.

    All takes are cut, and the left part keeps the clip's id. What the clip's edges hide stays hidden at them.
    """
    track = document.track(track_id)
    clip = track.clip_at(tick)
    if clip is None or clip.start == tick:
        return document
    at = tick - clip.start
    none = Notes.empty()
    left = tuple(replace(t, notes=t.notes.starting_between(0, at), after=none) for t in clip.takes)
    right = tuple(
        replace(
            t.with_sound_moved(-at),
            notes=t.notes.starting_between(at, clip.length).shifted(-at),
            before=none,
            after=t.after.shifted(-at),
        )
        for t in clip.takes
    )
    halves = (
        replace(clip, length=at, takes=left),
        replace(clip, id=document.next_id, start=tick, length=clip.length - at, takes=right, offset=0),
    )
    i = track.clips.index(clip)
    track = replace(track, clips=(*track.clips[:i], *halves, *track.clips[i + 1 :]))
    return replace(document.with_track(track), next_id=document.next_id + 1)


def join_clips(document: Document, clip_ids: Iterable[int]) -> Document:
    """Make one clip of those of a track that follow each other, from the first's start to the last's end.

    Only what sounds is kept: the active takes. Clips with different sounds stay apart.
    """
    wanted = set(clip_ids)
    for track in document.tracks:
        chosen = [c for c in track.clips if c.id in wanted]
        if len(chosen) < 2:
            continue
        first, end = chosen[0], chosen[-1].end
        chosen = [c for c in track.clips if first.start <= c.start < end]
        if len({c.take.with_sound_moved(c.start).sound for c in chosen}) > 1:
            continue
        notes = Notes.concat(c.notes.shifted(c.start - first.start) for c in chosen)
        after = chosen[-1].take.after.shifted(chosen[-1].start - first.start)
        take = replace(first.take, notes=notes, after=after)
        joined = replace(first, length=end - first.start, takes=(take,), active=0)
        clips = tuple(joined if c is first else c for c in track.clips if c is first or c not in chosen[1:])
        document = document.with_track(replace(track, clips=clips))
    return document


def remove_clips(document: Document, clip_ids: Iterable[int]) -> Document:
    """Delete clips with everything in them."""
    wanted = set(clip_ids)
    for track in document.tracks:
        kept = tuple(c for c in track.clips if c.id not in wanted)
        if len(kept) < len(track.clips):
            document = document.with_track(replace(track, clips=kept))
    return document


def move_clip(document: Document, clip_id: int, ticks: int) -> Document:
    """Move a clip, as far as its neighbours and the song's start let it."""
    track, i = _find(document, clip_id)
    clip = track.clips[i]
    earliest = track.clips[i - 1].end if i else 0
    latest = track.clips[i + 1].start if i + 1 < len(track.clips) else MAX_TICK
    sounding_end = max(clip.length, *(t.notes.last_end for t in clip.takes))
    ticks = min(max(ticks, earliest - clip.start), latest - clip.end, MAX_TICK - clip.start - sounding_end)
    return _with_clip(document, clip_id, lambda c: replace(c, start=c.start + ticks)) if ticks else document


def renumbered_clip(clip: Clip, next_id: int, **changed: Any) -> tuple[Clip, int]:
    """A copy of a clip with the id ``next_id``, its notes (hidden ones too) with those after it, and the first id that is left.

    ``changed`` are columns that all notes get, as ``locked=False``.
    """
    clip_id, next_id = next_id, next_id + 1
    takes = []
    for take in clip.takes:
        fresh = []
        for notes in take.parts:
            fresh.append((notes.replace(**changed) if changed else notes).with_ids_from(next_id))
            next_id += len(notes)
        takes.append(replace(take, notes=fresh[0], before=fresh[1], after=fresh[2]))
    return replace(clip, id=clip_id, takes=tuple(takes)), next_id


def rename_clip(document: Document, clip_id: int, name: str) -> Document:
    """Name a clip."""
    return _with_clip(document, clip_id, lambda c: replace(c, name=name))


def insert_take(document: Document, clip_id: int, take: Take, *, activate: bool = True) -> Document:
    """Add a take, its notes counted from the clip's start, behind the clip's others; notes that start outside are left out."""
    track, i = _find(document, clip_id)
    notes = take.notes.starting_between(0, track.clips[i].length).with_ids_from(document.next_id)

    def changed(clip: Clip) -> Clip:
        takes = (*clip.takes, replace(take, notes=notes))
        return replace(clip, takes=takes, active=len(takes) - 1 if activate else clip.active)

    return replace(_with_clip(document, clip_id, changed), next_id=document.next_id + len(notes))


def choose_take(document: Document, clip_id: int, take: int) -> Document:
    """Let a clip sound another of its takes. Raises IndexError when it has no such take."""
    track, i = _find(document, clip_id)
    if not 0 <= take < len(track.clips[i].takes):
        raise IndexError(take)
    return document if track.clips[i].active == take else _with_clip(document, clip_id, lambda c: replace(c, active=take))


def remove_take(document: Document, clip_id: int, take: int) -> Document:
    """Throw a take away; a clip's only take stays. Raises IndexError when it has no such take."""
    track, i = _find(document, clip_id)
    clip = track.clips[i]
    if not 0 <= take < len(clip.takes):
        raise IndexError(take)
    if len(clip.takes) == 1:
        return document
    takes = clip.takes[:take] + clip.takes[take + 1 :]
    active = min(clip.active - (take < clip.active), len(takes) - 1)
    return _with_clip(document, clip_id, lambda c: replace(c, takes=takes, active=active))


def rename_take(document: Document, clip_id: int, take: int, name: str) -> Document:
    """Name a take. Raises IndexError when the clip has no such take."""
    _, clip = find_clip(document, clip_id)
    if not 0 <= take < len(clip.takes):
        raise IndexError(take)
    if clip.takes[take].name == name:
        return document
    takes = (*clip.takes[:take], replace(clip.takes[take], name=name), *clip.takes[take + 1 :])
    return with_clip(document, clip_id, replace(clip, takes=takes))


def find_clip(document: Document, clip_id: int) -> tuple[Track, Clip]:
    """The clip of that id and its track. Raises KeyError when there is none."""
    track, i = _find(document, clip_id)
    return track, track.clips[i]


def with_clip(document: Document, clip_id: int, clip: Clip) -> Document:
    """``document`` with ``clip``, which keeps its place among its neighbours, in place of the one of that id."""
    track, i = _find(document, clip_id)
    if track.clips[i] is clip:
        return document
    return document.with_track(replace(track, clips=(*track.clips[:i], clip, *track.clips[i + 1 :])))


def _find(document: Document, clip_id: int) -> tuple[Track, int]:
    for track in document.tracks:
        for i, clip in enumerate(track.clips):
            if clip.id == clip_id:
                return track, i
    raise KeyError(clip_id)


def _with_clip(document: Document, clip_id: int, change: Callable[[Clip], Clip]) -> Document:
    track, i = _find(document, clip_id)
    return document.with_track(replace(track, clips=(*track.clips[:i], change(track.clips[i]), *track.clips[i + 1 :])))
