"""Composing and rendering from the command line: the window's services, with files at both ends."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.app.exporting import export_sound, export_stems
from studio.app.generating import Order, compose, with_take
from studio.app.shelf import Shelf
from studio.app.songs import MIDI, export_midi, read_song
from studio.cli.console import answer, bar, say
from studio.engines.api import Generator
from studio.errors import StudioError
from studio.music.document import Document
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


def compose_files(order: Order, tempo: float | None, model: str, device: str, files: Files, json: bool) -> None:
    """Write ``order`` into files, a pair a take, and say what was written."""
    rows = written(order, tempo, model, device, files)
    if json:
        answer({"seed": rows[0]["seed"], "takes": rows})
        return
    for row in rows:
        print(f"{row['midi']}: {row['notes']:,} notes in {row['bars']} bars, {row['seconds']:.1f} s, {', '.join(row['tracks'])}")
        if row["wav"]:
            print(f"{row['wav']}: {row['seconds_of_sound']:.1f} s of sound")
    say(f"The seed was {rows[0]['seed']}: --seed {rows[0]['seed']} writes the same notes again.")


def written(order: Order, tempo: float | None, model: str, device: str, files: Files) -> list[dict[str, Any]]:
    """Compose and write the files; a row a take. A negative seed is drawn."""
    files.check()
    order = replace(order, seed=order.seed if order.seed >= 0 else secrets.randbelow(SEEDS))
    shelf = Shelf(device, say)
    with bar("Loading the network") as ctx:
        ctx.progress(0.1)
        generator = shelf.generator(model)
    order = replace(order, style=_style(order.style, generator))
    document = _context(files, tempo, generator.tempo(order.style), f"{order.style.capitalize() or 'Piece'} {order.seed}")
    with bar(f"Writing {order.bars} bars") as ctx:
        proposal = compose(order, document, generator, ctx)
    rows = []
    for k, take in enumerate(proposal.takes):
        song = with_take(document, proposal, k)
        midi, wav = files.of_take(k, order.takes)
        export_midi(song, midi)
        row = {
            "take": k + 1, "midi": str(midi), "wav": str(wav) if wav else None, "notes": take.note_count, "bars": order.bars,
            "seconds": song.seconds(), "tracks": [t.name for t in song.tracks], "style": order.style,
            "key": str(order.key) if order.key else None, "seed": order.seed, "model": generator.card.id,
            "weights_sha256": generator.card.sha256,
        }  # fmt: skip
        if wav:
            row["seconds_of_sound"] = _play_into(song, wav, shelf)
        rows.append(row)
    return rows


def render_file(song: Path, audio: Path, rate: int, dry: bool, stems: Path | None, device: str, json: bool) -> None:
    """Render ``song`` into ``audio``, and each track into the folder ``stems``."""
    document = _read(song)
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


def _style(wanted: str, generator: Generator) -> str:
    """The style as the model spells it."""
    known = {style.casefold(): style for style in generator.styles}
    if wanted and wanted.casefold() not in known:
        hint = f"Choose one of: {', '.join(known.values())}."
        raise StudioError(f"The model '{generator.card.title}' has no style '{wanted}'.", hint)
    return known[wanted.casefold()] if wanted else ""
