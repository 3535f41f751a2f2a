"""Tracks as the command line names them."""

from studio.engines.own_names import KIT_PREFIX, titles
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.edits_song import set_track


def tracks_in(text: str, document: Document) -> tuple[int, ...]:
    """Ids of tracks that are named or numbered (from 1) in ``text``.

    Raises:
        StudioError: one of them is not in the song.
    """
    made = []
    for word in (w.strip() for w in text.split(",") if w.strip()):
        named = [t.id for t in document.tracks if t.name.strip().casefold() == word.casefold()]
        numbered = [t.id for k, t in enumerate(document.tracks) if word == str(k + 1)]
        if not named and not numbered:
            names = ", ".join(f"{k + 1} {t.name}" for k, t in enumerate(document.tracks))
            raise StudioError(f"There is no track '{word}'.", f"Choose among: {names}.")
        made.append((named or numbered)[0])
    return tuple(made)


def with_own_instruments(document: Document, wishes: tuple[str, ...]) -> Document:
    """The document with own instruments (by title or id) on tracks (by name or number from 1), as TRACK=NAME each.

    Raises:
        StudioError: a track or an instrument is not there.
    """
    known = titles()
    for wish in wishes:
        which, _, name = wish.partition("=")
        own = [i for i, title in known.items() if name.strip().casefold() in (i, title.casefold())]
        if not own:
            there = ", ".join(known.values()) or "none yet"
            raise StudioError(f"There is no instrument '{name}' of your own.", f"There are: {there}.")
        for track in tracks_in(which, document):
            document = set_track(document, track, instrument=own[0], drums=own[0].startswith(KIT_PREFIX))
    return document
