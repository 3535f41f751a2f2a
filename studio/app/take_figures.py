"""Novelty and fit of a proposed take: two figures from 0 to 1, in terms of music, by which takes can be sorted.

Novelty: the share of the take's notes that lie in no stretch of :data:`STRETCH` successive notes of a part which also stands,
in any key, in the song or in another of the takes. A stretch is its steps of time and pitch (drums: their keys). The thought
is that of originality reports (Yin, Reuter, Stepney and Collins 2021, "A good algorithm does not steal - it imitates",
EvoMUSART), taken note by note.

Fit: how much the take is like the song around it, the mean of four overlaps, each the area that two histograms share (Yang
and Lerch 2020, "On the evaluation of generative models in music", section 3): pitch classes by their length (the key; beside
other parts bar by bar, against what sounds there), pitches in thirds (the register), sixteenths of the bar at which notes
start (the rhythm), and notes a bar, the smaller to the larger (the density). The song around is what stands up to
:data:`AROUND` bars before and after; register, rhythm and density are those of the same track where it plays there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.app.session import Proposal, ProposedTake
from studio.engines.api import Part
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER, Meter

STRETCH = 6
AROUND = 16
_SIXTEENTH = TICKS_PER_QUARTER // 4
_CELLS = 32
_THIRDS = 43
_LEAST_NOTES = 4
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """Novelty and fit, and what the fit is made of; None where there is nothing to hold the take against."""

    novelty: float | None = None
    fit: float | None = None
    key: float | None = None
    register: float | None = None
    rhythm: float | None = None
    density: float | None = None


def figures_of(proposal: Proposal, document: Document) -> tuple[Figures, ...]:
    """The figures of each take of ``proposal`` for ``document`` (the song without it)."""
    song = [_stretches(t.notes, t.drums) for t in document.tracks]
    written = [[_stretches(notes, part.drums) for part, notes in take.parts] for take in proposal.takes]
    around = _around(proposal, document)
    made = []
    for k, take in enumerate(proposal.takes):
        others = [s for j, rows in enumerate(written) if j != k for s in rows]
        made.append(_figures(take, proposal, document, around, novelty(take, [*song, *others])))
    return tuple(made)


def twins_of(takes: Sequence[ProposedTake]) -> tuple[int | None, ...]:
    """For each of ``takes`` the first one before it with just the same notes, None where there is none, or no notes."""
    seen: dict[tuple[tuple[Part, bytes], ...], int] = {}
    places = [seen.setdefault(_all_of(take), place) if take.note_count else place for place, take in enumerate(takes)]
    return tuple(first if first != place else None for place, first in enumerate(places))


def _all_of(take: ProposedTake) -> tuple[tuple[Part, bytes], ...]:
    columns = ("start", "duration", "pitch", "velocity")
    return tuple((part, b"".join(getattr(notes, name).tobytes() for name in columns)) for part, notes in take.parts if len(notes))


# ---------------------------------------------------------------- novelty


def novelty(take: ProposedTake, known: Sequence[npt.NDArray[np.int64]]) -> float | None:
    """The share of notes outside of all stretches that are ``known`` (each as :func:`_stretches` gives them)."""
    everything = np.unique(np.concatenate([k for k in known if len(k)] or [np.zeros((0, STRETCH - 1), np.int64)]), axis=0)
    familiar = {row.tobytes() for row in everything}
    seen = total = 0
    for part, notes in take.parts:
        mine = _stretches(notes, part.drums)
        covered = np.zeros(len(notes), bool)
        for at, row in enumerate(mine):
            if row.tobytes() in familiar:
                covered[at : at + STRETCH] = True
        seen += int(covered.sum())
        total += len(notes)
    return 1 - seen / total if total >= STRETCH and familiar else None


def _stretches(notes: Notes, drums: bool) -> npt.NDArray[np.int64]:
    """The steps of time (in twelfths of a quarter) and pitch of every stretch of notes, a row each [n, STRETCH - 1]."""
    if len(notes) < STRETCH:
        return np.zeros((0, STRETCH - 1), np.int64)
    time = np.round(np.diff(notes.start) * 12 / TICKS_PER_QUARTER).astype(np.int64)
    pitch = notes.pitch.astype(np.int64)
    step = pitch[1:] + 1000 if drums else np.diff(pitch) + 200
    token = np.minimum(time, 9_999) * 10_000 + step
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(token, STRETCH - 1))


# ---------------------------------------------------------------- fit


def _around(proposal: Proposal, document: Document) -> dict[int, Notes]:
    """What stands in the song near the region, by track; of tracks that are written for, outside of it."""
    meter = document.meter
    first = meter.bar_start(max(0, meter.bar_of(proposal.start) - AROUND))
    last = meter.bar_start(meter.bar_of(max(0, proposal.end - 1)) + 1 + AROUND)
    ours = {part.track_id for take in proposal.takes for part, _ in take.parts}
    found = {}
    for track in document.tracks:
        near = track.notes.starting_between(first, last)
        outside = (near.start < proposal.start) | (near.start >= proposal.end)
        found[track.id] = near.select(outside) if track.id in ours else near
    return found


def _figures(take: ProposedTake, proposal: Proposal, document: Document, around: dict[int, Notes], new: float | None) -> Figures:
    tracks = {t.id: t for t in document.tracks}
    pitched = Notes.concat(n for p, n in take.parts if not p.drums)
    there = Notes.concat(n for k, n in around.items() if not tracks[k].drums)
    if sum(len(n) for n in around.values()) < _LEAST_NOTES or take.note_count < _LEAST_NOTES:
        return Figures(new)
    meter, bars = document.meter, max(1, document.meter.bar_of(max(take.written_to, proposal.start + 1) - 1) + 1)
    key = _key(pitched, there, proposal, meter)
    rows: list[tuple[int, float | None, float | None, float | None]] = []
    span = bars - meter.bar_of(proposal.start)
    for part, notes in take.parts:
        like = _like(part, around, tracks)
        if len(like) >= _LEAST_NOTES and len(notes):
            register = None if part.drums else _shared(_pitches(notes), _pitches(like))
            rows.append(
                (len(notes), register, _shared(_cells(notes, meter), _cells(like, meter)), _density(notes, span, like, meter))
            )
    register, rhythm, density = (_mean([(n, row) for n, *values in rows for row in [values[k]]]) for k in range(3))
    some = [v for v in (key, register, rhythm, density) if v is not None]
    return Figures(new, float(np.mean(some)) if some else None, key, register, rhythm, density)


def _like(part: Part, around: dict[int, Notes], tracks: dict[int, Track]) -> Notes:
    """What a part is held against: its own track's notes nearby, else those of tracks of its kind."""
    own = around.get(part.track_id or -1, Notes.empty())
    if len(own) >= _LEAST_NOTES:
        return own
    same = [k for k, t in tracks.items() if t.drums == part.drums and (part.drums or t.program // 8 == part.program // 8)]
    return Notes.concat(around[k] for k in same)


def _mean(rows: list[tuple[int, float | None]]) -> float | None:
    """The mean of what is known, by the number of notes."""
    known = [(n, v) for n, v in rows if v is not None]
    return sum(n * v for n, v in known) / sum(n for n, _ in known) if known else None


def _key(notes: Notes, there: Notes, proposal: Proposal, meter: Meter) -> float | None:
    """The pitch classes that take and song share: bar by bar where other parts sound in the region, else as a whole."""
    if not len(notes) or not len(there):
        return None
    beside = there.starting_between(proposal.start, proposal.end)
    if not len(beside):
        return _shared(_chroma(notes), _chroma(there))
    shares = []
    for bar in range(meter.bar_of(proposal.start), meter.bar_of(proposal.end - 1) + 1):
        first, last = meter.bar_start(bar), meter.bar_start(bar + 1)
        mine, theirs = notes.starting_between(first, last), beside.starting_between(first, last)
        if len(mine) and len(theirs):
            shares.append(_shared(_chroma(mine), _chroma(theirs)))
    return float(np.mean(shares)) if shares else None


def _chroma(notes: Notes) -> Floats:
    weight = np.minimum(notes.duration, 4 * TICKS_PER_QUARTER).astype(np.float64)
    return np.asarray(np.bincount(notes.pitch % 12, weight, 12), np.float64)


def _pitches(notes: Notes) -> Floats:
    return np.bincount(notes.pitch // 3, minlength=_THIRDS).astype(np.float64)


def _cells(notes: Notes, meter: Meter) -> Floats:
    inside = np.round((notes.start - meter.bar_starts(notes.start)) / _SIXTEENTH).astype(np.int64)
    return np.bincount(np.minimum(inside, _CELLS - 1), minlength=_CELLS).astype(np.float64)


def _density(notes: Notes, span: int, like: Notes, meter: Meter) -> float:
    bars = len(np.unique(meter.bar_starts(like.start)))
    mine, theirs = len(notes) / max(1, span), len(like) / max(1, bars)
    return min(mine, theirs) / max(mine, theirs)


def _shared(a: Floats, b: Floats) -> float:
    """The area that two histograms share, each of area 1."""
    return float(np.minimum(a / max(a.sum(), 1e-9), b / max(b.sum(), 1e-9)).sum())
