"""A document <-> JSON values and columns: the inside of a project file of version 5."""

from dataclasses import MISSING, Field, asdict, fields, replace
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from studio.music.document import (
    ChordSpan,
    Clip,
    Document,
    KeyChange,
    Marker,
    Master,
    Provenance,
    Section,
    Sound,
    SoundAt,
    Take,
    Track,
)
from studio.music.edits_sound import sounds_in_use
from studio.music.effects import Effect, Effects, faults
from studio.music.notes import Controls, Notes
from studio.music.pitch import CHORDS, Chord, Key
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import Meter, TimeSignature

Columns = dict[str, npt.NDArray[Any]]
T = TypeVar("T")
_PARTS = ("notes", "before", "after")  # of a take, as Take.parts


def to_json(document: Document) -> tuple[dict[str, Any], Columns]:
    """What JSON can say of ``document``, and its columns by path: ``notes/start``, ``controls/tick`` and so on."""
    takes = [take for t in document.tracks for clip in t.clips for take in clip.takes]
    columns = {
        f"notes/{f.name}": np.concatenate(
            [getattr(n, f.name) for n in (Notes.empty(), *(part for t in takes for part in t.parts))]
        )
        for f in fields(Notes)
    }
    sounds = sounds_in_use(document)
    for sound in sounds:
        columns |= {f"sounds/{sound.id}/data": sound.data, f"sounds/{sound.id}/peaks": sound.peaks}
    controls = (Controls.empty(), *(t.controls for t in document.tracks))
    columns |= {f"controls/{f.name}": np.concatenate([getattr(c, f.name) for c in controls]) for f in fields(Controls)}
    song = {
        "title": document.title,
        "next_id": document.next_id,
        "loop": document.loop,
        "master": asdict(document.master),
        "tempo": [[c.tick, c.micros] for c in document.tempo.changes],
        "meter": [[s.tick, s.numerator, s.denominator] for s in document.meter.signatures],
        "keys": [[k.tick, k.key.tonic, k.key.scale] for k in document.keys],
        "chords": [[c.start, c.end, c.chord.root, c.chord.quality, c.chord.bass] for c in document.chords],
        "markers": [[m.tick, m.name] for m in document.markers],
        "sections": [[s.start, s.end, s.name] for s in document.sections],
        "sounds": [[s.id, s.name, s.rate, s.frames] for s in sounds],
        "tracks": [_track_to_json(t) for t in document.tracks],
    }
    return song, columns


def _track_to_json(track: Track) -> dict[str, Any]:
    plain = {f.name: getattr(track, f.name) for f in fields(Track) if f.name not in ("clips", "controls", "effects")}
    effects = [asdict(e) for e in track.effects]
    return {**plain, "effects": effects, "controls": len(track.controls), "clips": [_clip_to_json(c) for c in track.clips]}


def _clip_to_json(clip: Clip) -> dict[str, Any]:
    plain = {f.name: getattr(clip, f.name) for f in fields(Clip) if f.name != "takes"}
    return {**plain, "takes": [_take_to_json(take) for take in clip.takes]}


def _take_to_json(take: Take) -> dict[str, Any]:
    counts = {name: len(notes) for name, notes in zip(_PARTS, take.parts, strict=True)}
    sound = [take.sound.sound, take.sound.at] if take.sound else None
    return {"name": take.name, "provenance": asdict(take.provenance), "sound": sound, **counts}


def from_json(song: dict[str, Any], columns: Columns) -> Document:
    """The document of :func:`to_json`'s values.

    Raises:
        ValueError, KeyError, TypeError, IndexError, AttributeError: they are not such values.
    """
    notes = _Rows({f.name: columns[f"notes/{f.name}"] for f in fields(Notes)})
    controls = _Rows({f.name: columns[f"controls/{f.name}"] for f in fields(Controls)})
    document = Document(
        title=_is(song["title"], str),
        tempo=TempoMap(tuple(TempoChange(_is(t, int), _is(m, int)) for t, m in song["tempo"])),
        meter=Meter(tuple(TimeSignature(_is(t, int), _is(n, int), _is(d, int)) for t, n, d in song["meter"])),
        keys=tuple(KeyChange(_is(t, int), Key(_is(tonic, int), scale)) for t, tonic, scale in song["keys"]),
        chords=tuple(
            ChordSpan(_is(a, int), _is(b, int), _chord(root, quality, bass)) for a, b, root, quality, bass in song["chords"]
        ),
        markers=tuple(Marker(_is(t, int), _is(name, str)) for t, name in song["markers"]),
        sections=tuple(Section(_is(a, int), _is(b, int), _is(name, str)) for a, b, name in song["sections"]),
        tracks=tuple(_track(t, notes, controls) for t in song["tracks"]),
        master=_made(Master, song["master"], effects=_effects(song["master"]["effects"])),
        loop=None if song["loop"] is None else (_is(song["loop"][0], int), _is(song["loop"][1], int)),
        next_id=_is(song["next_id"], int),
        sounds=tuple(_sound(row, columns) for row in song["sounds"]),
    )
    if notes.left or controls.left:
        raise ValueError("there are more rows than the song counts")
    used = [i for t in document.tracks for i in (t.id, *(c.id for c in t.clips))]
    first_free = max([0, *used, *columns["notes/id"].tolist()]) + 1
    if document.next_id < first_free:  # new ids would meet old ones
        return replace(document, next_id=first_free)
    return document


