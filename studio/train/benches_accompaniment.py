"""The accompaniment part of ``studio bench arranger``: parts written anew beside the true ones, and what a composer would do without.

The peers are blocks of the other parts' chords, and the same part's bars from before. Also: how soon the first note comes,
the longest stretch that is found in the training songs of the style, and whether one and two threads write the same.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.engines.api import Quiet
from studio.engines.arranger import ArrangerEngine
from studio.engines.arranger_setting import ArrangeRequest
from studio.engines.arranger_take import Arranged
from studio.engines.note_columns import DRUMS, TRACK_CLASSES, Part, encode
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.music.time import TICKS_PER_QUARTER, Meter, TimeSignature
from studio.train.arranger_examples import Holes
from studio.train.measures import longest_copy, outline
from studio.train.songs import PER_BEAT, SongParts
from studio.train.symbolic_files import STYLES, TEST, TRAIN

_SCALE = TICKS_PER_QUARTER // PER_BEAT
_BARS = 4
NAMES = ("pitch classes", "onsets", "register")
_WIDTHS = (16, 9, 11)
Floats = npt.NDArray[np.float64]


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


def repeated(document: Document, track: Track, start: int, end: int) -> Notes:
    """The other baseline: what the part plays in as many bars before, or after where there is nothing before."""
    for away in (start - end, end - start):
        found = track.notes.starting_between(start + away, end + away)
        if len(found):
            return found.replace(start=found.start - away)
    return Notes.empty()


@dataclass(frozen=True)
class Accompaniment:
    """A part written anew: ours and the true notes, and the overlaps of ours, the blocks' and the repeated bars' with it [3, 3]."""

    ours: Notes
    true: Notes
    overlap: Floats
    first: float


def accompanying(engine: ArrangerEngine, holes: Holes, songs_a_set: int) -> None:
    """Four bars of a part that is known elsewhere in the song, written anew, beside the true part, and the baselines."""
    print(
        f"\n{'accompaniment':<14}{'parts':>6}"
        + "".join(f"{n:>{w}}{'blocks':>8}{'repeat':>8}" for n, w in zip(NAMES, (16, 9, 11), strict=True))
    )
    every: list[Accompaniment] = []
    copies: dict[str, tuple[int, int]] = {}
    for number, style in enumerate(STYLES):
        found = [s for s in holes.songs if s.set == number and s.split == TEST and len(s.parts) > 1]
        chosen = np.unique(np.linspace(0, len(found) - 1, min(songs_a_set, len(found))).astype(int)).tolist() if found else []
        made = [a for a in (accompanied(engine, found[k], style, k) for k in chosen) if a]
        if made:
            every += made
            _print_overlaps(style, made)
            copies[style] = longest(made, holes, number)
    _print_overlaps("all", every)
    print(
        f"first notes after {1000 * np.median([a.first for a in every]):.0f} ms (median; {1000 * max(a.first for a in every):.0f} at most)"
    )
    fine = sum(ours <= theirs for ours, theirs in copies.values())
    told = ", ".join(f"{s} {a} / {b}" for s, (a, b) in copies.items())
    print(
        f"longest stretch found in the style's training songs, notes, ours / the true parts': {told}; no longer in {fine} of {len(copies)}"
    )


def accompanied(engine: ArrangerEngine, song: SongParts, style: str, seed: int) -> Accompaniment | None:
    """A part of a song written anew; the lead (highest part) is never the one."""
    document = document_of(song)
    pitched = [t for t, c in zip(document.tracks, song.classes, strict=True) if c != DRUMS and len(t.notes) > 15]
    pitched.sort(key=lambda t: float(t.notes.pitch.mean()))
    if len(pitched) < 2:
        return None
    track = pitched[seed % (len(pitched) - 1)]
    first = document.meter.bar_of(int(track.notes.start[len(track.notes) // 2]))
    start, end = document.meter.bar_start(first), document.meter.bar_start(first + _BARS)
    true = track.notes.starting_between(start, end)
    request = ArrangeRequest(document, start, end - start, tracks=(track.id,), style=style, seed=seed)
    ours, soon = written(engine, request)
    peers = (ours, blocks(document, track, start, end), repeated(document, track, start, end))
    overlap = np.stack([overlaps(n, true, document.meter, start, end) for n in peers])
    return Accompaniment(ours, true, overlap, soon)


def written(engine: ArrangerEngine, request: ArrangeRequest) -> tuple[Notes, float]:
    """The notes of a request, and the seconds until the first ones came."""
    began, soon, made = time.perf_counter(), 0.0, []
    for chunk in engine.generate(request, Quiet()):
        if isinstance(chunk, Arranged) and chunk.notes:
            soon = soon or time.perf_counter() - began
            made += [notes for _, notes in chunk.notes]
    return Notes.concat(made), soon


def _line(start: npt.ArrayLike, pitch: npt.ArrayLike, per_beat: int) -> npt.NDArray[np.uint64]:
    """A part's notes as :func:`studio.train.measures.outline` tells them, whoever plays."""
    at, sounding = np.asarray(start, np.int64), np.asarray(pitch, np.int64)
    ones = np.ones(len(at), np.int64)
    piece = encode([Part("", 0, False, at, ones * per_beat, sounding, ones)], [(0, 4, 4)], per_beat, 0)
    return outline(piece.shift, np.ones(len(piece), np.int64), piece.pitch)[1:]


def longest(made: list[Accompaniment], holes: Holes, number: int) -> tuple[int, int]:
    """The longest stretch that ours, and the true parts, share with a part of the training songs of a style, in notes."""
    known = [
        _line(p.start, p.pitch, PER_BEAT)
        for s in holes.songs
        if s.set == number and s.split == TRAIN
        for p in s.parts
        if not p.drums
    ]
    ours, theirs = (
        max(longest_copy([_line(n.start, n.pitch, TICKS_PER_QUARTER) for n in which if len(n) > 1], known, step=2), default=0)
        for which in ([a.ours for a in made], [a.true for a in made])
    )
    return ours, theirs


def same_on_two_threads(engine: ArrangerEngine, read: list[SongParts], songs: int = 4) -> None:
    """Whether a part is the same, to the byte, on one thread and on two."""
    import torch

    found = [s for s in read if s.split == TEST and len(s.parts) > 1]
    before, alike, count = torch.get_num_threads(), 0, 0
    for k in np.unique(np.linspace(0, len(found) - 1, min(songs, len(found))).astype(int)).tolist():
        document = document_of(found[k])
        bar = document.meter.bar_start(2)
        request = ArrangeRequest(document, bar, document.meter.bar_start(4) - bar, tracks=(document.tracks[0].id,), seed=k)
        made = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            notes, _ = written(engine, request)
            made.append(b"".join(c.tobytes() for c in (notes.start, notes.duration, notes.pitch, notes.velocity)))
        alike += made[0] == made[1]
        count += 1
    torch.set_num_threads(before)
    print(f"the same bytes on one thread and on two: {alike} of {count} requests")


def _print_overlaps(name: str, rows: list[Accompaniment]) -> None:
    mean = np.mean([a.overlap for a in rows], axis=0).T
    cells = "".join(f"{ours:>{w}.3f}{block:>8.3f}{again:>8.3f}" for (ours, block, again), w in zip(mean, _WIDTHS, strict=True))
    print(f"{name:<14}{len(rows):>6}{cells}")
