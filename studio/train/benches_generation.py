"""``studio bench generation``: pieces of 16 bars of each style beside what held-out songs are like, at the defaults.

The temperatures of most styles were once chosen beside the songs judged here; nothing else was, and what is changed now is
looked at beside training songs (``--songs train``).
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.engines.api import GenerateRequest, Part, Quiet
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_costs import piece_of
from studio.engines.note_columns import STEPS, TRACK_CLASSES, Piece, encode, track_classes
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER, Meter, TimeSignature
from studio.paths import models, training_data
from studio.train.measures import NAMES, bar_lines, figures, longest_copy, outline
from studio.train.symbolic import corpus
from studio.train.symbolic_files import SETS, TEST, TRAIN, VALID, list_songs, read_parts

BARS = 16


@dataclass(frozen=True)
class Model:
    """A held-out song, and an empty one with its metre and players."""

    piece: Piece
    empty: Document
    bar: int


def like(chosen: tuple[int, str, int, Path]) -> Model | None:
    """The song as a model for new ones; POP909's chord symbols, which nobody plays, are left out. None when it is too short."""
    parts, signatures, per_beat = read_parts(chosen)
    parts = [p for p in parts if len(p.start) and not (SETS[chosen[0]].thinned == "CHORDS" and p.name == "CHORDS")]
    piece = encode(parts, signatures, per_beat)
    if not windows(piece):
        return None
    first = min(signatures) if signatures else (0, 4, 4)
    classes = track_classes(parts)
    tracks = tuple(
        Track(k, TRACK_CLASSES[c][0], program=p.program, drums=p.drums)
        for k, (c, p) in enumerate(zip(classes, parts, strict=True))
    )
    meter = Meter((TimeSignature(0, first[1], first[2]),))
    return Model(piece, Document(meter=meter, tracks=tracks), meter.bar_end(0))


