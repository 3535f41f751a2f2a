"""``studio bench mixture``: music between two styles, and whether it moves from one to the other with the second one's share.

Measured are figures of the notes, and which of the two styles the network hears in them: how many nats a note are saved by
being told the second and not the first (dynamics apart). A figure counts where pieces of the two styles alone differ in it
by more than twice the standard error.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.engines.api import GenerateRequest, Quiet
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_costs import costs_of
from studio.engines.note_columns import DRUMS, STEPS, Piece
from studio.music.document import Document
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models
from studio.train.benches_generation import written
from studio.train.benches_steering import spearman
from studio.train.measures import figures

BAR = 4 * TICKS_PER_QUARTER
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
PAIRS = "pop+folk,pop+jazz,chorale+jazz,folk+romantic,piano+game,hymn+leadsheet,quartet+film,drums+jazz"
FIGURES = ("notes a bar", "polyphony", "pitch-class entropy", "groove consistency", "note length", "style heard")
Floats = npt.NDArray[np.float64]


def measured(writer: LstmWriter, piece: Piece, bars: int, pair: tuple[str, str]) -> list[float]:
    """The figures of a piece, in the order of :data:`FIGURES`; NaN where they say nothing."""
    found = figures(piece, 0, bars * 4 * STEPS)
    pitched = piece.track != DRUMS
    length = float(np.log2(piece.steps[pitched] / STEPS).mean()) if pitched.any() else float("nan")
    first, second = (costs_of(writer._model, piece, Quiet(), style).nats[:, :4].sum(axis=1).mean() for style in pair)
    return [*(found[n] for n in FIGURES[:4]), length, float(first - second)]


def outcomes(writer: LstmWriter, pair: tuple[str, str], bars: int, each: int) -> Floats:
    """Figures of ``each`` new pieces for every share of the second style, [shares, each, figures]."""
    requests = [
        GenerateRequest(Document(), 0, bars * BAR, style=pair[0], second_style=pair[1], second_share=share, seed=k)
        for share in SHARES
        for k in range(each)
    ]
    rows = [measured(writer, piece, bars, pair) for piece in written(writer, requests)]
    return np.array(rows).reshape(len(SHARES), each, len(FIGURES))


def moves(found: Floats) -> tuple[float, bool] | None:
    """How a figure [shares, each] moves, NaN where a piece has none; None where the ends do not differ.

    Its rank correlation with the share, counted towards the second style, and whether its mean halfway lies between the ends'.
    """
    some = ~np.isnan(found)
    if not some.any(axis=1).all() or not some[[0, -1]].all():
        return None
    means, error = np.nanmean(found, axis=1), np.sqrt((found[[0, -1]].var(axis=1, ddof=1) / found.shape[1]).sum())
    if abs(means[-1] - means[0]) <= 2 * error:
        return None
    shares = np.repeat(SHARES, found.shape[1]).reshape(found.shape)
    correlation = spearman(shares[some].tolist(), found[some].tolist())
    low, high = sorted((means[0], means[-1]))
    return correlation * float(np.sign(means[-1] - means[0])), bool(low <= means[len(SHARES) // 2] <= high)


def speed(writer: LstmWriter, pair: tuple[str, str], bars: int, takes: int) -> float:
    """Times real time, by the processor's time, of takes halfway between two styles."""
    request = GenerateRequest(Document(), 0, bars * BAR, style=pair[0], second_style=pair[1], second_share=0.5, takes=takes)
    began = time.process_time()
    for _ in writer.generate(request, Quiet()):
        pass
    took = time.process_time() - began
    return bars * 4 * 60 / float(np.mean([writer.tempo(s) for s in pair])) / took


def mixture(argv: Sequence[str]) -> int:
    """Print the table; returns 0. Pieces are new ones with the mixture's own players; the key is drawn."""
    parser = argparse.ArgumentParser(prog="studio bench mixture")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--each", type=int, default=6, help="pieces for each share")
    options = parser.parse_args(argv)
    writer = LstmWriter()
    writer.prepare(read_card(models() / options.model), "cpu")
    print(f"{options.each} pieces of {options.bars} bars for each share of the second style; means, Spearman's correlation")
    all_moves, speeds = [], []
    for name in options.pairs.split(","):
        first, second = name.split("+")
        found = outcomes(writer, (first, second), options.bars, options.each)
        speeds.append([speed(writer, (first, second), options.bars, takes) for takes in (1, 4)])
        print(f"{first} and {second}: {speeds[-1][0]:.1f} times real time alone, {speeds[-1][1]:.1f} with four takes")
        for k, figure in enumerate(FIGURES):
            moved = moves(found[:, :, k])
            all_moves += [(figure, *moved)] if moved else []
            said = f"{moved[0]:.2f}{'' if moved[1] else '  halfway not between'}" if moved else "the two do not differ"
            print(
                f"  {figure:<20}"
                + "".join(f"{v[v == v].mean() if (v == v).any() else np.nan:>9.2f}" for v in found[:, :, k])
                + "   "
                + said,
                flush=True,
            )
    for figure in FIGURES:
        mine = [(c, between) for f, c, between in all_moves if f == figure]
        if mine:
            least, mean = min(c for c, _ in mine), float(np.mean([c for c, _ in mine]))
            print(f"{figure}: mean {mean:.2f}, least {least:.2f}; halfway between in {sum(b for _, b in mine)} of {len(mine)}")
    print("least times real time: {:.1f} alone, {:.1f} with four takes".format(*np.min(speeds, axis=0)))
    return 0
