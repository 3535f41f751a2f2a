"""Part of a song as a song of its own: the loop, or some notes. It begins on the bar line at or before its first tick."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from studio.music import edits
from studio.music.document import ChordSpan, Clip, Document, KeyChange, Marker, Track
from studio.music.notes import Controls, Notes
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import Meter, TimeSignature


def excerpt(document: Document, start: int, end: int) -> Document:
    """What lies in [start, end) ticks: notes that begin there, cut at the end, with tempo, metre, key and controllers.

    Clips become one clip a track, but where a track plays sounds.
    """
    first = document.meter.bar_start(document.meter.bar_of(start))
    recorded = [t.id for t in document.tracks if any(c.take.sound for c in t.clips)]
    for track_id in recorded:
        document = edits.cut_clips(edits.cut_clips(document, track_id, first), track_id, end)
    tracks = tuple(
        _recorded(t, first, end) if t.id in recorded else _track(t, t.notes.starting_between(start, end), first, end)
        for t in document.tracks
    )
    return _moved(replace(document, tracks=tracks), first, end)


def excerpt_of_notes(document: Document, track_id: int, ids: Iterable[int]) -> Document | None:
    """Only the notes ``ids`` of one track, None where there are none."""
    track = document.track(track_id)
    notes = track.notes.select(track.notes.index_of(ids))
    if not len(notes):
        return None
    first = document.meter.bar_start(document.meter.bar_of(int(notes.start[0])))
    end = notes.last_end
    return _moved(replace(document, tracks=(_track(track, notes, first, end),)), first, end)


def _recorded(track: Track, first: int, end: int) -> Track:
    """A track that plays sounds, cut at both ends."""
    clips = tuple(replace(c, start=c.start - first) for c in track.clips if first <= c.start < end)
    return replace(track, clips=clips, controls=_controls(track.controls, first, end))


def _track(track: Track, notes: Notes, first: int, end: int) -> Track:
    cut = notes.replace(start=notes.start - first, duration=np.minimum(notes.end, end) - notes.start)
    length = max(1, end - first)
    clip = replace(track.clips[0] if track.clips else Clip(0, 0, 1), start=0, length=length, active=0, offset=0)
    clip = replace(clip, takes=(replace(clip.takes[0], notes=cut, before=Notes.empty(), after=Notes.empty()),))
    return replace(track, clips=(clip,) if len(cut) else (), controls=_controls(track.controls, first, end))


def _controls(controls: Controls, first: int, end: int) -> Controls:
    """The events of [first, end), and what holds at its start."""
    held = [np.flatnonzero((controls.number == n) & (controls.tick < first))[-1:] for n in np.unique(controls.number)]
    inside = np.flatnonzero((controls.tick >= first) & (controls.tick < end))
    which = np.concatenate([*held, inside]).astype(np.int64)
    return Controls.of(np.maximum(controls.tick[which] - first, 0), controls.number[which], controls.value[which])


def _moved(document: Document, first: int, end: int) -> Document:
    """All but the tracks moved to begin at ``first``."""
    tempo, meter = document.tempo.at(first), document.meter.at(first)
    changes = [
        TempoChange(0, tempo.micros),
        *(replace(c, tick=c.tick - first) for c in document.tempo.changes if first < c.tick < end),
    ]
    signs = [TimeSignature(0, meter.numerator, meter.denominator)]
    signs += [replace(s, tick=s.tick - first) for s in document.meter.signatures if first < s.tick < end]
    key = document.key_at(first)
    keys = [KeyChange(0, key)] if key else []
    keys += [replace(k, tick=k.tick - first) for k in document.keys if first < k.tick < end]
    chords = (
        ChordSpan(max(c.start, first) - first, min(c.end, end) - first, c.chord)
        for c in document.chords
        if c.start < end and first < c.end
    )
    markers = (Marker(m.tick - first, m.name) for m in document.markers if first <= m.tick < end)
    return replace(
        document, tempo=TempoMap(tuple(changes)), meter=Meter(tuple(signs)), keys=tuple(keys), chords=tuple(chords),
        markers=tuple(markers), loop=None,
    )  # fmt: skip
