"""Asking a network for bars: an order becomes a request, chunks become a proposal, a kept take becomes clips."""

import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from time import monotonic

from studio.app.form_plan import chords_of, places_of
from studio.app.forming import form_chunks, weights_of
from studio.app.jobs import Job, Jobs
from studio.app.provenance_notes import asked_of, lanes_of, signed, take_name
from studio.app.session import Proposal, ProposedTake, Session, Song
from studio.app.shelf import Shelf
from studio.app.wheel import Wheel
from studio.engines.api import Chunk, Context, GenerateRequest, Generator, Limits, Turn, Wishes
from studio.errors import StudioError
from studio.music import edits
from studio.music.chords import chord_spans
from studio.music.document import ChordSpan, Clip, Document, Provenance, Take
from studio.music.form import Form, waiting_at
from studio.music.pitch import Key
from studio.music.tempo import TempoMap
from studio.music.time import Meter

JOB = "write"
MOST_BARS = 1_000
MOST_TAKES = 16
_AT_ONCE_SECONDS = 0.5
_GATHERED_SECONDS = 0.15


@dataclass(frozen=True)
class Order:
    """What a composer asks for. ``verb`` is ``continue`` (go on from the song) or ``new`` (write without listening to it).

    ``key`` locks the pitches to its scale. ``temperature`` 1 is the model's own; lower is safer, higher bolder. ``wishes`` and
    ``limits`` are the engine's (:class:`studio.engines.api.Wishes`); ``chords`` is read by :func:`chord_spans`. Of
    ``second_style``, where there is one, the music has ``second_share``, from 0 to 1. ``form``, read by
    :meth:`studio.music.form.Form.parse`, says which sections follow each other; where there is one, it says how many bars.
    ``turns`` are other wishes later on.
    """

    verb: str = "continue"
    style: str = ""
    bars: int = 16
    key: Key | None = None
    temperature: float = 1.0
    top_p: float = 0.95
    seed: int = 0
    takes: int = 1
    wishes: Wishes = Wishes()
    limits: Limits = Limits()
    chords: str = ""
    second_style: str = ""
    second_share: float = 0.0
    form: str = ""
    turns: tuple[Turn, ...] = ()


def style_named(order: Order) -> str:
    """The style of ``order`` in words, with shares where it is a mixture; empty for any."""
    if not order.second_style:
        return order.style
    return f"{order.style}:{round(1 - order.second_share, 6):g} {order.second_style}:{order.second_share:g}"


def usual_tempo(order: Order, generator: Generator) -> float:
    """A usual tempo for a new piece in the style of ``order``, quarters a minute: of a mixture, between those of the two."""
    first = generator.tempo(order.style)
    if not order.second_style:
        return first
    return float(round(first + order.second_share * (generator.tempo(order.second_style) - first)))


def request_of(order: Order, document: Document, at: int | None = None, tracks: tuple[int, ...] = ()) -> GenerateRequest:
    """The request for ``order`` in ``document``: from the bar line at or after ``at``, by default after its last note.

    A form whose sections are laid out in the song and wait for notes is written there.

    Raises:
        StudioError: the order cannot be met.
    """
    form = Form.parse(order.form) if order.form else None
    bars = form.bars if form else order.bars
    if not 1 <= bars <= MOST_BARS:
        raise StudioError(f"{bars} bars cannot be written.", f"Ask for 1 to {MOST_BARS:,} bars.")
    if not 1 <= order.takes <= MOST_TAKES:
        raise StudioError(f"{order.takes} takes cannot be written.", f"Ask for 1 to {MOST_TAKES} takes.")
    if not (0 < order.temperature <= 5 and 0 < order.top_p <= 1):
        raise StudioError(
            "The temperature must lie above 0 and up to 5, top-p above 0 and up to 1.", "Try temperature 1 and top-p 0.95."
        )
    last = max((t.notes.last_end for t in document.tracks), default=0)
    if at is None:
        at = waiting_at(order.form, document)
    start = document.meter.bar_ceiling(last if at is None else at)
    end = document.meter.bar_start(document.meter.bar_of(start) + bars)
    going_on = order.verb == "continue" and document.note_count > 0
    context = document if going_on else replace(document, tracks=())
    return GenerateRequest(
        context=context,
        start=start,
        length=end - start,
        tracks=tracks if going_on else (),
        style=order.style,
        key=order.key,
        temperature=order.temperature,
        top_p=order.top_p,
        seed=order.seed,
        takes=order.takes,
        wishes=order.wishes,
        limits=order.limits,
        chords=_chords(order.chords, form, document.meter, start, end) if order.chords.strip() else (),
        second_style=order.second_style,
        second_share=order.second_share,
        turns=order.turns,
    )


def _chords(text: str, form: Form | None, meter: Meter, start: int, end: int) -> tuple[ChordSpan, ...]:
    if form is None:
        return chord_spans(text, meter, start, end)
    return chords_of(places_of(form, start, meter), meter, lambda a, b: chord_spans(text, meter, a, b))


