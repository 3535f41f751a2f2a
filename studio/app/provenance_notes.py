"""Notes of provenance: all that is needed to write a take again, as JSON that people can copy, keep and hand on.

A note holds what :class:`studio.music.document.Provenance` does, its request as an object. The request holds the order, which
take of it this is, what the network listened to (as a hash where that has notes, else the lanes themselves), and a hash of the
notes that came out: so a note says by itself whether notes written later are the same.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from studio.app.session import ProposedTake
from studio.app.songs import MIDI, SONG, read_song
from studio.codecs.midi import midi_texts
from studio.engines.api import Limits, Part, Turn, Wishes
from studio.errors import StudioError
from studio.music.document import ChordSpan, Document, KeyChange, Provenance
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import Meter, TimeSignature

FORMAT = "partita provenance"
VERSION = 1
_TAKE = re.compile(r"take (\d+)$")
_COLUMNS = ("start", "duration", "pitch", "velocity")
T = TypeVar("T")


def take_name(number: int) -> str:
    """What take ``number`` (from 0) of an order is called in its provenance."""
    return f"take {number + 1}"


def take_number(provenance: Provenance) -> int:
    """Which take of its order, from 0."""
    match = _TAKE.match(provenance.source)
    return int(match[1]) - 1 if match else 0


def asked_of(provenance: Provenance) -> dict[str, Any]:
    """The request as values; empty where it cannot be read."""
    try:
        asked = json.loads(provenance.request or "{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def note_of(provenance: Provenance) -> dict[str, Any]:
    """The note of ``provenance``, values that JSON knows."""
    return {"format": FORMAT, "version": VERSION, **asdict(provenance), "request": asked_of(provenance)}


def note_text(provenance: Provenance, indent: int | None = 1) -> str:
    """The note as text."""
    return json.dumps(note_of(provenance), indent=indent, ensure_ascii=False, sort_keys=True)


def provenance_in(note: Any) -> Provenance:
    """The provenance of a note's values.

    Raises:
        StudioError: they are none, or of a newer version.
    """
    if not isinstance(note, dict) or note.get("format") != FORMAT:
        raise StudioError("That is no note of provenance.", "Copy one from a take, or from 'studio inspect --json'.")
    if note.get("version") != VERSION:
        raise StudioError("The note was made by a newer version of Partita.", "Update Partita to use it.")
    texts = {f.name: note.get(f.name) for f in fields(Provenance) if f.name not in ("request", "seed")}
    seed, request = note.get("seed"), note.get("request")
    if not (all(isinstance(v, str) for v in texts.values()) and type(seed) is int and isinstance(request, dict)):
        raise StudioError("The note of provenance is damaged.", "Copy it again, from beginning to end.")
    return Provenance(**texts, seed=seed, request=json.dumps(request, sort_keys=True))  # type: ignore[arg-type]


def provenances_in(document: Document) -> tuple[Provenance, ...]:
    """Where the written takes that sound in ``document`` come from, each once, in order of time."""
    clips = sorted(((c.start, c.take.provenance) for t in document.tracks for c in t.clips), key=lambda pair: pair[0])
    return tuple(dict.fromkeys(p for _, p in clips if p.kind == "generated" and p.request))


def provenances_of_midi(path: Path) -> tuple[Provenance, ...]:
    """Those that the texts of a MIDI file hold; what cannot be read there is nobody's fault, and left out."""
    found = []
    for text in midi_texts(path):
        if FORMAT in text:
            with suppress(StudioError, ValueError):
                found.append(provenance_in(json.loads(text)))
    return tuple(found)


def note_texts(document: Document) -> tuple[str, ...]:
    """The notes of what was written in ``document``, as a MIDI file carries them."""
    return tuple(json.dumps(note_of(p), sort_keys=True) for p in provenances_in(document))


def read_notes(words: str) -> tuple[tuple[Provenance, ...], Document | None]:
    """The provenances in ``words``: a note's text, or the path of a file with one, of a project or of a MIDI file.

    Also the song, where it is a project.

    Raises:
        StudioError: there are none.
    """
    text = words.strip()
    document = None
    if text.startswith(("{", "[")):
        found = _in_text(text)
    else:
        path = Path(words)
        kind = path.suffix.lower()
        if kind == SONG:
            document = read_song(path).document
            found = provenances_in(document)
        elif kind in MIDI:
            found = provenances_of_midi(path)
        else:
            found = _in_text(_read(path))
    if not found:
        raise StudioError(f"'{words}' has no take that a network wrote.", "Give a note, or a song with such a take.")
    return found, document


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError(f"The note '{path}' cannot be read.", "Check its name, or paste the note itself.") from error


