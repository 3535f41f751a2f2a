"""``studio bench instruments`` and ``studio bench rendering``: what the neural instruments are measured by."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import DRUM_KIT, Quiet
from studio.engines.cards import read_card
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.neural_instruments_laws import fundamental
from studio.engines.note_correction import sound_of_controls
from studio.engines.note_targets import target_of
from studio.engines.spectral_distance import distance, pitch_of
from studio.nn.note_analysis import end_of, onset_of, refine
from studio.nn.note_beating import beating
from studio.nn.timbre import predict
from studio.nn.timbre_playing import band_position
from studio.paths import models
from studio.train.instruments_closed import corrected
from studio.train.instruments_data import Row, analysed, read_rows, split
from studio.train.instruments_fluid import single_notes
from studio.train.instruments_laws import beats
from studio.train.instruments_measures import batch_of, click_ratio, decay_s, folded_db, one_of, shifted
from studio.train.instruments_table import INSTRUMENTS, RECORDED

Float = npt.NDArray[np.float64]
RATE = 44100
BAR, BAR_NEAREST = 0.50, 0.85  # of FluidR3's distance, of the nearest sample's
SOME = ("decay", "nearest_decay", "swing", "swing_recorded")  # what not all instruments have
BAR_CENTS, BAR_ONSET_MS, BAR_DECAY, BAR_FOLDED_DB, BAR_CLICK = 3.0, 1.0, 0.15, -70.0, 12.0


def prepared(folder: Path, device: str = "cpu") -> NeuralInstruments:
    """The renderer with the model of ``folder``."""
    engine = NeuralInstruments()
    engine.prepare(read_card(folder), device)
    return engine


def one_note(engine: NeuralInstruments, program: int, pitch: float, velocity: int, frames: int, rate: int = RATE) -> Float:
    """The sound of one note, held ``frames`` frames and as long; ``pitch`` may lie between the keys."""
    return engine.render(one_of(program, pitch, velocity, frames), rate, 0, frames, Quiet())[0].astype(np.float64)


def reference(row: Row) -> Float:
    """A recording from its onset to where it is cut or released."""
    sound, rate = soundfile.read(row.path, always_2d=True)
    assert rate == RATE
    mono = sound.mean(1)
    mono = mono[onset_of(mono) :]
    one = INSTRUMENTS[row.instrument]
    return np.asarray(mono[: max(end_of(mono, RATE, 0.4 if one.steady else 1.5), RATE // 4)])


def nearest_shifted(row: Row, trained: list[Row]) -> Float:
    """The nearest trained note of the same instrument (by pitch, then velocity), resampled to the pitch of ``row``."""
    same = [r for r in trained if r.instrument == row.instrument]
    near = min(same, key=lambda r: (abs(r.pitch - row.pitch), abs(r.velocity - row.velocity)))
    sound = reference(near)
    ratio = 2 ** ((row.pitch - near.pitch) / 12 + (row.cents - near.cents) / 1200)
    return shifted(sound, ratio)


def _per_note(engine: NeuralInstruments, rows: list[Row], trained: list[Row], others: bool) -> list[dict[str, Any]]:
    """Distances of every held-out note, ours and if ``others`` FluidR3's and the nearest sample's.

    ``tuned``: ours and FluidR3's brought to the recording's own tuning (FluidR3 by pitch bend); the nearest sample always is.
    """
    found = []
    for name in dict.fromkeys(r.instrument for r in rows):
        group = [r for r in rows if r.instrument == name]
        references = [reference(r) for r in group]
        program = INSTRUMENTS[name].program
        asked = [(r.pitch, r.velocity, len(x) / RATE) for r, x in zip(group, references, strict=True)]
        fluid = single_notes(program, asked) if others else []
        tuned = single_notes(program, asked, cents=[r.cents for r in group]) if others else []
        for k, (row, x) in enumerate(zip(group, references, strict=True)):
            mine = one_note(engine, program, row.pitch, row.velocity, len(x))
            entry: dict[str, Any] = {"row": row, "ours": distance(mine, x, RATE),
                                     "cents": pitch_of(mine, RATE, fundamental(row.pitch)),
                                     "onset_ms": onset_of(mine, 60.0) / RATE * 1000,
                                "decay": decay_off(mine, x, row),
                                "folded": folded(engine, row),
                                "click": click_ratio(mine, RATE)}  # fmt: skip
            if beats(name):
                entry["swing"], entry["swing_recorded"] = (swing(s, row) for s in (mine, x))
            if others:
                near = nearest_shifted(row, trained)
                entry["nearest_decay"] = decay_off(near, x, row)
                entry["fluid"] = distance(fluid[k], x, RATE)
                entry["tuned"] = distance(one_note(engine, program, row.pitch + row.cents / 100, row.velocity, len(x)), x, RATE)
                entry["fluid_tuned"] = distance(tuned[k], x, RATE)
                entry["nearest"] = distance(near, x, RATE)
                drawn, again = itself(engine, row, min(len(x), 4 * RATE))
                entry["itself"], entry["chance"] = distance(drawn, x, RATE), distance(again, drawn, RATE)
            found.append(entry)
    return found


def decay_off(sound: Float, recorded: Float, row: Row) -> float:
    """By what share the decay of a note is longer than that of its recording; nan where one of them does not fall so far."""
    return decay_s(sound, RATE) / decay_s(recorded, RATE) - 1 if not INSTRUMENTS[row.instrument].steady else float("nan")


def swing(sound: Float, row: Row) -> float:
    """How far the partials of a note swing, in dB (see :mod:`studio.nn.note_beating`)."""
    return beating(sound, RATE, refine(sound, RATE, fundamental(row.pitch), INSTRUMENTS[row.instrument].stiff)[2])[0]


def folded(engine: NeuralInstruments, row: Row) -> float:
    """:func:`folded_db` of a note as the network has it."""
    sound = engine.rows()[engine.sound_of(INSTRUMENTS[row.instrument].program, row.pitch)][0]
    position = band_position(np.maximum(laws.frequencies(sound, row.pitch), 1.0).astype(np.float64))[None]
    columns = (np.array([row.pitch], np.float32), np.array([row.velocity], np.float32))
    partials, _ = predict(engine.network(), np.array([sound.row]), *columns, position)
    return folded_db(partials[0], sound, row.pitch, RATE)


def itself(engine: NeuralInstruments, row: Row, frames: int) -> list[Float]:
    """What the analysis of the very note sounds like, with noise drawn twice.

    No network that foretells controls can be nearer to the recording, but for chance; how far the two lie from each other is what
    chance alone costs.
    """
    note = analysed([row])[0]
    sound = engine.rows()[engine.sound_of(INSTRUMENTS[row.instrument].program, row.pitch)][0]
    plain = target_of(note.analysis, row.pitch, sound)
    closed = corrected([note], lambda _: (plain.partials, plain.noise))[0]
    target = target_of(note.analysis, row.pitch, sound, closed.correction)
    return [sound_of_controls(target.partials, target.noise, note.analysis.frequency, RATE, frames, key) for key in (1, 2)]


def mean_of_some(lines: list[dict[str, Any]], what: str) -> float:
    """The mean over the instruments that have it; 0 where none has."""
    return float(np.mean([line[what] for line in lines if line[what] is not None] or [0.0]))


def _mean(entries: list[dict[str, Any]], who: str, what: str) -> float:
    return float(np.mean([e[who][what] for e in entries]))


def held_out_table(engine: NeuralInstruments, unseen_pitch: bool, limit: int, others: bool = True) -> list[dict[str, Any]]:
    """A row an instrument: mean distances over its held-out notes (of unseen pitches, or of the unseen layer at seen pitches)."""
    rows = [r for r in read_rows() if r.instrument in RECORDED]
    train, held = split(rows)
    trained = [rows[k] for k in train]
    seen = {(r.instrument, r.pitch) for r in trained}
    wanted = [rows[k] for k in held if ((rows[k].instrument, rows[k].pitch) not in seen) == unseen_pitch]
    chosen: list[Row] = []
    for name in RECORDED:
        group = [r for r in wanted if r.instrument == name]
        chosen += (
            group
            if not limit
            else [group[i] for i in np.unique(np.linspace(0, len(group) - 1, limit).round().astype(int))]
            if group
            else []
        )
    entries = _per_note(engine, chosen, trained, others)
    table = []
    for name in dict.fromkeys(e["row"].instrument for e in entries):
        mine = [e for e in entries if e["row"].instrument == name]
        line: dict[str, Any] = {"instrument": name, "notes": len(mine)}
        for who in ("ours", "fluid", "tuned", "fluid_tuned", "nearest", "itself", "chance") if others else ("ours",):
            line |= {f"{who}_{what}": _mean(mine, who, what) for what in ("all", "active", "start")}
        line["cents"] = max(abs(e["cents"]) for e in mine)
        line["onset_ms"] = max(e["onset_ms"] for e in mine)
        for what in ("decay", "nearest_decay", "swing", "swing_recorded"):
            values = [abs(e[what]) for e in mine if np.isfinite(e.get(what, np.nan))]
            line[what] = float(np.median(values)) if values else None
        line["folded_db"] = max(e["folded"] for e in mine)
        line["click"] = max(e["click"] for e in mine)
        table.append(line)
    return table


def louder_is_louder(engine: NeuralInstruments) -> tuple[int, int]:
    """(steps in which a louder key sounded louder, all steps): every GM program and drum key, velocities 10 to 127."""
    velocities = (10, 30, 50, 64, 80, 96, 112, 127)
    good = total = 0
    keys = [(program, pitch) for program in range(128) for pitch in (40, 60, 76)] + [(DRUM_KIT, pitch) for pitch in range(35, 82)]
    frames = RATE // 2
    for program, pitch in keys:
        rows = engine.render(batch_of([(program, pitch, v, frames) for v in velocities]), RATE, 0, frames, Quiet()).astype(
            np.float64
        )
        level = (rows**2).mean(1)
        good += int((np.diff(level) > 0).sum())
        total += len(velocities) - 1
    return good, total


def instruments(argv: list[str]) -> int:
    """Print the figures of the instruments; 0 if the bars are met."""
    parser = argparse.ArgumentParser(prog="studio bench instruments")
    parser.add_argument(
        "--model", type=Path, default=models() / "instruments" / "holdout", help="weights that have not seen the held-out notes"
    )
    parser.add_argument("--limit", type=int, default=0, help="notes an instrument at most (0: all)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    engine = prepared(args.model)
    pitches = held_out_table(engine, True, args.limit)
    layers = held_out_table(engine, False, args.limit, others=False)
    good, total = louder_is_louder(engine)
    mean = {k: float(np.mean([line[k] for line in pitches])) for k in pitches[0] if k != "instrument" and k not in SOME}
    ratio = mean["ours_all"] / mean["fluid_all"]
    figures = {
        "ratio_to_fluidr3": ratio, "ratio_in_tune": mean["tuned_all"] / mean["fluid_tuned_all"],
        "ratio_active": mean["ours_active"] / mean["fluid_active"], "ours_db": mean["ours_all"],
        "fluidr3_db": mean["fluid_all"], "nearest_db": mean["nearest_all"],
        "ratio_to_nearest": mean["tuned_all"] / mean["nearest_all"],
        "itself_in_tune": mean["itself_all"] / mean["fluid_tuned_all"], "chance_in_tune": mean["chance_all"] / mean["fluid_tuned_all"],
        "start_db": mean["tuned_start"], "nearest_start_db": mean["nearest_start"],
        "decay_off": mean_of_some(pitches, "decay"), "nearest_decay_off": mean_of_some(pitches, "nearest_decay"),
        "swing_db": mean_of_some(pitches, "swing"), "swing_recorded_db": mean_of_some(pitches, "swing_recorded"),
        "folded_db_worst": max(line["folded_db"] for line in pitches), "click_worst": max(line["click"] for line in pitches),
        "cents_worst": max(line["cents"] for line in pitches),
        "onset_ms_worst": max(line["onset_ms"] for line in pitches), "louder_steps": good, "steps": total,
        "unseen_layer_db": float(np.mean([line["ours_all"] for line in layers])) if layers else None,
    }  # fmt: skip
    if args.json:
        print(json.dumps({"figures": figures, "unseen_pitches": pitches, "unseen_layer": layers}, indent=1))
    else:
        _print(pitches, layers, mean, figures)
    return 0 if good == total and not shortcomings(pitches, figures) else 1


def shortcomings(pitches: list[dict[str, Any]], figures: dict[str, Any]) -> dict[str, list[str]]:
    """Bars that are missed, each with the instruments that miss it; the first three by the mean of all (who misses them singly)."""
    by_one: dict[str, Callable[[dict[str, Any]], bool]] = {
        "distance to FluidR3's at the keys' pitch": lambda x: x["ours_all"] > BAR * x["fluid_all"],
        "distance to FluidR3's in tune": lambda x: x["tuned_all"] > BAR * x["fluid_tuned_all"],
        "distance to the nearest sample's": lambda x: x["tuned_all"] > BAR_NEAREST * x["nearest_all"],
        "first 60 ms": lambda x: x["tuned_start"] > x["nearest_start"],
        "pitch": lambda x: abs(x["cents"]) > BAR_CENTS, "onset": lambda x: x["onset_ms"] > BAR_ONSET_MS,
        "decay": lambda x: x["decay"] is not None and x["decay"] > BAR_DECAY,
        "folded over": lambda x: x["folded_db"] > BAR_FOLDED_DB, "clicks": lambda x: x["click"] > BAR_CLICK,
    }  # fmt: skip
    in_the_mean = {
        "distance to FluidR3's at the keys' pitch": figures["ratio_to_fluidr3"] > BAR,
        "distance to FluidR3's in tune": figures["ratio_in_tune"] > BAR,
        "distance to the nearest sample's": figures["ratio_to_nearest"] > BAR_NEAREST,
    }
    missed = {bar: [x["instrument"] for x in pitches if test(x)] for bar, test in by_one.items()}
    return {bar: who for bar, who in missed.items() if in_the_mean.get(bar, bool(who))}


def _print(pitches: list[dict[str, Any]], layers: list[dict[str, Any]], mean: dict[str, float], figures: dict[str, Any]) -> None:
    print("Distance in dB to recordings of unseen pitches: all bins | active bins | first 60 ms")
    print(f"{'':22}{'notes':>5}  {'network':^17}  {'FluidR3':^17}  {'nearest sample':^17}  ratio cents onset ms")
    for line in [*pitches, {"instrument": "MEAN", **mean}]:
        parts = [
            " ".join(f"{line[f'{who}_{what}']:5.1f}" for what in ("all", "active", "start"))
            for who in ("ours", "fluid", "nearest")
        ]
        ratio = line["ours_all"] / line["fluid_all"]
        print(
            f"{line['instrument']:22}{line['notes']:5.0f}  "
            + "  ".join(parts)
            + f"  {ratio:5.2f} {line['cents']:5.1f} {line['onset_ms']:5.2f}"
        )
    if layers:
        print(
            "An unseen velocity layer at seen pitches: "
            + ", ".join(f"{line['instrument']} {line['ours_all']:.1f}" for line in layers)
            + " dB"
        )
    for says, who, other, ratio, bar in (
        ("At the keys' own pitch", "ours", "fluid", figures["ratio_to_fluidr3"], BAR),
        ("In tune with each recording (FluidR3 by pitch bend)", "tuned", "fluid_tuned", figures["ratio_in_tune"], BAR),
        ("Beside the nearest sample shifted, in tune", "tuned", "nearest", figures["ratio_to_nearest"], BAR_NEAREST),
    ):
        short = [line["instrument"] for line in pitches if line[f"{who}_all"] > bar * line[f"{other}_all"]]
        print(
            f"{says}: {mean[f'{who}_all']:.2f} and {mean[f'{other}_all']:.2f} dB, ratio {ratio:.3f} (bar: {bar}); "
            f"over it one by one: {', '.join(short) or 'none'}"
        )
    for says, who in (("The analysis of the note itself", "itself"), ("The same with other noise, beside it: chance", "chance")):
        print(
            f"{says}: {mean[f'{who}_all']:.2f} dB, {figures[f'{who}_in_tune']:.3f} of FluidR3's in tune; "
            + ", ".join(f"{x['instrument']} {x[f'{who}_all'] / x['fluid_tuned_all']:.2f}" for x in pitches)
        )
    _print_traits(pitches, figures)


def _print_traits(pitches: list[dict[str, Any]], figures: dict[str, Any]) -> None:
    """What beside distances is measured, and which bars are missed."""
    print(
        f"First 60 ms in tune: {figures['start_db']:.2f} dB, nearest sample {figures['nearest_start_db']:.2f}; "
        f"decay off by {figures['decay_off']:.0%} (median of the notes, mean of the instruments): "
        + ", ".join(f"{x['instrument']} {x['decay']:.0%}" for x in pitches if x["decay"] is not None)
        + f"; that of the nearest sample by {figures['nearest_decay_off']:.0%}"
    )
    print(
        f"Partials of what is struck or plucked swing by {figures['swing_db']:.1f} dB, recorded {figures['swing_recorded_db']:.1f}: "
        + ", ".join(
            f"{x['instrument']} {x['swing']:.1f} ({x['swing_recorded']:.1f})"
            for x in pitches
            if None not in (x["swing"], x["swing_recorded"])
        )
    )
    print(
        f"Folded over at most {figures['folded_db_worst']:.0f} dB; largest bend past an attack {figures['click_worst']:.1f} times usual"
    )
    print(
        f"Louder keys louder: {figures['louder_steps']} of {figures['steps']} steps; worst pitch {figures['cents_worst']:.1f} cents; "
          f"worst onset {figures['onset_ms_worst']:.2f} ms")  # fmt: skip
    for missed, names in shortcomings(pitches, figures).items():
        print(f"Missed: {missed} (one by one: {', '.join(names)})")
