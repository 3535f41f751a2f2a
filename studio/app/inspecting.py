"""What is in song files: a row of plain facts a file, for ``studio inspect``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from studio.app.provenance_notes import note_of, provenances_in, provenances_of_midi
from studio.app.songs import SONG, read_song
from studio.codecs.midi import ImportResult
from studio.errors import StudioError
from studio.music.document import Document, Track
from studio.music.pitch import pitch_name


def inspect_files(paths: Iterable[Path | str]) -> Iterator[dict[str, Any]]:
    """A row a file, as it is read; a file that cannot be opened gives a row with ``ok`` false and does not stop the rest."""
    for path in map(Path, paths):
        try:
            result = read_song(path)
        except StudioError as error:
            yield {"file": str(path), "ok": False, "error": error.message, "hint": error.hint}
        else:
            yield {
                "file": str(path),
                "ok": True,
                **facts(result, midi=path.suffix.lower() != SONG),
                "written": _written(path, result),
            }


def facts(result: ImportResult, *, midi: bool = True) -> dict[str, Any]:
    """The facts of a file, all of them values that JSON knows.

    ``tracks`` counts the tracks with notes, ``drums`` those of them that are drums, and ``parts`` describes each. ``bars``
    and ``seconds`` reach to the end of the last note. Ticks are 960 a quarter note, ``resolution`` is the file's own.
    """
    document = result.document
    sounding = [t for t in document.tracks if len(t.notes)]
    end = max((t.notes.last_end for t in sounding), default=0)
    row: dict[str, Any] = {
        "lost": list(result.lost),
        "title": document.title,
        "tracks": len(sounding),
        "programs": sorted({t.program for t in sounding if not t.drums}),
        "drums": sum(t.drums for t in sounding),
        "notes": sum(len(t.notes) for t in sounding),
        "bars": document.meter.bar_of(end - 1) + 1 if end else 0,
        "seconds": round(float(document.tempo.seconds(end)), 3),
        **_lanes(document),
        "parts": [_part(t) for t in sounding],
    }
    return {"type": result.kind, "resolution": result.resolution, **row} if midi else row


def _written(path: Path, result: ImportResult) -> list[dict[str, Any]]:
    """The notes of provenance of takes that networks wrote: of a project's own, and those that a MIDI file carries."""
    if path.suffix.lower() == SONG:
        return [note_of(p) for p in provenances_in(result.document)]
    return [note_of(p) for p in provenances_of_midi(path)]


def _lanes(document: Document) -> dict[str, Any]:
    return {
        "tempi": [{"tick": c.tick, "bpm": round(c.bpm, 3)} for c in document.tempo.changes],
        "signatures": [{"tick": s.tick, "signature": f"{s.numerator}/{s.denominator}"} for s in document.meter.signatures],
        "keys": [{"tick": k.tick, "key": str(k.key)} for k in document.keys],
        "markers": [{"tick": m.tick, "name": m.name} for m in document.markers],
    }


def _part(track: Track) -> dict[str, Any]:
    from pretty_midi import program_to_instrument_name  # 0.3 s, so only when asked for

    notes = track.notes
    return {
        "name": track.name,
        "program": track.program,
        "instrument": "Drums" if track.drums else program_to_instrument_name(track.program),
        "drums": track.drums,
        "channel": None if track.channel is None else track.channel + 1,
        "notes": len(notes),
        "lowest": pitch_name(int(notes.pitch.min())),
        "highest": pitch_name(int(notes.pitch.max())),
        "velocities": [int(notes.velocity.min()), int(notes.velocity.max())],
    }
