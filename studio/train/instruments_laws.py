"""Laws measured once the weights are there: how strings beat, how loud noise is beside the partials, and what vibrato players have.

Both are found in the training notes alone (without those held out) and written into the card; the weights stay what they are. The
network is taught partials and noise apart, and what of the noise its weak partials bring along is heard twice: so the level of
the noise is set by what sounds, against the recordings. Vibrato is taken out of the notes before they are taught: what it was goes
to the performer.
"""

from collections.abc import Sequence
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
from studio.nn.note_vibrato import Vibrato, vibrato
from studio.paths import models
from studio.train.instruments_data import Row, fundamental_of, made_rows, read_rows, recording, split
from studio.train.instruments_measures import one_of
from studio.train.instruments_table import INSTRUMENTS, MADE
from studio.train.loop import Progress

DIGITS = 4
# That are tried, of recorded instruments and of others, and how far the minimum is followed: of recordings it is flat, and found in
# few notes. Of FluidR3's sounds it is plain, and low where voices are detuned: their beats were taken for noise.
HISS_DB = {True: (-6.0, -4.0, -2.0, 0.0, 2.0), False: (-12.0, -9.0, -6.0, -3.0, 0.0, 3.0)}
LEAST_HISS_DB = {True: -4.0, False: -9.0}
# How much of it is taken: notes that were not learned are foretold less well, and noise beside them is best a little louder. On unseen
# keys of 92 made sounds 0.6 was as near in the mean as all of it (2.2 and 2.4 % nearer than none), and did half the harm where it did.
HISS_SHARE = {True: 1.0, False: 0.6}
HISS_S = 1.2  # of a note that are listened to for it
# Notes of an instrument that are listened to, evenly over the keys: for beats and for noise, of recorded ones and of others.
NOTES = {True: (24, 8), False: (8, 5)}
LAWS = ("beating", "noise", "vibrato")
VIBRATO_S = 4.0  # of a note that are listened to for it
FIRST_EFFECT = 119  # General MIDI's sound effects, and the reverse cymbal before them
LEAST_CENTS = 2.5  # of vibrato; what wavers less is steady playing


def beats(name: str) -> bool:
    """Whether an instrument may have strings or the like that beat: it is struck or plucked and its partials are harmonics."""
    one = INSTRUMENTS[name]
    return not (one.steady or one.modes or one.program >= FIRST_EFFECT)


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


def vibrato_in(rows: list[Row]) -> list[Vibrato | None]:
    """The vibrato of each note of one instrument; None for those that are too short."""
    one = INSTRUMENTS[rows[0].instrument]
    found = []
    for row in rows:
        sound, rate = recording(row)
        sound = sound[: round(VIBRATO_S * rate)]
        found.append(vibrato(sound, rate, refine(sound, rate, fundamental_of(row, one), one.stiff)[2]))
    return found


def vibrato_of(rows: list[Row]) -> tuple[float, ...]:
    """Cents, rate and start in the median of the notes that have vibrato; empty where fewer than half have it, or hardly any."""
    long = [v for v in vibrato_in(rows) if v is not None]
    wavering = np.array([v for v in long if v.cents]).reshape(-1, 3)
    if len(wavering) < max(4, len(long) / 2) or np.median(wavering[:, 0]) < LEAST_CENTS:
        return ()
    return tuple(round(float(x), 2) for x in np.median(wavering, 0))


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
    real = rows[0].kind == "recorded"
    group = spread(rows, NOTES[real][1])
    recorded = [recording(r) for r in group]
    means = []
    for level in HISS_DB[real]:
        engine.put(replace(sound, hiss_db=level))
        found = []
        for row, (whole, rate) in zip(group, recorded, strict=True):
            theirs = whole[: round(HISS_S * rate)]
            batch = one_of(sound.program, row.pitch + row.cents / 100, row.velocity, len(theirs))
            mine = engine.render(batch, rate, 0, len(theirs), Quiet())[0].astype(np.float64)
            found.append(distance(mine, theirs, rate)["all"])
        means.append(float(np.mean(found)))
    return round(max(lowest_of(HISS_DB[real], means), LEAST_HISS_DB[real]) * HISS_SHARE[real], 2)


def fit(folder: Path, rows: list[Row], progress: Progress, wanted: Sequence[str] = LAWS) -> None:
    """Measure the ``wanted`` laws of the model in ``folder`` in the notes ``rows`` and write them into its card."""
    card = read_card(folder)
    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    sounds = []
    for k, values in enumerate(card.hyper["sounds"]):
        progress(k / len(card.hyper["sounds"]), f"laws of {values['title']}")
        group = [r for r in rows if r.instrument == str(values["id"])]
        sounds.append({**values, **_laws_of(engine, Sound.of(values), group, wanted)} if group else values)
    write_card(replace(card, hyper={**card.hyper, "sounds": sounds}))


def _laws_of(engine: NeuralInstruments, sound: Sound, group: list[Row], wanted: Sequence[str]) -> dict[str, Any]:
    """The entries of a card for the ``wanted`` laws of a sound, as its notes ``group`` have them."""
    one = INSTRUMENTS[sound.id]
    found: dict[str, Any] = {}
    if one.modes:  # the noise of drums and bells also stands for modes that were not found
        return found
    if "beating" in wanted:
        found["beating"] = list(beating_of(group)) if beats(sound.id) else []
    if "noise" in wanted:
        found["hiss_db"] = hiss_of(engine, replace(sound, beating=tuple(found.get("beating", sound.beating))), group)
    if "vibrato" in wanted:
        found["vibrato"] = list(vibrato_of(group)) if one.steady else []
    return found


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Measure the ``laws`` (all, unless the recipe says which) of the models that it lists as ``of``, in the notes they learned.

    Unless it says ``made``, sounds whose notes were made with FluidSynth for the training keep those they have.

    Raises:
        StudioError: the training data or a model are missing.
    """
    laws = tuple(recipe.get("laws", LAWS))
    held = tuple(i for i in MADE if i.steady or laws != ("vibrato",))
    rows = [*read_rows(), *(made_rows(held) if recipe.get("made") else ())]
    for model in recipe["of"]:
        settings = read_card(models() / str(model)).training["settings"]
        learned = [rows[k] for k in split(rows)[0]] if settings["holdout"] else rows
        fit(models() / str(model), learned, progress, laws)
