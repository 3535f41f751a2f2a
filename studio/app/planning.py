"""From the newest document to the newest mix, on a thread of its own. Tracks that did not change keep their notes as they are."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.app.metronome import song_clicks
from studio.app.rendering_ahead import RenderingAhead
from studio.app.sounding import Sounding, events_of, program_of, scene_of, sounding_of
from studio.app.tapes import sounds_by_id
from studio.audio.mixer import Scene
from studio.audio.strips import Events
from studio.engines.api import SoundBatch
from studio.music.document import Document, Track

log = logging.getLogger(__name__)

_ENDLESS = 1 << 48
_PATIENCE_SECONDS = 0.15
_CLICKS_BEYOND = 1_000  # bars after the song's end for which the metronome is ready


@dataclass(frozen=True)
class Plan:
    """``song`` is the mix of the document; ``scene`` the same as it is played.

    That is: with the metronome where it is on, and without an end while notes are being written or recorded. ``rough``: lengths of
    notes are still the light voice's; a better plan follows.
    """

    song: Scene
    scene: Scene
    rough: bool = False


@dataclass(frozen=True)
class _Planned:
    """A track's notes, what they were planned from, and how many lengths the instruments have not told yet."""

    parts: tuple[object, ...]
    sounding: Sounding
    events: Events
    unknown: int


class Planner:
    """``planned`` gets each new plan, on the planning thread. Of several documents in a row only the last is planned.

    ``metronome`` and ``endless`` (playing goes on after the end) hold from the next plan on.
    """

    def __init__(self, rendering: RenderingAhead, rate: int, planned: Callable[[Plan], None]) -> None:
        self.rate = rate
        self.metronome = False
        self.endless = False
        self._rendering = rendering
        self._planned = planned
        self._document, self._growing = Document(), False
        self._tracks: dict[int, _Planned] = {}
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._new, self._hurry = threading.Event(), threading.Event()
        self._asking = threading.Lock()
        self._asked = self._done = 0
        self._wanted = self._making = self._told = 0  # counted: mixes that were asked for, the one at work and the last one told

    @property
    def idle(self) -> bool:
        """Whether everything asked for is done, and the newest document planned."""
        return self._done == self._asked

    @property
    def behind(self) -> bool:
        """Whether a newer mix than the last one told is on its way, unless somebody drags notes."""
        return self._told != self._wanted

    def plan(self, document: Document, growing: bool = False, *, passing: bool = False) -> None:
        """Plan ``document`` as soon as possible; a ``passing`` one (somebody drags notes) after a moment, in which others may follow."""
        passing = passing and not _same_notes(self._document, document)
        self._document, self._growing = document, growing
        self.again(passing=passing)

    def again(self, *, passing: bool = False) -> None:
        """Plan the newest document, whatever was planned before."""
        if not passing:
            self._hurry.set()
            with self._asking:
                self._wanted += 1
        if not self._new.is_set():
            self._new.set()
            self.later(self._plan)

    def later(self, task: Callable[[], None]) -> None:
        """Run ``task`` on the planning thread."""
        with self._asking:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="planning", daemon=True)
                thread.start()
                self._thread = thread
            self._asked += 1
        self._tasks.put(task)

    def close(self) -> None:
        """Stop the thread once it has done what it is doing."""
        if self._thread is not None:
            self._hurry.set()
            self._tasks.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception:
                log.exception("planning failed")
            finally:
                self._done += 1

    def _plan(self) -> None:
        self._hurry.wait(_PATIENCE_SECONDS)
        self._new.clear()
        self._hurry.clear()
        self._making = self._wanted  # before the document is looked at, which is set before it is asked for
        document, growing = self._document, self._growing
        self._plan_tracks(document, growing)
        for near in (True, False):  # the instruments, busy with rows, take a while to tell lengths
            lacking = [p.sounding for p in self._tracks.values() if p.unknown]
            if not lacking or not self._rendering.salt or self._new.is_set():
                break
            self._learn(lacking, near=near)
            self._plan_tracks(document, growing)

    def _plan_tracks(self, document: Document, growing: bool) -> None:
        self._tracks = tracks = {t.id: self._track(t, document) for t in document.tracks}
        song = scene_of(document, {k: p.events for k, p in tracks.items()}, self.rate)
        scene = replace(song, end=_ENDLESS) if growing or self.endless else song
        if self.metronome:
            end = document.meter.bar_start(document.meter.bar_of(document.end) + _CLICKS_BEYOND)
            scene = replace(scene, strips=(*scene.strips, song_clicks(document.meter, document.tempo, end, self.rate)))
        salt = self._rendering.salt
        self._planned(Plan(song, scene, rough=bool(salt) and any(p.unknown for p in tracks.values())))
        self._told = self._making
        if salt:
            self._rendering.want(p.sounding for p in tracks.values())

    def _learn(self, lacking: list[Sounding], *, near: bool) -> None:
        """Have the instruments tell lengths, all at once; only those of the notes about the playhead where ``near``."""
        masks = [self._rendering.near(s.start) if near else np.ones(len(s.start), bool) for s in lacking]
        batches = [s.batch.select(m) for s, m in zip(lacking, masks, strict=True)]
        program, pitch, velocity = (np.concatenate([getattr(b, n) for b in batches]) for n in ("program", "pitch", "velocity"))
        numbers = np.concatenate([s.number[m] for s, m in zip(lacking, masks, strict=True)])
        self._rendering.learn(SoundBatch(program, pitch, velocity, np.concatenate([b.held for b in batches])), numbers)

    def _track(self, track: Track, document: Document) -> _Planned:
        salt = self._rendering.salt
        parts = (track.clips, track.controls, document.tempo, program_of(track), salt, self.rate)
        known = self._tracks.get(track.id)
        same = known is not None and all(
            a is b or (isinstance(a, int) and a == b) for a, b in zip(known.parts, parts, strict=True)
        )
        if known is not None and same and not known.unknown:
            return known
        sounding = (
            known.sounding
            if known is not None and same
            else sounding_of(track, document.tempo, self.rate, sounds_by_id(document))
        )
        lengths, unknown = self._rendering.lengths(sounding.batch, sounding.number)
        if known is not None and same and unknown == known.unknown:
            return known
        return _Planned(parts, sounding, events_of(sounding, lengths, salt), unknown)


def _same_notes(a: Document, b: Document) -> bool:
    """Whether both have the very same notes to sound, whatever their mix."""
    if len(a.tracks) != len(b.tracks) or a.tempo != b.tempo:
        return False
    return all(
        x.id == y.id and x.clips is y.clips and x.controls is y.controls and program_of(x) == program_of(y)
        for x, y in zip(a.tracks, b.tracks, strict=True)
    )
