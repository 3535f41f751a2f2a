"""Which files teach the writer: the sets, their licences and styles, how songs are split, and files into pieces."""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mido
import numpy as np

from studio.engines.note_columns import Part, Piece, encode

TRAIN, VALID, TEST = 0, 1, 2


@dataclass(frozen=True)
class SongSet:
    """A set of songs: the style it teaches, where its files lie, and what its makers are to be credited with.

    ``hold`` is one over the share of songs held out for testing. ``thinned``: also learn from versions with parts left
    out (a name, or "random"), so that the writer can play with any company.
    """

    style: str
    pattern: str
    title: str
    licence: str
    credit: str
    hold: int = 16
    thinned: str = ""


SETS: tuple[SongSet, ...] = (
    SongSet(
        "pop",
        "a_pop_pop909/midi_roles/*.mid",
        "POP909 and POP909-CL",
        "MIT (arrangements; the songs are commercial)",
        "Copyright (c) 2020 Music X Lab; Copyright (c) 2025 AndyWeasley2004",
        24,
        "CHORDS",
    ),
    SongSet(
        "folk",
        "b_folk_nottingham/midi/*.mid",
        "Nottingham Music Database (Jukedeck's cleaned version)",
        "GPL-3.0",
        "Nottingham Music Database; Jukedeck",
    ),
    SongSet(
        "leadsheet",
        "b_leadsheets_openewld/midi_derived/*.mid",
        "OpenEWLD, public-domain part",
        "public domain; collection MIT",
        "Federico Simonetta",
        12,
    ),
    SongSet(
        "chorale",
        "c_chorales/jsb/*.json",
        "JSB Chorales",
        "public domain",
        "J. S. Bach; digital edition by the JSB-Chorales-dataset project",
    ),
    SongSet("hymn", "c_chorales/openhymnal/midi_derived/*.mid", "Open Hymnal", "public domain", "Open Hymnal Project", 12),
    SongSet(
        "romantic", "d_classical_openscore_lieder/midi_derived/*.mid", "OpenScore Lieder", "CC0", "OpenScore Lieder Corpus", 24
    ),
    SongSet(
        "piano",
        "[dh]_*_musetrainer/midi_derived/*.mid",
        "MuseTrainer library, solo piano and ragtime",
        "public domain (claimed)",
        "MuseTrainer",
        8,
    ),
    SongSet("drums", "f_drums_groove/drummer*/*/*.mid", "Groove MIDI Dataset", "CC BY 4.0", "Google LLC (Gillick et al. 2019)"),
    SongSet(
        "game", "g_game_freedoom/midi/*.mid", "Freedoom", "BSD-3-Clause", "Freedoom's composers (CREDITS-MUSIC)", 8, "random"
    ),
    SongSet(
        "film", "g_game_tannerhelland/midi/*.mid", "Tanner Helland's music", "CC BY 4.0", "Music by Tanner Helland", 5, "random"
    ),
    SongSet("jazz", "h_jazz_openmsx_gpl2/*/*.mid", "OpenMSX", "GPL-2.0", "OpenMSX's composers; Jim Redfarn", 5, "random"),
    SongSet(
        "quartet",
        "i_strings_openscore_quartets/midi_derived/*.mid",
        "OpenScore String Quartets",
        "CC0",
        "OpenScore String Quartets",
        14,
    ),
)
STYLES = tuple(s.style for s in SETS)


@dataclass(frozen=True)
class Song:
    """A piece with its set's number, its name and its split."""

    set: int
    name: str
    split: int
    piece: Piece


