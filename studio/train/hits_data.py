"""Drum hits to learn from: the recorded kit's, and those of FluidR3's kits (made with FluidSynth), taken apart."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soundfile

from studio.nn.hit_gan import KINDS, OCTAVE, WIDTH
from studio.nn.note_analysis import Analysis, analyse_hit
from studio.nn.note_modes import MODES, find_modes
from studio.nn.spectral import POINTS
from studio.train.instruments_data import DRUM_HELD_S, MADE_SOURCE, Row, analysed, cache, made_rows, read_rows
from studio.train.instruments_fluid import single_notes
from studio.train.instruments_table import DRUMS

Float = npt.NDArray[np.float64]
KITS = (0, 8, 16, 24, 25, 32, 40)  # standard, room, power, electronic, TR-808, jazz, brush
PIECES = {
    35: "kick", 36: "kick", 38: "snare", 40: "snare", 37: "rim", 42: "hat", 44: "hat", 46: "hat", 41: "tom", 43: "tom", 45: "tom",
    47: "tom", 48: "tom", 50: "tom", 49: "cymbal", 51: "cymbal", 52: "cymbal", 53: "cymbal", 55: "cymbal", 57: "cymbal",
}  # fmt: skip
RECORDED_KINDS = {
    "kick": "kick", "snare": "snare", "snare_rest": "rim", "hihat_closed": "hat", "hihat_open": "hat", "tom3": "tom",
    "tom_floor": "tom", "crash_l": "cymbal", "china": "cymbal", "ride": "cymbal", "ride_bell": "cymbal", "clap": "rim",
    "hihat_pedal": "hat", "splash": "cymbal",
}  # fmt: skip
SOURCE = (MADE_SOURCE, "MIT")
LAYERS = {"v1": 40, "v2": 80, "v3": 120}


@dataclass(frozen=True, eq=False)
class Hits:
    """``hits`` [n, WIDTH], ``kind`` indices and ``velocity`` [n], ``drum``: which drum (kit and piece) each is of, [n]."""

    hits: npt.NDArray[np.float32]
    kind: npt.NDArray[np.int64]
    velocity: npt.NDArray[np.float32]
    drum: npt.NDArray[np.int64]
    rows: tuple[Row, ...]


def vector(found: Analysis) -> npt.NDArray[np.float32]:
    """A hit's numbers: see :data:`studio.nn.hit_gan.WIDTH`."""
    noise = np.maximum(found.noise, -140.0)
    used = int((found.partials.max(0) > -149).sum())
    filled = np.geomspace(120.0, 4000.0, MODES)
    frequency = np.where(np.arange(MODES) < used, found.frequency[:MODES], filled)
    modes = np.maximum(found.partials[:, :MODES], -110.0)
    octaves = np.log2(np.maximum(frequency, 20.0) / 20.0) * OCTAVE
    made = np.concatenate([noise.ravel(), modes.ravel(), octaves]).astype(np.float32)
    assert made.shape == (WIDTH,)
    assert noise.shape[0] == POINTS
    return made


def kit_rows() -> list[Row]:
    """Hits of FluidR3's kits, made on first use."""
    folder = cache() / "kits"
    folder.mkdir(exist_ok=True)
    rows = []
    for kit in KITS:
        wanted = [
            Row(
                folder / f"kit{kit:02d}_{key}_{layer}.flac",
                f"kit{kit}_{key}",
                key,
                velocity,
                layer,
                "soundfont-render",
                0.0,
                *SOURCE,
            )
            for key in PIECES
            for layer, velocity in LAYERS.items()
        ]
        if not all(r.path.exists() for r in wanted):
            sounds = single_notes(-1 - kit, [(r.pitch, r.velocity, DRUM_HELD_S) for r in wanted])
            for row, sound in zip(wanted, sounds, strict=True):
                soundfile.write(row.path, sound / max(float(np.abs(sound).max()), 1e-6) * 0.9, 44100, subtype="PCM_16")
        rows += wanted
    return rows


def _kit_hits(rows: list[Row]) -> list[npt.NDArray[np.float32]]:
    sounds = [soundfile.read(r.path)[0] for r in rows]
    modes = find_modes(sounds, 44100)
    return [vector(analyse_hit(s, 44100, modes)) for s in sounds]


def read_hits(progress: Callable[[float], None] = lambda _: None) -> Hits:
    """All hits, taken apart where they are not yet."""
    notes = analysed([r for r in [*read_rows(), *made_rows()] if r.instrument in DRUMS])
    rows = [n.row for n in notes]
    hits = [vector(n.analysis) for n in notes]
    kinds = [KINDS.index(RECORDED_KINDS.get(r.instrument.removeprefix("drums_"), "percussion")) for r in rows]
    kept = cache() / "kits.npz"
    made = kit_rows()
    if not kept.exists():
        groups = [made[k : k + len(LAYERS)] for k in range(0, len(made), len(LAYERS))]
        vectors: list[npt.NDArray[np.float32]] = []
        for k, group in enumerate(groups):
            vectors += _kit_hits(group)
            progress((k + 1) / len(groups))
        np.savez(kept, hits=np.stack(vectors))
    hits += list(np.load(kept)["hits"])
    rows += made
    kinds += [KINDS.index(PIECES[r.pitch]) for r in made]
    names = {name: k for k, name in enumerate(dict.fromkeys(r.instrument for r in rows))}
    return Hits(
        np.stack(hits), np.array(kinds), np.array([r.velocity for r in rows], np.float32),
        np.array([names[r.instrument] for r in rows]), tuple(rows),
    )  # fmt: skip
