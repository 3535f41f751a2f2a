"""Made notes for the tests of the instruments' training: strings that decay, pipes that last, drums; a data folder of them."""

import csv
from pathlib import Path

import numpy as np
import soundfile

RATE = 44100


def string(
    f0: float, seconds: float = 1.5, stiffness: float = 3e-4, decay: float = 12.0, hiss_db: float = -70.0, partials: int = 12
) -> np.ndarray:
    """A struck string: partial k at -6 dB a number, ``decay`` dB a second times root k."""
    t = np.arange(int(seconds * RATE)) / RATE
    k = np.arange(1, partials + 1)[:, None]
    f = f0 * k * np.sqrt(1 + stiffness * k**2)
    size = 0.3 / k * 10 ** (-decay * np.sqrt(k) * t / 20)
    draw = np.random.default_rng(int(f0))
    sound = (size * np.cos(2 * np.pi * f * t + draw.uniform(0, 6, (partials, 1)))).sum(0)
    return np.asarray(sound + draw.normal(size=len(t)) * 10 ** (hiss_db / 20))


def pipe(f0: float, seconds: float = 1.5, vibrato_cents: float = 0.0, hiss_db: float = -60.0) -> np.ndarray:
    """A blown tone of six harmonics that takes 50 ms to speak."""
    t = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(f0 * 2 ** (vibrato_cents / 1200 * np.sin(2 * np.pi * 5 * t))) / RATE
    sound = sum(0.3 / k * np.cos(k * phase + k) for k in range(1, 7)) * np.minimum(t / 0.05 + 0.02, 1)
    return np.asarray(sound + np.random.default_rng(1).normal(size=len(t)) * 10 ** (hiss_db / 20))


def drum(modes: tuple[float, ...] = (180.0, 330.0), seconds: float = 0.6) -> np.ndarray:
    """Two ringing modes and a burst of noise."""
    t = np.arange(int(seconds * RATE)) / RATE
    ring = sum(0.3 * np.exp(-t / 0.12) * np.sin(2 * np.pi * f * t) for f in modes)
    return np.asarray(ring + np.random.default_rng(2).normal(size=len(t)) * 0.2 * np.exp(-t / 0.03))


def data_folder(root: Path) -> Path:
    """A data root with a dozen notes: cello (pipes), piano (strings, two layers) and a snare, with their metadata."""
    rows = []

    def add(instrument: str, pitch: int, layer: str, velocity: int, sound: np.ndarray, kind: str = "recorded") -> None:
        name = f"{instrument}/{instrument}_{pitch:03d}_{layer}.flac"
        (root / "audio" / instrument).mkdir(parents=True, exist_ok=True)
        soundfile.write(root / "audio" / name, sound / np.abs(sound).max() * 0.5, RATE)
        rows.append({"file": name, "instrument": instrument, "gm_program": "0", "midi_pitch": pitch, "velocity_layer": layer,
                     "midi_velocity": velocity, "kind": kind, "pitch_dev_cents": "" if "drum" in instrument else "1.0",
                     "source": "sfzinstruments/Ixox.Flute", "licence": "CC-BY-4.0"})  # fmt: skip

    for pitch in (55, 60, 64, 69):
        f0 = 440 * 2 ** ((pitch - 69) / 12)
        add("cello", pitch, "mf", 90, pipe(f0, 0.5))
        add("piano", pitch, "f", 110, string(f0, 0.5))
    for pitch in (55, 64):
        add("piano", pitch, "p", 50, string(440 * 2 ** ((pitch - 69) / 12), 0.5, decay=20))
    for layer, velocity in (("v1a", 13), ("v3b", 64)):
        add("drums_snare", 38, layer, velocity, drum(seconds=0.4))
    rows.append({**rows[0], "instrument": "speech_lj"})
    with (root / "audio" / "metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return root
