"""``studio bench expression``: whether every control of a note's expression does what it says, and the more the further it goes."""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from studio.engines.api import Quiet
from studio.engines.expression import PLAIN, Expression
from studio.engines.neural_instruments import NeuralInstruments
from studio.paths import models
from studio.train.benches_instruments import prepared
from studio.train.instruments_measures import batch_of

Float = npt.NDArray[np.float64]
RATE = 48000
HELD_S = 1.5
PITCH = 62
PROGRAMS = {
    "piano": 0, "nylon guitar": 24, "violin": 40, "cello": 42, "harp": 46, "trumpet": 56, "alto sax": 65, "bassoon": 70,
    "clarinet": 71, "flute": 73,
}  # fmt: skip
BAR = 0.95
FUNDAMENTAL = 440 * 2 ** ((PITCH - 69) / 12)


def note(engine: NeuralInstruments, program: int, how: Expression) -> Float:
    """A note of :data:`HELD_S` at :data:`PITCH`, shaped."""
    held = round(HELD_S * RATE)
    batch = replace(batch_of([(program, PITCH, 80, held)]), expression=(how,))
    return engine.render(batch, RATE, 0, held, Quiet())[0].astype(np.float64)


def pitch_curve(sound: Float) -> Float:
    """Cents off the key at every millisecond, by the phase of the fundamental."""
    t = np.arange(len(sound)) / RATE
    window = np.hanning(int(4 * RATE / FUNDAMENTAL) | 1)
    z = fftconvolve(sound * np.exp(-2j * np.pi * FUNDAMENTAL * t), window / window.sum(), "same")
    drift = np.diff(np.unwrap(np.angle(z))) * RATE / (2 * np.pi)
    return 1200 * np.log2(np.maximum(1 + drift[:: RATE // 1000] / FUNDAMENTAL, 0.1))


def tuning(sound: Float) -> float:
    """Mean cents between 0.3 and 1 s."""
    return float(pitch_curve(sound)[300:1000].mean())


def _vibrato(sound: Float) -> tuple[float, float]:
    curve = pitch_curve(sound)[600:1400]
    spectrum = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve)), 1 << 16))
    hertz = np.arange(len(spectrum)) * 1000 / (1 << 16)
    inside = (hertz > 2.5) & (hertz < 10)
    at = int(np.flatnonzero(inside)[spectrum[inside].argmax()])
    return float(4 * spectrum[at] / len(curve)), float(hertz[at])


def centroid(sound: Float) -> float:
    """Centre of gravity of the spectrum of the first second in Hz."""
    power = np.abs(np.fft.rfft(sound[:RATE] * np.hanning(RATE))) ** 2
    return float((power * np.arange(len(power))).sum() / power.sum())


