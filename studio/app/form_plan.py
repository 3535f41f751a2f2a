"""A form laid out in a song: where each section stands, what it is like, which chords it has."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.engines.api import GenerateRequest, Limits, Wishes
from studio.errors import StudioError
from studio.music.document import ChordSpan
from studio.music.form import Form, Planned
from studio.music.time import Meter

CONTRASTS: tuple[dict[str, float], ...] = (
    {},
    {"energy": 0.35, "density": 0.2, "register": 0.25},
    {"energy": -0.25, "density": -0.2, "register": -0.2},
    {"energy": 0.2, "density": -0.1, "register": 0.35},
    {"energy": -0.1, "density": 0.25, "register": -0.3},
)
"""How the first, second, ... section that is new differs from what is wished for the piece; then the same again from the second."""
CHARACTERS: dict[str, dict[str, float]] = {
    "intro": {"energy": -0.2, "density": -0.2},
    "verse": {},
    "chorus": {"energy": 0.35, "density": 0.2, "register": 0.2},
    "bridge": {"energy": 0.05, "register": -0.25},
    "solo": {"energy": 0.25, "density": 0.25, "register": 0.3},
    "outro": {"energy": -0.25, "density": -0.25},
}
"""The same for names that say by themselves what they are like."""
_USUAL = {"energy": 0.45, "density": 0.5, "register": 0.5}


@dataclass(frozen=True)
class Place:
    """A section of a form in a song, from ``start`` to ``end`` in ticks; ``source`` is its first appearance, None for itself."""

    number: int
    section: Planned
    start: int
    end: int
    source: "Place | None" = None


def places_of(form: Form, start: int, meter: Meter) -> tuple[Place, ...]:
    """Where the sections of ``form`` stand from ``start``, a bar line, on.

    Raises:
        StudioError: a section that comes again has other bars there than the first time.
    """
    first = meter.bar_of(start)
    lines = [meter.bar_start(first + bar) for bar in form.starts()]
    made: list[Place] = []
    for k, (section, source) in enumerate(zip(form.sections, form.firsts, strict=True)):
        place = Place(k, section, lines[k], lines[k + 1], made[source] if source < k else None)
        if place.source and not _same_bars(place, place.source, meter):
            raise StudioError(
                f"Section {k + 1}, {section.name}, has other bars than {section.name} the first time.",
                "Let both have the same metre, or give the second one another letter.",
            )
        made.append(place)
    return tuple(made)


def _same_bars(place: Place, source: Place, meter: Meter) -> bool:
    own, theirs = (
        [meter.at(meter.bar_start(k)).bar_ticks for k in range(meter.bar_of(p.start), meter.bar_of(p.end - 1) + 1)]
        for p in (place, source)
    )
    return all(length == theirs[k % len(theirs)] for k, length in enumerate(own))


def wishes_of(form: Form, number: int, base: Wishes) -> Wishes:
    """What section ``number`` of a form is wished to be like: a new one differs from those before it.

    A form with one name alone leaves open what ``base`` leaves open. A repeat without an energy of its own has its first time's.
    """
    section, names = form.sections[number], form.names
    energy = form.sections[form.firsts[number]].energy if section.energy is None else section.energy
    if len(names) == 1:
        return base if energy is None else replace(base, energy=energy)
    away = CHARACTERS.get(section.name.casefold())
    if away is None:
        place = [n for n in names if n.casefold() not in CHARACTERS].index(section.name)
        away = CONTRASTS[place if place < len(CONTRASTS) else 1 + (place - 1) % (len(CONTRASTS) - 1)]
    made = {name: _moved(getattr(base, name), _USUAL[name], away.get(name, 0.0)) for name in _USUAL}
    if energy is not None:
        made["energy"] = energy
    return replace(base, **made)


def levels_of(wishes: Wishes) -> tuple[float, float]:
    """Energy and density of ``wishes``, as is usual where they are left open."""
    energy, density = (_USUAL[n] if getattr(wishes, n) is None else float(getattr(wishes, n)) for n in ("energy", "density"))
    return energy, density


def _moved(wish: float | None, usual: float, by: float) -> float:
    """A wish moved by so much; back from an end of the scale, the other way round where there is no room."""
    place = usual if wish is None else wish
    there = place + by if 0 <= place + by <= 1 else place - by
    return round(min(1.0, max(0.0, there)), 3)


def turns(place: Place, meter: Meter) -> list[tuple[int, int]]:
    """Where the bars of the first appearance stand in ``place``: once, cut short, or over and over; (start, end) of each turn."""
    source = place.source or place
    first, last = meter.bar_of(place.start), meter.bar_of(place.end - 1)
    count = meter.bar_of(source.end - 1) - meter.bar_of(source.start) + 1
    starts = [meter.bar_start(k) for k in range(first, last + 1, count)]
    return list(zip(starts, [*starts[1:], place.end], strict=True))


def check(request: GenerateRequest, places: tuple[Place, ...]) -> None:
    """Raises StudioError for what a form cannot keep."""
    limits, chords, meter = request.limits, request.chords or request.context.chords, request.context.meter
    if limits.leap:
        raise StudioError("Leaps cannot be limited from one section of a form to the next.", "Leave leaps open.")
    bars = range(meter.bar_of(request.start), meter.bar_of(request.end - 1) + 1)
    if limits.grid and any((meter.bar_start(k) - request.start) % limits.grid for k in bars):
        raise StudioError("On that grid not every bar of the form begins with a note's place.", "Choose a finer grid.")
    for place in places:
        if place.source and limits.chord_notes and any(_differ(chords, place.source, *turn) for turn in turns(place, meter)):
            name = place.section.name
            raise StudioError(
                f"Section {place.number + 1}, {name}, has other chords than {name} the first time.",
                "Make them alike, or let the chords guide alone.",
            )


def limits_in(limits: Limits, chords: tuple[ChordSpan, ...], start: int, end: int) -> Limits:
    """The limits for a stretch of a form: where it has no chords there are none to keep to."""
    there = any(c.end > start and c.start < end for c in chords)
    return limits if there or not limits.chord_notes else replace(limits, chord_notes="")


def _differ(chords: tuple[ChordSpan, ...], source: Place, start: int, end: int) -> bool:
    """Whether the chords from ``start`` to ``end`` are not those of the source."""
    return _chords(chords, start, end) != _chords(chords, source.start, source.start + end - start)


def _chords(chords: tuple[ChordSpan, ...], start: int, end: int) -> list[tuple[int, int, str]]:
    inside = (c for c in chords if c.end > start and c.start < end)
    return [(max(c.start, start) - start, min(c.end, end) - start, str(c.chord)) for c in inside]


def chords_of(
    places: tuple[Place, ...], meter: Meter, spans: Callable[[int, int], tuple[ChordSpan, ...]]
) -> tuple[ChordSpan, ...]:
    """Chords that start anew with each section, and come again with it: ``spans(start, end)`` gives those of a new one."""
    made: list[ChordSpan] = []
    for place in places:
        for start, end in turns(place, meter):
            made += spans(start, end)
    return tuple(made)
