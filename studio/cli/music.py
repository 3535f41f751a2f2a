"""Composing and rendering from the command line: the window's services, with files at both ends."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.app.exporting import export_sound, export_stems
from studio.app.generating import Order, compose, request_of, style_named, usual_tempo, with_take
from studio.app.provenance_notes import note_of, note_texts, read_notes
from studio.app.reproducing import reproduce
from studio.app.session import Proposal
from studio.app.shelf import Shelf
from studio.app.songs import MIDI, export_midi, read_song
from studio.cli.console import answer, bar, say
from studio.cli.courses import WishCourse
from studio.cli.styles import styles_of
from studio.cli.tracks import with_own_instruments
from studio.engines.api import Turn, Wishes
from studio.engines.cards import Card
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.form import Form
from studio.music.tempo import TempoMap

SEEDS = 1 << 31
SOUND = (".wav", ".flac")


@dataclass(frozen=True)
class Files:
    """Where a piece comes from and goes to: the song to go on from, the MIDI file, the audio file."""

    source: Path | None
    out: Path
    wav: Path | None

    def of_take(self, take: int, takes: int) -> tuple[Path, Path | None]:
        """The MIDI and audio file of a take: a.1.mid, a.2.mid, ... where there are several."""
        if takes == 1:
            return self.out, self.wav
        numbered = [p and p.with_name(f"{p.stem}.{take + 1}{p.suffix}") for p in (self.out, self.wav)]
        return numbered[0] or self.out, numbered[1]

    def check(self) -> None:
        """Before the work: can the files be written where they are wanted, and as what? Raises StudioError."""
        for path, kinds in ((self.out, MIDI), (self.wav, SOUND)):
            if path and path.suffix.lower() not in kinds:
                raise StudioError(f"'{path.name}' does not say what it shall be.", f"End its name in one of: {', '.join(kinds)}.")
            if path and not path.parent.is_dir():
                raise StudioError(f"There is no folder '{path.parent}'.", "Make it first, or choose another.")


def compose_files(
    order: Order,
    tempo: float | None,
    model: str,
    device: str,
    files: Files,
    json: bool,
    courses: Mapping[str, WishCourse | None] | None = None,
) -> None:
    """Write ``order``, with ``courses`` of its wishes by name, into files, a pair a take, and say what was written."""
    rows = written(order, tempo, model, device, files, courses or {})
    if json:
        answer({"seed": rows[0]["seed"], "takes": rows})
        return
    for row in rows:
        print(f"{row['midi']}: {row['notes']:,} notes in {row['bars']} bars, {row['seconds']:.1f} s, {', '.join(row['tracks'])}")
        if row["wav"]:
            print(f"{row['wav']}: {row['seconds_of_sound']:.1f} s of sound")
    say(f"The seed was {rows[0]['seed']}: --seed {rows[0]['seed']} writes the same notes again.")


def written(
    order: Order, tempo: float | None, model: str, device: str, files: Files, courses: Mapping[str, WishCourse | None]
) -> list[dict[str, Any]]:
    """Compose and write the files; a row a take. A negative seed is drawn."""
    files.check()
    form = Form.parse(order.form) if order.form else None
    bars, words = (form.bars, str(form)) if form else (order.bars, "")
    order = replace(order, seed=order.seed if order.seed >= 0 else secrets.randbelow(SEEDS), bars=bars, form=words)
    shelf = Shelf(device, say)
    with bar("Loading the network") as ctx:
        ctx.progress(0.1)
        generator = shelf.generator(model)
    first, second, share = styles_of(order.style, generator)
    order = replace(order, style=first, second_style=second, second_share=share)
    title = f"{style_named(order).capitalize() or 'Piece'} {order.seed}"
    document = _context(files, tempo, usual_tempo(order, generator), title)
    order = steered(order, courses, document)
    with bar(f"Writing {order.bars} bars") as ctx:
        proposal = compose(order, document, generator, ctx, helpers=shelf)
    return [_row(document, proposal, k, order, files.of_take(k, order.takes), generator.card, shelf) for k in range(order.takes)]


def steered(order: Order, courses: Mapping[str, WishCourse | None], document: Document) -> Order:
    """``order`` with what ``courses`` say of each wish by name, bar by bar of where it is written in ``document``."""
    asked = {name: course for name, course in courses.items() if course}
    bars = [Wishes(**{name: course.at(k + 1, order.bars) for name, course in asked.items()}) for k in range(order.bars)]
    request, meter = request_of(order, document), document.meter
    first = meter.bar_of(request.start)
    turns = [Turn(meter.bar_start(first + k) - request.start, bars[k]) for k in range(1, order.bars) if bars[k] != bars[k - 1]]
    return replace(order, wishes=bars[0], turns=tuple(turns))


def _row(
    document: Document, proposal: Proposal, k: int, order: Order, paths: tuple[Path, Path | None], card: Card, shelf: Shelf
) -> dict[str, Any]:
    """Write a take into its files; what is to be told of it."""
    take, (midi, wav) = proposal.takes[k], paths
    song = with_take(document, proposal, k)
    export_midi(song, midi, note_texts(song))
    row = {
        "take": k + 1, "midi": str(midi), "wav": str(wav) if wav else None, "notes": take.note_count, "bars": order.bars,
        "seconds": song.seconds(), "tracks": [t.name for t in song.tracks], "style": style_named(order),
        "form": order.form or None, "key": str(order.key) if order.key else None, "seed": order.seed, "model": card.id,
        "weights_sha256": card.sha256, "provenance": note_of(take.provenance),
    }  # fmt: skip
    if wav:
        row["seconds_of_sound"] = _play_into(song, wav, shelf)
    return row


def reproduce_file(note: str, take: int, even_if_changed: bool, device: str, files: Files, json: bool) -> None:
    """Write the take of a note of provenance again, and say what was written and what has changed since."""
    files.check()
    notes, song = read_notes(note)
    if take > len(notes):
        raise StudioError(f"There is no take {take}.", f"There are {len(notes)}; choose one of them with --take.")
    if len(notes) > 1:
        say(f"There are {len(notes)} takes; this is the one of --take {take}.")
    shelf = Shelf(device, say)
    document = _read(files.source) if files.source else song
    with bar("Writing") as ctx:
        made = reproduce(notes[take - 1], document, shelf, ctx, even_if_changed=even_if_changed)
    again = with_take(made.context, made.proposal)
    export_midi(again, files.out, note_texts(again))
    seconds = _play_into(again, files.wav, shelf) if files.wav else None
    for sentence in made.changed:
        say(sentence)
    count = made.proposal.take.note_count
    if json:
        told = {"midi": str(files.out), "wav": str(files.wav) if files.wav else None, "seconds_of_sound": seconds}
        answer({**told, "notes": count, "changed": made.changed, "provenance": note_of(made.proposal.take.provenance)})
        return
    print(f"{files.out}: {count:,} notes{'' if made.changed else ', the same as then'}")


def render_file(
    song: Path, audio: Path, rate: int, dry: bool, stems: Path | None, device: str, json: bool, own: tuple[str, ...] = ()
) -> None:
    """Render ``song`` into ``audio``, and each track into the folder ``stems``; ``own``: TRACK=NAME of own instruments."""
    document = with_own_instruments(_read(song), own)
    if not document.note_count:
        raise StudioError(f"There are no notes in {song.name}.", "Choose another song.")
    shelf = Shelf(device, say)
    seconds = _play_into(document, audio, shelf, rate, dry)
    made = []
    if stems:
        with bar("Rendering the stems") as ctx:
            made = export_stems(document, shelf.renderer(), stems, rate=rate, dry=dry, ctx=ctx)
    if json:
        answer({"audio": str(audio), "seconds": seconds, "rate": rate, "dry": dry, "stems": [str(p) for p in made]})
        return
    print(f"{audio}: {seconds:.1f} s of sound at {rate:,} frames a second")
    if stems:
        print(f"{stems}: {len(made)} stems")


def _play_into(document: Document, path: Path, shelf: Shelf, rate: int = 48_000, dry: bool = False) -> float:
    with bar("Loading the instruments") as ctx:
        ctx.progress(0.1)
        renderer = shelf.renderer()
    with bar(f"Rendering {path.name}") as ctx:
        return export_sound(document, renderer, path, rate=rate, dry=dry, ctx=ctx)


def _context(files: Files, tempo: float | None, usual: float, title: str) -> Document:
    """What the network listens to: the song to go on from, or silence in the tempo asked for or the style's usual one."""
    if files.source:
        if tempo:
            raise StudioError("A song that goes on keeps its tempo.", "Leave out --tempo or --continue.")
        return _read(files.source)
    return Document(title=title, tempo=TempoMap.constant(tempo or usual))  # the file's name would change the bytes


def _read(path: Path) -> Document:
    result = read_song(path)
    for sentence in result.lost:
        say(f"{path.name}: {sentence}")
    return result.document
