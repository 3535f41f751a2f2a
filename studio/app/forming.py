"""Writing a piece by its form: what is new is written by the generator, what comes again is a copy that is varied.

All takes get a section before any gets the next, so that they grow side by side. A new section goes on from the one before it,
with wishes of its own (:func:`studio.app.form_plan.wishes_of`), and hears only its last bars: what it heard it would repeat. Who
plays, the key and the style are settled once, as for a new piece of the same seed.

Works with engines in this process (the command line) and in processes of their own (the window) alike: all that happens here is
cheap, and the notes come in the order of time, so that they can be heard while the rest is written.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from studio.app.form_plan import Place, check, limits_in, places_of, wishes_of
from studio.app.form_repeats import Repeat
from studio.app.shelf import Shelf
from studio.engines.api import Chunk, Context, GenerateRequest, Generator, Part
from studio.engines.lstm_writer_setting import setting_of
from studio.engines.registry import ENGINES
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.form import Form
from studio.music.notes import Notes
from studio.music.pitch import Key

HEARD_BARS = 2
"""Bars before a new section that are heard by who writes it."""


def form_chunks(request: GenerateRequest, form: Form, generator: Generator, shelf: Shelf, ctx: Context) -> Iterator[Chunk]:
    """Write ``request``, as long as ``form`` is, by its sections.

    Raises:
        StudioError: the limits cannot be kept in a form, or it does not fit the metre.
    """
    places = places_of(form, request.start, request.context.meter)
    check(request, places)
    piece = _Piece(request, form, places)
    for place, following in zip(places, (*places[1:], None), strict=True):
        if place.number == 0:
            yield from piece.told(generator.generate(piece.first(place), _Stretch(ctx, place, request)), range(request.takes))
            continue
        for take in range(request.takes):
            share = _Stretch(ctx, place, request, take)
            if place.source is None:
                yield from piece.told(generator.generate(piece.new(place, take), share), [take])
            else:
                yield from piece.again(place, following, take, shelf, share)


def weights_of(shelf: Shelf) -> dict[str, str]:
    """The weights of all models that may vary what comes again: sha256 by the model's id."""
    return {c.id: c.sha256 for c in shelf.cards if c.engine in ENGINES and ENGINES[c.engine].kind in ("arranger", "clips")}


def seed_of(seed: int, section: int, take: int) -> int:
    """The seed of a take's section, apart from all others."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{section}/{take}".encode()).digest()[:6], "big")


class _Piece:
    """The takes of a piece while they are written. Parts are tracks of the song that the engines hear (:attr:`_names` the asked)."""

    def __init__(self, request: GenerateRequest, form: Form, places: tuple[Place, ...]) -> None:
        self._form, self._places = form, places
        opening = replace(request, wishes=wishes_of(form, 0, request.wishes))
        setting = setting_of(opening)
        context, free = request.context, request.context.next_id
        parts = [
            (p, p if p.track_id is not None else replace(p, track_id=free + k)) for k, p in enumerate(setting.parts.values())
        ]
        self._names = {own: name for name, own in parts}
        if request.chords:
            context = replace(context, chords=request.chords)
        if not context.keys and not setting.piece.time.size and setting.key >= 0:
            key = Key(setting.key % 12, "minor" if setting.key >= 12 else "major")
            context = replace(context, keys=(KeyChange(0, key),))
        here = {t.id: t for t in context.tracks}
        heard = {own: here[own.track_id].notes for own in self._names if own.track_id in here}
        before = {own: n.starting_between(0, request.start) for own, n in heard.items()}
        self._notes = [{own: before.get(own, Notes.empty()) for own in self._names} for _ in range(request.takes)]
        self._asked = replace(request, context=context, style=request.style or setting.mixture.names[0], chords=())

    def first(self, place: Place) -> GenerateRequest:
        """The request for the first section, for all takes at once."""
        return replace(self._section(place, self._asked.context, 0, 0), context=self._song(0), takes=self._asked.takes)

    def new(self, place: Place, take: int) -> GenerateRequest:
        """The request for a section that is new, for one take: it hears the last bars before it."""
        meter = self._asked.context.meter
        since = meter.bar_start(max(0, meter.bar_of(place.start) - HEARD_BARS))
        return self._section(place, self._song(take, since), take, place.number)

    def _section(self, place: Place, context: Document, take: int, number: int) -> GenerateRequest:
        return replace(
            self._asked,
            context=context,
            start=place.start,
            length=place.end - place.start,
            tracks=tuple(p.track_id or 0 for p in self._names),
            wishes=wishes_of(self._form, number, self._asked.wishes),
            limits=limits_in(self._asked.limits, context.chords, place.start, place.end),
            seed=seed_of(self._asked.seed, number, take),
            takes=1,
        )

    def _song(self, take: int, since: int = 0) -> Document:
        """A take so far, from ``since`` on, as a song; tracks of the song that are not written for sound beside."""
        context, own = self._asked.context, {p.track_id for p in self._names}
        tracks = [t for t in context.tracks if t.id not in own]
        for part, notes in self._notes[take].items():
            seen = notes.starting_between(since, 1 << 40)
            clips = (Clip(0, 0, max(1, seen.last_end), (Take(seen),)),) if len(seen) else ()
            tracks.append(Track(part.track_id or 0, part.name, program=part.program, drums=part.drums, clips=clips))
        return replace(context, tracks=tuple(tracks))

    def told(self, chunks: Iterator[Chunk], takes: "range | list[int]") -> Iterator[Chunk]:
        """Chunks of a section as the takes' own, remembered."""
        for chunk in chunks:
            take = takes[chunk.take]
            yield self._handed(take, dict(chunk.notes), chunk.written_to)

    def again(self, place: Place, following: Place | None, take: int, shelf: Shelf, ctx: Context) -> Iterator[Chunk]:
        """A section that comes again."""
        repeat = Repeat(self._asked, place, self._notes[take], following, seed_of(self._asked.seed, place.number, take))
        ctx.progress(0.0, "")
        repeat.vary(shelf, ctx)
        yield self._handed(take, repeat.draft, place.end)

    def _handed(self, take: int, notes: dict[Part, Notes], written_to: int) -> Chunk:
        known = self._notes[take]
        for part, new in notes.items():
            known[part] = Notes.concat([known[part], new])
        handed = tuple((self._names[part], new) for part, new in notes.items() if len(new))
        return Chunk(take, handed, written_to)


class _Stretch:
    """The part of a form's progress that a section of a take is."""

    def __init__(self, ctx: Context, place: Place, request: GenerateRequest, take: int | None = None) -> None:
        self._ctx = ctx
        own = (place.end - place.start) / request.length
        self._share = own if take is None else own / request.takes
        self._from = (place.start - request.start) / request.length + (take or 0) * self._share

    def progress(self, fraction: float, message: str = "") -> None:
        share = self._from + self._share * fraction
        self._ctx.progress(share, f"Writing, {share:.0%}")

    def notice(self, message: str) -> None:
        self._ctx.notice(message)
