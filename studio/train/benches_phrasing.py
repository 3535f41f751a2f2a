"""``studio bench phrasing``: the vibrato that the performer proposes, found again in the sound, beside that of unseen recordings.

For every held sound of the training data: the notes that were held out are listened to, and a line of held and short notes of the
same keys is phrased by the law that was measured in the other notes, rendered, and listened to in the same way.

Players differ from note to note, and few notes are held out: so beside each sound stands in how many of a hundred other draws of as
many of its recordings the medians of the drawn and of the rest would have been as near. No law can be expected to do better.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.app.phrasing import law_of, phrased
from studio.app.sounding import sounding_of
from studio.engines.api import Quiet
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import fundamental
from studio.music import edits
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER
from studio.nn.note_vibrato import PARTIALS, Vibrato, vibrato
from studio.paths import models
from studio.train.benches_instruments import RATE, prepared
from studio.train.instruments_data import Row, read_rows, split
from studio.train.instruments_laws import LEAST_CENTS, vibrato_in
from studio.train.instruments_table import INSTRUMENTS

HELD, SHORT = 8 * TICKS_PER_QUARTER, TICKS_PER_QUARTER // 2  # 4 s and 0.25 s
MOST_CENTS, MOST_HZ, MOST_S = 0.35, 0.5, 0.35  # of what unseen recordings have, in their median, to either side
DRAWS = 100


def played(engine: NeuralInstruments, program: int, pitches: list[int], seed: int = 1) -> tuple[list[Vibrato | None], int]:
    """(what is heard of each held note, how many of the short ones are shaped) in a phrased line of a held and a short note a pitch."""
    n = len(pitches)
    start = np.arange(n) * (HELD + 2 * SHORT)
    document = edits.add_track(Document(), Track(0, program=program))
    notes = Notes.of(np.append(start, start + HELD), np.repeat([HELD, SHORT], n), np.tile(pitches, 2))
    document = edits.add_notes(document, 1, notes)
    line = phrased(document, 1, document.tracks[0].notes.id, law_of(engine.card), seed).tracks[0]
    batch = sounding_of(line, document.tempo, RATE).batch
    heard, shaped = [], 0
    for k in range(len(batch)):
        one = batch.select(np.array([k]))
        if k % 2:
            shaped += any(not how.plain for how in one.expression)
        else:
            sound = engine.render(one, RATE, 0, int(one.held[0]), Quiet())[0].astype(np.float64)
            octave = INSTRUMENTS[engine.sound_of(program, pitches[0])].octave
            low = fundamental(int(one.pitch[0]), octave)
            heard.append(vibrato(sound, RATE, low * np.arange(1.0, PARTIALS + 1)))
    return heard, shaped


def middle(found: list[Vibrato | None]) -> tuple[int, int, list[float]]:
    """How many of the long notes waver, how many are long, and the medians of those that waver (empty: none)."""
    long = [v for v in found if v is not None]
    wavering: npt.NDArray[np.float64] = np.array([v for v in long if v.cents]).reshape(-1, 3)
    return len(wavering), len(long), np.median(wavering, 0).round(2).tolist() if len(wavering) else []


def alike(proposed: list[float], recorded: list[float]) -> bool:
    """Whether cents, rate and start are as near to those recorded as is asked for; where either has none they are not."""
    if not (proposed and recorded):
        return False
    apart = np.abs(np.array(proposed) - np.array(recorded))
    return bool((apart <= (MOST_CENTS * recorded[0], MOST_HZ, MOST_S)).all())


def drawn_anew(found: list[Vibrato | None], count: int) -> float:
    """In what share of draws of ``count`` of the recordings the median of the rest is :func:`alike`."""
    rng = np.random.default_rng(1)
    orders = [rng.permutation(len(found)) for _ in range(DRAWS)]
    halves = [(middle([found[k] for k in o[count:]])[2], middle([found[k] for k in o[:count]])[2]) for o in orders]
    return sum(alike(rest, drawn) for rest, drawn in halves) / DRAWS


def line_of(engine: NeuralInstruments, name: str, unseen: list[Row], seen: list[Row]) -> dict[str, Any]:
    """What is known of a sound: unseen recordings, what was proposed, what is heard of it, and how alike recordings are."""
    pitches = sorted({r.pitch for r in unseen})
    heard, shaped = played(engine, INSTRUMENTS[name].program, pitches)
    found = vibrato_in(unseen)
    recorded, sounding = middle(found), middle(heard)
    law = engine.rows()[name][0].vibrato
    if law:
        near = alike(sounding[2], recorded[2])
    else:
        near = not sounding[2] or sounding[2][0] < LEAST_CENTS
    return {
        "instrument": name, "law": list(law), "unseen": recorded, "played": sounding, "short_notes_shaped": shaped,
        "near": near and not shaped, "drawn_anew": drawn_anew(found + vibrato_in(seen), len(unseen)) if law else None,
    }  # fmt: skip


def run(argv: list[str]) -> int:
    """Print the vibrato of each held sound, recorded and played; 0 if all that is proposed is near what unseen recordings have.

    A sound for which nothing is proposed is near as long as it is as steady as it was made.
    """
    parser = argparse.ArgumentParser(prog="studio bench phrasing")
    parser.add_argument("--model", type=Path, default=models() / "instruments" / "holdout", help="laws of notes not held out")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    engine = prepared(args.model)
    rows = read_rows()
    learned, held = ([rows[k] for k in which] for which in split(rows))
    names = [k for k in dict.fromkeys(r.instrument for r in held) if INSTRUMENTS[k].steady and k in engine.rows()]
    table = [line_of(engine, name, *([r for r in group if r.instrument == name] for group in (held, learned))) for name in names]
    if args.json:
        print(json.dumps(table, indent=1))
    else:
        print(f"{'':20}{'unseen recordings that waver':>30}{'cents, Hz, from (s)':>24}{'played: cents, Hz, from (s)':>32}")
        for x in table:
            said = [", ".join(f"{v:.2f}" for v in x[who][2]) or "none" for who in ("unseen", "played")]
            print(f"{x['instrument']:20}{x['unseen'][0]:>24} of {x['unseen'][1]:2}{said[0]:>24}{said[1] if x['law'] else '-':>32}"
                  + (f"{x['drawn_anew']:>8.0%}" if x["law"] else "") + ("" if x["near"] else "  apart"))  # fmt: skip
        print(
            f"near: {sum(x['near'] for x in table)} of {len(table)}; short notes shaped: {sum(x['short_notes_shaped'] for x in table)}"
        )
        lawful = [x for x in table if x["law"]]
        print(
            f"of the {len(lawful)} with vibrato {sum(x['near'] for x in lawful)} are near; recordings drawn anew "
            f"(the last column) are near their rest in {sum(x['drawn_anew'] for x in lawful):.1f} of {len(lawful)}"
        )
    return 0 if all(x["near"] for x in table) else 1
