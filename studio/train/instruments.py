"""Trains the control network of the neural instruments by regression on analysed notes (recipe instruments.toml).

Never through audio: a first try of that gained nothing, and regression takes minutes. Two runs of one recipe: ``holdout``
leaves whole pitches and a velocity layer out and is what the figures are measured on; the shipped weights then see all notes.

Tried without gain, judged by the spectral distance on pitches left out of the training notes: means of four networks (-0.5 %),
a loss in the spectra of the recordings beside or after this one (within 1 % either way), weights by time alone, more jitter,
dropout, weight decay or recorded notes (within 1 %); 64 hidden units instead of 160 lose 1.5 %, 256 or 320, or five layers, gain
less than 1 % (256 are 6 % nearer to the made notes they learned and 2 % to others, at twice the time a note). What the network lacks
on the neighbouring keys, added to what it says: -2 % on one set of pitches, nothing on another. A law that stretches decays, fitted
in the training notes: nearer on one set (26 to 20 %), not on the other. Partials that drown in noise left out: within 1 %. What
is left is mostly chance (see ``studio bench instruments``) and what a note's neighbours do not tell.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.engines import neural_instruments_laws as laws
from studio.engines.cards import Card
from studio.engines.neural_instruments_laws import Sound
from studio.engines.note_targets import target_of
from studio.nn.spectral import FLOOR_DB, MAX_PARTIALS, POINTS
from studio.nn.timbre import TimbreNet
from studio.nn.timbre_playing import TimbreSize
from studio.paths import models
from studio.train import instruments_laws
from studio.train.export import export
from studio.train.instruments_closed import corrected
from studio.train.instruments_data import Note, analysed, fundamental_of, made_rows, read_rows, split
from studio.train.instruments_table import CREDITS, DRUMS, INSTRUMENTS
from studio.train.loop import Progress, Schedule, Trainer

Float = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Recipe:
    """What the recipe's ``[instruments]`` table may say."""

    embedding: int = 24
    hidden: int = 160
    layers: int = 3
    dropout: float = 0.15
    batch: int = 64
    points: int = 8  # control points of each note that a mini-batch looks at, drawn anew each time
    pitch_jitter: float = 1.5  # semitones to either side
    velocity_jitter: float = 6.0
    recorded_share: float = 2.5  # how much oftener a recorded note is drawn than a synthetic one
    made: bool = True  # with the notes made by FluidSynth
    holdout: bool = True  # leave the held-out notes out
    strangers: tuple[str, ...] = ()  # instruments left out altogether: what learning a new one is judged on


def stiffness_of(notes: list[Note]) -> tuple[float, ...]:
    """The inharmonicity over pitch that the notes show."""
    return laws.stiffness_of([n.row.pitch for n in notes], [n.analysis.inharmonicity for n in notes])


def sounds_of(notes: list[Note]) -> list[Sound]:
    """The table of trained sounds, in the order of the network's rows."""
    by_name: dict[str, list[Note]] = {}
    for note in notes:
        by_name.setdefault(note.row.instrument, []).append(note)
    table = []
    for row, name in enumerate(n for n in INSTRUMENTS if n in by_name):
        one, group = INSTRUMENTS[name], by_name[name]
        ratios: tuple[float, ...] = ()
        if name in DRUMS:
            ratios = tuple(float(f) for f in _modes(group, 1.0))
        elif one.modes:
            ratios = tuple(float(f) for f in _modes(group, 0.0))
        table.append(
            Sound(
                id=name, row=row, title=one.title, program=one.program, kind=group[0].row.kind, steady=one.steady,
                octave=one.octave,
                release_s=one.release_s, louder_db=one.louder_db,
                low=min(n.row.pitch for n in group), high=max(n.row.pitch for n in group),
                soft=min(n.row.velocity for n in group), loud=max(n.row.velocity for n in group), ratios=ratios,
                stiffness=stiffness_of(group) if one.stiff else (), key=group[0].row.pitch if name in DRUMS else 0,
            )
        )  # fmt: skip
    return table


