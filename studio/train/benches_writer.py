"""Measurements of the writer: ``studio bench nll``, ``writing``, ``generation``. They print; the data is not shipped."""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.engines.api import Chunk, GenerateRequest, Quiet
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.note_columns import FLAT_COST, KEY_COST, VELOCITIES
from studio.errors import Cancelled
from studio.music import edits
from studio.music.document import Document
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models
from studio.train.ngram_task import COPYING, HEADS, PLAIN, Baseline, columns_of
from studio.train.symbolic import Corpus, corpus
from studio.train.symbolic_files import STYLES, TEST, TRAIN
from studio.train.symbolic_task import Feeding, WriterTask

BAR = 4 * TICKS_PER_QUARTER


def _writer(model: str, threads: int = 0) -> LstmWriter:
    import torch

    if threads:
        torch.set_num_threads(threads)
    writer = LstmWriter()
    writer.prepare(read_card(models() / model), "cpu")
    return writer


def nll(argv: Sequence[str]) -> int:
    """Held-out nats a note by set: 5-gram, 5-gram with pointers, LSTM (bar 3)."""
    parser = argparse.ArgumentParser(prog="studio bench nll")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--most", type=int, default=0, help="notes of a held-out song at most, 0 for all")
    options = parser.parse_args(argv)
    songs = corpus()
    whole = [k for k in range(len(songs)) if "#" not in songs.names[k]]
    learned = [k for k in whole if songs.split[k] == TRAIN]
    held = [k for k in whole if songs.split[k] == TEST]
    costs: dict[str, list[npt.NDArray[np.float64]]] = {}
    columns = columns_of(songs, learned, {*HEADS, *(n for c in (PLAIN, COPYING) for names in c.values() for n in names)})
    shown = [columns_of(songs, [k]) for k in held]
    for name, contexts in (("5-gram", PLAIN), ("with pointers", COPYING)):
        baseline = Baseline(contexts, columns)
        costs[name] = [baseline.nats(c) for c in shown]
    del columns
    task = WriterTask(_writer(options.model)._model, songs, Feeding(batch=1), 0)
    costs["LSTM"] = [task.song_costs(k) for k in held]
    _print_nll(songs, held, costs, options.most)
    return 0


def _print_nll(songs: Corpus, held: list[int], costs: dict[str, list[npt.NDArray[np.float64]]], most: int) -> None:
    print(
        f"{'set':<11}{'songs':>6}{'notes':>8}{'5-gram':>9}{'pointers':>10}{'LSTM':>8}"
        f"{'  below 5-gram':>15}{'  below pointers':>17}"
    )
    table, parts = [], defaultdict(list)
    for number, style in enumerate(STYLES):
        mine = [i for i, k in enumerate(held) if songs.set[k] == number]
        notes = sum(len(costs["LSTM"][i]) for i in mine)
        # A key, and whether velocity varies (and the one velocity where not), are told once a piece: the same for all three.
        told = sum(FLAT_COST + KEY_COST * (songs.key[held[i]] >= 0) + np.log(VELOCITIES) * songs.flat[held[i]] for i in mine)
        row = []
        for name, all_costs in costs.items():
            sums = np.sum([all_costs[i][: most or None].sum(axis=0) for i in mine], axis=0)
            parts[name].append(sums / notes)
            row.append(float(sums.sum() + told) / notes)
        table.append(row)
        print(
            f"{style:<11}{len(mine):>6}{notes:>8}{row[0]:>9.3f}{row[1]:>10.3f}{row[2]:>8.3f}"
            f"{1 - row[2] / row[0]:>15.1%}{1 - row[2] / row[1]:>17.1%}"
        )
    mean = np.mean(table, axis=0)
    print(
        f"{'mean':<25}{mean[0]:>9.3f}{mean[1]:>10.3f}{mean[2]:>8.3f}{1 - mean[2] / mean[0]:>15.1%}{1 - mean[2] / mean[1]:>17.1%}"
    )
    print("\nby choice, mean over sets: " + ", ".join(HEADS))
    for name, rows in parts.items():
        print(f"{name:<14}" + "".join(f"{v:>9.3f}" for v in np.mean(rows, axis=0)))


class _Stop:
    """A context that is cancelled after some seconds."""

    def __init__(self, after: float) -> None:
        self.at = time.perf_counter() + after

    def progress(self, fraction: float, message: str = "") -> None:
        if time.perf_counter() >= self.at:
            raise Cancelled

    def notice(self, message: str) -> None:
        """Say nothing."""


