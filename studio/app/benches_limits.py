"""``studio bench limits``: notes written under every limit and random combinations of them, and a judge that knows no mask.

New pieces of all styles by the LSTM, and every verb on bars of them (:mod:`studio.app.benches_limits_verbs`) by the arranger and
the clip VAEs. Requests that cannot be met must be refused with a sentence before a note is written.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.app.benches_limits_verbs import VerbsJudged, try_verbs
from studio.app.limits_check import RULES, violations
from studio.app.shelf import Shelf
from studio.engines.api import GenerateRequest, Generator, Limits, Part, Quiet
from studio.errors import StudioError
from studio.music import edits
from studio.music.chords import chord_spans
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import SCALES, Key
from studio.music.time import TICKS_PER_QUARTER

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
            self.broken.update(violations(list(take.items()), request))
        return takes

    def tell(self, title: str, seconds: float) -> None:
        """Print it."""
        rules = ", ".join(f"{r} {self.broken[r]}" for r in RULES)
        print(
            f"{title}: {self.notes:,} notes of {self.requests} requests in {seconds:.0f} s; violations {self.broken.total()} ({rules})"
        )
        for message, count in self.refused.most_common():
            print(f"  refused {count}: {message}")


def run(argv: Sequence[str]) -> int:
    """Write and judge; 1 when anything was broken, or an impossible request not refused."""
    parser = argparse.ArgumentParser(prog="studio bench limits", description="Guaranteed limits, judged.")
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=6, help="all verbs after every so many new pieces; 0 for never")
    options = parser.parse_args(argv)
    shelf = Shelf("cpu", print)
    writer = shelf.generator()
    draw, began = np.random.default_rng(5), time.perf_counter()
    new, verbs = Judged(), VerbsJudged()
    while new.notes + verbs.notes.total() < options.notes:
        limits, key, chords = drawn(draw)
        style = str(draw.choice(writer.styles))
        spans = chord_spans(chords, Document().meter, 0, BARS * BAR) if chords else ()
        request = GenerateRequest(
            Document(), 0, BARS * BAR, style=style, key=key, seed=new.requests, takes=TAKES, limits=limits, chords=spans
        )  # fmt: skip
        takes = new.run(writer, request)
        if options.every and takes and takes[0] and new.requests % options.every == 0:
            try_verbs(verbs, document_of(takes[0]), draw, drawn, shelf, new.requests)
    new.tell("LSTM, new pieces", time.perf_counter() - began - sum(verbs.seconds.values()))
    print(f"verbs, bars of them, some notes locked: {verbs.notes.total():,} notes of {verbs.requests.total()} requests")
    wrong = verbs.tell()
    let_through = [name for name, fields in IMPOSSIBLE.items() if not _refused(writer, name, fields)]
    print(f"impossible requests refused: {len(IMPOSSIBLE) - len(let_through)} of {len(IMPOSSIBLE)}")
    return int(bool(new.broken or wrong or let_through))


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
