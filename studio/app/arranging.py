"""Asking the networks for changes to bars that are there: fill in, accompany, harmonise, vary, blend, walk, groove, drums.

A :class:`Change` says what a composer asks for; :func:`arrange` makes it at once (the command line's way), :class:`Arranging`
on a worker thread, as a proposal that grows in the session (the window's way). Who writes is said by :mod:`studio.app.changing`:
the arranger for holes and new parts, the clip VAEs for what is one line or drums.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, replace

from studio.app.changes import CLIP_VERBS, VERBS, Change, unable
from studio.app.changing import chunks_of
from studio.app.generating import JOB, MOST_TAKES, Inbox, closed, context_hash
from studio.app.jobs import Job, Jobs
from studio.app.listening import Listening
from studio.app.provenance_notes import take_name
from studio.app.session import Proposal, ProposedTake, Session
from studio.app.shelf import Shelf
from studio.engines.api import Context, Limits
from studio.engines.arranger_setting import NEW_PARTS
from studio.engines.arranger_take import Arranged
from studio.engines.cards import Card
from studio.errors import StudioError
from studio.music.document import Document, Provenance

HARMONY = ("Alto", "Tenor", "Bass voice")
"""The parts that harmonising a melody adds."""


def checked(change: Change, document: Document) -> Change:
    """``change`` with its bars rounded out to whole ones, and what its verb implies filled in.

    Raises:
        StudioError: it cannot be made in ``document``.
    """
    if change.verb not in VERBS:
        raise StudioError(f"There is no verb '{change.verb}'.", f"Choose one of: {', '.join(VERBS)}.")
    if not 1 <= change.takes <= MOST_TAKES:
        raise StudioError(f"{change.takes} takes cannot be written.", f"Ask for 1 to {MOST_TAKES} takes.")
    if not (0 < change.temperature <= 5 and 0 < change.top_p <= 1 and 0 <= change.amount <= 1):
        raise StudioError(
            "The temperature must lie above 0 and up to 5, top-p above 0 and up to 1, the amount from 0 to 1.",
            "Try temperature 1, top-p 0.95 and amount 0.5.",
        )
    meter = document.meter
    start = meter.bar_start(meter.bar_of(change.start))
    end = max(meter.bar_ceiling(change.end), meter.bar_end(meter.bar_of(start)))
    known = {t.id for t in document.tracks}
    if not set(change.tracks) <= known or (change.other and change.other[0] not in known):
        raise StudioError("A track that was chosen is not in the song.", "Choose tracks of this song.")
    parts = change.new_parts or (HARMONY if change.verb == "harmonise" else ())
    unknown = set(parts) - set(NEW_PARTS)
    if unknown:
        raise StudioError(f"There is no part '{min(unknown)}'.", f"Choose among: {', '.join(NEW_PARTS)}.")
    if change.verb in ("accompany", "harmonise") and not parts:
        raise StudioError("No part was named to accompany with.", f"Choose among: {', '.join(NEW_PARTS)}.")
    if change.verb in ("fill", *CLIP_VERBS) and not change.tracks:
        raise StudioError("No track was chosen.", "Choose the track whose bars are meant.")
    if change.verb == "blend" and not change.other:
        raise StudioError("A blend needs a second clip.", "Choose the bars to blend with.")
    drums = bool(change.tracks) and all(document.track(k).drums for k in change.tracks)
    for name, why in unable(change.verb, drums).items():
        if getattr(change.limits, name) != getattr(Limits(), name):
            raise StudioError(why, "Leave out limits that mean nothing here.")
    return replace(change, start=start, end=end, new_parts=parts)


def provenance_of(change: Change, document: Document, card: Card) -> Provenance:
    """What is needed to write the same notes again."""
    asked = asdict(replace(change, key=None)) | {
        "key": str(change.key) if change.key else None,
        "context_sha256": context_hash(document),
    }
    return Provenance("generated", card.engine, card.id, card.sha256, json.dumps(asked, sort_keys=True), change.seed)


def blank_proposal(change: Change, provenance: Provenance, serial: int = 0) -> Proposal:
    """The proposal for a checked change before its first note."""
    count = 1 if change.verb == "blend" and change.laid_out else change.takes
    takes = tuple(
        ProposedTake(written_to=change.start, provenance=replace(provenance, source=take_name(k))) for k in range(count)
    )
    return Proposal(*change.region, takes, writing=True, id=serial)


def arrange(change: Change, document: Document, shelf: Shelf, ctx: Context) -> Proposal:
    """Make ``change`` at once, on this thread. Errors as :func:`checked`, or Cancelled."""
    change = checked(change, document)
    card, chunks = chunks_of(change, document, shelf, ctx)
    proposal = blank_proposal(change, provenance_of(change, document, card))
    for chunk in chunks:
        proposal = proposal.with_chunk(chunk)
    return closed(proposal)


class Arranging:
    """The window's way. What it proposes is shown, kept and dropped by :class:`studio.app.generating.Generating`."""

    def __init__(self, shelf: Shelf, jobs: Jobs, session: Session) -> None:
        self._shelf = shelf
        self._jobs = jobs
        self._session = session
        self._serials = itertools.count(-1, -1)
        self.listening = Listening()

    def make(self, change: Change, done: Callable[[], None] = lambda: None) -> None:
        """Start making ``change``; what is still being written is cancelled. Expected failures become notices."""
        document = self._session.document
        try:
            asked = checked(change, document)
        except StudioError as error:
            self._jobs.on_notice(error.message, error.hint)
            return
        serial = next(self._serials)
        inbox = Inbox(self._session, self._session.song, serial)

        def work(job: Job) -> None:
            card, chunks = chunks_of(asked, document, self._shelf, job)
            proposal = blank_proposal(asked, provenance_of(asked, document, card), serial)
            inbox.open(job, proposal)
            for chunk in chunks:
                if isinstance(chunk, Arranged):
                    self.listening.note(proposal.takes[chunk.take].provenance, chunk.listened)
                inbox.put(chunk)

        self._session.propose(None)
        self._jobs.start(JOB, VERBS[change.verb], work, lambda _: inbox.close(done), lambda: inbox.close(done))
