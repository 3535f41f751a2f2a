"""``studio bench generation``: pieces of 16 bars of each style beside what held-out songs are like (the second half of bar 3)."""

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
from studio.train.symbolic_files import SETS, TEST, TRAIN, list_songs, read_parts

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
    made = []
    for k, model in enumerate(models_):
        length = bars * model.bar
        take: dict[Part, list[Notes]] = defaultdict(list)
        wanted = tuple(t.id for t in model.empty.tracks)
        for chunk in writer.generate(GenerateRequest(model.empty, 0, length, wanted, style, seed=seed + k), Quiet()):
            for part, notes in chunk.notes:
                take[part].append(notes)
        made.append((_piece(take, model.empty.meter, length), 0, length * STEPS // TICKS_PER_QUARTER))
    return made


def spread(found: Sequence[Model], count: int) -> list[Model]:
    """``count`` of them, evenly from all, each again and again where there are fewer."""
    return [found[k * len(found) // count] if len(found) > count else found[k % len(found)] for k in range(count)]


def _piece(take: dict[Part, list[Notes]], meter: Meter, length: int) -> Piece:
    tracks = [
        Track(i, p.name, program=p.program, drums=p.drums, clips=(Clip(0, 0, length, (Take(Notes.concat(n)),)),))
        for i, (p, n) in enumerate(take.items())
    ]
    return piece_of(Document(meter=meter, tracks=tuple(tracks)))


def _songs(number: int, split: int) -> list[tuple[int, str, int, Path]]:
    return [c for c in list_songs(training_data() / "symbolic") if c[0] == number and c[2] == split]


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
    parser.add_argument("--copies", action="store_true", help="also look for the longest copies (slow)")
    parser.add_argument("--long", action="store_true", help="also write 64 bars and compare their ends")
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    print(f"{'style':<11}{'':<10}" + "".join(f"{n:>21}" for n in NAMES))
    within = total = 0
    for number, chosen in enumerate(SETS):
        if options.styles and chosen.style not in options.styles.split(","):
            continue
        held = [m for c in _songs(number, TEST) if (m := like(c)) is not None]
        asked = spread(held, options.pieces)
        made = pieces(writer, chosen.style, asked, BARS)
        # Each piece beside the song whose players and metre it has; a piece that was just begun beside how the song begins.
        begun = [(m.piece, *windows(m.piece)[0]) for m in asked]
        ours, theirs = mean_figures(made), mean_figures(begun)
        for name, row in (("written", ours), ("held out", theirs)):
            print(f"{chosen.style if name == 'written' else '':<11}{name:<10}" + "".join(f"{row[n]:>21.3f}" for n in NAMES))
        apart = {n: _apart(ours[n], theirs[n]) for n in NAMES}
        within += sum(a <= 0.1 for a in apart.values() if a == a)
        total += sum(a == a for a in apart.values())
        print(
            f"{'':<11}{'apart':<10}" + "".join(f"{apart[n]:>20.0%}{' ' if not apart[n] > 0.1 else '*'}" for n in NAMES),
            flush=True,
        )
        if options.copies:
            _print_copies(number, [m[0] for m in made], [excerpt(*b) for b in begun])
        if options.long:
            _print_decay(writer, chosen.style, held)
    print(f"\n{within} of {total} figures within 10 % of the held-out songs' (shares below 0.3: the difference below 0.1)")
    return 0


def _apart(ours: float, theirs: float) -> float:
    """The relative distance of two figures; of shares near 0 the distance itself."""
    return abs(ours - theirs) / theirs if abs(theirs) > 0.3 else abs(ours - theirs)


def _print_copies(number: int, made: Sequence[Piece], held: Sequence[Piece]) -> None:
    songs = corpus()
    learned = [k for k in range(len(songs)) if songs.set[k] == number and songs.split[k] == TRAIN]
    rows = [songs.target[songs.first[k] : songs.first[k + 1]].astype(np.int64) for k in learned]
    known = [outline(r[:, 0], r[:, 1], r[:, 2]) for r in rows]
    ours, theirs = (longest_copy([outline(p.shift, p.track, p.pitch) for p in which], known) for which in (made, held))
    print(
        f"{'':<11}longest stretch found in training songs, notes: written {max(ours)} (median {np.median(ours):.0f}), "
        f"held out {max(theirs, default=0)} (median {np.median(theirs) if theirs else 0:.0f})"
    )


def _print_decay(writer: LstmWriter, style: str, models_: Sequence[Model]) -> None:
    made = pieces(writer, style, spread(models_, 4), 64, seed=100)
    ends = [mean_figures([(p, k * last // 64, (k + BARS) * last // 64) for p, _, last in made]) for k in (0, 48)]
    print(f"{'':<11}bars 1-16   " + ", ".join(f"{n} {v:.2f}" for n, v in ends[0].items()))
    print(f"{'':<11}bars 49-64  " + ", ".join(f"{n} {v:.2f}" for n, v in ends[1].items()))