def chunks_of(
    order: Order, request: GenerateRequest, generator: Generator, helpers: Shelf | None, ctx: Context
) -> Iterator[Chunk]:
    """The notes of a request as they are written; ``helpers`` are needed for an order with a form."""
    if not order.form:
        return generator.generate(request, ctx)
    if helpers is None:
        raise ValueError("an order with a form needs the engines that vary what comes again")
    return form_chunks(request, Form.parse(order.form), generator, helpers, ctx)


def provenance_of(request: GenerateRequest, order: Order, generator: Generator, helpers: Shelf | None = None) -> Provenance:
    """What is needed to write the same notes again: the request as JSON with the context's hash, the weights, the seed."""
    asked = asdict(replace(order, key=None)) | {
        "key": str(order.key) if order.key else None,
        "start": request.start,
        "length": request.length,
        "tracks": list(request.tracks),
        "context_sha256": context_hash(heard_in(request)),
    }
    if not heard_in(request).note_count:
        asked["context"] = lanes_of(heard_in(request))
    if order.form and helpers:
        asked["helpers"] = weights_of(helpers)
    card = generator.card
    return Provenance("generated", card.engine, card.id, card.sha256, json.dumps(asked, sort_keys=True), request.seed)


def heard_in(request: GenerateRequest) -> Document:
    """What a writer can hear of the context: the notes before the region, and the chords in it."""
    document = request.context
    tracks = [(t, t.notes.starting_between(0, request.start)) for t in document.tracks]
    kept = tuple(
        t if len(n) == len(t.notes) else replace(t, clips=(Clip(0, 0, max(1, request.start), (Take(n),)),) if len(n) else ())
        for t, n in tracks
        if len(n) or t.id in request.tracks
    )
    chords = tuple(c for c in document.chords if c.end > request.start and c.start < request.end)
    return replace(document, tracks=kept, chords=chords)


def context_hash(document: Document) -> str:
    """sha256 over all that a generator can read of ``document``."""
    digest = hashlib.sha256(repr((document.tempo, document.meter, document.keys, document.chords)).encode())
    for track in document.tracks:
        digest.update(repr((track.id, track.name, track.program, track.drums)).encode())
        for name in ("start", "duration", "pitch", "velocity"):
            digest.update(getattr(track.notes, name).tobytes())
    return digest.hexdigest()


def blank_proposal(request: GenerateRequest, provenance: Provenance, serial: int = 0) -> Proposal:
    """The proposal for ``request`` before its first note; ``serial`` becomes its id."""
    takes = tuple(
        ProposedTake(written_to=request.start, provenance=replace(provenance, source=take_name(k))) for k in range(request.takes)
    )
    return Proposal(request.start, request.end, takes, writing=True, id=serial)


def compose(
    order: Order,
    document: Document,
    generator: Generator,
    ctx: Context,
    at: int | None = None,
    *,
    tracks: tuple[int, ...] = (),
    helpers: Shelf | None = None,
) -> Proposal:
    """Write ``order`` at once, on this thread: the command line's way. Errors as :func:`request_of`, or Cancelled.

    ``helpers`` hold the engines that vary what comes again in a form.
    """
    request = request_of(order, document, at, tracks)
    proposal = blank_proposal(request, provenance_of(request, order, generator, helpers))
    for chunk in chunks_of(order, request, generator, helpers, ctx):
        proposal = proposal.with_chunk(chunk)
    return closed(proposal)


def closed(proposal: Proposal) -> Proposal:
    """``proposal`` with nothing more to come: its takes' provenance says what came out."""
    takes = tuple(signed(take, proposal.end) for take in proposal.takes)
    return replace(proposal, takes=takes, writing=False, id=0)


def with_take(
    document: Document, proposal: Proposal, take: int | None = None, *, match: bool = True, so_far: bool = False
) -> Document:
    """``document`` with a take of ``proposal`` (the active one by default) as clips: what is auditioned, and what is kept.

    ``match``: the parts of a new piece go to tracks that play the same. ``so_far``: the clips end with the bar up to which it
    is written.
    """
    chosen = proposal.takes[proposal.active if take is None else take]
    parts = [(part, notes) for part, notes in chosen.parts if len(notes)]
    end = min(proposal.end, document.meter.bar_ceiling(chosen.written_to)) if so_far else proposal.end
    if end <= proposal.start:
        return document
    if proposal.tempo and _at_usual_tempo(document):
        document = edits.set_tempo(document, 0, proposal.tempo)
    asked = asked_of(chosen.provenance)
    match = match and asked.get("verb") == "new"
    document = edits.accept_take(document, parts, proposal.start, end, chosen.provenance, match=match)
    return edits.lay_form(document, Form.parse(asked["form"]), proposal.start, end) if asked.get("form") else document


def _at_usual_tempo(document: Document) -> bool:
    """Whether ``document`` has no notes yet, and nobody gave it a tempo: a new piece brings that of its style."""
    return not document.note_count and document.tempo == TempoMap()