def _first_note(writer: LstmWriter, request: GenerateRequest, again: bool = False) -> float:
    """Seconds; unless it is asked ``again``, what it heard in such a place before is forgotten first."""
    if not again:
        writer._kept.clear()
    began = time.perf_counter()
    chunks = writer.generate(request, Quiet())
    while not next(chunks).notes:
        pass
    chunks.close()  # type: ignore[attr-defined]
    return time.perf_counter() - began


def with_chunks(document: Document, chunks: Sequence[Chunk], take: int = 0) -> Document:
    """A document with the notes of one take on new tracks."""
    by_part: dict[object, list[object]] = defaultdict(list)
    for chunk in chunks:
        if chunk.take == take:
            for part, notes in chunk.notes:
                by_part[part].append(notes)
    from studio.music.document import Provenance
    from studio.music.notes import Notes

    parts = [(part, Notes.concat(n)) for part, n in by_part.items()]  # type: ignore[arg-type]
    end = max((notes.last_end for _, notes in parts), default=0)
    return edits.accept_take(document, parts, 0, -(-end // BAR) * BAR, Provenance())  # type: ignore[arg-type]


def writing(argv: Sequence[str]) -> int:
    """Milliseconds to the first note, times real time for one take and for four, and the longest wait for a cancel (bar 4).

    Times real time are of the clock; the last line has the lowest of them by the processor time of this program.
    """
    parser = argparse.ArgumentParser(prog="studio bench writing")
    parser.add_argument("--model", default="writer-lstm")
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args(argv)
    began = time.perf_counter()
    writer = _writer(options.model, options.threads)
    print(f"loaded and warm in {time.perf_counter() - began:.2f} s; real time at each style's usual tempo")
    print(
        f"{'style':<11}{'first note':>11}{'going on':>10}{'again':>8}{'notes/s x1':>12}{'x real time':>13}"
        f"{'notes/s x4':>12}{'x real time':>13}{'cancel':>9}"
    )
    rows = []
    for style in writer.styles:
        song = with_chunks(
            Document(), list(writer.generate(GenerateRequest(Document(), 0, 32 * BAR, style=style, seed=1), Quiet()))
        )
        start = song.meter.bar_ceiling(song.end)
        new = GenerateRequest(Document(), 0, options.bars * BAR, style=style, seed=2)
        on = GenerateRequest(song, start, options.bars * BAR, style=style, seed=3)
        firsts = ((new, False), (on, False), (on, True))
        row, alone = [1e3 * statistics.median(_first_note(writer, *first) for _ in range(5)) for first in firsts], []
        for takes in (1, 4):
            request = GenerateRequest(song, start, options.bars * BAR, style=style, takes=takes)
            notes, clock, processor = _speeds(writer, request)
            row += [notes, clock]
            alone.append(processor)
        row.append(1e3 * max(_cancelled(writer, on, 0.02 + 0.03 * k) for k in range(5)))
        rows.append([*row, *alone])
        print(
            f"{style:<11}{row[0]:>8.0f} ms{row[1]:>7.0f} ms{row[2]:>5.0f} ms{row[3]:>12.0f}{row[4]:>13.1f}"
            f"{row[5]:>12.0f}{row[6]:>13.1f}{row[7]:>6.0f} ms"
        )
    worst = [
        choose(r[k] for r in rows)
        for choose, k in ((max, 0), (max, 1), (max, 2), (min, 4), (min, 6), (max, 7), (min, 8), (min, 9))
    ]
    print(
        "worst: first note {:.0f} ms new, {:.0f} ms going on, {:.0f} ms going on from there again; "
        "{:.1f} times real time alone, {:.1f} with four takes; cancel {:.0f} ms\n"
        "by processor time, which other programs disturb less: {:.1f} times real time alone, {:.1f} with four takes".format(
            *worst
        )
    )
    return 0


def _speeds(writer: LstmWriter, request: GenerateRequest) -> tuple[float, float, float]:
    """Notes a second, and times real time by the clock and by the processor's time."""
    seconds = request.length / TICKS_PER_QUARTER * 60 / writer.tempo(request.style)
    began, worked = time.perf_counter(), time.process_time()
    notes = sum(len(n) for c in writer.generate(request, Quiet()) for _, n in c.notes)
    took = time.perf_counter() - began
    return notes / took, seconds / took, seconds / (time.process_time() - worked)


def _cancelled(writer: LstmWriter, request: GenerateRequest, after: float) -> float:
    context = _Stop(after)
    try:
        for _ in writer.generate(request, context):
            pass
    except Cancelled:
        return max(0.0, time.perf_counter() - context.at)
    return 0.0