def pieces(writer: LstmWriter, style: str, models_: Sequence[Model], bars: int, seed: int = 0) -> list[tuple[Piece, int, int]]:
    """New pieces of a style at the defaults, as (piece, first, last): each with the players and metre of one held-out song."""
    requests = [
        GenerateRequest(m.empty, 0, bars * m.bar, tuple(t.id for t in m.empty.tracks), style, seed=seed + k)
        for k, m in enumerate(models_)
    ]
    return [(p, 0, r.length * STEPS // TICKS_PER_QUARTER) for p, r in zip(written(writer, requests), requests, strict=True)]


def written(writer: LstmWriter, requests: Sequence[GenerateRequest]) -> list[Piece]:
    """The first takes of requests for new pieces, written in one batch."""
    takes: list[dict[Part, list[Notes]]] = [defaultdict(list) for _ in requests]
    for number, chunk in writer.generate_together(requests, Quiet()):
        for part, notes in chunk.notes:
            takes[number][part].append(notes)
    return [_piece(t, r.context.meter, r.length) for t, r in zip(takes, requests, strict=True)]


def spread(found: Sequence[Model], count: int) -> list[Model]:
    """``count`` of them, evenly from all, each again and again where there are fewer."""
    return [found[k * len(found) // count] if len(found) > count else found[k % len(found)] for k in range(count)]


def _piece(take: dict[Part, list[Notes]], meter: Meter, length: int) -> Piece:
    tracks = [
        Track(i, p.name, program=p.program, drums=p.drums, clips=(Clip(0, 0, length, (Take(Notes.concat(n)),)),))
        for i, (p, n) in enumerate(take.items())
    ]
    return piece_of(Document(meter=meter, tracks=tuple(tracks)))


def judged(number: int, split: int, most: int) -> list[Model]:
    """Up to ``most`` models among the songs of a set and split: all in order, or drawn where only training songs are looked at."""
    chosen = [c for c in list_songs(training_data() / "symbolic") if c[0] == number and c[2] == split]
    if split == TRAIN:
        chosen = [chosen[k] for k in np.random.default_rng(5).permutation(len(chosen))[: 2 * most]]
    return [m for c in chosen if (m := like(c)) is not None]


def windows(piece: Piece, bars: int = BARS) -> list[tuple[int, int]]:
    """(first, last) steps of stretches of ``bars`` bars from the piece's first bar on."""
    if not len(piece):
        return []
    lines = bar_lines(piece, piece.bars.at(int(piece.time[0]))[0], int(piece.time[-1]) + 1)
    return [(lines[k], lines[k + bars]) for k in range(0, len(lines) - bars, bars)]


def excerpt(piece: Piece, first: int, last: int) -> Piece:
    """The notes that start in [first, last)."""
    m = (piece.time >= first) & (piece.time < last)
    time, track, pitch, steps, duration, velocity = (
        getattr(piece, n)[m] for n in ("time", "track", "pitch", "steps", "duration", "velocity")
    )
    return replace(piece, time=time, track=track, pitch=pitch, steps=steps, duration=duration, velocity=velocity)


def mean_figures(made: Sequence[tuple[Piece, int, int]]) -> dict[str, float]:
    """Each figure's mean over (piece, first, last)."""
    rows = [figures(*m) for m in made]
    return {
        n: float(np.nanmean([r[n] for r in rows])) if rows and any(r[n] == r[n] for r in rows) else float("nan") for n in NAMES
    }


def generation(argv: Sequence[str]) -> int:
    """Print the table; returns 0."""
    parser = argparse.ArgumentParser(prog="studio bench generation")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--styles", default="")
    parser.add_argument("--pieces", type=int, default=20)
    parser.add_argument("--songs", choices=("test", "valid", "train"), default="test", help="which songs to stand beside")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="leave out the longest copies and the 64 bars")
    options = parser.parse_args(argv)
    split = {"test": TEST, "valid": VALID, "train": TRAIN}[options.songs]
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    print(f"{'style':<11}{'':<11}" + "".join(f"{n:>21}" for n in NAMES))
    marks: list[bool] = []
    yardstick: list[bool] = []
    copies: list[tuple[str, bool]] = []
    decays: list[bool] = []
    for number, chosen in enumerate(SETS):
        if options.styles and chosen.style not in options.styles.split(","):
            continue
        held = judged(number, split, options.pieces)
        asked = spread(held, options.pieces)
        made = pieces(writer, chosen.style, asked, BARS, options.seed)
        # Each piece beside the song whose players and metre it has; a piece that was just begun beside how the song begins.
        begun = [(m.piece, *windows(m.piece)[0]) for m in asked]
        theirs = mean_figures(begun)
        marks += _print_beside(chosen.style, mean_figures(made), theirs)
        yardstick += _print_learned(number, options.pieces, theirs)
        if not options.quick:
            copies.append((chosen.style, _print_copies(number, [m[0] for m in made], [excerpt(*b) for b in begun])))
            decays += _print_decay(writer, chosen.style, held)
    print(f"\n{sum(marks)} of {len(marks)} figures within 10 % of the {options.songs} songs' ({_HOW})")
    print(f"{sum(yardstick)} of {len(yardstick)} of as many training songs' own figures are")
    if copies:
        longer = [style for style, fine in copies if not fine]
        print(
            f"longest copies no longer than the songs' own: {len(copies) - len(longer)} of {len(copies)} styles; longer: {longer}"
        )
        print(f"{sum(decays)} of {len(decays)} figures of bars 49-64 within 10 % of bars 1-16")
    return 0


_HOW = "shares below 0.3: the difference below 0.1"


def _apart(ours: float, theirs: float) -> float:
    """The relative distance of two figures; of shares near 0 the distance itself."""
    return abs(ours - theirs) / theirs if abs(theirs) > 0.3 else abs(ours - theirs)


def _print_row(style: str, name: str, row: dict[str, float]) -> None:
    print(f"{style:<11}{name:<11}" + "".join(f"{row[n]:>20.3f} " for n in NAMES))


def _print_marks(name: str, apart: dict[str, float]) -> list[bool]:
    """Print distances, starred where they are over 10 %; which of those that say something are not."""
    print(f"{'':<11}{name:<11}" + "".join(f"{apart[n]:>20.0%}{'*' if apart[n] > 0.1 else ' '}" for n in NAMES), flush=True)
    return [bool(a <= 0.1) for a in apart.values() if a == a]


def _print_beside(style: str, ours: dict[str, float], theirs: dict[str, float]) -> list[bool]:
    _print_row(style, "written", ours)
    _print_row("", "songs", theirs)
    return _print_marks("apart", {n: _apart(ours[n], theirs[n]) for n in NAMES})


def _print_learned(number: int, count: int, theirs: dict[str, float]) -> list[bool]:
    """How far the beginnings of ``count`` songs that it learned from are from the songs judged by: how near one can hope to come."""
    learned = mean_figures([(m.piece, *windows(m.piece)[0]) for m in judged(number, TRAIN, count)[:count]])
    _print_row("", "learned", learned)
    return _print_marks("apart", {n: _apart(learned[n], theirs[n]) for n in NAMES})


def _print_copies(number: int, made: Sequence[Piece], held: Sequence[Piece]) -> bool:
    songs = corpus()
    learned = [k for k in range(len(songs)) if songs.set[k] == number and songs.split[k] == TRAIN and "#" not in songs.names[k]]
    rows = [songs.target[songs.first[k] : songs.first[k + 1]].astype(np.int64) for k in learned]
    known = [outline(r[:, 0], r[:, 1], r[:, 2]) for r in rows]
    ours, theirs = (longest_copy([outline(p.shift, p.track, p.pitch) for p in which], known) for which in (made, held))
    print(
        f"{'':<11}longest stretch found in training songs, notes: written {max(ours)} (median {np.median(ours):.0f}), "
        f"songs {max(theirs, default=0)} (median {np.median(theirs) if theirs else 0:.0f})"
    )
    return max(ours) <= max(theirs, default=0)


def _print_decay(writer: LstmWriter, style: str, models_: Sequence[Model]) -> list[bool]:
    made = pieces(writer, style, spread(models_, 4), 64, seed=100)
    ends = [mean_figures([(p, k * last // 64, (k + BARS) * last // 64) for p, _, last in made]) for k in (0, 48)]
    _print_row("", "bars 1-16", ends[0])
    _print_row("", "bars 49-64", ends[1])
    return _print_marks("apart", {n: _apart(ends[1][n], ends[0][n]) for n in NAMES})
