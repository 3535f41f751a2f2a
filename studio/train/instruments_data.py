"""Training notes for the instruments: metadata and sound in, analysed notes out (kept in ``checkpoints/``, outside git)."""

import csv
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import butter, sosfilt

from studio.errors import StudioError
from studio.nn.note_analysis import VERSION, Analysis, analyse_hit, analyse_note, end_of, onset_of
from studio.nn.note_modes import find_modes
from studio.paths import checkpoints, training_data
from studio.train.instruments_fluid import single_notes
from studio.train.instruments_table import DRUMS, INSTRUMENTS, MADE, Instrument

log = logging.getLogger(__name__)
Float = npt.NDArray[np.float64]
HELD_S = 2.5  # of notes made with FluidSynth
MADE_SOURCE = "Debian fluid-soundfont-gm 3.1-5.3 (FluidR3_GM.sf2)"
UNSEEN_LAYERS = {"epiano_cp80": "f", "flute": "m"}
MADE_LAYERS = {"soft": 48, "loud": 104}
MADE_HITS = {"v1": 24, "v2": 56, "v3": 88, "v4": 120}
DRUM_HELD_S = 1.5
STEADY_HZ = 12.0  # soundfont samples may stand off zero: what changes more slowly is taken out of them
APART = 0.1  # of the modes of a bar or bell, as a share: what is nearer is the foot of a peak


@dataclass(frozen=True)
class Row:
    """A training note: where its sound is, what was played, where it comes from. ``cents``: its measured tuning."""

    path: Path
    instrument: str
    pitch: int
    velocity: int
    layer: str
    kind: str
    cents: float
    source: str
    licence: str


@dataclass(frozen=True, eq=False)
class Note:
    """A training note and what it is made of; ``correction`` in dB is what its controls are to lose (see instruments_closed)."""

    row: Row
    analysis: Analysis
    correction: Float | None = None


def cache() -> Path:
    """The folder of analysed and made notes, made when missing."""
    folder = checkpoints() / "instruments"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read_rows(root: Path | None = None) -> list[Row]:
    """All instrument notes that metadata.csv lists.

    Raises:
        StudioError: the training data are not there.
    """
    folder = (root or training_data()) / "audio"
    try:
        with (folder / "metadata.csv").open(encoding="utf-8") as file:
            table = list(csv.DictReader(file))
    except OSError as error:
        raise StudioError(
            "The training sounds are not here.", "Set STUDIO_DATA to the folder that holds audio/metadata.csv."
        ) from error
    return [
        Row(folder / r["file"], r["instrument"], int(r["midi_pitch"]), int(r["midi_velocity"]), r["velocity_layer"], r["kind"],
            float(r["pitch_dev_cents"] or 0), r["source"], r["licence"])
        for r in table
        if r["instrument"] in INSTRUMENTS
    ]  # fmt: skip


def made_rows(instruments: tuple[Instrument, ...] = MADE) -> list[Row]:
    """Notes made with FluidSynth for instruments the data have none of; made on first use."""
    rows = []
    folder = cache() / "made"
    folder.mkdir(exist_ok=True)
    for one in instruments:
        wanted = [
            Row(
                folder / f"{one.id}_{pitch:03d}_{layer}.flac",
                one.id,
                pitch,
                velocity,
                layer,
                "soundfont-render",
                0.0,
                MADE_SOURCE,
                "MIT",
            )
            for pitch in range(one.lowest, one.highest + 1, one.step)
            for layer, velocity in (MADE_HITS if one.id in DRUMS else MADE_LAYERS).items()
        ]
        if not all(r.path.exists() for r in wanted):
            held = DRUM_HELD_S if one.id in DRUMS else HELD_S
            sounds = single_notes(one.program, [(r.pitch, r.velocity, held) for r in wanted])
            for row, sound in zip(wanted, sounds, strict=True):
                part = sound if one.release_s == 0 else sound[: int((held - 0.01) * 44100)]
                peak = max(float(np.abs(part).max()), 1e-6)
                soundfile.write(row.path, part / peak * 0.9, 44100, subtype="PCM_16")
        rows += wanted
    return rows


