"""``studio bench rendering``: how fast a song is rendered, beside FluidSynth, and whether slices agree.

What is timed is what ``studio render`` does between reading the MIDI file and writing the sound. The two take turns, for a
computer is quicker in one minute than in another: what is told is the median of some rounds, and how far their ratios spread.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import mido
import numpy as np
import numpy.typing as npt

from studio.app.fluidsynth import synthesise
from studio.app.rendering import render_song
from studio.codecs.midi import read_midi
from studio.engines.api import DRUM_KIT, Quiet, SoundBatch
from studio.engines.neural_instruments import NeuralInstruments
from studio.errors import StudioError
from studio.nn.devices import cores
from studio.paths import models
from studio.train.benches_instruments import prepared
from studio.train.instruments_measures import batch_of

CHANNELS = (0, 4, 11, 16, 24, 27, 32, 33, 40, DRUM_KIT, 42, 48, 56, 66, 71, 73)  # a program each; drums on MIDI's tenth
TICKS = 1000  # a second
BAR = 10.0
Plain = tuple[int, int, int, float, float]  # channel, pitch, velocity, start in s, length in s


def song(seconds: float, voices: int = 16) -> list[Plain]:
    """A song in which ``voices`` keys (a multiple of 16) are held at all times, equally many a channel, for 0.25 to 1 s."""
    draw = np.random.default_rng(16)
    notes = []
    for channel, program in enumerate(CHANNELS):
        now, low = 0.0, 30 if program in (32, 33) else 50
        while now < seconds:
            length = float(draw.choice([0.25, 0.5, 0.5, 1.0]))
            kit = program == DRUM_KIT
            chord = draw.choice([36, 38, 42, 46, 51] if kit else np.arange(low, low + 24), voices // 16, replace=False)
            loud = draw.integers(50, 110, len(chord))
            notes += [(channel, int(p), int(v), now, length) for p, v in zip(chord, loud, strict=True)]
            now += length
    return notes


def as_batch(notes: list[Plain], rate: int) -> tuple[SoundBatch, npt.NDArray[np.int64]]:
    """The song's notes for a renderer, and their onsets in frames."""
    rows = [(CHANNELS[c], pitch, velocity, round(length * rate)) for c, pitch, velocity, _, length in notes]
    return batch_of(rows), np.array([round(n[3] * rate) for n in notes])


