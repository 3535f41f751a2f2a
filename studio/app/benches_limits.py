"""``studio bench limits``: notes written under every limit and random combinations of them, and a judge that knows no mask.

New pieces of all styles by the LSTM, and parts within them by the arranger. Requests that cannot be met must be refused with a
sentence before a note is written.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.app.limits_check import RULES, violations
from studio.engines.api import GenerateRequest, Generator, Limits, Part, Quiet
from studio.engines.arranger_setting import ArrangeRequest
from studio.engines.cards import read_card
from studio.engines.registry import make_engine
from studio.errors import StudioError
from studio.music import edits
from studio.music.chords import chord_spans
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import SCALES, Key
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import models

BAR = 4 * TICKS_PER_QUARTER
BARS, TAKES = 8, 8
CHORDS = ("C G Am F", "Dm7 G7 C", "Am,E F,C", "Bb F Gm Eb")
IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "lowest above highest": {"limits": Limits(low=80, high=60)},
    "a range that no part reaches": {"limits": Limits(low=126, high=127), "style": "chorale"},
    "more notes a bar than a grid has places": {"limits": Limits(grid=BAR, least=60)},
    "least above most": {"limits": Limits(least=9, most=3)},
    "a grid too fine": {"limits": Limits(grid=1)},
    "negative polyphony": {"limits": Limits(polyphony=-1)},
}


def drawn(draw: np.random.Generator) -> tuple[Limits, Key | None, str]:
    """A random combination: each limit asked with a chance of about a third."""
    asked = draw.random(8) < 0.35
    low = int(draw.integers(36, 61)) if asked[0] else 0
    least = int(draw.integers(1, 7)) if asked[5] else 0
    limits = Limits(
        low=low,
        high=min(127, low + int(draw.integers(24, 49))) if asked[0] else 127,
        polyphony=int(draw.integers(1, 5)) if asked[1] else 0,
        leap=int(draw.integers(3, 13)) if asked[2] else 0,
        grid=int(draw.choice([240, 320, 480, 960])) if asked[3] else 0,
        chord_notes=str(draw.choice(["strong", "all"])) if asked[4] else "",
        least=least,
        most=least + int(draw.integers(4, 24)) if asked[6] else 0,
    )
    key = Key(int(draw.integers(12)), str(draw.choice(sorted(SCALES)))) if asked[7] else None
    return limits, key, str(draw.choice(CHORDS)) if asked[4] else ""


def written(engine: Generator, request: GenerateRequest) -> list[dict[Part, Notes]]:
    """The notes of each take by part."""
    takes: list[dict[Part, list[Notes]]] = [{} for _ in range(request.takes)]
    for chunk in engine.generate(request, Quiet()):
        for part, notes in chunk.notes:
            takes[chunk.take].setdefault(part, []).append(notes)
    return [{part: Notes.concat(columns) for part, columns in take.items()} for take in takes]


def document_of(take: dict[Part, Notes]) -> Document:
    """A take as a song."""
    document = Document()
    for part, notes in take.items():
        clip = Clip(0, 0, BARS * BAR, (Take(notes),))
        document = edits.add_track(document, Track(0, part.name, program=part.program, drums=part.drums, clips=(clip,)))
    return document


class Judged:
    """What was written so far, and what it broke."""

    def __init__(self) -> None:
        self.notes, self.requests, self.refused = 0, 0, Counter[str]()
        self.broken: Counter[str] = Counter()

    def run(self, engine: Generator, request: GenerateRequest) -> list[dict[Part, Notes]]:
        """Have a request written and judged."""
        self.requests += 1
        try:
            takes = written(engine, request)
        except StudioError as error:
            self.refused[error.message] += 1
            return []
        for take in takes:
            self.notes += sum(len(n) for n in take.values())
            locked = [(p, n) for p, n in _locked(request) if p in take]
            self.broken.update(violations([(p, _without(n, locked, p)) for p, n in take.items()], request, locked))
        return takes

    def tell(self, title: str, seconds: float) -> None:
        """Print it."""
        rules = ", ".join(f"{r} {self.broken[r]}" for r in RULES)
        print(
            f"{title}: {self.notes:,} notes of {self.requests} requests in {seconds:.0f} s; violations {self.broken.total()} ({rules})"
        )
        for message, count in self.refused.most_common():
            print(f"  refused {count}: {message}")


def _locked(request: GenerateRequest) -> list[tuple[Part, Notes]]:
    made = []
    for track in request.context.tracks:
        inside = track.notes.starting_between(request.start, request.end)
        if track.id in request.tracks and inside.locked.any():
            made.append((Part(track.name, track.program, track.drums, track.id), inside.select(inside.locked)))
    return made


def _without(notes: Notes, locked: list[tuple[Part, Notes]], part: Part) -> Notes:
    """The notes but those that were locked and are handed back."""
    kept = {(s, p) for other, n in locked if other == part for s, p in zip(n.start.tolist(), n.pitch.tolist(), strict=True)}
    fresh = [(s, p) not in kept for s, p in zip(notes.start.tolist(), notes.pitch.tolist(), strict=True)]
    return notes.select(np.array(fresh, bool))


def _engine(model: str) -> Any:
    card = read_card(models() / model)
    engine = make_engine(card.engine)
    engine.prepare(card, "cpu")  # type: ignore[attr-defined]
    return engine


def _arranged(judged: Judged, arranger: Generator, take: dict[Part, Notes], draw: np.random.Generator, seed: int) -> None:
    """Two bars of a part of a written piece written anew under limits, some of its notes locked."""
    document = document_of(take)
    track = document.tracks[int(draw.integers(len(document.tracks)))]
    start = 2 * BAR
    inside = track.notes.starting_between(start, start + 4 * BAR)
    document = edits.set_locked(document, inside.id[draw.random(len(inside)) < 0.2].tolist(), True)
    limits, key, chords = drawn(draw)
    spans = chord_spans(chords, document.meter, start, start + 4 * BAR) if chords else ()
    request = ArrangeRequest(
        document, start, 4 * BAR, tracks=(track.id,), key=key, seed=seed, takes=4, limits=limits, chords=spans
    )  # fmt: skip
    judged.run(arranger, request)


def run(argv: Sequence[str]) -> int:
    """Write and judge; 1 when anything was broken, or an impossible request not refused."""
    parser = argparse.ArgumentParser(prog="studio bench limits", description="Guaranteed limits, judged.")
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--writer", default="writer-lstm")
    parser.add_argument("--arranger", default="arranger", help="empty leaves it out")
    options = parser.parse_args(argv)
    writer: Generator = _engine(options.writer)
    arranger: Generator | None = _engine(options.arranger) if options.arranger else None
    draw, began = np.random.default_rng(5), time.perf_counter()
    new, parts = Judged(), Judged()
    while new.notes + parts.notes < options.notes:
        limits, key, chords = drawn(draw)
        style = str(draw.choice(writer.styles))
        spans = chord_spans(chords, Document().meter, 0, BARS * BAR) if chords else ()
        request = GenerateRequest(
            Document(), 0, BARS * BAR, style=style, key=key, seed=new.requests, takes=TAKES, limits=limits, chords=spans
        )  # fmt: skip
        takes = new.run(writer, request)
        if arranger is not None and takes and takes[0] and new.requests % 4 == 0:
            _arranged(parts, arranger, takes[0], draw, new.requests)
    new.tell("LSTM, new pieces", time.perf_counter() - began)
    parts.tell("arranger, parts of them", time.perf_counter() - began)
    let_through = [name for name, fields in IMPOSSIBLE.items() if not _refused(writer, name, fields)]
    print(f"impossible requests refused: {len(IMPOSSIBLE) - len(let_through)} of {len(IMPOSSIBLE)}")
    return int(bool(new.broken or parts.broken or let_through))


def _refused(writer: Generator, name: str, fields: dict[str, Any]) -> bool:
    try:
        notes = sum(
            len(n) for take in written(writer, GenerateRequest(Document(), 0, BARS * BAR, **fields)) for n in take.values()
        )
    except StudioError as error:
        print(f"  {name}: {error}")
        return True
    print(f"  {name}: NOT refused, {notes} notes")
    return False
