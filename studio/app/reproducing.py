"""Writing a take again from its note of provenance: the same notes, or a sentence that says why not."""

from dataclasses import dataclass, replace
from typing import Any

from studio.app.arranging import arrange
from studio.app.changes import VERBS, Change
from studio.app.forming import weights_of
from studio.app.generating import Order, compose, context_hash, heard_in, request_of
from studio.app.provenance_notes import asked_of, document_of, notes_hash, revived, take_number
from studio.app.session import Proposal, ProposedTake
from studio.app.shelf import Shelf
from studio.engines.api import Context
from studio.engines.cards import Card
from studio.errors import StudioError
from studio.music.document import Document, Provenance
from studio.music.notes import Notes

_ANYWAY = "Ask for it even if changed to have what is written now."


@dataclass(frozen=True)
class Reproduced:
    """A take written again: the song that it was written for, the proposal with it alone, and what has changed since.

    ``changed`` are sentences; without one the notes are those that were written then.
    """

    context: Document
    proposal: Proposal
    changed: tuple[str, ...] = ()


def reproduce(provenance: Provenance, song: Document | None, shelf: Shelf, ctx: Context, *, even_if_changed: bool) -> Reproduced:
    """Write the take of ``provenance`` again; ``song`` is what it goes on from or changes, where it does.

    Raises:
        StudioError: the note or the song is not enough, or something has changed and ``even_if_changed`` is not said.
    """
    asked = asked_of(provenance)
    if provenance.kind != "generated" or "verb" not in asked:
        raise StudioError("That take was not written by a network.", "Choose a take that was.")
    card, changed = _model(provenance, shelf)
    context = document_of(asked["context"]) if "context" in asked else song
    if context is None:
        raise StudioError("That take was written for a song, which is needed too.", "Give the song that it goes on from.")
    changed += _helpers(asked, shelf)
    if not _is_song_of(asked, context):
        changed.append("The song given is not the one that the take was written for.")
    if changed and not even_if_changed:
        raise StudioError(changed[0], _ANYWAY)
    number = take_number(provenance)
    proposal = _written(asked, number, context, card, shelf, ctx)
    take = _as_far(proposal.takes[number], asked)
    if not changed and asked.get("notes_sha256") not in (None, notes_hash(take.parts)):
        changed.append("The notes differ from those written then: the engine has changed since.")
        if not even_if_changed:
            raise StudioError(changed[0], _ANYWAY)
    take = replace(take, provenance=provenance) if not changed else take
    return Reproduced(context, replace(proposal, takes=(take,), active=0), tuple(changed))


def _model(provenance: Provenance, shelf: Shelf) -> tuple[Card, list[str]]:
    """The model that wrote it, and what has changed about it."""
    cards = [c for c in shelf.cards if c.id == provenance.model]
    if not cards:
        raise StudioError(f"The model '{provenance.model}' that wrote this is not installed.", "Install it, then try again.")
    card, changed = cards[0], []
    if card.engine != provenance.engine:
        changed.append(f"The model '{card.id}' is of another engine now: {card.engine}, then {provenance.engine}.")
    elif card.sha256 != provenance.weights_sha256:
        then, now = provenance.weights_sha256[:12], card.sha256[:12]
        changed.append(f"The model '{card.id}' has other weights now ({now}) than when it wrote this ({then}).")
    return card, changed


def _helpers(asked: dict[str, Any], shelf: Shelf) -> list[str]:
    """What has changed about the models that vary the repeats of a form."""
    then, now = asked.get("helpers", {}), weights_of(shelf) if asked.get("form") else {}
    return [
        f"The model '{name}', which varies repeats, has other weights now than when this was written."
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    ]


def _is_song_of(asked: dict[str, Any], context: Document) -> bool:
    """Whether the network hears in ``context`` what it heard then."""
    if asked["verb"] in VERBS:
        return context_hash(context) == asked.get("context_sha256")
    known = {t.id for t in context.tracks}
    if not set(asked.get("tracks", ())) <= known:
        return False
    request = request_of(revived(Order, asked), context, asked.get("start"), tuple(asked.get("tracks", ())))
    return context_hash(heard_in(request)) == asked.get("context_sha256") and request.length == asked.get("length")


def _written(asked: dict[str, Any], number: int, context: Document, card: Card, shelf: Shelf, ctx: Context) -> Proposal:
    if asked["verb"] in VERBS:
        return arrange(revived(Change, asked), context, shelf, ctx)
    order = revived(Order, asked)
    few = replace(order, takes=min(order.takes, number + 1))
    at, tracks = asked.get("start"), tuple(asked.get("tracks", ()))
    return compose(few, context, shelf.generator(card.id), ctx, at, tracks=tracks, helpers=shelf)


def _as_far(take: ProposedTake, asked: dict[str, Any]) -> ProposedTake:
    """The take as far as it was written then, where it was stopped."""
    end = asked.get("written_to")
    if not isinstance(end, int):
        return take
    parts = ((part, notes.starting_between(0, end)) for part, notes in take.parts)
    return replace(take, parts=tuple((p, n) for p, n in parts if len(n)) or ((take.parts[0][0], Notes.empty()),), written_to=end)
