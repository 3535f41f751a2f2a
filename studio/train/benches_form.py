"""``studio bench form``: pieces of about three minutes by a form, beside the plain writer's of the same length and held-out songs.

Songs do not tell their letters. Beside pieces' sections of other letters stand the stretches of a song that are far apart, its
choruses among them.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from time import process_time

import numpy as np

from studio.app.generating import Order, compose, request_of, with_take
from studio.app.limits_check import violations
from studio.app.shelf import Shelf
from studio.engines.api import Generator, Limits, Quiet
from studio.engines.lstm_writer_costs import piece_of
from studio.engines.note_columns import STEPS
from studio.music.document import Document
from studio.music.form import EXACT, Form
from studio.music.pitch import Key
from studio.music.tempo import TempoMap
from studio.music.time import TICKS_PER_QUARTER
from studio.train.benches_generation import judged
from studio.train.measures import bar_lines
from studio.train.shape import Bar, alike, bars_of, by_letters, far_apart, returns
from studio.train.symbolic_files import SETS, TEST

FORM = "intro4 A8 A8 B8 A'8 C8 B8 A8 B'8 A=8 outro4"
_SONGS = 10
_LIMITS = Limits(low=36, high=88, polyphony=6)


class _Figures:
    """What is counted over the pieces."""

    def __init__(self) -> None:
        self.same: list[float] = []
        self.different: list[float] = []
        self.best: list[float] = []
        self.usual: list[float] = []

    def add(self, bars: Sequence[Bar], form: Form) -> None:
        """Count a piece."""
        same, different = by_letters(bars, form)
        self.same += same
        self.different += different
        self.add_returns(bars)

    def add_song(self, bars: Sequence[Bar]) -> None:
        """Count a held-out song."""
        far = far_apart(bars)
        self.different += [float(np.mean(far))] if far else []
        self.add_returns(bars)

    def add_returns(self, bars: Sequence[Bar]) -> None:
        """Count how much of a piece comes again, whatever its sections."""
        best, usual = returns(bars)
        if best == best:
            self.best.append(best)
            self.usual.append(usual)

    def row(self, name: str) -> str:
        """A line of the table."""
        values = [np.mean(v) if v else np.nan for v in (self.same, self.different, self.best, self.usual)]
        return f"{name:<10}" + "".join(f"{v:>14.2f}" for v in values)


def _song_bars(number: int) -> list[list[Bar]]:
    """The bars of held-out songs of a set."""
    made = []
    for model in judged(number, TEST, _SONGS)[:_SONGS]:
        piece = model.piece
        lines = bar_lines(piece, piece.bars.at(int(piece.time[0]))[0], int(piece.time[-1]) + 1)
        made.append(bars_of(piece, lines[0], lines[-1]))
    return made


class _Bench:
    """The measurement of one form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.shelf = Shelf("cpu")
        self.generator: Generator = self.shelf.generator()
        self.broken: Counter[str] = Counter()
        self.notes = self.varied = self.unvaried = self.kept = self.exact = 0
        self.seconds: list[float] = []
        self.processor: list[float] = []

    def piece(self, style: str, seed: int, form: str) -> list[Bar]:
        """Write a piece, with or without a form, in a key that is locked; returns its bars."""
        key = Key(seed * 5 % 12, ("major", "minor")[seed % 2])
        order = Order("new", style, self.form.bars, key, seed=seed, limits=_LIMITS, form=form)
        document = Document(tempo=TempoMap.constant(self.generator.tempo(style)))
        began = process_time()
        take = compose(order, document, self.generator, Quiet(), helpers=self.shelf)
        if form:
            self.processor.append(process_time() - began)
            request = request_of(order, document)
            self.broken += violations(take.take.parts, request)
            self.notes += take.take.note_count
        song = with_take(document, take)
        self.seconds.append(float(song.tempo.seconds(take.end)))
        bars = bars_of(piece_of(song), 0, take.end * STEPS // TICKS_PER_QUARTER)
        if form:
            self._count_repeats(bars)
        return bars

    def _count_repeats(self, bars: Sequence[Bar]) -> None:
        lines = self.form.starts()
        for k, first in enumerate(self.form.firsts):
            if first < k:
                one, two = (bars[lines[i] : lines[i + 1]] for i in (first, k))
                identical = alike(one, two) == 1.0
                if self.form.sections[k].vary == EXACT:
                    self.exact += 1
                    self.kept += identical
                else:
                    self.varied += 1
                    self.unvaried += identical


def run(argv: Sequence[str]) -> int:
    """Print the tables; returns 0."""
    parser = argparse.ArgumentParser(prog="studio bench form")
    parser.add_argument("--styles", default="pop,folk,chorale,game,film,jazz")
    parser.add_argument("--each", type=int, default=2, help="pieces a style")
    parser.add_argument("--form", default=FORM)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    bench = _Bench(Form.parse(options.form))
    print(f"{options.form}: {bench.form.bars} bars")
    print(f"{'':<20}" + "".join(f"{n:>14}" for n in ("same letter", "other/far", "best earlier", "any earlier")))
    total = {"form": _Figures(), "plain": _Figures(), "songs": _Figures()}
    for style in options.styles.split(","):
        own = {"form": _Figures(), "plain": _Figures(), "songs": _Figures()}
        for seed in range(options.seed, options.seed + options.each):
            with_form, plain = bench.piece(style, seed, options.form), bench.piece(style, seed, "")
            for figures in (own, total):
                figures["form"].add(with_form, bench.form)
                figures["plain"].add(plain, bench.form)
        for bars in _song_bars([s.style for s in SETS].index(style)):
            own["songs"].add_song(bars)
            total["songs"].add_song(bars)
        for name, figures_ in own.items():
            print(f"{style if name == 'form' else '':<10}" + figures_.row(name), flush=True)
    for name, figures_ in total.items():
        print(f"{'all' if name == 'form' else '':<10}" + figures_.row(name))
    print(
        f"repeats to be varied that are identical: {bench.unvaried} of {bench.varied}; exact ones: {bench.kept} of {bench.exact}"
    )
    print(f"{bench.notes:,} notes with key, range and polyphony locked: {bench.broken.total()} violations {dict(bench.broken)}")
    print(
        f"seconds of music {np.mean(bench.seconds):.0f} in the mean; written in {np.mean(bench.processor):.1f} s of processor time,"
        f" at most {max(bench.processor):.1f}"
    )
    return 0