def pick(text: str) -> int:
    """A number drawn by a name: the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


def _split(chosen: SongSet, name: str) -> int:
    draw = pick(f"{chosen.style}/{name}") % (2 * chosen.hold)
    return TEST if draw < 2 else VALID if draw == 2 else TRAIN


def list_songs(root: Path) -> list[tuple[int, str, int, Path]]:
    """All songs below ``root`` (the folder of the sets): (set, name, split, file), split by song. Groove keeps its own."""
    found = []
    groove = {}
    info = root / "f_drums_groove" / "info.csv"
    if info.exists():
        with info.open(newline="", encoding="utf-8") as file:
            groove = {row["midi_filename"]: row["split"] for row in csv.DictReader(file)}
    for i, chosen in enumerate(SETS):
        for path in sorted(root.glob(chosen.pattern)):
            if path.suffix == ".json":
                for split, pieces in json.loads(path.read_text()).items():
                    found += [
                        (i, f"{split}-{k}", {"train": TRAIN, "valid": VALID, "test": TEST}[split], path)
                        for k in range(len(pieces))
                    ]
                continue
            name = str(path.relative_to(root))
            split = _split(chosen, name)
            if chosen.style == "drums":
                own = groove.get(name.removeprefix("f_drums_groove/"), "train")
                split = TEST if own != "train" else VALID if split == VALID else TRAIN
            found.append((i, name, split, path))
    return found


def read_midi(path: Path) -> tuple[list[Part], list[tuple[int, int, int]], int]:
    """Parts (a track and channel each), (tick, numerator, denominator) rows and ticks a beat of a MIDI file."""
    file = mido.MidiFile(path, clip=True)
    signatures: list[tuple[int, int, int]] = []
    parts = []
    for track in file.tracks:
        tick = 0
        program: dict[int, int] = {}
        open_: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        notes: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for message in track:
            tick += message.time
            if message.type == "time_signature":
                signatures.append((tick, message.numerator, message.denominator))
            elif message.type == "program_change":
                program.setdefault(message.channel, message.program)
            elif message.type == "note_on" and message.velocity:
                open_[message.channel, message.note].append((tick, message.velocity))
            elif message.type in ("note_on", "note_off") and open_[message.channel, message.note]:
                start, velocity = open_[message.channel, message.note].pop(0)
                notes[message.channel].append((start, max(1, tick - start), message.note, velocity))
        for channel in sorted(notes):
            columns = np.array(sorted(notes[channel]), np.int64).T
            parts.append(Part(track.name, program.get(channel, 0), channel == 9, *columns))
    return parts, signatures, file.ticks_per_beat


def _chorale(voices: list[list[int]]) -> list[Part]:
    """Parts from a chorale's sixteenths. Repeated and held notes are not told apart there; equal ones are joined."""
    grid = np.array(voices)
    parts = []
    for k, name in enumerate(("Soprano", "Alto", "Tenor", "Bass")):
        row = grid[:, k]
        edges = np.flatnonzero(np.diff(row, prepend=-2))
        ends = np.append(edges[1:], len(row))
        sung = row[edges] >= 0
        parts.append(Part(name, 0, False, edges[sung], (ends - edges)[sung], row[edges][sung], np.full(sung.sum(), 80)))
    return parts


def read_parts(chosen: tuple[int, str, int, Path]) -> tuple[list[Part], list[tuple[int, int, int]], int]:
    """A song's parts, signatures and grid (as :func:`read_midi`)."""
    number, name, _, path = chosen
    if path.suffix == ".json":
        key, k = name.split("-")
        return _chorale(json.loads(path.read_text())[key][int(k)]), [(0, 4, 4)], 4
    parts, signatures, per_beat = read_midi(path)
    if SETS[number].thinned == "CHORDS":  # POP909: a melody note that overlaps the next is cut there
        parts = [_cut(p) if p.name == "MELODY" else p for p in parts]
    return parts, signatures, per_beat


def load_song(chosen: tuple[int, str, int, Path]) -> Iterator[Song]:
    """The song's piece, and for training its thinned version if its set has one. Nothing when the file has no notes."""
    number, name, split, _ = chosen
    parts, signatures, per_beat = read_parts(chosen)
    piece = encode(parts, signatures, per_beat)
    if len(piece) > 1:
        yield Song(number, name, split, piece)
    rule = SETS[number].thinned
    if not rule or split != TRAIN or (rule == "CHORDS" and pick(name) % 2):
        return
    draw = np.random.default_rng(pick(name))
    kept = [p for p in parts if (p.name != rule if rule == "CHORDS" else draw.random() < 0.6)]
    thinned = encode(kept, signatures, per_beat) if kept else piece
    if 32 < len(thinned) < len(piece):
        yield Song(number, name + "#thinned", split, thinned)


def _cut(part: Part) -> Part:
    following = np.append(part.start[1:], np.iinfo(np.int64).max)
    gap = np.where(following > part.start, following - part.start, part.length)
    return replace(part, length=np.minimum(part.length, gap))


def shingles(piece: Piece, size: int) -> set[int]:
    """Hashes of all stretches of ``size`` notes, by (shift, track, pitch): equal stretches have equal hashes."""
    rows = (piece.shift * 32 + piece.track) * 128 + piece.pitch
    if len(rows) < size:
        return set()
    mix = np.zeros(len(rows) - size + 1, np.uint64)
    for k in range(size):
        mix = mix * np.uint64(0x9E3779B97F4A7C15) + rows[k : k + len(mix)].astype(np.uint64) + np.uint64(1)
        mix ^= mix >> np.uint64(29)
    return set(mix.tolist())


def without_copies(songs: list[Song], limit: float = 0.5) -> tuple[list[Song], list[str]]:
    """Songs without those training pieces that share over ``limit`` of their stretches with a held-out piece of the set.

    Returns what is kept and the names of what was left out.
    """
    held: dict[int, set[int]] = defaultdict(set)
    sizes = [16 if s.style == "drums" else 10 for s in SETS]
    for song in songs:
        if song.split == TEST:
            held[song.set] |= shingles(song.piece, sizes[song.set])
    kept: list[Song] = []
    dropped: list[str] = []
    for song in songs:
        own = shingles(song.piece, sizes[song.set]) if song.split != TEST else set()
        if own and len(own & held[song.set]) > limit * len(own):
            dropped.append(song.name)
        else:
            kept.append(song)
    return kept, dropped


def credit_rows() -> list[dict[str, Any]]:
    """The card's rows on data: name, licence, credit, kind."""
    return [{"name": s.title, "style": s.style, "licence": s.licence, "credit": s.credit, "kind": "human music"} for s in SETS]
