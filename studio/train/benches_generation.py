"""``studio bench generation``: pieces of 16 bars of each style beside what held-out songs are like, at the defaults.

What is written at the defaults was fitted beside training and validation songs (:mod:`studio.train.manners`), not beside the
songs judged here.

A figure within 10 % is the bar. How sure the songs' own mean is says the 95 % interval beside it, a bootstrap over the songs
(Efron 1979): few songs of a style are held out, and their density alone differs by half from song to song. So a second count
tells which means lie in that interval, and the training songs' own means are counted both ways too.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest, Part, Quiet
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_costs import piece_of
from studio.engines.note_columns import CLASS, SHIFTS, STEPS, TRACK_CLASSES, Piece, encode, shift_class, track_classes
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER, Meter, TimeSignature
from studio.paths import models, training_data
from studio.train.measures import NAMES, bar_lines, figures, found_in, longest_copy, longest_loop, outline
from studio.train.symbolic import corpus
from studio.train.symbolic_files import SETS, TEST, TRAIN, VALID, list_songs, read_parts

BARS = 16
LONG, LONG_PIECES = 64, 12
_DRAWS = 2000
Floats = npt.NDArray[np.float64]


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


def requests_like(style: str, models_: Sequence[Model], bars: int, seed: int) -> list[GenerateRequest]:
    """Requests for new pieces of a style at the defaults, each with the players and metre of one song."""
    return [
        GenerateRequest(m.empty, 0, bars * m.bar, tuple(t.id for t in m.empty.tracks), style, seed=seed + k)
        for k, m in enumerate(models_)
    ]


def pieces(writer: LstmWriter, style: str, models_: Sequence[Model], bars: int, seed: int = 0) -> list[tuple[Piece, int, int]]:
    """Pieces by :func:`requests_like`, as (piece, first, last)."""
    requests = requests_like(style, models_, bars, seed)
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


def rows_of(made: Sequence[tuple[Piece, int, int]]) -> Floats:
    """The figures of each (piece, first, last), [n, NAMES]."""
    return np.array([[f[n] for n in NAMES] for f in (figures(*m) for m in made)]).reshape(-1, len(NAMES))


def _means(rows: Floats) -> Floats:
    """Means over the last axis but one without the missing; NaN where nothing is left."""
    known = ~np.isnan(rows)
    count = known.sum(axis=-2)
    total = np.where(known, rows, 0.0).sum(axis=-2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def mean_figures(made: Sequence[tuple[Piece, int, int]]) -> dict[str, float]:
    """Each figure's mean over (piece, first, last)."""
    return dict(zip(NAMES, _means(rows_of(made)).tolist(), strict=True))


def interval(rows: Floats) -> Floats:
    """From where to where the mean of each figure lies in 95 % of samples of as many songs, [2, NAMES]."""
    picks = np.random.default_rng(0).integers(len(rows), size=(_DRAWS, len(rows)))
    means = _means(rows[picks])
    made = np.full((2, rows.shape[1]), np.nan)
    for k in np.flatnonzero(~np.isnan(means).all(axis=0)):
        made[:, k] = np.nanquantile(means[:, k], (0.025, 0.975))
    return made


@dataclass
class _Tally:
    """Marks of all styles: figures within 10 % and within the songs' interval, of what was written and of songs learned from."""

    near: list[bool] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    learned_near: list[bool] = field(default_factory=list)
    learned_inside: list[bool] = field(default_factory=list)
    copies: list[tuple[str, bool]] = field(default_factory=list)
    decays: list[bool] = field(default_factory=list)
    beside_songs: list[bool] = field(default_factory=list)
    song_decays: list[bool] = field(default_factory=list)


