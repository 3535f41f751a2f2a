"""``studio bench arranger``: what holes cost the arranger and what it hears; :mod:`studio.train.benches_accompaniment` goes on.

The LSTM beside it is the shipped writer, which hears the part's own past alone: as much of it as the copy of the writer within
the arranger does, so that what is gained comes from the context.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.engines.api import Quiet
from studio.engines.arranger import ArrangerEngine
from studio.engines.arranger_voice import REMEMBERED
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_costs import costs_of
from studio.engines.note_columns import Piece
from studio.paths import models
from studio.train.arranger_examples import Example, batch_of, kept
from studio.train.arranger_task import ArrangerTask, Feeding
from studio.train.benches_accompaniment import accompanying, same_on_two_threads
from studio.train.songs import songs
from studio.train.symbolic_files import STYLES, TEST

_PAST = REMEMBERED
Floats = npt.NDArray[np.float64]


def without_context(example: Example) -> Example:
    """The hole with only what the part itself played before it."""
    hole = example.hole
    return Example(kept(hole, hole.own & (hole.time < hole.start)), example.notes)


def writer_costs(writer: LstmWriter, piece: Piece, example: Example) -> float:
    """Nats that the notes of a hole cost the LSTM writer, which hears what the part played before: all but who plays."""
    hole = example.hole
    own = np.flatnonzero((piece.track == hole.target) & (piece.time < hole.end))
    own = own[max(0, len(own) - len(example.notes) - _PAST) :]
    columns = {n: getattr(piece, n)[own] for n in ("time", "track", "pitch", "steps", "duration", "velocity")}
    alone = replace(piece, **columns)
    nats = costs_of(writer._model, alone, Quiet(), STYLES[hole.style] if hole.style < len(STYLES) else "").nats
    inside = alone.time >= hole.start
    return float(np.delete(nats[inside], 1, axis=1).sum())


def holes(task: ArrangerTask, writer: LstmWriter | None, songs_a_set: int, a_song: int) -> None:
    """Nats a note of held-out holes by style: the LSTM writer and the arranger on what the part played before, and with all."""
    print(
        f"{'set':<11}{'holes':>6}{'notes':>7}{'LSTM':>9}{'part alone':>12}{'with context':>14}{'below LSTM':>12}{'below alone':>13}"
    )
    table = []
    for number, examples in task.some(TEST, songs_a_set, a_song).items():
        notes = sum(len(e.notes) for e in examples)
        full = sum(float(c.sum()) for c in task.costs(task.prepared(examples))) / notes
        alone = sum(float(c.sum()) for c in task.costs(task.prepared([without_context(e) for e in examples]))) / notes
        plain = sum(writer_costs(writer, task.holes.piece(e.song), e) for e in examples) / notes if writer else float("nan")
        table.append((plain, alone, full))
        print(f"{STYLES[number]:<11}{len(examples):>6}{notes:>7}{_costs_row(plain, alone, full)}")
    print(f"{'mean':<24}{_costs_row(*np.mean(table, axis=0).tolist())}")


def _costs_row(plain: float, alone: float, full: float) -> str:
    return f"{plain:>9.3f}{alone:>12.3f}{full:>14.3f}{1 - full / plain:>12.1%}{1 - full / alone:>13.1%}"


def attention(task: ArrangerTask, songs_a_set: int) -> None:
    """How far the attention is from listening to all alike."""
    import torch

    entropy, top, here, even_here = [], [], [], []
    for examples in task.some(TEST, songs_a_set).values():
        *shown, _ = batch_of(task.prepared(examples))
        with torch.no_grad():
            _, weights = task.model.losses(*shown)
        start, end, there = shown[4], shown[5], shown[6]
        for k, example in enumerate(examples):
            n = int(there[k].sum())
            if n < 16:
                continue
            w = weights[k, : len(example.notes), :n].double().numpy()
            at = example.notes[:, :1]
            entropy.append(float((-(w * np.log(w + 1e-12)).sum(axis=1) / np.log(n)).mean()))
            top.append(float(np.sort(w, axis=1)[:, -max(1, n // 20) :].sum(axis=1).mean()))
            sounding = (start[k, :n].numpy() <= at) & (end[k, :n].numpy() > at)
            here.append(float((w * sounding).sum(axis=1).mean()))
            even_here.append(float(sounding.mean()))
    print(
        f"attention over {len(entropy)} holes: entropy {np.mean(entropy):.2f} of a uniform one's; the loudest 5 % of the notes get "
        f"{np.mean(top):.0%} of the weight (uniform: 5 %); notes sounding here {np.mean(here):.0%} (uniform: {np.mean(even_here):.0%})"
    )


def run(argv: Sequence[str]) -> int:
    """Measure the arranger (issue 4, bars 4, 7 and 8)."""
    parser = argparse.ArgumentParser(prog="studio bench arranger")
    parser.add_argument("--model", default="arranger")
    parser.add_argument("--writer", default="writer-lstm", help="the LSTM beside it; empty leaves it out")
    parser.add_argument("--songs", type=int, default=12, help="held-out songs a set")
    parser.add_argument("--holes", type=int, default=3, help="holes a song")
    options = parser.parse_args(argv)
    engine = ArrangerEngine()
    engine.prepare(read_card(models() / options.model), "cpu")
    writer = None
    if options.writer:
        writer = LstmWriter()
        writer.prepare(read_card(models() / options.writer), "cpu")
    read = songs()
    task = ArrangerTask(engine._model, read, Feeding(), 0)
    holes(task, writer, options.songs, options.holes)
    attention(task, options.songs)
    accompanying(engine, task.holes, options.songs)
    same_on_two_threads(engine, read)
    return 0
