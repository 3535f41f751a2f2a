"""``studio bench arranger``: what holes cost the arranger, what it hears, and its accompaniments beside blocks of chords."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from studio.engines.api import Quiet
from studio.engines.arranger import ArrangerEngine
from studio.engines.arranger_setting import ArrangeRequest
from studio.engines.arranger_take import Arranged
from studio.engines.cards import read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_costs import costs_of
from studio.engines.note_columns import DRUMS, TRACK_CLASSES, Piece
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.music.time import TICKS_PER_QUARTER, Meter, TimeSignature
from studio.paths import models
from studio.train.arranger_task import ArrangerTask, Example, Feeding, batch_of, kept
from studio.train.songs import PER_BEAT, SongParts, songs
from studio.train.symbolic_files import STYLES, TEST

_SCALE = TICKS_PER_QUARTER // PER_BEAT
_PAST = 400
Floats = npt.NDArray[np.float64]


def without_context(example: Example) -> Example:
    """The hole with only what the part itself played before it."""
    hole = example.hole
    return Example(kept(hole, hole.own & (hole.time < hole.start)), example.notes)


def writer_costs(writer: LstmWriter, piece: Piece, example: Example) -> float:
    """Nats that the notes of a hole cost the LSTM writer, which hears what the part played before: all but who plays."""
    hole = example.hole
    own = np.flatnonzero((piece.track == hole.target) & (piece.time < hole.end))
    own = own[max(0, len(own) - len(example.notes) - _PAST) :]
    columns = {n: getattr(piece, n)[own] for n in ("time", "track", "pitch", "steps", "duration", "velocity")}
    alone = replace(piece, **columns)
    nats = costs_of(writer._model, alone, Quiet(), STYLES[hole.style] if hole.style < len(STYLES) else "").nats
    inside = alone.time >= hole.start
    return float(np.delete(nats[inside], 1, axis=1).sum())


def holes(task: ArrangerTask, writer: LstmWriter | None, songs_a_set: int, a_song: int) -> None:
    """Nats a note of held-out holes by style: the LSTM writer and the arranger on what the part played before, and with all."""
    print(
        f"{'set':<11}{'holes':>6}{'notes':>7}{'LSTM':>9}{'part alone':>12}{'with context':>14}{'below LSTM':>12}{'below alone':>13}"
    )
    table = []
    for number, examples in task.some(TEST, songs_a_set, a_song).items():
        notes = sum(len(e.notes) for e in examples)
        full = sum(float(c.sum()) for c in task.costs(examples)) / notes
        alone = sum(float(c.sum()) for c in task.costs([without_context(e) for e in examples])) / notes
        plain = sum(writer_costs(writer, task.holes.piece(e.song), e) for e in examples) / notes if writer else float("nan")
        table.append((plain, alone, full))
        print(f"{STYLES[number]:<11}{len(examples):>6}{notes:>7}{_costs_row(plain, alone, full)}")
    print(f"{'mean':<24}{_costs_row(*np.mean(table, axis=0).tolist())}")


def _costs_row(plain: float, alone: float, full: float) -> str:
    return f"{plain:>9.3f}{alone:>12.3f}{full:>14.3f}{1 - full / plain:>12.1%}{1 - full / alone:>13.1%}"


def attention(task: ArrangerTask, songs_a_set: int) -> None:
    """How far the attention is from listening to all alike."""
    import torch

    entropy, top, here, even_here = [], [], [], []
    for examples in task.some(TEST, songs_a_set).values():
        *shown, _ = batch_of(examples)
        with torch.no_grad():
            _, weights = task.model.losses(*shown)
        start, end, there = shown[3], shown[4], shown[5]
        for k, example in enumerate(examples):
            n = int(there[k].sum())
            if n < 16:
                continue
            w = weights[k, : len(example.notes), :n].double().numpy()
            at = example.notes[:, :1]
            entropy.append(float((-(w * np.log(w + 1e-12)).sum(axis=1) / np.log(n)).mean()))
            top.append(float(np.sort(w, axis=1)[:, -max(1, n // 20) :].sum(axis=1).mean()))
            sounding = (start[k, :n].numpy() <= at) & (end[k, :n].numpy() > at)
            here.append(float((w * sounding).sum(axis=1).mean()))
            even_here.append(float(sounding.mean()))
    print(
        f"attention over {len(entropy)} holes: entropy {np.mean(entropy):.2f} of a uniform one's; the loudest 5 % of the notes get "
        f"{np.mean(top):.0%} of the weight (uniform: 5 %); notes sounding here {np.mean(here):.0%} (uniform: {np.mean(even_here):.0%})"
    )


# -- accompaniments beside blocks of chords


def document_of(song: SongParts) -> Document:
    """A song's parts as a document."""
    tracks = []
    for k, (part, number) in enumerate(zip(song.parts, song.classes, strict=True)):
        notes = Notes.of(part.start * _SCALE, part.length * _SCALE, part.pitch, np.maximum(1, part.velocity))
        name = TRACK_CLASSES[number][0]
        clip = Clip(100 + k, 0, max(1, notes.last_end), (Take(notes),))
        tracks.append(Track(1 + k, name, program=part.program, drums=part.drums, clips=(clip,)))
    rows = {t * _SCALE: (n, d) for t, n, d in song.signatures}
    signatures = tuple(TimeSignature(t, *rows[t]) for t in sorted(rows))
    if not signatures or signatures[0].tick:
        signatures = (TimeSignature(), *signatures)
    key = Key(song.key % 12, "minor" if song.key >= 12 else "major") if song.key >= 0 else None
    return Document(
        meter=Meter(signatures), keys=(KeyChange(0, key),) if key else (), tracks=tuple(tracks), next_id=1000
    )  # fmt: skip


