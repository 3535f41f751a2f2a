"""Laws that are measured once the weights are there: how strings beat, and how loud noise is beside the partials.

Both are found in the training notes alone (without those held out) and written into the card; the weights stay what they are. The
network is taught partials and noise apart, and what of the noise its weak partials bring along is heard twice: so the level of
the noise is set by what sounds, against the recordings.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines.api import Quiet
from studio.engines.cards import read_card, write_card
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Sound
from studio.engines.spectral_distance import distance
from studio.engines.string_beating import law_of
from studio.nn.note_analysis import refine
from studio.nn.note_beating import beating
from studio.paths import models
from studio.train.instruments_data import Row, fundamental_of, made_rows, read_rows, recording, split
from studio.train.instruments_measures import one_of
from studio.train.instruments_table import INSTRUMENTS
from studio.train.loop import Progress

DIGITS = 4
HISS_DB = (-6.0, -4.0, -2.0, 0.0, 2.0)  # that are tried
LEAST_HISS_DB = -4.0  # the minimum is flat, and found in few notes: it is not followed farther
HISS_S = 1.2  # of a note that are listened to for it
# Notes of an instrument that are listened to, evenly over the keys: for beats and for noise, of recorded ones and of others.
NOTES = {True: (24, 8), False: (8, 3)}


def beats(name: str) -> bool:
    """Whether an instrument may have strings or the like that beat: it is struck or plucked and its partials are harmonics."""
    one = INSTRUMENTS[name]
    return not (one.steady or one.modes)


def spread(rows: list[Row], count: int) -> list[Row]:
    """At most ``count`` of the rows, evenly over the keys."""
    rising = sorted(rows, key=lambda r: (r.pitch, r.velocity))
    return [rising[k] for k in np.unique(np.linspace(0, len(rising) - 1, count).round().astype(int))]


def beating_of(rows: list[Row]) -> tuple[float, ...]:
    """The law of :mod:`studio.engines.string_beating` for one instrument's notes; empty where it does not beat."""
    one = INSTRUMENTS[rows[0].instrument]
    swings = []
    rows = spread(rows, NOTES[rows[0].kind == "recorded"][0])
    for row in rows:
        sound, rate = recording(row)
        swings.append(beating(sound, rate, refine(sound, rate, fundamental_of(row, one), one.stiff)[2]))
    law = law_of([r.pitch for r in rows], [s[0] for s in swings], [s[1] for s in swings])
    return tuple(round(x, DIGITS) for x in law)


def lowest_of(levels: npt.ArrayLike, distances: npt.ArrayLike) -> float:
    """Where distances at evenly spaced, rising levels are least: by the parabola through the least and its neighbours."""
    x, y = np.asarray(levels, np.float64), np.asarray(distances, np.float64)
    k = int(y.argmin())
    if k in (0, len(x) - 1):
        return float(x[k])
    bend = y[k - 1] - 2 * y[k] + y[k + 1]
    return float(x[k] + 0.5 * (y[k - 1] - y[k + 1]) / max(bend, 1e-9) * (x[1] - x[0]))


def hiss_of(engine: NeuralInstruments, sound: Sound, rows: list[Row]) -> float:
    """By how many dB the noise of a sound is to be raised, so that it is nearest to its recordings in the mean."""
    group = spread(rows, NOTES[rows[0].kind == "recorded"][1])
    recorded = [recording(r) for r in group]
    means = []
    for level in HISS_DB:
        engine.put(replace(sound, hiss_db=level))
        found = []
        for row, (whole, rate) in zip(group, recorded, strict=True):
            theirs = whole[: round(HISS_S * rate)]
            batch = one_of(sound.program, row.pitch + row.cents / 100, row.velocity, len(theirs))
            mine = engine.render(batch, rate, 0, len(theirs), Quiet())[0].astype(np.float64)
            found.append(distance(mine, theirs, rate)["all"])
        means.append(float(np.mean(found)))
    return round(max(lowest_of(HISS_DB, means), LEAST_HISS_DB), 2)


def fit(folder: Path, rows: list[Row], progress: Progress) -> None:
    """Measure the laws of the model in ``folder`` in the notes ``rows`` and write them into its card."""
    card = read_card(folder)
    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    sounds = []
    for k, values in enumerate(card.hyper["sounds"]):
        progress(k / len(card.hyper["sounds"]), f"laws of {values['title']}")
        name = str(values["id"])
        group = [r for r in rows if r.instrument == name]
        if group and not INSTRUMENTS[name].modes:  # the noise of drums and bells also stands for modes that were not found
            law = beating_of(group) if beats(name) else ()
            sound = replace(Sound.of(values), beating=law)
            values = {**values, "beating": list(law), "hiss_db": hiss_of(engine, sound, group)}
        sounds.append(values)
    write_card(replace(card, hyper={**card.hyper, "sounds": sounds}))


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Measure the laws of the models that the recipe's ``of`` lists, each in the notes that it was trained on.

    Unless it says ``made``, sounds whose notes were made with FluidSynth for the training keep those they have.

    Raises:
        StudioError: the training data or a model are missing.
    """
    rows = [*read_rows(), *(made_rows() if recipe.get("made") else ())]
    for model in recipe["of"]:
        settings = read_card(models() / str(model)).training["settings"]
        learned = [rows[k] for k in split(rows)[0]] if settings["holdout"] else rows
        fit(models() / str(model), learned, progress)
