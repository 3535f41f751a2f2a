"""Trains the performer: how early or late, and how loud, people play the notes of a score.

Played notes are laid on the nearest sixteenth or triplet; what is left over, less the piece's median, is the timing to learn,
and the velocity less the piece's mean the loudness. A note's deviations are Gaussians whose means and widths a network of two
hidden layers tells from the score, from how the note before was played and from how the last one in the same place of the bar
was (known while training, drawn while playing).

Only the drums (Groove) were recorded with their timing: POP909's notes lie on the grid, but for their velocities. So loudness
of pitched notes is learned from POP909, and their timing from the drums with the piece of the kit hidden: how people place
notes in the bar, whatever they play. What is unknown of a set is noise among its features, so that nothing hangs on it.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import mido
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from studio.engines.cards import Card
from studio.engines.performer import FEATURES, LOUD, MOST_MS, PITCHED, TIME_MS, Floats, same_places, score_features
from studio.errors import StudioError
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER, Meter, TimeSignature
from studio.paths import training_data
from studio.train.export import export
from studio.train.recipes import Progress
from studio.train.symbolic_files import SETS, TEST, list_songs, read_midi

LEAST_NOTES = 24
_STYLES = ("pop", "drums")
Numbers = npt.NDArray[Any]
Singles = npt.NDArray[np.float32]
Played = tuple[Notes, Floats, Floats]  # as written; late in beats; velocity


def network(units: int) -> nn.Sequential:
    """From features [n, FEATURES] to means and logarithms of widths of timing and loudness [n, 4]."""
    return nn.Sequential(
        nn.Linear(FEATURES, units), nn.Tanh(), nn.Linear(units, units), nn.Tanh(), nn.Linear(units, 4)
    )  # fmt: skip


def written_and_late(beats: Floats) -> tuple[Floats, Floats]:
    """The nearest sixteenth or eighth triplet of each onset (in beats), and how much later than it is (in beats)."""
    straight, triplet = np.rint(beats * 4) / 4, np.rint(beats * 3) / 3
    nearer = np.abs(beats - triplet) + 0.03 < np.abs(beats - straight)  # in doubt it is a sixteenth
    written = np.where(nearer, triplet, straight)
    return written, beats - written


def rows_of(played: Played, meter: Meter, bpm: float, teaches: str) -> tuple[Singles, Singles]:
    """Features [n, FEATURES] and targets [n, 2] of a piece; targets that are not to be learned are not a number.

    ``teaches`` is "drums" (timing and loudness of drums), "timing" or "loudness" (of pitched notes).
    """
    notes, late, velocity = played
    draw = np.random.default_rng(len(notes))
    late_ms = (late - np.median(late)) * 60_000 / bpm
    target = np.stack([late_ms / TIME_MS, (velocity - velocity.mean()) / LOUD], axis=1)
    heard = np.vstack([np.clip(target, -MOST_MS / TIME_MS, MOST_MS / TIME_MS), np.zeros((1, 2))])  # the last row: none before
    target[np.abs(late_ms) > MOST_MS] = np.nan
    places = same_places(notes, meter, teaches == "drums")
    score = score_features(notes, meter, bpm, teaches == "drums")
    if teaches == "timing":
        score[:, PITCHED] = draw.standard_normal((len(notes), 2))
    if teaches != "drums":
        unknown = 1 if teaches == "timing" else 0
        target[:, unknown], heard[:-1, unknown] = np.nan, draw.standard_normal(len(notes))
    follows = np.append(0.0, np.diff(notes.start) == 0)
    before = heard[np.arange(-1, len(notes) - 1)]
    features = np.column_stack([score, before, follows, heard[places], places >= 0])
    return features.astype(np.float32), target.astype(np.float32)


def played_notes(onset: Floats, length: Floats, pitch: Numbers, velocity: Numbers) -> Played:
    """Played notes (onset and length in beats), as written and how they deviate, in the order of the score."""
    written, late = written_and_late(onset)
    start = np.rint(written * TICKS_PER_QUARTER).astype(np.int64)
    order = np.lexsort((pitch, start))
    duration = np.maximum(1, np.rint(length * TICKS_PER_QUARTER)).astype(np.int64)
    notes = Notes.of(start[order], duration[order], pitch[order], 80, id=np.arange(len(start)))
    return notes, late[order], velocity[order].astype(np.float64)


def groove_piece(path: Path) -> list[tuple[Singles, Singles]]:
    """A drummer's playing to the click."""
    parts, signatures, per_beat = read_midi(path)
    made = []
    for part in parts:
        onset = part.start / per_beat
        if part.drums and len(onset) >= LEAST_NOTES:
            played = played_notes(onset, part.length / per_beat, part.pitch, part.velocity)
            meter, bpm = _meter(signatures, per_beat), bpm_of(path)
            made += [rows_of(played, meter, bpm, "drums"), rows_of(played, meter, bpm, "timing")]
    return made


def pop_piece(path: Path) -> list[tuple[Singles, Singles]]:
    """A pop arrangement as it was played, aligned by its quantised version: note by note, by track, pitch and order."""
    original = path.parent.parent / "midi_original" / path.name
    if not original.exists():
        return []
    score, signatures, per_beat = read_midi(path)
    raw, _, raw_beat = read_midi(original)
    found = {p.name: p for p in raw}
    bpm = bpm_of(path)
    made = []
    for part in score:
        if part.name in found and part.name != "CHORDS":
            pairs = _pairs(part, found[part.name])
            if len(pairs) < LEAST_NOTES or len(pairs) < 0.9 * len(part.start):
                continue
            at = found[part.name].start[pairs[:, 1]] / raw_beat
            shift = np.median(at - part.start[pairs[:, 0]] / per_beat)
            kept = pairs[:, 0]
            played = played_notes(at - shift, part.length[kept] / per_beat, part.pitch[kept], part.velocity[kept])
            made.append(rows_of(played, _meter(signatures, per_beat), bpm, "loudness"))
    return made


