"""Edits of tracks, and of the song's lanes: tempo, metre, keys, chords, markers, loop."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from studio.music.document import ChordSpan, Document, KeyChange, Marker, Master, Track
from studio.music.edits_clips import renumbered_clip
from studio.music.pitch import Key
from studio.music.tempo import TempoMap
from studio.music.time import MAX_TICK, Meter, TimeSignature

SLOWEST_BPM = 4.0
FASTEST_BPM = 1000.0
_OWN_EDITS = {"id", "clips", "notes"}


def add_track(document: Document, track: Track, index: int | None = None) -> Document:
    """Add a track (at the end, or before the one at ``index``); it, its clips and their notes get new ids.

    The track's id is ``document.next_id``.
    """
    new, next_id = _renumbered(track, document.next_id)
    at = len(document.tracks) if index is None else min(max(0, index), len(document.tracks))
    return replace(document, tracks=(*document.tracks[:at], new, *document.tracks[at:]), next_id=next_id)


def duplicate_track(document: Document, track_id: int) -> Document:
    """Add a copy of a track right behind it; its id is ``document.next_id``."""
    track = document.track(track_id)
    return add_track(document, track, document.tracks.index(track) + 1)


def _renumbered(track: Track, next_id: int) -> tuple[Track, int]:
    track_id, next_id = next_id, next_id + 1
    clips = []
    for clip in track.clips:
        fresh, next_id = renumbered_clip(clip, next_id)
        clips.append(fresh)
    return replace(track, id=track_id, clips=tuple(clips)), next_id


def remove_track(document: Document, track_id: int) -> Document:
    """Delete a track."""
    document.track(track_id)
    return replace(document, tracks=tuple(t for t in document.tracks if t.id != track_id))


def move_track(document: Document, track_id: int, index: int) -> Document:
    """Put a track at place ``index`` of the list, kept within it."""
    track = document.track(track_id)
    others = [t for t in document.tracks if t.id != track_id]
    others.insert(min(max(0, index), len(others)), track)
    tracks = tuple(others)
    return document if [t.id for t in tracks] == [t.id for t in document.tracks] else replace(document, tracks=tracks)


def rename_track(document: Document, track_id: int, name: str) -> Document:
    """Name a track."""
    return set_track(document, track_id, name=name)


def set_track(document: Document, track_id: int, **fields: Any) -> Document:
    """Set fields of a track (not its id and clips): ``set_track(d, 3, gain_db=-6.0, mute=True)``.

    Pan is kept within -1..1, room and width within 0..1, gain within -120..24 dB.

    Raises:
        KeyError: there is no such track.
        ValueError: a field cannot be set so, or a program is not 0..127.
    """
    if _OWN_EDITS & fields.keys():
        raise ValueError("ids and clips have edits of their own")
    limits = {"pan": (-1.0, 1.0), "room": (0.0, 1.0), "width": (0.0, 1.0), "gain_db": (-120.0, 24.0)}
    for name, (low, high) in limits.items():
        if name in fields:
            fields[name] = min(max(float(fields[name]), low), high)
    if not 0 <= fields.get("program", 0) <= 127 or not 0 <= (fields.get("channel") or 0) <= 15:
        raise ValueError("a program is 0..127, a channel 0..15")
    track = document.track(track_id)
    if all(getattr(track, name) == value for name, value in fields.items()):
        return document
    return document.with_track(replace(track, **fields))


def set_title(document: Document, title: str) -> Document:
    """Name the song."""
    return document if title == document.title else replace(document, title=title)


def set_master(document: Document, **fields: Any) -> Document:
    """Set fields of the mix: ``set_master(d, gain_db=-3.0)``."""
    master: Master = replace(document.master, **fields)
    return document if master == document.master else replace(document, master=master)


def set_tempo(document: Document, tick: int, bpm: float) -> Document:
    """Set the tempo from ``tick`` to the next change, kept within 4 to 1,000 quarter notes a minute."""
    tempo = document.tempo.with_change(_place(tick), min(max(bpm, SLOWEST_BPM), FASTEST_BPM))
    return document if tempo == document.tempo else replace(document, tempo=tempo)


def remove_tempo(document: Document, tick: int) -> Document:
    """Delete the change of tempo at ``tick``; the one at the start stays."""
    kept = tuple(c for c in document.tempo.changes if c.tick == 0 or c.tick != tick)
    return document if kept == document.tempo.changes else replace(document, tempo=TempoMap(kept))


def set_meter(document: Document, tick: int, numerator: int, denominator: int) -> Document:
    """Set the time signature from the bar of ``tick`` to the next change. Raises ValueError when it is none."""
    start = document.meter.bar_start(document.meter.bar_of(_place(tick)))
    new = TimeSignature(start, numerator, denominator)
    kept = [s for s in document.meter.signatures if s.tick != start]
    signatures = tuple(sorted([*kept, new], key=lambda s: s.tick))
    return document if signatures == document.meter.signatures else replace(document, meter=Meter(signatures))


def remove_meter(document: Document, tick: int) -> Document:
    """Delete the change of time signature at ``tick``; the one at the start stays."""
    kept = tuple(s for s in document.meter.signatures if s.tick == 0 or s.tick != tick)
    return document if kept == document.meter.signatures else replace(document, meter=Meter(kept))


def set_key(document: Document, tick: int, key: Key | None) -> Document:
    """Write a key at ``tick``; None takes away the one written there."""
    kept = [k for k in document.keys if k.tick != _place(tick)]
    new = [] if key is None else [KeyChange(_place(tick), key)]
    keys = tuple(sorted([*kept, *new], key=lambda k: k.tick))
    return document if keys == document.keys else replace(document, keys=keys)


def set_chords(document: Document, chords: Iterable[ChordSpan]) -> Document:
    """Replace the chord lane; a chord ends where the next begins."""
    rising = sorted(chords, key=lambda c: c.start)
    ends = [c.start for c in rising[1:]] + [MAX_TICK]
    spans = tuple(replace(c, end=min(c.end, end)) for c, end in zip(rising, ends, strict=True) if c.start < min(c.end, end))
    return document if spans == document.chords else replace(document, chords=spans)


def add_marker(document: Document, tick: int, name: str) -> Document:
    """Add a marker."""
    return replace(document, markers=tuple(sorted([*document.markers, Marker(_place(tick), name)], key=lambda m: m.tick)))


def remove_marker(document: Document, marker: Marker) -> Document:
    """Delete a marker."""
    kept = tuple(m for m in document.markers if m != marker)
    return document if kept == document.markers else replace(document, markers=kept)


def set_loop(document: Document, loop: tuple[int, int] | None) -> Document:
    """Set the stretch that repeats, in either order, or none; an empty one is none."""
    if loop is not None:
        start, end = sorted(map(_place, loop))
        loop = (start, end) if start < end else None
    return document if loop == document.loop else replace(document, loop=loop)


def _place(tick: int) -> int:
    return min(max(0, tick), MAX_TICK)
