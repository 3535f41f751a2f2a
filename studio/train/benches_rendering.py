"""``studio bench rendering``: how fast a 16-voice song is rendered, beside FluidSynth, and whether slices agree."""

import argparse
import json
import resource
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import numpy as np
import numpy.typing as npt

from studio.engines.api import DRUM_KIT, Quiet, SoundBatch
from studio.engines.neural_instruments import NeuralInstruments
from studio.errors import StudioError
from studio.nn.runtime import cores
from studio.paths import models
from studio.train.benches_instruments import batch_of, prepared
from studio.train.instruments_fluid import synthesise

CHANNELS = (0, 4, 11, 16, 24, 27, 32, 33, 40, DRUM_KIT, 42, 48, 56, 66, 71, 73)  # a program each; drums on MIDI's tenth
TICKS = 1000  # a second
BAR = 10.0
Plain = tuple[int, int, int, float, float]  # channel, pitch, velocity, start in s, length in s


def song(seconds: float) -> list[Plain]:
    """A song in which 16 instruments always sound, a channel each, notes of 0.25 to 1 s."""
    draw = np.random.default_rng(16)
    notes = []
    for channel, program in enumerate(CHANNELS):
        now, low = 0.0, 30 if program in (32, 33) else 50
        while now < seconds:
            length = float(draw.choice([0.25, 0.5, 0.5, 1.0]))
            pitch = int(draw.choice([36, 38, 42, 46, 51])) if program == DRUM_KIT else low + int(draw.integers(0, 24))
            notes.append((channel, pitch, int(draw.integers(50, 110)), now, length))
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


def mix(
    engine: NeuralInstruments, batch: SoundBatch, starts: npt.NDArray[np.int64], rate: int, together: int = 64
) -> npt.NDArray[np.float32]:
    """The stereo sum of all notes [frames, 2], ``together`` notes rendered at once."""
    lengths = engine.lengths(batch, rate)
    pan = (np.arange(len(batch)) % 7 / 6.0).astype(np.float32)
    out = np.zeros((int((starts + lengths).max()), 2), np.float32)
    order = np.argsort(lengths, kind="stable")
    for k in range(0, len(order), together):
        which = order[k : k + together]
        rows = engine.render(batch.select(which), rate, 0, int(lengths[which].max()), Quiet())
        for row, n in zip(rows, which, strict=True):
            end = starts[n] + lengths[n]
            out[starts[n] : end, 0] += row[: lengths[n]] * (1 - pan[n])
            out[starts[n] : end, 1] += row[: lengths[n]] * pan[n]
    return out


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
        company = some.select(np.unique([n, int(draw.integers(0, len(some)))]))
        at = (
            int(np.flatnonzero(np.unique([n, n]) == n)[0])
            if len(company) == 1
            else int(company.held[0] != some.held[n] or company.pitch[0] != some.pitch[n])
        )
        parts = [engine.render(company, rate, a, b - a, Quiet())[at] for a, b in pairwise(cuts) if b > a]
        good += int(np.concatenate(parts).tobytes() == whole[n].tobytes())
    return good, len(some)


def run(argv: list[str]) -> int:
    """Print times real time of ours and of FluidSynth; 0 if the bar is met and slices agree to the bit."""
    parser = argparse.ArgumentParser(prog="studio bench rendering")
    parser.add_argument("--model", type=Path, default=models() / "instruments")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=int, default=48000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    engine = prepared(args.model, args.device)
    notes = song(args.seconds)
    batch, starts = as_batch(notes, args.rate)
    warm = batch.select(slice(0, 16))
    engine.render(warm, args.rate, 0, args.rate, Quiet())
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    sound = mix(engine, batch, starts, args.rate)
    wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - used
    good, tried = slices_agree(engine, batch, args.rate)
    found = {
        "notes": len(notes), "seconds": args.seconds, "threads": cores(), "times_real_time": args.seconds / wall,
        "cpu_seconds": used, "wall_seconds": wall, "peak": float(np.abs(sound).max()),
        "slices_equal": good, "slices_tried": tried,
        **_fluid(notes, args.seconds, args.rate),
    }  # fmt: skip
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{len(notes)} notes, 16 voices at all times, {args.seconds:.0f} s at {args.rate} Hz, {found['threads']} cores")
        print(f"neural instruments  {found['times_real_time']:6.1f} times real time ({wall:.2f} s; {used:.2f} s of processor)")
        for what in ("dry", "wet"):
            if f"fluid_{what}" in found:
                print(f"FluidSynth, {what}     {found[f'fluid_{what}']:6.1f} times real time")
        print(f"slices of any size have the bytes of the whole: {good} of {tried} notes")
    return 0 if found["times_real_time"] >= BAR and good == tried else 1


def _fluid(notes: list[Plain], seconds: float, rate: int) -> dict[str, float]:
    """FluidSynth's times real time on the same song, without and with its reverb; empty where it is not installed."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        midi = Path(folder) / "song.mid"
        as_midi(notes, midi)
        for what, dry in (("dry", True), ("wet", False)):
            began = time.perf_counter()
            try:
                synthesise(midi, Path(folder) / "song.wav", rate, dry)
            except StudioError:
                return {}
            found[f"fluid_{what}"] = seconds / (time.perf_counter() - began)
    return found
