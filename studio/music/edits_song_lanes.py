"""Edits of what lies along the song: changes of tempo, metre and key, chords, sections, markers. Moving onto another replaces it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol, TypeVar

from studio.music.document import ChordSpan, Document, Marker, Section
from studio.music.edits_song import remove_meter, remove_tempo, set_key, set_meter, set_tempo
from studio.music.form import Form
from studio.music.pitch import Chord
from studio.music.time import MAX_TICK


class Span(Protocol):
    """A stretch of the song."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=ChordSpan | Section)


def move_tempo(document: Document, tick: int, to: int) -> Document:
    """Move the change of tempo at ``tick``; the song's first stays."""
    change = next((c for c in document.tempo.changes if c.tick == tick), None)
    to = _place(to)
    if change is None or tick == 0 or to in (0, tick):
        return document
    return set_tempo(remove_tempo(document, tick), to, change.bpm)


def move_meter(document: Document, tick: int, to: int) -> Document:
    """Move the change of time signature at ``tick`` to the bar of ``to``, as the bars are without it; the first stays."""
    signature = next((s for s in document.meter.signatures if s.tick == tick), None)
    if signature is None or tick == 0:
        return document
    without = remove_meter(document, tick)
    start = without.meter.bar_start(without.meter.bar_of(_place(to)))
    if start in (0, tick):
        return document
    return set_meter(without, start, signature.numerator, signature.denominator)


def move_key(document: Document, tick: int, to: int) -> Document:
    """Move the key written at ``tick``."""
    change = next((k for k in document.keys if k.tick == tick), None)
    to = _place(to)
    return document if change is None or to == tick else set_key(set_key(document, tick, None), to, change.key)


def set_chord(document: Document, start: int, end: int, chord: Chord) -> Document:
    """Write a chord from ``start`` to ``end``; what it covers of others gives way."""
    start, end = sorted((_place(start), _place(end)))
    if start == end:
        return document
    return _with_chords(document, _laid(document.chords, ChordSpan(start, end, chord)))


def change_chord(document: Document, span: ChordSpan, start: int, end: int, chord: Chord | None = None) -> Document:
    """Move or resize a chord, or write another in its place."""
    if span not in document.chords:
        return document
    start, end = _kept_within(span, start, end)
    new = ChordSpan(start, end, chord or span.chord)
    return _with_chords(document, _laid([c for c in document.chords if c != span], new))


def remove_chord(document: Document, span: ChordSpan) -> Document:
    """Delete a chord."""
    return _with_chords(document, [c for c in document.chords if c != span])


def _with_chords(document: Document, chords: Iterable[ChordSpan]) -> Document:
    kept = tuple(chords)
    return document if kept == document.chords else replace(document, chords=kept)


def add_section(document: Document, start: int, end: int, name: str) -> Document:
    """Add a section; what it covers of others gives way."""
    start, end = sorted((_place(start), _place(end)))
    if start == end:
        return document
    return _with_sections(document, _laid(document.sections, Section(start, end, name)))


def lay_form(document: Document, form: Form, start: int, end: int) -> Document:
    """Add the sections of ``form`` from the bar line ``start`` on, as far as ``end``; sections that stand there already stay."""
    first = document.meter.bar_of(start)
    lines = [document.meter.bar_start(first + bar) for bar in form.starts()]
    for section, (begin, until) in zip(form.sections, pairwise(lines), strict=True):
        until = min(until, end)
        if begin < until and not any((s.start, s.end) == (begin, until) for s in document.sections):
            document = add_section(document, begin, until, section.title)
    return document


def change_section(document: Document, section: Section, start: int, end: int, name: str | None = None) -> Document:
    """Move, resize or rename a section."""
    if section not in document.sections:
        return document
    start, end = _kept_within(section, start, end)
    new = Section(start, end, section.name if name is None else name)
    return _with_sections(document, _laid([s for s in document.sections if s != section], new))


def remove_section(document: Document, section: Section) -> Document:
    """Delete a section; the music stays."""
    return _with_sections(document, [s for s in document.sections if s != section])


def _with_sections(document: Document, sections: Iterable[Section]) -> Document:
    kept = tuple(sections)
    return document if kept == document.sections else replace(document, sections=kept)


def change_marker(document: Document, marker: Marker, tick: int, name: str | None = None) -> Document:
    """Move or rename a marker."""
    if marker not in document.markers:
        return document
    new = Marker(_place(tick), marker.name if name is None else name)
    left = list(document.markers)
    left.remove(marker)
    kept = tuple(sorted([*left, new], key=lambda m: m.tick))
    return document if kept == document.markers else replace(document, markers=kept)


def _laid(spans: Sequence[S], new: S) -> list[S]:
    """``spans`` without what ``new`` covers of them, and it."""
    before: list[S] = [replace(s, end=min(s.end, new.start)) for s in spans if s.start < new.start]
    behind: list[S] = [replace(s, start=max(s.start, new.end)) for s in spans if s.end > new.end]
    return [*before, new, *behind]


def _kept_within(span: Span, start: int, end: int) -> tuple[int, int]:
    """A stretch that is not empty and lies within the song; a moved one keeps its length."""
    if end - start == span.end - span.start:
        start = min(max(0, start), MAX_TICK - (end - start))
        return start, start + span.end - span.start
    start = min(max(0, start), MAX_TICK - 1)
    return start, min(max(end, start + 1), MAX_TICK)


def _place(tick: int) -> int:
    return min(max(0, tick), MAX_TICK)