def as_midi(notes: list[Plain], path: Path) -> None:
    """The song as a MIDI file."""
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS // 2)
    track = mido.MidiTrack()
    file.tracks.append(track)
    events: list[tuple[int, int, Any]] = [
        (0, 0, mido.Message("program_change", channel=c, program=p)) for c, p in enumerate(CHANNELS) if p != DRUM_KIT
    ]
    for channel, pitch, velocity, start, length in notes:
        events.append((round(start * TICKS), 2, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((round((start + length) * TICKS), 1, mido.Message("note_off", channel=channel, note=pitch, velocity=0)))
    now = 0
    for tick, _, message in sorted(events, key=lambda e: e[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    file.save(path)


@dataclass(frozen=True)
class Timed:
    """Seconds on the clock and of the processor, and the loudest sample where it was asked for."""

    wall: float
    used: float
    peak: float = 0.0


def timed(midi: Path, engine: NeuralInstruments, rate: int, dry: bool) -> Timed:
    """Render a MIDI file to stereo blocks and count the time; the engine starts without knowing any note."""
    document = read_midi(midi).document
    engine.forget()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    peak = max(float(np.abs(block).max()) for block in render_song(document, engine, rate, dry=dry))
    return Timed(time.perf_counter() - began, _used(resource.getrusage(resource.RUSAGE_SELF), before), peak)


def _used(now: resource.struct_rusage, before: resource.struct_rusage) -> float:
    """Seconds of the processor between two looks, those of the system included."""
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


def slices_agree(engine: NeuralInstruments, batch: SoundBatch, rate: int, notes: int = 40) -> tuple[int, int]:
    """(notes whose sound made in odd slices, alone and in other company, has the bytes of the whole; notes tried)."""
    draw = np.random.default_rng(5)
    which = draw.choice(len(batch), min(notes, len(batch)), replace=False)
    some = batch.select(which)
    total = int(engine.lengths(some, rate).max())
    whole = engine.render(some, rate, 0, total, Quiet())
    good = 0
    for n in range(len(some)):
        cuts = [0, *sorted(draw.integers(1, total, 5).tolist()), total]
        together = np.unique([n, int(draw.integers(0, len(some)))])
        company, at = some.select(together), int(np.searchsorted(together, n))
        parts = [engine.render(company, rate, a, b - a, Quiet())[at] for a, b in pairwise(cuts) if b > a]
        good += int(np.concatenate(parts).tobytes() == whole[n].tobytes())
    return good, len(some)


def run(argv: list[str]) -> int:
    """Print times real time of ours and of FluidSynth; 0 if the bar is met with room and limiter and slices agree to the bit."""
    parser = argparse.ArgumentParser(prog="studio bench rendering")
    parser.add_argument("--model", type=Path, default=models() / "instruments")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--voices", type=int, default=16, help="keys held at all times: 16, 32, 48 or 64")
    parser.add_argument("--rounds", type=int, default=5, help="times that ours and FluidSynth take turns")
    parser.add_argument("--rate", type=int, default=48000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    engine = prepared(args.model, args.device)
    notes = song(args.seconds, args.voices)
    batch, _ = as_batch(notes, args.rate)
    found: dict[str, Any] = {"notes": len(notes), "seconds": args.seconds, "voices": args.voices, "threads": cores()}
    with tempfile.TemporaryDirectory() as folder:
        midi = Path(folder) / "song.mid"
        as_midi(notes, midi)
        engine.render(batch.select(slice(0, 16)), args.rate, 0, args.rate, Quiet())  # warm
        rounds = [_round(midi, engine, args.rate) for _ in range(args.rounds)]
    found |= {"rounds": args.rounds, **summary(rounds, args.seconds)}
    found["slices_equal"], found["slices_tried"] = slices_agree(engine, batch, args.rate)
    print(json.dumps(found, indent=1)) if args.json else _print(found, args.rate)
    return 0 if found["wet_times_real_time"] >= BAR and found["slices_equal"] == found["slices_tried"] else 1


Round = dict[str, tuple[Timed, Timed | None]]  # dry and wet: ours, and FluidSynth's where it is installed


def _round(midi: Path, engine: NeuralInstruments, rate: int) -> Round:
    ways = {"dry": True, "wet": False}
    return {what: (timed(midi, engine, rate, dry), _fluid(midi, rate, dry)) for what, dry in ways.items()}


def summary(rounds: Sequence[Round], seconds: float) -> dict[str, float]:
    """Medians over the rounds, and of the ratio to FluidSynth, round by round, also the least and the most."""
    found: dict[str, float] = {}
    for what in rounds[0]:
        ours, theirs = [r[what][0] for r in rounds], [t for r in rounds if (t := r[what][1])]
        wall = median(t.wall for t in ours)
        found |= {f"{what}_times_real_time": seconds / wall, f"{what}_wall_seconds": wall}
        found |= {f"{what}_cpu_seconds": median(t.used for t in ours), f"{what}_peak": max(t.peak for t in ours)}
        if len(theirs) == len(ours):
            ratios = [t.wall / o.wall for o, t in zip(ours, theirs, strict=True)]
            found |= {f"fluid_{what}": seconds / median(t.wall for t in theirs)}
            found |= {f"fluid_{what}_cpu_seconds": median(t.used for t in theirs)}
            found |= {f"{what}_ratio": median(ratios), f"{what}_ratio_least": min(ratios), f"{what}_ratio_most": max(ratios)}
    return found


def _print(found: dict[str, Any], rate: int) -> None:
    print(
        f"{found['notes']} notes, {found['voices']} keys held at all times, {found['seconds']:.0f} s at {rate} Hz, stereo, "
        f"{found['threads']} cores; times real time, medians of {found['rounds']} rounds in turns:"
    )
    for what, says in (("dry", "dry"), ("wet", "with room")):
        line = f"{says:12} neural instruments {found[f'{what}_times_real_time']:5.1f} ({found[f'{what}_wall_seconds']:.2f} s; "
        line += f"{found[f'{what}_cpu_seconds']:.2f} s of processor)"
        if f"fluid_{what}" in found:
            line += f"; FluidSynth {found[f'fluid_{what}']:5.1f} ({found[f'fluid_{what}_cpu_seconds']:.2f} s of processor)"
            line += f"; ratio {found[f'{what}_ratio']:.2f}, least {found[f'{what}_ratio_least']:.2f}"
            line += f", most {found[f'{what}_ratio_most']:.2f}"
        print(line)
    print(f"slices of any size have the bytes of the whole: {found['slices_equal']} of {found['slices_tried']} notes")


def _fluid(midi: Path, rate: int, dry: bool) -> Timed | None:
    """FluidSynth's time for the same song, with its reverb or without; None where it is not installed.

    Seconds of the processor compare better beside other work. It runs on one core; on two it was no quicker.
    """
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        synthesise(midi, midi.with_suffix(".wav"), rate, dry)
    except StudioError:
        return None
    wall, used = time.perf_counter() - began, _used(resource.getrusage(resource.RUSAGE_CHILDREN), before)
    return Timed(wall, used)