class Generating:
    """The window's way: writes on a worker thread, and shows the proposal grow in the session."""

    def __init__(self, shelf: Shelf, jobs: Jobs, session: Session) -> None:
        self._shelf = shelf
        self._jobs = jobs
        self._session = session
        self.match_tracks = True
        self._serials = itertools.count(1)
        self._wheel = Wheel()

    @property
    def writing(self) -> bool:
        """Whether a network is writing."""
        return self._jobs.running(JOB) is not None

    def write(
        self,
        order: Order,
        at: int | None = None,
        tracks: tuple[int, ...] = (),
        done: Callable[[], None] = lambda: None,
    ) -> None:
        """Start writing ``order``; an older order still being written is cancelled. Expected failures become notices."""
        try:
            request = request_of(order, self._session.document, at, tracks)
        except StudioError as error:
            self._jobs.on_notice(error.message, error.hint)
            return
        serial, fresh = next(self._serials), _at_usual_tempo(self._session.document)
        inbox, wheel = Inbox(self._session, self._session.song, serial), Wheel()
        self._wheel = wheel

        def work(job: Job) -> None:
            generator, asked, tempo = self._shelf.generator(), request, None
            if fresh:
                tempo = usual_tempo(order, generator)
                asked = replace(request, context=edits.set_tempo(request.context, 0, tempo))
            proposal = blank_proposal(asked, provenance_of(asked, order, generator, self._shelf), serial)
            inbox.open(job, replace(proposal, tempo=tempo))
            wheel.ctx = job
            for chunk in chunks_of(order, asked, generator, self._shelf, wheel):
                inbox.put(chunk)

        meter = request.context.meter
        self._session.propose(None)
        self._jobs.start(
            JOB,
            f"Writing {meter.bar_of(request.end - 1) - meter.bar_of(request.start) + 1} bars",
            work,
            lambda _: inbox.close(done),
            lambda: inbox.close(done),
        )

    def steer(self, wishes: Wishes) -> None:
        """Wish for something else from the next beat on that the network writes; nothing where none is writing."""
        self._wheel.wishes = wishes

    def cancel(self) -> None:
        """Stop writing; what was written so far stays proposed."""
        self._jobs.cancel(JOB)

    def _stop_this(self, proposal: Proposal) -> None:
        """Stop writing ``proposal``; a network that writes for another open song goes on."""
        if proposal.writing:
            self.cancel()

    def show(self, take: int) -> None:
        """Audition alternative ``take``."""
        proposal = self._session.proposal
        if proposal and 0 <= take < len(proposal.takes):
            self._session.propose(replace(proposal, active=take))

    def keep(self, take: int | None = None) -> None:
        """Make a take (the auditioned one by default) part of the song, as one step; stops the writing."""
        proposal = self._session.proposal
        if not proposal:
            return
        self._stop_this(proposal)
        proposal = closed(proposal)
        document = with_take(self._session.committed, proposal, take, match=self.match_tracks, so_far=True)
        self._session.propose(None)
        self._session.commit("Keep take", document)

    def drop(self, take: int | None = None) -> None:
        """Throw a take away, all of them where ``take`` is None; dropping the last one drops the proposal."""
        proposal = self._session.proposal
        if not proposal:
            return
        self._stop_this(proposal)
        left = () if take is None else proposal.takes[:take] + proposal.takes[take + 1 :]
        if take is None or not left:
            self._session.propose(None)
            return
        active = min(proposal.active - (take < proposal.active), len(left) - 1)
        self._session.propose(closed(replace(proposal, takes=left, active=active)))


class Inbox:
    """Chunks on their way from the worker thread to the session: gathered, so that a writer cannot flood the window.

    Each delivery has the song planned and painted anew, which takes the processor from the network that writes. The first
    notes are delivered at once, since sound waits for them.
    """

    def __init__(self, session: Session, song: Song, serial: int) -> None:
        self._session = session
        self._song = song
        self._serial = serial
        self._waiting: list[Chunk] = []
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._begun: float | None = None
        self._told = 0.0

    def open(self, job: Job, proposal: Proposal) -> None:
        """Show the proposal that the notes are to join."""
        self._job = job
        job.say(lambda: self._session.propose(proposal, self._song))

    def put(self, chunk: Chunk) -> None:
        """Take notes in; they are delivered when it is time."""
        now = monotonic()
        with self._lock:
            first = not self._waiting
            self._waiting.append(chunk)
        if self._begun is None:
            self._begun = now
        due = first if now - self._begun < _AT_ONCE_SECONDS else now - self._told >= _GATHERED_SECONDS
        if self._job and due:
            self._told = now
            self._job.say(self._deliver)

    def close(self, done: Callable[[], None]) -> None:
        """The job ended, one way or the other: what is proposed now is all there will be."""
        self._deliver()
        proposal = self._song.proposal
        if proposal and proposal.id == self._serial:
            written = any(take.note_count for take in proposal.takes)
            self._session.propose(closed(proposal) if written else None, self._song)
        done()

    def _deliver(self) -> None:
        with self._lock:
            chunks, self._waiting = self._waiting, []
        proposal = self._song.proposal
        if chunks and proposal and proposal.id == self._serial:
            for chunk in chunks:
                proposal = proposal.with_chunk(chunk)
            self._session.propose(proposal, self._song)