def _modes(group: list[Note], absolute: float) -> Float:
    """Median over the notes of the modes' frequencies (``absolute`` 1) or ratios to the fundamental (0)."""
    rows = []
    for note in group:
        used = int((note.analysis.partials.max(0) > FLOOR_DB).sum())
        base = 1.0 if absolute else fundamental_of(note.row, INSTRUMENTS[note.row.instrument])
        rows.append((used, note.analysis.frequency[:MAX_PARTIALS] / base))
    count = max(u for u, _ in rows)
    return np.array([np.median([f[k] for u, f in rows if u > k]) for k in range(count)])


def note_columns(notes: list[Note], by_name: dict[str, Sound]) -> dict[str, Tensor]:
    """The notes' targets as tensors, by the names of :class:`studio.engines.note_targets.Target`."""
    targets = [target_of(n.analysis, n.row.pitch, by_name[n.row.instrument], n.correction) for n in notes]
    return {
        name: torch.from_numpy(np.stack([getattr(t, name) for t in targets]).astype(np.float32))
        for name in ("partials", "noise", "partial_weight", "noise_weight", "position")
    }


class InstrumentsTask:
    """The regression, for the training loop."""

    def __init__(self, notes: list[Note], train: list[int], held: list[int], sounds: list[Sound], recipe: Recipe) -> None:
        by_name = {s.id: s for s in sounds}
        self.recipe, self.sounds, self.train, self.held = recipe, sounds, train, held
        self.model = TimbreNet(TimbreSize(len(sounds), recipe.embedding, recipe.hidden, recipe.layers, recipe.dropout))
        self.columns = note_columns(notes, by_name)
        self.instrument = torch.tensor([by_name[n.row.instrument].row for n in notes])
        self.pitch = torch.tensor([float(n.row.pitch) for n in notes])
        self.velocity = torch.tensor([float(n.row.velocity) for n in notes])
        counts = np.bincount(self.instrument[train].numpy(), minlength=len(sounds))
        odds = 1 / np.sqrt(np.maximum(counts, 1))[self.instrument[train].numpy()]
        odds *= np.array([recipe.recorded_share if notes[k].row.kind == "recorded" else 1.0 for k in train])
        self.odds = torch.from_numpy(odds / odds.sum())
        with torch.no_grad():
            self._start_from_means(train)

    def _start_from_means(self, train: list[int]) -> None:
        """Give every instrument's base the mean of its notes, so that the layers have only the differences to learn."""
        for row in range(len(self.sounds)):
            of = [k for k in train if int(self.instrument[k]) == row]
            for name, at, centre in (("partials", 0, -55.0), ("noise", MAX_PARTIALS + 48, -85.0)):
                weight = self.columns[name[:-1] + "_weight" if name == "partials" else "noise_weight"][of]
                mean = (self.columns[name][of] * weight).sum((0, 1)) / weight.sum((0, 1)).clamp(min=1e-3)
                mean = torch.where(weight.sum((0, 1)) > 0, mean, torch.full_like(mean, -90.0))
                self.model.base.weight[row, at : at + len(mean)] = (mean - centre) / 25.0

    def _error(self, which: Tensor, pitch: Tensor, velocity: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        c = {name: column[which[:, None], points] for name, column in self.columns.items() if name != "position"}
        partials, noise = self.model(self.instrument[which], pitch, velocity, self.columns["position"][which], points)
        gap = ((partials - c["partials"]).abs() * c["partial_weight"]).sum() / c["partial_weight"].sum()
        hiss = ((noise - c["noise"]).abs() * c["noise_weight"]).sum() / c["noise_weight"].sum()
        return gap, hiss

    def loss(self, step: int) -> Tensor:
        """Mean absolute difference in dB over a mini-batch of notes with jittered pitch and velocity."""
        r = self.recipe
        draw = torch.Generator().manual_seed(step * 7919 + 17)
        which = torch.tensor(self.train)[torch.multinomial(self.odds, r.batch, replacement=True, generator=draw)]
        shake = torch.rand(2, r.batch, generator=draw) * 2 - 1
        pitch = self.pitch[which] + shake[0] * r.pitch_jitter
        points = torch.randperm(POINTS, generator=draw)[: r.points]
        gap, hiss = self._error(which, pitch, self.velocity[which] + shake[1] * r.velocity_jitter, points)
        return 0.5 * (gap + hiss)

    def measure(self) -> dict[str, float]:
        """Held-out differences in dB (of the training notes, where nothing is held out)."""
        which = torch.tensor(self.held or self.train)
        parts = [self._error(w, self.pitch[w], self.velocity[w], torch.arange(POINTS)) for w in which.split(128)]
        gap, hiss = (float(torch.stack(p).mean()) for p in zip(*parts, strict=True))
        return {"loss": 0.5 * (gap + hiss), "partials": gap, "noise": hiss}

    def state(self) -> dict[str, Any]:
        """Nothing: mini-batches are drawn from their step's number."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""


def data_entries(notes: list[Note]) -> list[dict[str, Any]]:
    """For the card: one entry a source, recorded, synthetic and soundfont-made told apart, with licence and credit."""
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for n in notes:
        r = n.row
        entry = entries.setdefault(
            (r.source, r.kind),
            {
                "name": r.source,
                "kind": r.kind,
                "licence": r.licence,
                "credit": CREDITS.get(r.source, ""),
                "instruments": [],
                "notes": 0,
            },
        )
        entry["notes"] += 1
        if r.instrument not in entry["instruments"]:
            entry["instruments"].append(r.instrument)
    return list(entries.values())


TITLE = "Neural instruments"
SUMMARY = (
    "Plays all General MIDI programs and a drum kit note by note: a control network gives partials and noise, spectral synthesis "
    "the sound. "
    "Learned from recorded, synthetic and soundfont-made single notes, told apart below; level, velocity law and release are "
    "designed."
)


def prepared_notes(settings: Recipe, progress: Progress) -> list[Note]:
    """All notes of the training data that the recipe learns from, made, taken apart and corrected where they are not yet.

    Raises:
        StudioError: the training data are missing.
    """
    rows = read_rows()
    if settings.made:
        progress(0.0, "making more notes with FluidSynth")
        rows += made_rows()
    rows = [r for r in rows if r.instrument not in settings.strangers]
    notes = analysed(rows, lambda share: progress(0.0, f"taking notes apart: {share:.0%}"))
    by_name = {s.id: s for s in sounds_of(notes)}
    return corrected(
        notes,
        lambda n: _controls(n, by_name[n.row.instrument]),
        lambda share: progress(0.0, f"comparing notes with their recordings: {share:.0%}"),
    )


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train the recipe's ``[instruments]`` on its ``[schedule]`` in ``folder``, and export to the recipe's ``model``.

    Raises:
        StudioError: the training data are missing.
    """
    settings, schedule = Recipe(**recipe.get("instruments", {})), Schedule(**recipe.get("schedule", {}))
    notes = prepared_notes(settings, progress)
    learn, held = split([n.row for n in notes])
    if not settings.holdout:
        learn, held = list(range(len(notes))), []
    torch.manual_seed(schedule.seed)
    task = InstrumentsTask(notes, learn, held, sounds_of(notes), settings)
    trainer = Trainer(task, schedule, folder, progress)
    if resume:
        trainer.resume()
    run = trainer.fit()
    best = torch.load(folder / "best.pt", weights_only=True)
    trained = {
        "seed": schedule.seed, "steps": run.step, "minutes": round(run.seconds / 60, 1),
        "notes": len(learn), "held_out_notes": len(held),
        "controls_db": {k: round(v, 3) for k, v in next(r for r in run.log if r["step"] == run.best_step).items()},
        "schedule": vars(schedule), "settings": vars(settings),
    }  # fmt: skip
    target = models() / str(recipe.get("model", recipe["name"]))
    card = Card(
        id=target.name, engine="neural-instruments", title=TITLE, summary=SUMMARY, recipe=str(recipe["name"]), training=trained,
        hyper={"network": task.model.size.as_dict(), "sounds": [_entry(s) for s in task.sounds]},
        data=data_entries([notes[k] for k in learn]),
    )  # fmt: skip
    export(best, card, target)
    instruments_laws.fit(target, [notes[k].row for k in learn], progress)


def _controls(note: Note, sound: Sound) -> tuple[Float, Float]:
    target = target_of(note.analysis, note.row.pitch, sound)
    return target.partials, target.noise


def _entry(sound: Sound) -> dict[str, Any]:
    return {k: [round(x, 4) for x in v] if isinstance(v, tuple) else v for k, v in asdict(sound).items()}
