"""The document: everything a song is, as frozen values. Nothing here changes; :mod:`studio.music.edits` makes new ones."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.music.effects import Effects
from studio.music.notes import PROGRAM_CHANGE, Controls, Notes
from studio.music.pitch import Chord, Key
from studio.music.tempo import TempoMap
from studio.music.time import Meter

DRUM_CHANNEL = 9


@dataclass(frozen=True)
class Provenance:
    """Where a take came from. ``kind`` is drawn, imported, played or generated.

    For generated takes: the engine and model ids, the sha256 of the weights, the request as JSON, and the seed,
    which together write the same notes again.
    """

    kind: str = "drawn"
    engine: str = ""
    model: str = ""
    weights_sha256: str = ""
    request: str = ""
    seed: int = 0
    source: str = ""


@dataclass(frozen=True, eq=False)
class Sound:
    """A recording that clips play, in mono. ``id`` is the sha256 of ``data``, the bytes of a FLAC file, uint8 [n].

    ``rate`` frames a second, ``frames`` of them; ``peaks`` uint8 [m] are for the eye: the loudest of each hundredth of a second,
    255 at full scale.
    """

    id: str
    name: str
    rate: int
    frames: int
    data: npt.NDArray[np.uint8]
    peaks: npt.NDArray[np.uint8]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.rate

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sound) and (self.id, self.name) == (other.id, other.name)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Sound {self.id[:12]} {self.name!r}, {self.frames} frames at {self.rate}>"


@dataclass(frozen=True, slots=True)
class SoundAt:
    """The sound of that id, which begins ``at`` ticks after the clip's start: before 0 where the clip hides its beginning."""

    sound: str
    at: int = 0


@dataclass(frozen=True)
class Take:
    """One version of a clip's notes; note starts count from the clip's start. ``sound`` plays beside them, as far as the clip goes.

    ``before`` and ``after`` are notes that the clip's edges hide, until it is made longer again: those before its start count
    from ``offset`` ticks earlier, those from its end on count from its start.
    """

    notes: Notes = field(default_factory=Notes.empty)
    name: str = ""
    provenance: Provenance = Provenance()
    before: Notes = field(default_factory=Notes.empty)
    after: Notes = field(default_factory=Notes.empty)
    sound: SoundAt | None = None

    def with_sound_moved(self, ticks: int) -> "Take":
        """This take with its sound that much later in the clip."""
        return replace(self, sound=SoundAt(self.sound.sound, self.sound.at + ticks)) if self.sound and ticks else self

    @property
    def parts(self) -> tuple[Notes, Notes, Notes]:
        """All notes, hidden ones too: ``notes``, ``before``, ``after``."""
        return self.notes, self.before, self.after


@dataclass(frozen=True)
class Clip:
    """A stretch of a track that shows one of its takes. ``start``, ``length`` and ``offset``, what its start hides, are ticks."""

    id: int
    start: int
    length: int
    takes: tuple[Take, ...] = (Take(),)
    active: int = 0
    name: str = ""
    offset: int = 0

    @property
    def end(self) -> int:
        """The tick at which the clip ends."""
        return self.start + self.length

    @property
    def take(self) -> Take:
        """The active take."""
        return self.takes[self.active]

    @property
    def notes(self) -> Notes:
        """The active take's notes, counted from the clip's start."""
        return self.take.notes

    def with_notes(self, notes: Notes) -> "Clip":
        """This clip with the active take's notes replaced, as long as it was."""
        takes = (*self.takes[: self.active], replace(self.take, notes=notes), *self.takes[self.active + 1 :])
        return replace(self, takes=takes)


