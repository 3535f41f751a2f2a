"""The writer's manners, fitted: five numbers a style, so that what it writes at its defaults is like the songs it learned from.

Training and validation songs are the pattern, never those held out. Each turn writes pieces with their players and metres, of
other seeds, and measures both by :mod:`studio.train.measures`. How the figures answer to the numbers is at first a rough guess;
a ridge regression (A. Hoerl and R. Kennard 1970) over all turns mends it, so that chance weighs less with each of them. The
plans that new pieces follow are drawn anew before.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load

from studio.engines.cards import Card, check_weights, read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_styles import Manner
from studio.engines.note_columns import VERSION
from studio.errors import StudioError
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models
from studio.train.benches_generation import BARS, Model, judged, mean_figures, pieces, requests_like, spread, windows
from studio.train.export import export
from studio.train.loop import Progress
from studio.train.measures import NAMES
from studio.train.symbolic import corpus
from studio.train.symbolic_files import SETS, TRAIN, VALID
from studio.train.symbolic_plans import plans_of

Doubles = npt.NDArray[np.float64]
_UNITS = np.array([0.05, 0.03, 1.0, 1.0, 2.0])
"""A step of each number of a manner that the slopes are told for."""
_GUESS = np.array(
    [
        [0.0, -0.07, 0.0, 0.0, 0.0],
        [0.0, 0.1, 0.0, 0.0, 0.0],
        [-0.25, 0.0, -0.1, 0.0, 0.1],
        [0.0, 0.0, 1.5, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.2, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [-0.1, -0.2, 0.0, 0.0, 0.8],
    ]
)
"""How the figures (rows, in tenths of the songs') are thought to answer to a step of each number."""
_FARTHEST, _STRIDE = 3.0, 1.5
"""Units that a number may move from where it began, and in one turn."""
_RIDGE = 0.15
_PLANNED = [NAMES.index(n) for n in ("notes a bar", "polyphony")]
_DRAWS = 4


@dataclass(frozen=True)
class Fit:
    """``plans`` a style are kept; up to ``songs`` training songs are the pattern; ``pieces`` are written in each of ``turns``."""

    plans: int = 128
    songs: int = 150
    pieces: int = 32
    turns: int = 4
    seed: int = 1000


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Fit the shipped model that the recipe names, and export it with what was found.

    Raises:
        StudioError: it is no such model.
    """
    card = read_card(models() / recipe["model"])
    if card.engine != "lstm-writer" or card.hyper.get("version") != VERSION or not card.hyper.get("plans"):
        raise StudioError(f"'{card.title}' can have no manners.", "Name a model of the LSTM writer that knows wishes.")
    settings, begun = Fit(**recipe["fit"]), time.process_time()
    progress(0.0, "reading the songs")
    values = {**load(check_weights(card))}
    values |= {name: torch.from_numpy(v) for name, v in plans_of(corpus(), settings.plans).buffers.items()}
    hyper = {**card.hyper, "plans": settings.plans}
    writer = LstmWriter()
    writer.prepare(export(values, replace(card, hyper=hyper), folder), "cpu")
    told: dict[str, Any] = {}
    for number, style in enumerate(s.style for s in SETS):
        progress(number / len(SETS), f"writing {style}")
        found = judged(number, TRAIN, settings.songs // 2) + judged(number, VALID, 0)
        if found:
            writer.manners[style], told[style] = fitted(writer, style, found, settings)
    hyper["manners"] = {style: asdict(m) for style, m in writer.manners.items()}
    minutes = round((time.process_time() - begun) / 60)
    _keep(card, values, hyper, recipe["name"], {"columns": list(NAMES), **told, "minutes of a core": minutes})


def _keep(card: Card, values: dict[str, torch.Tensor], hyper: dict[str, Any], recipe: str, told: dict[str, Any]) -> None:
    training = {**card.training, f"manners (recipe {recipe})": told}
    export(values, replace(card, hyper=hyper, training=training), card.folder)


def fitted(writer: LstmWriter, style: str, found: Sequence[Model], settings: Fit) -> tuple[Manner, dict[str, Any]]:
    """The manner in which ``writer`` writes most like the songs ``found``, and their figures beside those of its pieces."""
    songs = _row([(m.piece, *windows(m.piece)[0]) for m in found])
    asked = spread(found, settings.pieces)
    usual = planned(writer, style, [m for m in found for _ in range(_DRAWS)], settings.seed)
    start, course = np.array(astuple(Manner())), Course()
    for turn in range(settings.turns):
        writer.manners[style] = _manner(start + _UNITS * course.next)
        seed = settings.seed + turn * settings.pieces
        made = _row(pieces(writer, style, asked, BARS, seed))
        made[_PLANNED] *= usual / planned(writer, style, asked, seed)
        course.push(apart(made, songs))
    told = {"from": len(found), "songs": _plain(songs), "last written": _plain(made)}
    return _manner(start + _UNITS * course.next), told


def planned(writer: LstmWriter, style: str, asked: Sequence[Model], seed: int) -> Doubles:
    """Means of the notes a bar and of the polyphony that new pieces would follow songs in, [2]: 1 where they follow none.

    A few pieces follow songs that are denser or thinner than others, by chance, and so are the pieces: that is no fault of the
    writer's, so figures are told as they would be if songs of all kinds were followed (a control variate).
    """
    rows = []
    kept, writer.manners = writer.manners, {}
    for request in requests_like(style, asked, BARS, seed):
        course, beats = writer.course(request), request.length / BARS / TICKS_PER_QUARTER
        goals = [course.goal(line) for line in course.lines[:BARS]]
        rows += [(beats * (g.density or np.nan), g.polyphony or np.nan) for g in goals]
    writer.manners, values = kept, np.array(rows)
    known = ~np.isnan(values)
    return np.where(known.any(axis=0), np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), 1.0)


def _manner(values: Doubles) -> Manner:
    return Manner(*np.round(values, 3).tolist())


class Course:
    """Where to look for the numbers of a manner, in units from where they began: :attr:`next`."""

    def __init__(self) -> None:
        self.next = np.zeros(len(_UNITS))
        self._tried: list[Doubles] = []
        self._errors: list[Doubles] = []

    def push(self, errors: Doubles) -> None:
        """At :attr:`next`, figures were found to be off by ``errors``, in tenths."""
        self._tried.append(self.next)
        self._errors.append(errors)
        begun, slopes = answers(np.array(self._tried), np.array(self._errors))
        normal = slopes.T @ slopes + _RIDGE * np.eye(len(_UNITS))
        wanted = np.clip(-np.linalg.solve(normal, slopes.T @ begun), -_FARTHEST, _FARTHEST)
        self.next = np.clip(wanted, self.next - _STRIDE, self.next + _STRIDE)


def _row(made: Any) -> Doubles:
    return np.array([mean_figures(made)[n] for n in NAMES])


def _plain(row: Doubles) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 3) for v in row]


def apart(made: Doubles, songs: Doubles) -> Doubles:
    """How far figures lie from the songs', in tenths; of shares below 0.3 the difference counts; 0 where there is none."""
    return np.nan_to_num(10 * (made - songs) / np.where(songs > 0.3, songs, 1.0))


def answers(tried: Doubles, errors: Doubles) -> tuple[Doubles, Doubles]:
    """Errors [figures] where all began and their slopes [figures, numbers], from turns ``tried`` [n, numbers] and their ``errors``.

    A linear regression whose slopes are drawn to :data:`_GUESS` as strongly as by a turn that moved a unit.
    """
    rows = np.concatenate([np.ones((len(tried), 1)), tried], axis=1)
    prior = np.diag([0.0, *np.ones(tried.shape[1])])
    guess = np.concatenate([np.zeros((len(_GUESS), 1)), _GUESS], axis=1)
    found = np.linalg.solve(rows.T @ rows + prior, rows.T @ errors + prior @ guess.T)
    return found[0], found[1:].T
