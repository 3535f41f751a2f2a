"""``studio bench timbre``: instruments that the network has not met, learned from eight notes and from half a minute; blends.

A stranger's other notes are compared with what was learned and with the trained instrument that comes nearest to them (of
the ten whose controls are nearest the one that sounds nearest: chosen with the other notes in hand, which the learned one is not).
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from studio.engines.api import Quiet
from studio.engines.cards import Card, read_card
from studio.engines.instrument_blend import blended
from studio.engines.instrument_learning import RATE, described, learn, load_encoder, nearness, note_set
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import Sound, fundamental
from studio.engines.own_instruments import ENGINE, OwnInstrument
from studio.engines.own_names import own_number
from studio.engines.spectral_distance import distance
from studio.nn.timbre import Rows
from studio.nn.timbre_encoder import NoteSet, encoded, fitted
from studio.paths import models
from studio.train.benches_instruments import one_note, prepared, reference
from studio.train.instruments_data import Note, analysed, made_rows, read_rows
from studio.train.instruments_table import INSTRUMENTS

Float = npt.NDArray[np.float64]
SHOWN, JUDGED, CANDIDATES = 8, 8, 10
STEPS = 400
PAIRS = (("flute", "violin"), ("cello", "clarinet"), ("trumpet", "organ_church"), ("piano", "guitar_nylon"), ("oboe", "sax_alto"))
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
BLEND_KEYS = (60, 67, 72)


def own_of(sound: Sound, row: dict[str, Any]) -> OwnInstrument:
    """An instrument that is nowhere saved."""
    return OwnInstrument(Card("own-bench", ENGINE, "Bench"), replace(sound, id="own-bench", program=own_number("own-bench")), row)


def _spread(notes: list[Note], count: int) -> list[Note]:
    at = np.unique(np.linspace(0, len(notes) - 1, count).round().astype(int))
    return [notes[k] for k in at]


def stranger(name: str, notes: list[Note], engine: NeuralInstruments, encoder: Any) -> dict[str, Any]:
    """A row of the table: distances in dB of the other notes to the learned, the encoder's and the nearest trained instrument."""
    net = engine.network()
    notes = sorted(notes, key=lambda n: (n.row.pitch, n.row.velocity))
    shown = _spread(notes, SHOWN)
    others = _spread([n for n in notes if n not in shown], JUDGED)
    held = INSTRUMENTS[name].steady

    def gathered(group: list[Note]) -> tuple[Sound, NoteSet]:
        parts = (
            [n.analysis for n in group],
            [n.row.pitch + n.row.cents / 100 for n in group],
            [float(n.row.velocity) for n in group],
        )
        about = described(*parts, held)
        return about, note_set(about, *parts)

    about, given = gathered(shown)
    start = encoded(encoder, given)
    row = fitted(net, start, given, STEPS)

    def judged(program: int) -> float:
        found = []
        for n in others:
            recorded = reference(n.row)[: 3 * RATE]
            mine = one_note(engine, program, n.row.pitch + n.row.cents / 100, n.row.velocity, len(recorded))
            found.append(distance(mine, recorded, RATE)["all"])
        return float(np.mean(found))

    line: dict[str, Any] = {"instrument": name, "shown": len(shown), "judged": len(others)}
    for who, values in (("learned", row), ("encoder", start)):
        engine.adopt([own_of(about, {k: v[0].numpy() for k, v in values._asdict().items()})])
        line[who] = judged(own_number("own-bench"))
    engine.adopt([])
    pitched = {k: s for k, (s, _) in engine.rows().items() if s.program >= 0 and not s.ratios}
    tables, wanted = net.rows(), gathered(others)[1]
    near = sorted(pitched, key=lambda k: nearness(net, Rows(*(t[pitched[k].row][None] for t in tables)), wanted))
    sounding = {k: judged(pitched[k].program) for k in near[:CANDIDATES]}
    line["nearest"] = min(sounding.values())
    line["who"] = min(sounding, key=lambda k: sounding[k])
    return line


