"""The verbs of :mod:`studio.app.benches_limits`: bars of written pieces changed under limits, some of their notes locked."""

from collections import Counter
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from studio.app.arranging import arrange, checked
from studio.app.arranging_clips import is_for_clips, is_line
from studio.app.changes import Change, unable
from studio.app.changing import request_of
from studio.app.limits_check import violations
from studio.app.shelf import Shelf
from studio.engines.api import GenerateRequest, Limits, Part, Quiet
from studio.engines.arranger_setting import scene_of
from studio.engines.clip_grid import ATTRIBUTES
from studio.errors import StudioError
from studio.music import edits
from studio.music.chords import chord_spans
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.pitch import Key

VERBS = ("fill", "accompany", "harmonise", "vary", "sample", "blend", "walk", "slide", "drums", "groove")
_LOCKED = 0.15
_BARS = 4
_LONG = {"fill": 6, "accompany": 6, "harmonise": 6}
"""Bars of which the arranger writes four, and then the others."""
_TAKES = 4
_PARTS = ("Bass", "Chords", "Strings", "Melody", "Drums")
Drawn = tuple[Limits, Key | None, str]


def change_of(verb: str, document: Document, drawn: Drawn, draw: np.random.Generator, seed: int) -> Change | None:
    """A change of some bars of ``document`` under limits; None where none of its tracks is for ``verb``."""
    bar = document.meter.bar_start(1)
    start = int(draw.integers(0, 3)) * bar
    end = start + _LONG.get(verb, _BARS) * bar
    tracks = [t for t in document.tracks if _fits(verb, t, start, end)]
    if not tracks:
        return None
    track = tracks[int(draw.integers(len(tracks)))]
    limits, key, chords = drawn
    off = {name: getattr(Limits(), name) for name in unable(verb, track.drums)}
    limits = replace(limits, **off)
    change = Change(
        verb, start, end, (track.id,), key=key, limits=limits, chords=chords if limits.chord_notes else "", seed=seed,
        takes=1 if verb == "groove" else _TAKES, amount=float(draw.choice([0.2, 0.5, 0.9])),
    )  # fmt: skip
    if verb == "accompany":
        names = draw.choice(_PARTS, 2, replace=False).tolist()
        return replace(change, new_parts=tuple(str(n) for n in names))
    if verb == "blend":
        return replace(change, other=(track.id, 4 * bar), laid_out=bool(draw.random() < 0.3))
    if verb == "walk":
        return replace(change, places=tuple((float(x), float(y)) for x, y in draw.normal(0, 1.5, (_TAKES, 2))))
    if verb == "slide":
        return replace(change, sliders=((ATTRIBUTES[int(draw.integers(2))], float(draw.normal(0, 2))),))
    return change


def _fits(verb: str, track: Track, start: int, end: int) -> bool:
    inside = track.notes.starting_between(start, end)
    if not len(inside):
        return False
    if verb == "groove":
        return track.drums
    if verb in ("sample", "blend", "walk", "slide"):
        later = track.notes.starting_between(end, end + (end - start))
        return (track.drums or (is_line(inside) and is_line(later))) and bool(len(later))
    return True


class VerbsJudged:
    """What the verbs wrote so far, and what it broke."""

    def __init__(self) -> None:
        self.notes, self.requests = Counter[str](), Counter[str]()
        self.seconds: dict[str, float] = {}
        self.broken: dict[str, Counter[str]] = {}
        self.refused: Counter[str] = Counter()

    def run(self, change: Change, document: Document, shelf: Any) -> None:
        """Have a change made and judged."""
        began = perf_counter()
        try:
            asked = checked(change, document)
            title = f"{change.verb} ({'clips' if is_for_clips(asked, document) else 'arranger'})"
            proposal = arrange(change, document, shelf, Quiet())
        except StudioError as error:
            self.refused[error.message] += 1
            return
        self.requests[title] += 1
        self.seconds[title] = self.seconds.get(title, 0.0) + perf_counter() - began
        for take in proposal.takes:
            self.notes[title] += take.note_count
            self.broken.setdefault(title, Counter()).update(broken(take.parts, asked, document))

    def tell(self) -> int:
        """Print a line for each verb; how many violations there were."""
        for title in sorted(self.notes):
            found = self.broken[title]
            told = ", ".join(f"{rule} {n}" for rule, n in found.items()) or "none"
            print(
                f"  {title}: {self.notes[title]:,} notes of {self.requests[title]} requests in {self.seconds[title]:.0f} s;"
                f" violations {found.total()} ({told})"
            )
        for message, count in self.refused.most_common():
            print(f"  refused {count}: {message}")
        return sum(found.total() for found in self.broken.values())


def broken(parts: tuple[tuple[Part, Notes], ...], change: Change, document: Document) -> Counter[str]:
    """What a take of a checked change breaks: notes that it left as they were must be allowed too, each for itself."""
    start, end = change.region
    chords = chord_spans(change.chords, document.meter, start, end)
    request = GenerateRequest(document, start, end - start, key=change.key, limits=change.limits, chords=chords)
    spared = {} if change.verb != "vary" or is_for_clips(change, document) else scene_of(request_of(change, document)).spared
    written, stay, locked = [], [], []
    if change.verb not in ("accompany", "harmonise", "drums") and not parts:  # all that is there stays
        track = document.track(change.tracks[0])
        parts = ((Part(track.name, track.program, track.drums, track.id), Notes.empty()),)
    for part, notes in parts:
        there = Notes.empty() if part.track_id is None else document.track(part.track_id).notes.starting_between(start, end)
        left = _among(notes, spared.get(part.track_id or 0, Notes.empty()))
        written.append((part, notes.select(~left)))
        stay.append((part, notes.select(left)))
        locked.append((part, Notes.concat([there.select(there.locked), notes.select(left)])))
    alone = replace(change.limits, polyphony=0, leap=0, least=0, most=0)
    found = violations(written, request, locked)
    return found + violations(stay, replace(request, limits=alone))


def _among(notes: Notes, others: Notes) -> Any:
    known = set(zip(others.start.tolist(), others.duration.tolist(), others.pitch.tolist(), strict=True))
    rows = zip(notes.start.tolist(), notes.duration.tolist(), notes.pitch.tolist(), strict=True)
    return np.array([row in known for row in rows], bool)


def try_verbs(judged: VerbsJudged, document: Document, draw: np.random.Generator, drawn: Any, shelf: Shelf, seed: int) -> None:
    """Each verb once on bars of ``document``, under limits of its own; ``drawn(draw)`` makes them."""
    for track in document.tracks:
        document = edits.set_locked(document, track.notes.id[draw.random(len(track.notes)) < _LOCKED].tolist(), True)
    for verb in VERBS:
        change = change_of(verb, document, drawn(draw), draw, seed)
        if change is not None:
            judged.run(change, document, shelf)