@dataclass(frozen=True)
class Track:
    """A part: what plays it, how loud and where, and its clips in order of time.

    ``program`` is a GM program 0..127; ``drums`` makes it a drum part (GM drum map).
    ``instrument`` is the model id that renders it, empty for the studio's default.
    ``gain_db`` is decibels, ``pan`` -1 (left) to 1 (right), ``room`` the share 0..1 sent to the room, ``width`` 0 (a point)
    to 1 (as wide as the room).
    ``controls`` count from the song's start. ``effects`` come before gain and pan.
    """

    id: int
    name: str = ""
    color: int = 0
    program: int = 0
    drums: bool = False
    channel: int | None = None
    instrument: str = ""
    gain_db: float = 0.0
    pan: float = 0.0
    room: float = 0.3
    mute: bool = False
    solo: bool = False
    clips: tuple[Clip, ...] = ()
    controls: Controls = field(default_factory=Controls.empty)
    width: float = 0.0
    effects: Effects = ()

    @cached_property
    def notes(self) -> Notes:
        """The notes of all clips, counted from the song's start."""
        return Notes.concat(c.notes.shifted(c.start) for c in self.clips)

    @property
    def end(self) -> int:
        """The tick at which the last clip ends."""
        return max((c.end for c in self.clips), default=0)

    def with_controls(self, controls: Controls) -> "Track":
        """This track with other controllers."""
        return replace(self, controls=controls)

    def programs_at(self, ticks: npt.ArrayLike) -> npt.NDArray[np.int16]:
        """The programs in force at ``ticks`` (any shape), changes among the controls included."""
        changes = self.controls.numbered(PROGRAM_CHANGE)
        programs = np.concatenate([[self.program], changes.value]).astype(np.int16)
        return np.asarray(programs[np.searchsorted(changes.tick, ticks, "right")])

    def clip_at(self, tick: int) -> Clip | None:
        """The last clip that covers ``tick``."""
        return next((c for c in reversed(self.clips) if c.start <= tick < c.end), None)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key that holds from ``tick`` on."""

    tick: int
    key: Key


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from ``start`` to ``end``, ticks."""

    start: int
    end: int
    chord: Chord


@dataclass(frozen=True, slots=True)
class Marker:
    """A name at a place."""

    tick: int
    name: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the song from ``start`` to ``end``, ticks: a verse, a chorus."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Master:
    """The mix as a whole: gain in decibels, the room's level in decibels and its decay time in seconds; its effects."""

    gain_db: float = 0.0
    room_db: float = -9.0
    room_seconds: float = 1.4
    effects: Effects = ()


@dataclass(frozen=True)
class Document:
    """A song. ``next_id`` is the first id that no track, clip or note uses yet."""

    title: str = ""
    tempo: TempoMap = field(default_factory=TempoMap)
    meter: Meter = field(default_factory=Meter)
    keys: tuple[KeyChange, ...] = ()
    chords: tuple[ChordSpan, ...] = ()
    markers: tuple[Marker, ...] = ()
    sections: tuple[Section, ...] = ()
    tracks: tuple[Track, ...] = ()
    master: Master = Master()
    loop: tuple[int, int] | None = None
    next_id: int = 1
    sounds: tuple[Sound, ...] = ()

    def track(self, track_id: int) -> Track:
        """The track of that id. Raises KeyError when there is none."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)

    def with_track(self, changed: Track) -> "Document":
        """This document with the track of the same id replaced."""
        return replace(self, tracks=tuple(changed if t.id == changed.id else t for t in self.tracks))

    def key_at(self, tick: int) -> Key | None:
        """The key in force at ``tick``, None where none is written."""
        current = None
        for change in self.keys:
            if change.tick <= tick:
                current = change.key
        return current

    @cached_property
    def end(self) -> int:
        """The tick at which the last clip of any track ends."""
        return max((t.end for t in self.tracks), default=0)

    @cached_property
    def note_count(self) -> int:
        """Notes in all active takes."""
        return sum(len(c.notes) for t in self.tracks for c in t.clips)

    def seconds(self) -> float:
        """The length in seconds."""
        return float(self.tempo.seconds(self.end))

    def bars(self) -> int:
        """Whole bars up to the end, a started one counted."""
        return self.meter.bar_of(self.end - 1) + 1 if self.end else 0
