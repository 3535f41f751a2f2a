"""Edits of how notes lie in time and how loud they are: legato, reversal, drawn velocities, playing laid over a score.

As in :mod:`studio.music.edits_notes`: locked notes stay as they are, and an edit that changes nothing returns the very
document it was given.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.music.document import Document
from studio.music.edits_notes import Ids, apply_to_notes, notes_of
from studio.music.notes import IntColumn, Notes
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import MAX_TICK, TICKS_PER_QUARTER

Reals = npt.NDArray[np.float64]


def make_legato(document: Document, ids: Ids) -> Document:
    """Let every note last until the next of them in its track begins; those of the last chord keep their lengths."""

    def joined(notes: Notes) -> Notes:
        starts = np.append(notes.start[np.flatnonzero(np.diff(notes.start, prepend=-1))], -1)
        following = starts[np.searchsorted(starts[:-1], notes.start, "right")]
        return notes.replace(duration=np.where(following < 0, notes.duration, following - notes.start))

    return apply_to_notes(document, ids, joined)


def reverse_notes(document: Document, ids: Ids) -> Document:
    """Play notes backwards: what ended last begins first, and the whole takes up the same stretch of time."""
    parts = [part.select(~part.locked) for _, part in notes_of(document, ids)]
    parts = [part for part in parts if len(part)]
    if not parts:
        return document
    both = min(int(p.start[0]) for p in parts) + max(p.last_end for p in parts)
    return apply_to_notes(document, ids, lambda n: n.replace(start=both - n.end))


def draw_velocity(document: Document, ids: Ids, ticks: npt.ArrayLike, velocities: npt.ArrayLike) -> Document:
    """Give notes the velocities of a line through the points (``ticks``, ``velocities``); ``ticks`` do not fall.

    Notes that start before the first point or after the last stay as they are.
    """
    at, heights = np.asarray(ticks, np.float64), np.asarray(velocities, np.float64)

    def drawn(notes: Notes) -> Notes:
        under = (notes.start >= at[0]) & (notes.start <= at[-1])
        line = np.clip(np.rint(np.interp(notes.start, at, heights)), 1, 127).astype(np.int16)
        return notes.replace(velocity=np.where(under, line, notes.velocity))

    return apply_to_notes(document, ids, drawn)


def set_playing(document: Document, ids: IntColumn, start: npt.ArrayLike, velocity: npt.ArrayLike) -> Document:
    """Give each of the notes ``ids`` [n] its own start [n] and velocity [n], kept in range; durations stay."""
    order = np.argsort(ids)
    known, starts, loud = ids[order], np.asarray(start, np.int64)[order], np.asarray(velocity, np.int64)[order]

    def played(notes: Notes) -> Notes:
        at = np.searchsorted(known, notes.id)
        new = np.clip(starts[at], 0, MAX_TICK - notes.duration)
        return notes.replace(start=new, velocity=np.clip(loud[at], 1, 127))

    return apply_to_notes(document, ids, played)


def warp_notes(document: Document, ids: Ids, old: npt.ArrayLike, new: npt.ArrayLike) -> Document:
    """Move notes so that the ticks ``old`` (rising, two or more) come to lie on ``new``, what is between them in proportion.

    Before the first and after the last point time runs on as in the nearest stretch.
    """
    a, b = np.asarray(old, np.float64), np.asarray(new, np.float64)

    def at(ticks: IntColumn) -> IntColumn:
        i = np.clip(np.searchsorted(a, ticks, "right") - 1, 0, len(a) - 2)
        there = b[i] + (ticks - a[i]) * (b[i + 1] - b[i]) / (a[i + 1] - a[i])
        return np.clip(np.rint(there), 0, MAX_TICK).astype(np.int64)

    def warped(notes: Notes) -> Notes:
        start = np.minimum(at(notes.start), MAX_TICK - 1)
        return notes.replace(start=start, duration=np.maximum(at(notes.end) - start, 1))

    return apply_to_notes(document, ids, warped)


def fit_to_beats(document: Document, ids: Ids, beats: Reals, follow: bool = False) -> Document:
    """Lay freely played notes on the song's beats. ``beats`` are the times in seconds at which the player's beats fell.

    The beat nearest the first note becomes the song's quarter nearest to it. ``follow`` sets the tempo of each beat to the
    player's, so that it still sounds as it was played; without it the playing becomes as even as the song's tempo is.
    """
    if len(beats) < 2:
        return document
    old = document.tempo.ticks_at_seconds(beats)
    keep = np.append(True, np.diff(old) > 1)
    old, beats = old[keep], beats[keep]
    if len(old) < 2:
        return document
    first = max(0, round(float(old[0]) / TICKS_PER_QUARTER)) * TICKS_PER_QUARTER
    new = first + TICKS_PER_QUARTER * np.arange(len(old))
    if new[-1] >= MAX_TICK:
        return document
    changed = warp_notes(document, ids, old, new)
    if not follow:
        return changed
    return replace(changed, tempo=_tempo_of(document.tempo, new, beats))


def _tempo_of(tempo: TempoMap, ticks: IntColumn, beats: Reals) -> TempoMap:
    """``tempo`` with a change at each of ``ticks``, a quarter apart, so that they fall on ``beats`` (seconds)."""
    micros = np.clip(np.rint(np.diff(beats) * 1e6), 1, (1 << 24) - 1).astype(np.int64)
    lead = [c for c in tempo.changes if c.tick < ticks[0]]
    if ticks[0] > 0:  # the way to the first beat takes as long as it did
        whole = round(float(beats[0]) * 1e6 * TICKS_PER_QUARTER / int(ticks[0]))
        lead = [TempoChange(0, min(max(whole, 1), (1 << 24) - 1))]
    inside = [TempoChange(int(t), int(m)) for t, m in zip(ticks[:-1].tolist(), micros.tolist(), strict=True)]
    end = int(ticks[-1])
    after = [TempoChange(end, tempo.at(end).micros), *(c for c in tempo.changes if c.tick > end)]
    merged: list[TempoChange] = []
    for change in (*lead, *inside, *after):
        if not merged or merged[-1].micros != change.micros:
            merged.append(change)
    return TempoMap(tuple(merged))