def noise_ratio(sound: Float) -> float:
    """Power between the partials to power at them in dB, from 0.2 s to 1.2 s, up to 8 kHz."""
    power = np.abs(np.fft.rfft(sound[RATE // 5 : RATE // 5 + RATE] * np.hanning(RATE))) ** 2
    order = np.arange(len(power)) / FUNDAMENTAL
    used = (order > 0.6) & (np.arange(len(power)) < 8000)
    off = np.abs(order - np.round(order))
    return float(10 * np.log10(power[used & (off > 0.3)].sum() / power[used & (off < 0.15)].sum()))


def hardness(sound: Float) -> float:
    """Power of the first 40 ms to that from 150 to 400 ms, in dB."""
    first, later = sound[: RATE // 25], sound[int(0.15 * RATE) : int(0.4 * RATE)]
    return float(10 * np.log10((first**2).mean() / (later**2).mean()))


def swell(sound: Float) -> float:
    """Level from 1.2 to 1.4 s over that from 0.1 to 0.3 s, in dB."""
    early, late = sound[int(0.1 * RATE) : int(0.3 * RATE)], sound[int(1.2 * RATE) : int(1.4 * RATE)]
    return float(10 * np.log10((late**2).mean() / (early**2).mean()))


def _swelling(db: float) -> Expression:
    return Expression(dynamics=((0, -db / 2), (round(HELD_S * RATE), db / 2)))


Control = tuple[tuple[float, ...], Callable[[float], Expression], Callable[[Float], float], str]
CONTROLS: dict[str, Control] = {
    "tuning": ((-90, -50, -20, 0, 20, 50, 90), lambda v: Expression(tuning=v), tuning, "cents"),
    "bend": ((-200, -100, -30, 0, 30, 100, 200), lambda v: Expression(bend=((0, 0.0), (9600, v))), tuning, "cents"),
    "glide": ((-300, -150, -60, 0, 60, 150, 300), lambda v: Expression(glide=v), lambda x: float(pitch_curve(x)[20:60].mean()),
              "cents in the first 60 ms"),
    "vibrato": ((5, 10, 20, 30, 45, 60), lambda v: Expression(vibrato=v), lambda x: _vibrato(x)[0], "cents to either side"),
    "vibrato_hz": ((3.5, 4.5, 5.5, 6.5, 7.5, 8.5), lambda v: Expression(vibrato=30, vibrato_hz=v), lambda x: _vibrato(x)[1], "Hz"),
    "dynamics": ((-12, -8, -4, 0, 4, 8, 12), _swelling, swell, "dB late over early"),
    "brightness": ((-1, -0.6, -0.3, 0, 0.3, 0.6, 1), lambda v: Expression(brightness=v), centroid, "Hz, centroid"),
    "breath": ((-1, -0.6, -0.3, 0, 0.3, 0.6, 1), lambda v: Expression(breath=v), noise_ratio, "dB, noise to tone"),
    "attack": ((-1, -0.6, -0.3, 0, 0.3, 0.6, 1), lambda v: Expression(attack=v), hardness, "dB, start to body"),
}  # fmt: skip


def spearman(asked: Float, found: Float) -> float:
    """Correlation of the ranks."""
    first, second = (np.argsort(np.argsort(x)).astype(float) for x in (asked, found))
    return float(np.corrcoef(first, second)[0, 1])


def run(argv: list[str]) -> int:
    """Print each control's effect on ten instruments; 0 if all are monotone enough and the defaults change nothing."""
    parser = argparse.ArgumentParser(prog="studio bench expression")
    parser.add_argument("--model", type=Path, default=models() / "instruments")
    parser.add_argument("--instruments", type=int, default=len(PROGRAMS))
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    engine = prepared(args.model)
    chosen = dict(list(PROGRAMS.items())[: args.instruments])
    same = 0
    for program in chosen.values():
        held = round(HELD_S * RATE)
        plain = engine.render(batch_of([(program, PITCH, 80, held)]), RATE, 0, held, Quiet())[0]
        same += note(engine, program, PLAIN).tobytes() == plain.astype(np.float64).tobytes()
    table: dict[str, dict[str, list[float]]] = {}
    for name, (values, shape, measure, _) in CONTROLS.items():
        table[name] = {who: [measure(note(engine, p, shape(v))) for v in values] for who, p in chosen.items()}
    ranks = {
        name: {who: spearman(np.array(CONTROLS[name][0]), np.array(row)) for who, row in rows.items()}
        for name, rows in table.items()
    }
    worst = min(min(r.values()) for r in ranks.values())
    if args.json:
        print(
            json.dumps(
                {"rank_correlation": ranks, "measured": table, "defaults_same": same, "instruments": len(chosen)}, indent=1
            )
        )
    else:
        print(f"{'control':12}{'asked':>16}  {'measured (mean)':>20}  {'rank correlation, least':>24}")
        for name, (values, _, _, unit) in CONTROLS.items():
            mean = np.mean(list(table[name].values()), 0)
            least = min(ranks[name], key=lambda who, name=name: ranks[name][who])  # type: ignore[misc]
            print(
                f"{name:12}{values[0]:8g} ..{values[-1]:6g}  {mean[0]:9.1f} ..{mean[-1]:9.1f}  {ranks[name][least]:8.3f} ({least})  {unit}"
            )
        print(f"defaults change nothing: {same} of {len(chosen)} instruments to the bit")
    return 0 if worst >= BAR and same == len(chosen) else 1