def blocks(document: Document, track: Track, start: int, end: int) -> Notes:
    """The baseline: in each bar the three pitch classes that sound most in the other parts, as a block in the part's register."""
    own = track.notes.select((track.notes.start < start) | (track.notes.start >= end))
    middle = int(np.median(own.pitch)) if len(own) else 48 if track.program in range(32, 40) else 60
    rows: list[tuple[int, int, int]] = []
    at = start
    while at < end:
        to = document.meter.bar_end(document.meter.bar_of(at))
        chroma = np.zeros(12)
        for other in document.tracks:
            if other.id != track.id and not other.drums:
                n = other.notes
                held = np.minimum(n.end, to) - np.maximum(n.start, at)
                np.add.at(chroma, n.pitch[held > 0] % 12, held[held > 0])
        tones = [t for t in np.argsort(-chroma, kind="stable")[:3].tolist() if chroma[t] > 0]
        rows += [(at, to - at, middle + (tone - middle + 6) % 12 - 6) for tone in tones]
        at = to
    return Notes.of(*np.array(rows).T) if rows else Notes.empty()


def overlaps(ours: Notes, theirs: Notes, meter: Meter, start: int, end: int) -> Floats:
    """Overlap with the true part, 0 to 1: pitch classes by bar, onsets (F1 on sixteenths), register (in steps of three semitones)."""
    bars, at = [], start
    while at < end:
        to = meter.bar_end(meter.bar_of(at))
        a, b = (np.bincount(n.starting_between(at, to).pitch.astype(int) % 12, minlength=12) for n in (ours, theirs))
        if b.any():
            bars.append(float(np.minimum(a / max(1, a.sum()), b / b.sum()).sum()))
        at = to
    on = [set(((n.start + 120) // 240).tolist()) for n in (ours, theirs)]
    both = len(on[0] & on[1])
    spread = [np.bincount(n.pitch.astype(int) // 3, minlength=43) / max(1, len(n)) for n in (ours, theirs)]
    return np.array([np.mean(bars) if bars else 0.0, 2 * both / max(1, len(on[0]) + len(on[1])), np.minimum(*spread).sum()])


def accompanying(engine: ArrangerEngine, read: list[SongParts], songs_a_set: int) -> None:
    """Four bars of a part that is known elsewhere in the song, written anew, beside the true part; and blocks of chords."""
    print(
        f"\n{'accompaniment':<14}{'parts':>6}{'pitch classes':>16}{'blocks':>8}{'onsets':>10}{'blocks':>8}{'register':>11}{'blocks':>8}"
    )
    every: list[tuple[Floats, Floats]] = []
    for number, style in enumerate(STYLES):
        found = [s for s in read if s.set == number and s.split == TEST and len(s.parts) > 1]
        rows = []
        for k in np.unique(np.linspace(0, len(found) - 1, min(songs_a_set, len(found))).astype(int)).tolist() if found else []:
            pair = _accompanied(engine, found[k], style, k)
            if pair:
                rows.append(pair)
        if rows:
            every += rows
            _print_overlaps(style, rows)
    _print_overlaps("all", every)


def _accompanied(engine: ArrangerEngine, song: SongParts, style: str, seed: int) -> tuple[Floats, Floats] | None:
    """Overlaps of ours and the blocks' with the true part; the lead (highest part) is never the one that is written."""
    document = document_of(song)
    pitched = [t for t, c in zip(document.tracks, song.classes, strict=True) if c != DRUMS and len(t.notes) > 15]
    pitched.sort(key=lambda t: float(t.notes.pitch.mean()))
    if len(pitched) < 2:
        return None
    track = pitched[seed % (len(pitched) - 1)]
    onset = int(track.notes.start[len(track.notes) // 2])
    first = document.meter.bar_of(onset)
    start, end = document.meter.bar_start(first), document.meter.bar_start(first + 4)
    true = track.notes.starting_between(start, end)
    request = ArrangeRequest(document, start, end - start, tracks=(track.id,), style=style, seed=seed)
    made = [notes for chunk in engine.generate(request, Quiet()) if isinstance(chunk, Arranged) for _, notes in chunk.notes]
    ours = Notes.concat(made)
    return (
        overlaps(ours, true, document.meter, start, end),
        overlaps(blocks(document, track, start, end), true, document.meter, start, end),
    )


def _print_overlaps(name: str, rows: list[tuple[Floats, Floats]]) -> None:
    ours, theirs = (np.mean([r[k] for r in rows], axis=0) for k in (0, 1))
    cells = "".join(f"{a:>{w}.3f}{b:>8.3f}" for a, b, w in zip(ours, theirs, (16, 10, 11), strict=True))
    print(f"{name:<14}{len(rows):>6}{cells}")


def run(argv: Sequence[str]) -> int:
    """Measure the arranger (issue 4, bar 4)."""
    parser = argparse.ArgumentParser(prog="studio bench arranger")
    parser.add_argument("--model", default="arranger")
    parser.add_argument("--writer", default="writer-lstm", help="the LSTM beside it; empty leaves it out")
    parser.add_argument("--songs", type=int, default=12, help="held-out songs a set")
    parser.add_argument("--holes", type=int, default=3, help="holes a song")
    options = parser.parse_args(argv)
    engine = ArrangerEngine()
    engine.prepare(read_card(models() / options.model), "cpu")
    writer = None
    if options.writer:
        writer = LstmWriter()
        writer.prepare(read_card(models() / options.writer), "cpu")
    read = songs()
    task = ArrangerTask(engine._model, read, Feeding(), 0)
    holes(task, writer, options.songs, options.holes)
    attention(task, options.songs)
    accompanying(engine, read, options.songs)
    return 0
