"""``studio bench turning``: wishes turned up halfway through a piece, and how many of the pieces rise there.

Beside them stand the same pieces with the wish left where it was: of these, half rise by chance.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.engines.api import GenerateRequest, Turn, Wishes
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import STEPS, Piece
from studio.music.document import Document
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models
from studio.train.benches_generation import excerpt, written
from studio.train.benches_steering import outcome

BAR = 4 * TICKS_PER_QUARTER
WISHES = ("density", "register", "energy", "brightness")
LOW, HIGH = 0.15, 0.85


def rises(piece: Piece, name: str, bars: int) -> bool | None:
    """Whether a piece of ``bars`` has more of ``name`` in its second half than in its first; None where it says nothing."""
    half, end = bars * 2 * STEPS, bars * 4 * STEPS
    before, after = (outcome(excerpt(piece, *span), name) for span in ((0, half), (half, end)))
    return None if np.isnan(before) or np.isnan(after) else bool(after > before)


def share(writer: LstmWriter, style: str, name: str, bars: int, each: int, turned: bool) -> float:
    """Of pieces whose wish is low and, where ``turned``, high from halfway on, the share that rises; NaN where none says so."""
    asked = Wishes(**{name: LOW})
    turns = (Turn(bars // 2 * BAR, Wishes(**{name: HIGH})),) if turned else ()
    first = GenerateRequest(Document(), 0, bars * BAR, style=style, wishes=asked, turns=turns)
    pieces = written(writer, [replace(first, seed=k) for k in range(each)])
    found = [r for p in pieces if (r := rises(p, name, bars)) is not None]
    return float(np.mean(found)) if found else float("nan")


def turning(argv: Sequence[str]) -> int:
    """Print the table; returns 0. Pieces are new ones with the style's own players."""
    parser = argparse.ArgumentParser(prog="studio bench turning")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--styles", default="")
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--each", type=int, default=4, help="pieces for each style and wish")
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    styles = options.styles.split(",") if options.styles else list(writer.styles)
    print(f"{options.each} pieces of {options.bars} bars: share that rises halfway, turned from {LOW} to {HIGH} / left at {LOW}")
    print(f"{'style':<11}" + "".join(f"{n:>14}" for n in WISHES))
    table = []
    for style in styles:
        row = [[share(writer, style, n, options.bars, options.each, turned) for turned in (True, False)] for n in WISHES]
        table.append(row)
        print(f"{style:<11}" + "".join(f"{a:>8.2f} /{b:>4.2f}" for a, b in row), flush=True)
    mean = np.nanmean(np.array(table), axis=0)
    print(f"{'mean':<11}" + "".join(f"{a:>8.2f} /{b:>4.2f}" for a, b in mean))
    return 0
