"""``studio bench overlap``: 200 written pieces of 16 bars beside held-out songs, by the areas of :mod:`studio.train.overlap`.

The pieces are written at the defaults, as many of each style, each with the players and metre of a held-out song. The songs
are their first 16 bars, each once. What the area could be at best is told by as many training songs: the figure is the area
of the written pieces over the area of the training songs, of all styles together, as the paper has it, and style by style.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import Piece
from studio.paths import models
from studio.train.benches_generation import BARS, Model, judged, pieces, spread, windows
from studio.train.overlap import FEATURES, Floats, features, overlap
from studio.train.symbolic_files import SETS, TEST, TRAIN, VALID

BAR = 0.85
Rows = list[dict[str, Floats]]


def _of(made: Sequence[tuple[Piece, int, int]]) -> Rows:
    return [features(*m) for m in made]


def _begun(found: Sequence[Model]) -> Rows:
    return _of([(m.piece, *windows(m.piece)[0]) for m in found])


def areas(reference: Rows, other: Rows) -> Floats:
    """The overlapped area of each of FEATURES."""
    return np.array([overlap(*(np.array([r[n] for r in rows]) for rows in (reference, other))) for n in FEATURES])


def bench(argv: Sequence[str]) -> int:
    """Print the areas; returns 0 where those of the written pieces reach 0.85 of the training songs', on average."""
    parser = argparse.ArgumentParser(prog="studio bench overlap")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--pieces", type=int, default=200)
    parser.add_argument("--songs", choices=("test", "valid"), default="test", help="which songs to stand beside")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    held: Rows = []
    written: Rows = []
    learned: Rows = []
    shares = []
    print(f"{'style':<11}{'written':>8}{'songs':>7}{'learned':>9}{'area':>8}{'learned':>9}{'share':>8}")
    for number, chosen in enumerate(SETS):
        count = (number + 1) * options.pieces // len(SETS) - number * options.pieces // len(SETS)
        songs = judged(number, {"test": TEST, "valid": VALID}[options.songs], count)
        theirs = _begun(spread(songs, min(count, len(songs))))
        ours = _of(pieces(writer, chosen.style, spread(songs, count), BARS, options.seed))
        known = _begun(judged(number, TRAIN, count)[:count])
        mine, best = (float(np.nanmean(areas(theirs, rows))) for rows in (ours, known))
        shares.append(mine / best)
        print(
            f"{chosen.style:<11}{len(ours):>8}{len(theirs):>7}{len(known):>9}{mine:>8.3f}{best:>9.3f}{mine / best:>8.3f}",
            flush=True,
        )
        held, written, learned = held + theirs, written + ours, learned + known
    mine_all, best_all = areas(held, written), areas(held, learned)
    print(f"\n{'all styles together':<20}{'written':>9}{'learned':>9}{'share':>8}")
    for name, a, b in zip(FEATURES, mine_all, best_all, strict=True):
        print(f"{name:<20}{a:>9.3f}{b:>9.3f}{a / b:>8.3f}")
    mine, best = float(mine_all.mean()), float(best_all.mean())
    print(f"{'mean':<20}{mine:>9.3f}{best:>9.3f}{mine / best:>8.3f}   (asked for: {BAR})")
    print(f"style by style, mean of the shares: {np.mean(shares):.3f}, lowest {min(shares):.3f}")
    return 0 if mine / best >= BAR else 1
