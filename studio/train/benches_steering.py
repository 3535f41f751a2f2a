"""``studio bench steering``: does what is asked for come out? Spearman's rank correlation of wishes and written pieces, by style."""

import argparse
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest, Wishes
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import Piece
from studio.engines.note_controls import NAMES, Sounding, lines_of, values
from studio.engines.note_features import features
from studio.engines.note_pointers import copies
from studio.music.document import Document
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models
from studio.train.benches_generation import written
from studio.train.symbolic import targets

WISHES = ("density", "register", "energy", "brightness", "repetition")
ASKED = (0.05, 0.25, 0.5, 0.75, 0.95)
BAR = 4 * TICKS_PER_QUARTER
_BARS = {"density": 0.8, "register": 0.8, "energy": 0.8, "brightness": 0.6}


def ranks(a: Sequence[float]) -> npt.NDArray[np.float64]:
    """Ranks of values, those of equal ones averaged."""
    found = np.asarray(a, float)
    return np.array([(found < v).sum() + ((found == v).sum() - 1) / 2 for v in found])


def spearman(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's rank correlation; NaN where one of them never changes."""
    x, y = ranks(a), ranks(b)
    if x.std() == 0 or y.std() == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def outcome(piece: Piece, name: str) -> float:
    """What a piece is like in one control, the mean over its bars (:func:`studio.engines.note_controls.values`), as it sounds."""
    if not len(piece):
        return float("nan")
    copied = copies(features(piece)[0], targets(piece)) if name == "repetition" else np.zeros(len(piece), bool)
    sound = Sounding(piece.time, piece.track, piece.pitch, piece.steps, piece.velocity, copied)
    found = values(sound, lines_of(piece.bars, 0, int(piece.time[-1])))[:, NAMES.index(name)]
    found = found - piece.moved if name == "register" else found
    return float(np.nanmean(found)) if not np.isnan(found).all() else float("nan")


def steering(argv: Sequence[str]) -> int:
    """Print the table; returns 0. Pieces are new ones with the style's own players; the key is drawn, unless it is wished."""
    parser = argparse.ArgumentParser(prog="studio bench steering")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--styles", default="")
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--each", type=int, default=4, help="pieces for each degree of a wish")
    parser.add_argument("--seed", type=int, default=0, help="of the first piece; a few pieces say little, other seeds say more")
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    styles = options.styles.split(",") if options.styles else list(writer.styles)
    print(f"{options.each} pieces of {options.bars} bars for each of {', '.join(map(str, ASKED))}; Spearman's correlation")
    print(f"{'style':<11}" + "".join(f"{n:>12}" for n in WISHES))
    table = []
    for style in styles:
        row = [correlation(writer, style, name, options.bars, options.each, options.seed) for name in WISHES]
        table.append(row)
        print(f"{style:<11}" + "".join(f"{v:>12.2f}" for v in row), flush=True)
    mean = np.nanmean(np.array(table), axis=0)
    print(f"{'mean':<11}" + "".join(f"{v:>12.2f}" for v in mean))
    for name, least in _BARS.items():
        column = [r[WISHES.index(name)] for r in table]
        print(f"{name}: at least {least} in {sum(v >= least for v in column)} of {sum(v == v for v in column)} styles")
    return 0


def correlation(writer: LstmWriter, style: str, name: str, bars: int, each: int, seed: int = 0) -> float:
    """Of one wish in one style; NaN where it says nothing (the register of drums)."""
    asked = [a for a in ASKED for _ in range(each)]
    requests = [
        GenerateRequest(Document(), 0, bars * BAR, style=style, seed=seed + k, wishes=Wishes(**{name: a}))
        for k, a in enumerate(asked)
    ]
    found = [outcome(p, name) for p in written(writer, requests)]
    some = [k for k, v in enumerate(found) if v == v]
    return spearman([asked[k] for k in some], [found[k] for k in some]) if len(some) > 2 else float("nan")