class _Rows:
    """Columns of equal length, handed out from the top."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        lengths = {len(column) for column in columns.values()}
        if len(lengths) != 1:
            raise ValueError("columns differ in length")
        self._size = lengths.pop()
        self._at = 0

    @property
    def left(self) -> int:
        return self._size - self._at

    def take(self, count: Any) -> Columns:
        if not 0 <= _is(count, int) <= self.left:
            raise ValueError("there are fewer rows than the song counts")
        self._at += count
        return {name: column[self._at - count : self._at] for name, column in self._columns.items()}


def _track(values: dict[str, Any], notes: _Rows, controls: _Rows) -> Track:
    clips = tuple(_clip(clip, notes) for clip in values["clips"])
    controllers = Controls.of(**controls.take(values["controls"]))
    return _made(Track, values, clips=clips, controls=controllers, effects=_effects(values["effects"]))


def _effects(rows: list[dict[str, Any]]) -> Effects:
    made = []
    for row in rows:
        values = tuple((_is(name, str), _is(value, float)) for name, value in row["values"])
        made.append(_made(Effect, row, values=values, kind=_is(row["kind"], str)))
    if found := faults(tuple(made)):
        raise ValueError("; ".join(found))
    return tuple(made)


def _clip(values: dict[str, Any], notes: _Rows) -> Clip:
    clip: Clip = _made(Clip, values, takes=tuple(_take(t, notes) for t in values["takes"]))
    if not 0 <= clip.active < len(clip.takes) or clip.start < 0 or clip.length < 1:
        raise ValueError("a clip has no place, no length or no take")
    return clip


def _take(values: dict[str, Any], notes: _Rows) -> Take:
    provenance = _made(Provenance, values["provenance"])
    parts = {name: Notes.of(**notes.take(values[name])) for name in _PARTS}
    sound = values["sound"] and SoundAt(_is(values["sound"][0], str), _is(values["sound"][1], int))
    return Take(name=_is(values["name"], str), provenance=provenance, sound=sound or None, **parts)


def _sound(row: list[Any], columns: Columns) -> Sound:
    sound_id, name, rate, frames = _is(row[0], str), _is(row[1], str), _is(row[2], int), _is(row[3], int)
    data, peaks = (columns[f"sounds/{sound_id}/{part}"] for part in ("data", "peaks"))
    if data.dtype != np.uint8 or peaks.dtype != np.uint8 or rate < 1 or frames < 0:
        raise ValueError("not a sound")
    return Sound(sound_id, name, rate, frames, data, peaks)


def _chord(root: Any, quality: Any, bass: Any) -> Chord:
    if quality not in CHORDS or not 0 <= _is(root, int) < 12 or not (bass is None or 0 <= _is(bass, int) < 12):
        raise ValueError("not a chord")
    return Chord(root, quality, bass)


def _is(value: Any, kind: type[T]) -> T:
    if kind is float and type(value) is int:
        return cast(T, float(value))  # a whole number of decibels is written without a point
    if type(value) is not kind:
        raise ValueError(f"{value!r} is not {kind.__name__}")
    return value


def _made(cls: type[Any], values: dict[str, Any], /, **given: Any) -> Any:
    """A dataclass from JSON values, each of the type of its field's default; those ``given`` are taken as they are."""
    plain = {}
    for f in fields(cls):
        if f.name not in given:
            plain[f.name] = _checked(values[f.name], f)
    return cls(**plain | given)


def _checked(value: Any, f: "Field[Any]") -> Any:
    if f.default is None and value is None:  # a track's channel
        return None
    kind = int if f.default is MISSING or f.default is None else type(f.default)
    return _is(value, kind)
