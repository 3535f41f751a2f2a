"""Who makes a change: the arranger, or the clip VAEs; here, or in the process that the shelf has for it."""

from collections.abc import Iterator

from studio.app.arranging_clips import clip_chunks, is_for_clips, kind_of
from studio.app.changes import Change, ChangeRequest
from studio.app.shelf import Shelf
from studio.engines.api import Chunk, Context
from studio.engines.arranger_setting import NEW_PARTS, ArrangeRequest
from studio.engines.cards import Card
from studio.music.chords import chord_spans
from studio.music.document import Document


def chunks_of(change: Change, document: Document, shelf: Shelf, ctx: Context) -> tuple[Card, Iterator[Chunk]]:
    """The model that makes a checked change, and the notes as they are written: in another process where the shelf has one."""
    elsewhere = shelf.changer()
    if elsewhere is not None:
        card = shelf.clips_card(kind_of(change, document)) if is_for_clips(change, document) else shelf.arranger_card()
        return card, elsewhere.generate(ChangeRequest(change, document), ctx)  # type: ignore[arg-type]
    if is_for_clips(change, document):
        return clip_chunks(change, document, shelf, ctx)
    engine = shelf.arranger()
    return engine.card, engine.generate(request_of(change, document), ctx)


def request_of(change: Change, document: Document) -> ArrangeRequest:
    """What the arranger is asked for."""
    return ArrangeRequest(
        context=document,
        start=change.start,
        length=change.end - change.start,
        tracks=change.tracks if change.verb in ("fill", "vary") else (),
        style=change.style,
        key=change.key,
        temperature=change.temperature,
        top_p=change.top_p,
        seed=change.seed,
        takes=change.takes,
        new_parts=tuple(NEW_PARTS[name] for name in change.new_parts),
        spare=1 - change.amount if change.verb == "vary" else 0.0,
        limits=change.limits,
        chords=chord_spans(change.chords, document.meter, change.start, change.end),
        density=change.density,
        register=change.register,
    )