def generation(argv: Sequence[str]) -> int:
    """Print the table; returns 0."""
    parser = argparse.ArgumentParser(prog="studio bench generation")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--styles", default="", help="some of the styles, with commas between them")
    parser.add_argument("--pieces", type=int, default=20)
    parser.add_argument("--songs", choices=("test", "valid", "train"), default="test", help="which songs to stand beside")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="leave out the longest copies and the 64 bars")
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    print(f"{'style':<11}{'':<11}" + "".join(f"{n:>21}" for n in NAMES))
    tally = _Tally()
    for number, chosen in enumerate(SETS):
        if not options.styles or chosen.style in options.styles.split(","):
            _print_style(writer, number, options, tally)
    print(f"\n{_counted(tally.near, tally.inside)} of the {options.songs} songs' ({_HOW})")
    print(f"{_counted(tally.learned_near, tally.learned_inside)}: as many training songs' own")
    if tally.copies:
        longer = [style for style, fine in tally.copies if not fine]
        print(
            f"longest copies no longer than the songs' own: {len(tally.copies) - len(longer)} of {len(tally.copies)} styles; "
            f"longer: {longer}"
        )
        print(
            f"{sum(tally.decays)} of {len(tally.decays)} figures of bars 49-64 within 10 % of bars 1-16; where songs are "
            f"so long {sum(tally.beside_songs)} of {len(tally.beside_songs)}, and of the songs {sum(tally.song_decays)}"
        )
    return 0


_HOW = "shares below 0.3: the difference below 0.1"


def _counted(near: list[bool], inside: list[bool]) -> str:
    return f"{sum(near)} of {len(near)} figures within 10 %, {sum(inside)} of {len(inside)} within the 95 % interval"


def _print_style(writer: LstmWriter, number: int, options: argparse.Namespace, tally: _Tally) -> None:
    style = SETS[number].style
    held = judged(number, {"test": TEST, "valid": VALID, "train": TRAIN}[options.songs], options.pieces)
    asked = spread(held, options.pieces)
    made = pieces(writer, style, asked, BARS, options.seed)
    # Each piece beside the song whose players and metre it has; a piece that was just begun beside how the song begins.
    begun = [(m.piece, *windows(m.piece)[0]) for m in asked]
    ours, theirs = mean_figures(made), mean_figures(begun)
    sure = interval(rows_of(begun[: min(len(held), len(begun))]))
    _print_row(style, "written", ours)
    _print_row("", "songs", theirs)
    for name, row in zip(("95 % from", "to"), sure, strict=True):
        _print_row("", name, dict(zip(NAMES, row.tolist(), strict=True)))
    _mark(ours, theirs, sure, tally.near, tally.inside)
    known = [(m.piece, *windows(m.piece)[0]) for m in judged(number, TRAIN, options.pieces)[: options.pieces]]
    learned = mean_figures(known)
    _print_row("", "learned", learned)
    _mark(learned, theirs, sure, tally.learned_near, tally.learned_inside)
    loops = [[longest_loop(*m) for m in which] for which in (made, begun, known)]
    print(
        f"{'':<11}a short figure repeated exactly, notes: written at most {max(loops[0])}, songs {max(loops[1])}, "
        f"in 19 of 20 learned {np.quantile(loops[2], 0.95):.1f}"
    )
    if not options.quick:
        tally.copies.append((style, _print_copies(number, [m[0] for m in made], [excerpt(*b) for b in begun])))
        songs = [m for split in (TEST, VALID, TRAIN) for m in judged(number, split, 2 * options.pieces)]
        _print_decay(writer, style, held, songs, tally)


def _apart(ours: float, theirs: float) -> float:
    """The relative distance of two figures; of shares near 0 the distance itself."""
    return abs(ours - theirs) / theirs if abs(theirs) > 0.3 else abs(ours - theirs)


def _print_row(style: str, name: str, row: dict[str, float]) -> None:
    print(f"{style:<11}{name:<11}" + "".join(f"{row[n]:>19.3f}  " for n in NAMES), flush=True)


def _print_apart(apart: Sequence[float], outside: Sequence[bool]) -> None:
    """Print distances, with a star where they are over 10 %, and an exclamation mark where ``outside`` says so."""
    cells = (f"{a:>19.0%}{'*' if a > 0.1 else ' '}{'!' if o else ' '}" for a, o in zip(apart, outside, strict=True))
    print(f"{'':<11}{'apart':<11}" + "".join(cells), flush=True)