def half_a_minute(notes: list[Note], seconds: float = 30.0) -> Float:
    """A recording of single notes, with a little silence between."""
    parts: list[Float] = []
    chosen = _spread(sorted(notes, key=lambda n: n.row.pitch), 14)
    for n in chosen:
        sound = reference(n.row)[: round((seconds / len(chosen) - 0.2) * RATE)]
        fade = np.minimum(1.0, np.arange(len(sound))[::-1] / (0.02 * RATE))
        parts += [0.5 * sound * fade / np.abs(sound).max(), np.zeros(round(0.2 * RATE))]
    return np.concatenate(parts)


def centroid_and_noise(sound: Float, key: int) -> tuple[float, float]:
    """(spectral centroid in Hz, share of the energy in dB that lies between the harmonics) of the steady second of a note."""
    part = sound[RATE // 5 : RATE // 5 + RATE]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    f = np.fft.rfftfreq(len(part), 1 / RATE)
    off = np.abs(f / fundamental(key) - np.round(f / fundamental(key))) * fundamental(key)
    noise = power[(off > 12) & (f > 40)].sum() / power.sum()
    return float((f * np.sqrt(power)).sum() / np.sqrt(power).sum()), float(10 * np.log10(noise + 1e-12))


def blends(engine: NeuralInstruments) -> list[dict[str, Any]]:
    """A row a pair: centroid and noise ratio over the share, and how many of the inner ones lie between the ends."""
    known, table = engine.rows(), []
    for a, b in PAIRS:
        values = []
        for share in SHARES:
            engine.adopt([own_of(*blended(known[a], known[b], share))])
            notes = [(k, one_note(engine, own_number("own-bench"), k, 80, 2 * RATE)) for k in BLEND_KEYS]
            values.append([centroid_and_noise(sound, k) for k, sound in notes])
        engine.adopt([])
        found = np.array(values)  # [shares, keys, 2]
        ends = np.sort(found[[0, -1]], 0)
        inside = (found[1:-1] >= ends[0]) & (found[1:-1] <= ends[1])
        centroid, noise = found[:, :, 0].mean(1).round(), found[:, :, 1].mean(1).round(1)
        line = {"pair": f"{a} to {b}", "between": int(inside.sum()), "of": inside.size}
        table.append({**line, "centroid_hz": centroid.tolist(), "noise_db": noise.tolist()})
    return table


def timbre(argv: list[str]) -> int:
    """Print how near instruments are that were learned from few notes; 0 if the bars are met."""
    parser = argparse.ArgumentParser(prog="studio bench timbre")
    parser.add_argument(
        "--model", type=Path, default=models() / "instruments" / "strangers", help="weights that have not met them"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    card = read_card(args.model)
    engine = prepared(args.model)
    encoder = load_encoder(card, engine.network())
    names = card.training["settings"]["strangers"]
    rows = [r for r in [*read_rows(), *made_rows()] if r.instrument in names]
    notes = analysed(rows)
    by_name = {name: [n for n in notes if n.row.instrument == name] for name in names}
    lines = [stranger(name, group, engine, encoder) for name, group in by_name.items()]
    recording = half_a_minute(by_name[names[0]])
    began = time.monotonic()
    learned = learn(recording, RATE, engine.network(), encoder, Quiet())
    seconds = time.monotonic() - began
    mixed = blends(engine)
    found = {
        "instruments": lines,
        "recording_s": len(recording) / RATE,
        "learned_in_s": seconds,
        "keys": learned.keys,
        "blends": mixed,
    }
    met = all(x["learned"] < x["nearest"] for x in lines) and seconds < 300 and all(b["between"] == b["of"] for b in mixed)
    if args.json:
        print(json.dumps(found, indent=1))
        return 0 if met else 1
    print("Instruments never met, learned from eight notes: distance in dB of their other notes")
    for x in lines:
        print(
            f"{x['instrument']:20} learned {x['learned']:5.2f}  encoder alone {x['encoder']:5.2f}  "
            f"nearest trained {x['nearest']:5.2f} ({x['who']})"
        )
    print(f"A recording of {found['recording_s']:.0f} s learned in {seconds:.0f} s: {len(learned.keys)} notes found, "
          f"{learned.after_db:.1f} dB from them (encoder alone {learned.before_db:.1f})")  # fmt: skip
    for b in mixed:
        print(f"{b['pair']:22} between in {b['between']} of {b['of']}: centroid {b['centroid_hz']} Hz, noise {b['noise_db']} dB")
    return 0 if met else 1
