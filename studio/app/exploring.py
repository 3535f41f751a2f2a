"""Walking around bars that are there: each place on the map, and each slider, is heard as soon as it is chosen.

A place is a :class:`studio.app.changes.Change` of the verb "walk", decoded on a worker thread and proposed whole, in one piece:
a drag moves through places faster than clips are decoded, so of those that wait only the newest is made. Two bars take some
20 ms, beside a window that plays up to seven times that, so they are made in the process of the changes
(:mod:`studio.app.remote_generator`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.app.arranging import arrange, checked
from studio.app.arranging_clips import is_line, with_notes
from studio.app.changes import Change
from studio.app.generating import JOB
from studio.app.jobs import Job, Jobs
from studio.app.session import Proposal, Session
from studio.app.shelf import Shelf
from studio.engines.clip_grid import ATTRIBUTES
from studio.engines.clip_notes import moved_by, read_drums, read_line, spans_of
from studio.engines.clip_vae import traits_of
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.notes import Notes

WALK, LOOK = "walk", "look around"
Values = tuple[tuple[str, float], ...]
Compass = tuple[tuple[str, int], tuple[str, int]]


@dataclass(frozen=True)
class Surroundings:
    """What can be done around some bars: the attributes they have (by slider), and what the axes of the map change."""

    values: Values
    compass: Compass


def not_walkable(document: Document, track_id: int, start: int, end: int) -> str:
    """Why the bars cannot be walked around, in a sentence; nothing where they can."""
    track = document.track(track_id)
    inside = track.notes.starting_between(start, end)
    if not len(inside):
        return "There are no notes in these bars."
    if not track.drums and not is_line(inside):
        return "There are chords in these bars: choose a single line or drums."
    try:
        spans_of(document.meter, start, end)
    except StudioError as error:
        return error.message
    return ""


def values_of(document: Document, track_id: int, start: int, end: int, notes: Notes) -> Values:
    """The attributes of ``notes`` in the bars of a track, by name: means over the clips of two bars that hold notes."""
    track = with_notes(document.track(track_id), notes)
    moved = 0 if track.drums else moved_by(document, start, None)
    traits = [
        traits_of(read_drums(track, span) if track.drums else read_line(track, span, moved), span.metre)
        for span in spans_of(document.meter, start, end)
        if len(notes.starting_between(span.start, span.end))
    ]
    mean = np.mean(traits, axis=0).tolist() if traits else []
    values = dict(zip(ATTRIBUTES, mean, strict=False))
    if "register" in values:
        values["register"] -= moved
    return tuple(values.items())


class Exploring:
    """The window's way around some bars."""

    def __init__(self, shelf: Shelf, jobs: Jobs, session: Session) -> None:
        self._shelf = shelf
        self._jobs = jobs
        self._session = session
        self._compasses: dict[str, Compass] = {}
        self._waiting: tuple[Change, Callable[[Values], None]] | None = None
        self._busy = False

    def look(self, track_id: int, start: int, end: int, done: Callable[[Surroundings], None]) -> None:
        """Tell ``done`` what is around the bars; the model is loaded and made ready for the first place by the way."""
        document = self._session.document

        kind = "drums" if document.track(track_id).drums else "lines"
        title = "" if kind in self._compasses else "Getting the map ready"  # which takes a moment the first time only

        def work(job: Job) -> Surroundings:
            track = document.track(track_id)
            self._shelf.changer()  # made ready
            if kind not in self._compasses:
                self._compasses[kind] = self._shelf.clips(kind).compass()
            inside = track.notes.starting_between(start, end)
            return Surroundings(values_of(document, track_id, start, end, inside), self._compasses[kind])

        self._jobs.start(LOOK, title, work, done)

    def go(self, change: Change, done: Callable[[Values], None] = lambda values: None) -> None:
        """Propose what lies at the change's place, then tell ``done`` its attributes; the last one asked for wins."""
        self._waiting = (change, done)
        if not self._busy:
            self._next()

    def stay(self) -> None:
        """Go nowhere: what waits is forgotten, and what was proposed is dropped."""
        self._waiting = None
        self._jobs.cancel(WALK)
        self._session.propose(None)

    def _next(self) -> None:
        if self._waiting is None:
            return
        (change, done), self._waiting = self._waiting, None
        document, song = self._session.document, self._session.song
        try:
            asked = checked(change, document)
        except StudioError as error:
            self._jobs.on_notice(error.message, error.hint)
            return

        def work(job: Job) -> tuple[Proposal, Values]:
            proposal = arrange(asked, document, self._shelf, job)
            notes = Notes.concat(notes for _, notes in proposal.take.parts)
            return proposal, values_of(document, asked.tracks[0], asked.start, asked.end, notes)

        def show(made: tuple[Proposal, Values]) -> None:
            if document is song.committed:
                self._session.propose(replace(made[0], active=0), song)
                done(made[1])
            self._ended()

        self._busy = True
        self._jobs.cancel(JOB)
        self._jobs.start(WALK, "", work, show, self._ended)

    def _ended(self) -> None:
        self._busy = False
        self._next()
