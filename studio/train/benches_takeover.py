"""``studio bench takeover``: the instruments take over from the light voice, at several moments of notes of every family.

What is measured is the mix that the desk plays (``studio bench playback`` shows that it is what is captured, to the bit):
its largest step between two samples while it goes over, beside the largest of the instrument's own row.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.audio.mixer import MixStream, Scene
from studio.audio.strips import BLOCK, Events, Strip, Wave
from studio.engines.api import Quiet
from studio.engines.neural_instruments import NeuralInstruments
from studio.paths import models
from studio.train.benches_instruments import prepared
from studio.train.instruments_measures import batch_of

RATE = 48_000
PITCHES = (40, 60, 76)
MOMENTS = (1, 3, 9)  # blocks after the onset
HELD = 2 * RATE


@dataclass(frozen=True)
class Taken:
    """The largest step while a note goes over, in steps of the row and in those of the louder of row and light voice."""

    program: int
    pitch: int
    moment: int
    by_row: float
    by_both: float


def taken_over(engine: NeuralInstruments, program: int, pitch: int, moments: tuple[int, ...] = MOMENTS) -> list[Taken]:
    """What a note does when its row comes ``moments`` blocks after its onset."""
    batch = batch_of([(program, pitch, 100, HELD)])
    length = engine.lengths(batch, RATE)
    row = engine.render(batch, RATE, 0, int(length[0]), Quiet())[0]
    columns = (np.array([v], np.int64) for v in (1, program, pitch, 100, HELD))
    scene = Scene((Strip(1, Events(np.zeros(1, np.int64), length, np.ones(1, np.float32), *columns)),), end=20 * RATE)
    plain, light = _played(scene, row, 0, moments[-1] + 2), _played(scene, row, moments[-1] + 2, moments[-1] + 2)
    own, found = _step(plain), []
    for moment in moments:
        here = slice(moment * BLOCK - 1, (moment + 1) * BLOCK + 1)
        step = _step(_played(scene, row, moment, moment + 2)[here])
        found.append(Taken(program, pitch, moment, step / own, step / max(own, _step(light[here]))))
    return found


def _step(sound: Wave) -> float:
    return float(np.abs(np.diff(sound)).max())


def _played(scene: Scene, row: Wave, moment: int, blocks: int) -> Wave:
    """The left side of the first ``blocks``; the row is there from block ``moment`` on."""
    rows: dict[int, Wave] = {}
    stream = MixStream(scene, rows, RATE, light=True, dry=True)
    sound = []
    for block in range(blocks):
        if block == moment:
            rows[1] = row
        sound.append(stream.next().sound[:, 0])
    return np.concatenate(sound)


def run(argv: list[str]) -> int:
    """Print the worst; 0 if no step is larger than the row's own largest."""
    parser = argparse.ArgumentParser("studio bench takeover", description=__doc__)
    parser.add_argument("--model", type=Path, default=models() / "instruments")
    parser.add_argument("--each", type=int, default=1, help="every how-manieth program")
    args = parser.parse_args(argv)
    engine = prepared(args.model, "cpu")
    found = [t for program in range(0, 120, args.each) for pitch in PITCHES for t in taken_over(engine, program, pitch)]
    over = [t for t in found if t.by_row > 1]
    print(f"{len(found)} times the instrument took over; the largest step was over the row's own largest {len(over)} times")
    print(f"over the larger of the row's and the light voice's: {sum(t.by_both > 1 for t in found)} times")
    for t in sorted(found, key=lambda t: -t.by_row)[:5]:
        print(f"  program {t.program}, pitch {t.pitch}, after {t.moment} blocks: {t.by_row:.2f} of the row's largest step")
    return 1 if over else 0
