"""Changing songs from the command line: from words to a change, from a proposal to files."""

import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from studio.app.arranging import arrange
from studio.app.changes import Change
from studio.app.generating import with_take
from studio.app.performing import Performing
from studio.app.provenance_notes import note_of, note_texts
from studio.app.shelf import Shelf
from studio.app.songs import export_midi, read_song
from studio.cli.console import answer, bar, say
from studio.cli.music import SEEDS, Files
from studio.cli.tracks import tracks_in
from studio.engines.arranger_setting import NEW_PARTS
from studio.errors import StudioError
from studio.music.document import Document

_BARS = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+))?\s*$")


@dataclass(frozen=True)
class Asked:
    """A change whose bars and tracks are still words; ``into`` says where a blend leads (``17-18`` or ``Flute:17-18``)."""

    change: Change
    into: str = ""


def names_in(text: str) -> tuple[str, ...]:
    """Names with commas between them, as the arranger spells its parts."""
    known = {name.casefold(): name for name in NEW_PARTS}
    names = [word.strip() for word in text.split(",") if word.strip()]
    return tuple(known.get(name.casefold(), name) for name in names)


def bars_in(text: str, document: Document) -> tuple[int, int]:
    """Ticks of ``5-8`` or ``5``, bars counted from 1; of the whole song for an empty text.

    Raises:
        StudioError: it cannot be read, or is not in the song.
    """
    if not text:
        return 0, document.meter.bar_ceiling(max((t.notes.last_end for t in document.tracks), default=0))
    match = _BARS.match(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise StudioError(f"'{text}' names no bars.", "Write 5-8 for the bars from 5 to 8, or 5 for one.")
    return document.meter.bar_start(first - 1), document.meter.bar_start(last)


def read_change(asked: Asked, document: Document, bars: str, tracks: str) -> Change:
    """The change that the words mean in ``document``; a negative seed is drawn. Errors as the functions above."""
    start, end = bars_in(bars, document)
    chosen = tracks_in(tracks, document)
    seed = asked.change.seed if asked.change.seed >= 0 else secrets.randbelow(SEEDS)
    change = replace(asked.change, start=start, end=end, tracks=chosen, seed=seed)
    if asked.into:
        name, _, where = asked.into.rpartition(":")
        other = tracks_in(name, document)[0] if name else chosen[0] if chosen else 0
        change = replace(change, other=(other, bars_in(where, document)[0]))
    return change


def change_files(asked: Asked, song: Path, out: Path, bars: str, tracks: str, device: str, json: bool) -> None:
    """Change ``song`` into ``out``, a file a take, and say what was written."""
    files = Files(song, out, None)
    document = _read(files)
    change = read_change(asked, document, bars, tracks)
    with bar("Loading the network") as ctx:
        proposal = arrange(change, document, Shelf(device, say), ctx)
    rows = []
    for k, take in enumerate(proposal.takes):
        path, _ = files.of_take(k, len(proposal.takes))
        changed = with_take(document, proposal, k)
        export_midi(changed, path, note_texts(changed))
        parts = [part.name for part, notes in take.parts if len(notes)]
        if not json:
            print(f"{path}: {take.note_count:,} notes written for {', '.join(parts) or 'nobody'}")
        row = {"take": k + 1, "midi": str(path), "notes": take.note_count, "parts": parts, "seed": change.seed}
        rows.append({**row, "model": take.provenance.model, "weights_sha256": take.provenance.weights_sha256})
        rows[-1]["provenance"] = note_of(take.provenance)
    if json:
        answer({"seed": change.seed, "takes": rows})
        return
    say(f"The seed was {change.seed}: --seed {change.seed} writes the same notes again.")


def humanize_file(song: Path, out: Path, tracks: str, seed: int, json: bool) -> None:
    """Play the notes of ``song`` as people do, into ``out``, and say what was done."""
    document = _read(Files(song, out, None))
    chosen = tracks_in(tracks, document) or tuple(t.id for t in document.tracks)
    ids = [i for k in chosen for i in document.track(k).notes.id.tolist()]
    played = Performing(Shelf("cpu", say)).humanized(document, ids, seed)
    export_midi(played, out)
    turned = {k: len(played.track(k).controls) - len(document.track(k).controls) for k in chosen}
    told = [document.track(k).name for k in chosen if turned[k]]
    if json:
        answer({"midi": str(out), "notes": len(ids), "seed": seed, "vibrato": told, "controls": sum(turned.values())})
    else:
        print(f"{out}: {len(ids):,} notes played; vibrato for {', '.join(told) or 'nobody'}")


def _read(files: Files) -> Document:
    files.check()
    assert files.source is not None
    result = read_song(files.source)
    for sentence in result.lost:
        say(f"{files.source.name}: {sentence}")
    return result.document