def _sound(row: Row) -> tuple[Float, int]:
    sound, rate = soundfile.read(row.path, always_2d=True)
    mono = sound.mean(1)
    if row.kind == "soundfont-render":
        mono = sosfilt(butter(2, STEADY_HZ, "highpass", fs=rate, output="sos"), mono)
    return mono, int(rate)


def recording(row: Row) -> tuple[Float, int]:
    """A note's sound from its onset to where it is cut or released, and its rate."""
    sound, rate = _sound(row)
    sound = sound[onset_of(sound) :]
    end = end_of(sound, rate, 0.4 if INSTRUMENTS[row.instrument].steady else 1.5)
    return sound[: max(end, rate // 4)], rate


def _ratios(rows: list[Row], one: Instrument) -> Float:
    """Modes as ratios to the fundamental (for drums: frequencies in Hz), found in all notes of an instrument."""
    if one.id in DRUMS:
        return find_modes([_sound(r)[0] for r in rows], 44100)
    spectra = []
    for row in rows:
        sound, _ = _sound(row)
        wanted = 261.6 / fundamental_of(row, one)
        grid = np.arange(0, len(sound) / wanted) * wanted
        spectra.append(np.interp(grid, np.arange(len(sound)), sound))
    found = find_modes(spectra, 44100, 100.0, 12000.0, 15, APART) / 261.6
    return np.concatenate([[1.0], found[np.abs(found - 1.0) > APART]])


def fundamental_of(row: Row, one: Instrument) -> float:
    """Where the lowest partial of a note is, in Hz."""
    return float(440 * 2 ** ((row.pitch - 69) / 12 + row.cents / 1200 + one.octave))


def analysed(rows: list[Row], progress: Callable[[float], None] = lambda _: None) -> list[Note]:
    """The notes of ``rows`` taken apart, from the cache where they were before."""
    folder = cache() / "analysed" / str(VERSION)
    folder.mkdir(parents=True, exist_ok=True)
    by_instrument: dict[str, list[Row]] = {}
    for row in rows:
        by_instrument.setdefault(row.instrument, []).append(row)
    notes, done = [], 0
    for name, group in by_instrument.items():
        one = INSTRUMENTS[name]
        ratios: Float | None = None
        for row in group:
            kept = folder / f"{row.path.stem}.npz"
            if not kept.exists():
                if ratios is None and one.modes:
                    ratios = _ratios(group, one)
                part = kept.with_suffix(f".{os.getpid()}.part.npz")  # whole or not at all: two trainings may share the cache
                np.savez(part, **vars(_analyse(row, one, ratios)))
                part.replace(kept)
            with np.load(kept) as found:
                values = {k: found[k] if found[k].ndim else float(found[k]) for k in found.files}
            notes.append(Note(row, Analysis(**values)))  # type: ignore[arg-type]
            done += 1
            progress(done / len(rows))
    return notes


def _analyse(row: Row, one: Instrument, ratios: Float | None) -> Analysis:
    sound, rate = _sound(row)
    if one.id in DRUMS:
        assert ratios is not None
        return analyse_hit(sound, rate, ratios)
    return analyse_note(sound, rate, fundamental_of(row, one), one.stiff, one.steady, ratios)


def split(notes: list[Row]) -> tuple[list[int], list[int]]:
    """(indices to train on, indices held out).

    Held out are every fifth inner pitch of an instrument, a whole middle velocity layer of those in :data:`UNSEEN_LAYERS`,
    and one of two like hits of a drum's middle layer (``v3b``).
    """
    train: list[int] = []
    held: list[int] = []
    pitches: dict[str, set[int]] = {}
    for row in notes:
        pitches.setdefault(row.instrument, set()).add(row.pitch)
    out_pitch = {name: set(sorted(found)[2:-1:5]) for name, found in pitches.items()}
    for k, row in enumerate(notes):
        if row.instrument in DRUMS:
            out = row.layer == "v3b"
        else:
            out = row.pitch in out_pitch[row.instrument] or UNSEEN_LAYERS.get(row.instrument) == row.layer
        (held if out else train).append(k)
    return train, held