def _in_text(text: str) -> tuple[Provenance, ...]:
    """Notes in JSON: one, several, or the answer of ``studio inspect`` or ``compose --json``."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise StudioError("The note of provenance is no JSON.", "Copy it again, from beginning to end.") from error
    found = tuple(provenance_in(n) for n in _notes(value))
    return tuple(dict.fromkeys(found)) or (provenance_in(value),)


def _notes(value: Any) -> Iterable[dict[str, Any]]:
    if isinstance(value, dict) and value.get("format") == FORMAT:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _notes(inner)


# ---------------------------------------------------------------- what a request remembers


def notes_hash(parts: Iterable[tuple[Part, Notes]]) -> str:
    """sha256 over the notes of a take, part by part, whatever order the parts came in."""
    digest = hashlib.sha256()
    for part, notes in sorted(parts, key=lambda pair: (pair[0].name, pair[0].program, pair[0].drums)):
        if len(notes):
            digest.update(repr((part.name, part.program, part.drums)).encode())
            for name in _COLUMNS:
                digest.update(getattr(notes, name).tobytes())
    return digest.hexdigest()


def signed(take: ProposedTake, end: int) -> ProposedTake:
    """A written take whose provenance says what came out, and how far it was written where that is not to ``end``."""
    asked = asked_of(take.provenance)
    if not asked or not take.note_count:
        return take
    asked["notes_sha256"] = notes_hash(take.parts)
    if take.turns:
        asked["turns"] = [asdict(turn) for turn in take.turns]
    asked.pop("written_to", None)
    if take.written_to < end:
        asked["written_to"] = take.written_to
    return replace(take, provenance=replace(take.provenance, request=json.dumps(asked, sort_keys=True)))


def lanes_of(document: Document) -> dict[str, Any]:
    """The lanes of a song without notes, as values: the whole context of a new piece."""
    return {
        "title": document.title,
        "tempo": [[c.tick, c.micros] for c in document.tempo.changes],
        "meter": [[s.tick, s.numerator, s.denominator] for s in document.meter.signatures],
        "keys": [[k.tick, str(k.key)] for k in document.keys],
        "chords": [[c.start, c.end, str(c.chord)] for c in document.chords],
    }


def document_of(lanes: Any) -> Document:
    """The song without notes that :func:`lanes_of` describes.

    Raises:
        StudioError: it describes none.
    """
    try:
        return Document(
            title=str(lanes["title"]),
            tempo=TempoMap(tuple(TempoChange(*row) for row in lanes["tempo"])),
            meter=Meter(tuple(TimeSignature(*row) for row in lanes["meter"])),
            keys=tuple(KeyChange(tick, Key.parse(name)) for tick, name in lanes["keys"]),
            chords=tuple(ChordSpan(a, b, Chord.parse(name)) for a, b, name in lanes["chords"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StudioError("The note of provenance is damaged.", "Copy it again, from beginning to end.") from error


def revived(kind: type[T], values: dict[str, Any]) -> T:
    """The dataclass whose fields are among ``values``, as :func:`dataclasses.asdict` and JSON left them.

    Raises:
        StudioError: a value is none of that field.
    """
    known = {f.name: f for f in fields(kind)} if is_dataclass(kind) else {}
    made = {name: _value(name, value) for name, value in values.items() if name in known}
    try:
        return kind(**made)
    except (TypeError, ValueError) as error:
        raise StudioError("The note of provenance is damaged.", "Copy it again, from beginning to end.") from error


def _value(name: str, value: Any) -> Any:
    if name == "turns" and isinstance(value, list):
        return tuple(revived(Turn, turn) for turn in value)
    if isinstance(value, list):
        return tuple(_value("", v) for v in value)
    if name == "key" and isinstance(value, str):
        return Key.parse(value)
    if name in ("limits", "wishes") and isinstance(value, dict):
        return revived(Limits if name == "limits" else Wishes, value)
    return value