def _pairs(score: Any, raw: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Indices of the same note in both: the k-th of a pitch, for pitches that have as many notes in either."""
    pairs = []
    by_pitch: dict[int, list[list[int]]] = defaultdict(lambda: [[], []])
    for side, part in enumerate((score, raw)):
        for k in np.argsort(part.start, kind="stable").tolist():
            by_pitch[int(part.pitch[k])][side].append(k)
    for one, other in by_pitch.values():
        if len(one) == len(other):
            pairs += list(zip(one, other, strict=True))
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _meter(signatures: list[tuple[int, int, int]], per_beat: int) -> Meter:
    rows = {0: (4, 4)} | {t * TICKS_PER_QUARTER // per_beat: (n, d) for t, n, d in signatures}
    try:
        return Meter(tuple(TimeSignature(t, *rows[t]) for t in sorted(rows)))
    except ValueError:
        return Meter()


def bpm_of(path: Path) -> float:
    """The first tempo of a MIDI file."""
    for track in mido.MidiFile(path, clip=True).tracks:
        for message in track:
            if message.type == "set_tempo":
                return float(mido.tempo2bpm(message.tempo))
    return 120.0


def read_playing(root: Path, progress: Progress) -> dict[bool, tuple[Tensor, Tensor]]:
    """Features and targets of all played notes: of training pieces (False) and of those held out (True)."""
    rows: dict[bool, list[tuple[Singles, Singles]]] = {False: [], True: []}
    chosen = [s for s in list_songs(root) if SETS[s[0]].style in _STYLES]
    for k, (number, _, split, path) in enumerate(chosen):
        progress(0.3 * k / max(1, len(chosen)), "Reading what was played")
        rows[split == TEST] += (groove_piece if SETS[number].style == "drums" else pop_piece)(path)
    if not rows[False] or not rows[True]:
        raise StudioError(f"There is no recorded playing in {root}.", "Set STUDIO_DATA to the folder of the training data.")
    return {held: (_tensor([f for f, _ in part]), _tensor([t for _, t in part])) for held, part in rows.items()}


def _tensor(parts: list[Singles]) -> Tensor:
    return torch.from_numpy(np.concatenate(parts))


def loss_of(out: Tensor, target: Tensor) -> Tensor:
    """Nats of timing and of loudness [2], each the mean over the notes that have that target."""
    known = ~torch.isnan(target)
    width = torch.clamp(out[:, 2:], -4, 1)
    off = torch.where(known, target, 0.0) - out[:, :2]
    nats = 0.5 * (off / torch.exp(width)) ** 2 + width + 0.5 * np.log(2 * np.pi)
    return (nats * known).sum(dim=0) / known.sum(dim=0).clamp(min=1)


def noise_nats(train: Tensor, held: Tensor) -> Tensor:
    """Held-out nats [2] of plain noise: one mean and one width for all notes."""
    mean = torch.nanmean(train, dim=0)
    width = torch.sqrt(torch.nanmean((train - mean) ** 2, dim=0))
    return loss_of(torch.cat([mean, torch.log(width)]).expand(len(held), 4), held)


def train(recipe: dict[str, Any], folder: Path, resume: bool, progress: Progress) -> None:
    """Train and export; minutes on one core. ``resume`` starts anew: there is nothing worth keeping halfway."""
    schedule = recipe["schedule"]
    torch.manual_seed(schedule["seed"])
    data = read_playing(training_data() / "symbolic", progress)
    (x, y), (held_x, held_y) = data[False], data[True]
    model = network(recipe["shape"]["units"])
    optimizer = torch.optim.AdamW(model.parameters(), schedule["rate"], weight_decay=schedule["weight_decay"])
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, schedule["steps"])
    for step in range(schedule["steps"]):
        batch = torch.randint(len(x), (schedule["batch"],))
        loss = loss_of(model(x[batch]), y[batch]).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        decay.step()
        if step % schedule["measure_every"] == 0:
            progress(0.3 + 0.7 * step / schedule["steps"], f"Step {step}: {loss.item():.3f} nats")
    _export(recipe, model, x, y, held_x, held_y)


def _export(recipe: dict[str, Any], model: nn.Sequential, x: Tensor, y: Tensor, held_x: Tensor, held_y: Tensor) -> None:
    figures: dict[str, Any] = {
        "measured_by": f"studio train {recipe['name']}",
        "taught_notes_drums_twice": len(x),
        "held_out_notes_drums_twice": len(held_x),
    }
    with torch.no_grad():
        for name, drums in (("pitched", 0.0), ("drums", 1.0)):
            mine, other = held_x[:, 0] == drums, x[:, 0] == drums
            both = loss_of(model(held_x[mine]), held_y[mine]), noise_nats(y[other], held_y[mine])
            learned, noise = ([round(float(v), 3) for v in nats] for nats in both)
            figures[name] = {"nats a note, timing and loudness": learned, "plain noise": noise}
    sets = [s for s in SETS if s.style in _STYLES]
    card = Card(
        recipe["model"],
        "performer",
        recipe["title"],
        summary="Timing and loudness of playing, for notes that are written. Used by Humanize.",
        hyper=recipe["shape"],
        recipe=recipe["name"],
        data=[{"name": s.title, "licence": s.licence, "credit": s.credit, "kind": "recorded"} for s in sets],
        training={"seed": recipe["schedule"]["seed"], "steps": recipe["schedule"]["steps"]},
        figures=figures,
    )
    export({k: v.detach() for k, v in model.state_dict().items()}, card)