def _mark(row: dict[str, float], theirs: dict[str, float], sure: Floats, near: list[bool], inside: list[bool]) -> None:
    """Print how far a row is from the songs'; add the marks of those figures that say something."""
    apart = [_apart(row[n], theirs[n]) for n in NAMES]
    within = [bool(low <= row[n] <= high) for n, (low, high) in zip(NAMES, sure.T.tolist(), strict=True)]
    said = [a == a for a in apart]
    _print_apart(apart, [s and not w for s, w in zip(said, within, strict=True)])
    near += [a <= 0.1 for a, s in zip(apart, said, strict=True) if s]
    inside += [w for w, s in zip(within, said, strict=True) if s]


def learned_outline(target: npt.NDArray[np.int64], thinned: str) -> npt.NDArray[np.uint64]:
    """A training song's outline from its classes [n, 5]; POP909's without its chord symbols, as the pieces and songs are."""
    if thinned != "CHORDS":
        return outline(target[:, 0], target[:, 1], target[:, 2])
    time, kept = np.cumsum(SHIFTS[target[:, 0]]), target[:, 1] != CLASS["Chords"]
    return outline(shift_class(np.diff(time[kept], prepend=0)), target[kept, 1], target[kept, 2])


def _print_copies(number: int, made: Sequence[Piece], held: Sequence[Piece]) -> bool:
    songs = corpus()
    chosen = [k for k in range(len(songs)) if songs.set[k] == number and songs.split[k] == TRAIN and "#" not in songs.names[k]]
    rows = [songs.target[songs.first[k] : songs.first[k + 1]].astype(np.int64) for k in chosen]
    known = [learned_outline(r, SETS[number].thinned) for r in rows]
    outlines = [[outline(p.shift, p.track, p.pitch) for p in which] for which in (made, held)]
    ours, theirs = (longest_copy(which, known) for which in outlines)
    print(
        f"{'':<11}longest stretch found in training songs, notes: written {max(ours)} (median {np.median(ours):.0f}), "
        f"songs {max(theirs, default=0)} (median {np.median(theirs) if theirs else 0:.0f})"
    )
    if max(ours):
        piece = int(np.argmax(ours))
        at, song, there = found_in(outlines[0][piece], max(ours), known)
        print(
            f"{'':<11}the longest: piece {piece + 1}, from note {at + 1} of {len(made[piece])}, as {songs.names[chosen[song]]} "
            f"from note {there + 1}"
        )
    return max(ours) <= max(theirs, default=0)


def _print_decay(writer: LstmWriter, style: str, models_: Sequence[Model], songs: Sequence[Model], tally: _Tally) -> None:
    """The last bars of long pieces beside their first ones; and of as many songs, where so many are long."""
    ours = _print_ends(pieces(writer, style, spread(models_, LONG_PIECES), LONG, seed=100))
    tally.decays += ours
    long = [(m.piece, *found[0]) for m in songs if (found := windows(m.piece, LONG))][:LONG_PIECES]
    if len(long) == LONG_PIECES:
        print(f"{'':<11}as many songs, held-out ones first")
        tally.beside_songs += ours
        tally.song_decays += _print_ends(long)


def _print_ends(made: Sequence[tuple[Piece, int, int]]) -> list[bool]:
    """Print the figures of the first and the last bars; which of them are near each other."""
    lines = [bar_lines(*m) for m in made]
    ends = [mean_figures([(m[0], at[k], at[k + BARS]) for m, at in zip(made, lines, strict=True)]) for k in (0, LONG - BARS)]
    _print_row("", "bars 1-16", ends[0])
    _print_row("", "bars 49-64", ends[1])
    apart = [_apart(ends[1][n], ends[0][n]) for n in NAMES]
    _print_apart(apart, [False] * len(NAMES))
    return [a <= 0.1 for a in apart if a == a]
