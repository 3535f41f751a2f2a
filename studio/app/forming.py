"""Writing a piece by its form: what is new is written by the generator, what comes again is a copy that is varied.

All takes get a section before any gets the next, so that they grow side by side. A new section goes on from the one before it,
with wishes of its own (:mod:`studio.app.form_steering`), and hears only its last bars: what it heard it would repeat. Who
plays, the key and the style are settled once, as for a new piece of the same seed. Whoever steers while it is written (the
context is a :class:`studio.engines.api.Steered`) wishes for the piece; each take keeps how its own wishes turned.

Works with engines in this process (the command line) and in processes of their own (the window) alike: all that happens here is
cheap, and the notes come in the order of time, so that they can be heard while the rest is written.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from studio.app.form_plan import Place, check, limits_in, places_of, wishes_of
from studio.app.form_repeats import Repeat
from studio.app.form_steering import Wished
from studio.app.shelf import Shelf
from studio.engines.api import Chunk, Context, GenerateRequest, Generator, Part, Steered, Wishes
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
            share = _Stretch(ctx, place, request, form)
            yield from piece.told(generator.generate(piece.first(place), share), range(request.takes), share)
            continue
        for take in range(request.takes):
            share = _Stretch(ctx, place, request, form, take)
            piece.begin(place, take, share)
            if place.source is None:
                yield from piece.told(generator.generate(piece.new(place, take), share), [take], share)
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
        self._asked = replace(request, context=context, style=request.style or setting.mixture.names[0], chords=(), turns=())
        self._wished = [Wished(request, form) for _ in range(request.takes)]

    def first(self, place: Place) -> GenerateRequest:
        """The request for the first section, for all takes at once."""
        return replace(self._section(place, self._asked.context, 0), context=self._song(0), takes=self._asked.takes)

    def new(self, place: Place, take: int) -> GenerateRequest:
        """The request for a section that is new, for one take: it hears the last bars before it.

        Where most parts are silent in them, it hears nothing: of jazz that began with the drums alone, all sections were one
        bar of drums over and over.
        """
        meter = self._asked.context.meter
        since = meter.bar_start(max(0, meter.bar_of(place.start) - HEARD_BARS))
        playing = sum(len(n.starting_between(since, place.start)) > 0 for n in self._notes[take].values())
        return self._section(place, self._song(take, since if 2 * playing >= len(self._names) else place.start), take)

    def _section(self, place: Place, context: Document, take: int) -> GenerateRequest:
        asked = replace(
            self._asked,
            context=context,
            start=place.start,
            length=place.end - place.start,
            tracks=tuple(p.track_id or 0 for p in self._names),
            limits=limits_in(self._asked.limits, context.chords, place.start, place.end),
            seed=seed_of(self._asked.seed, place.number, take),
            takes=1,
        )
        return self._wished[take].asked(place, asked)

    def _song(self, take: int, since: int = 0) -> Document:
        """A take so far, from ``since`` on, as a song; tracks of the song that are not written for sound beside."""
        context, own = self._asked.context, {p.track_id for p in self._names}
        tracks = [t for t in context.tracks if t.id not in own]
        for part, notes in self._notes[take].items():
            seen = notes.starting_between(since, 1 << 40)
            clips = (Clip(0, 0, max(1, seen.last_end), (Take(seen),)),) if len(seen) else ()
            tracks.append(Track(part.track_id or 0, part.name, program=part.program, drums=part.drums, clips=clips))
        return replace(context, tracks=tuple(tracks))

    def begin(self, place: Place, take: int, share: "_Stretch") -> None:
        """A section begins: what is wished for by now holds from its start on."""
        if share.steered is not None:
            self._wished[take].turn(place.start, share.steered)

    def told(self, chunks: Iterator[Chunk], takes: "range | list[int]", share: "_Stretch") -> Iterator[Chunk]:
        """Chunks of a section as the takes' own, remembered."""
        for chunk in chunks:
            take = takes[chunk.take]
            self._wished[take].told(share.place, chunk.turns, share.meant)
            yield self._handed(take, dict(chunk.notes), chunk.written_to)

    def again(self, place: Place, following: Place | None, take: int, shelf: Shelf, ctx: Context) -> Iterator[Chunk]:
        """A section that comes again."""
        seed, rise = seed_of(self._asked.seed, place.number, take), self._wished[take].rise(place)
        repeat = Repeat(self._asked, place, self._notes[take], following, seed, rise)
        ctx.progress(0.0, "")
        repeat.vary(shelf, ctx)
        yield self._handed(take, repeat.draft, place.end)

    def _handed(self, take: int, notes: dict[Part, Notes], written_to: int) -> Chunk:
        known = self._notes[take]
        for part, new in notes.items():
            known[part] = Notes.concat([known[part], new])
        handed = tuple((self._names[part], new) for part, new in notes.items() if len(new))
        return Chunk(take, handed, written_to, self._wished[take].turned(written_to))


class _Stretch:
    """The part of a form's progress that a section of a take is; a :class:`studio.engines.api.Steered` for who writes it."""

    def __init__(self, ctx: Context, place: Place, request: GenerateRequest, form: Form, take: int | None = None) -> None:
        self._ctx, self._form, self.place = ctx, form, place
        self.meant: dict[Wishes, Wishes] = {}
        own = (place.end - place.start) / request.length
        self._share = own if take is None else own / request.takes
        self._from = (place.start - request.start) / request.length + (take or 0) * self._share

    @property
    def steered(self) -> Wishes | None:
        """What is wished for the piece by now; None as long as that is what was asked for."""
        return self._ctx.wishes if isinstance(self._ctx, Steered) else None

    @property
    def wishes(self) -> Wishes | None:
        """The same for this section, remembered in :attr:`meant`."""
        wishes = self.steered
        if wishes is None:
            return None
        own = wishes_of(self._form, self.place.number, wishes)
        self.meant[own] = wishes
        return own

    def progress(self, fraction: float, message: str = "") -> None:
        share = self._from + self._share * fraction
        self._ctx.progress(share, f"Writing, {share:.0%}")

    def notice(self, message: str) -> None:
        self._ctx.notice(message)
