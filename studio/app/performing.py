"""Playing what is written as people do: the performer's timing and loudness, and the vibrato of held notes, laid over notes."""

from collections.abc import Iterable

import numpy as np

from studio.app.phrasing import law_of, phrased
from studio.app.shelf import Shelf
from studio.engines.cards import find_cards
from studio.engines.performer import Performer
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import user_instruments

FINEST = (TICKS_PER_QUARTER // 4, TICKS_PER_QUARTER // 3)  # what a played note is taken for: a sixteenth, or else a triplet


class Performing:
    """Humanizes notes with the shelf's performer, which is loaded when it is first needed, and the vibrato of the instruments' card."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._performer: Performer | None = None
        self._seed = 0

    def humanized(self, document: Document, ids: Iterable[int], seed: int | None = None) -> Document:
        """``document`` with those notes played. Asked again without a seed, it is played otherwise; the same seed plays the same.

        Raises:
            StudioError: the performer's model is missing or damaged.
        """
        performer = self._loaded()
        instruments = next(iter(self._shelf.of_kind("renderer")), None)
        self._seed += 1
        seed = self._seed if seed is None else seed
        for track_id, notes in edits.notes_of(document, ids):
            track = document.track(track_id)
            own = [c for c in find_cards(user_instruments()) if c.id == track.instrument] if track.instrument else []
            document = played(document, notes, performer, track.drums, seed)
            document = phrased(document, track_id, notes.id, law_of(instruments, *own), seed)
        return document

    def _loaded(self) -> Performer:
        """Not asked of the shelf: the window's thread would wait there for a network that is being loaded."""
        if self._performer is None:
            card = next(iter(self._shelf.of_kind("performer")), None)
            if card is None:
                raise StudioError("There is no model that plays notes.", "Install Partita again.")
            self._performer = Performer()
            self._performer.prepare(card, "cpu")
        return self._performer


def played(document: Document, notes: Notes, performer: Performer, drums: bool, seed: int) -> Document:
    """``document`` with ``notes`` (of one track, counted from the song's start) placed and sounded as ``performer`` plays them."""
    written = notes.replace(start=_written(notes, document))
    order = np.argsort(written.id)
    playing = performer.play(written, document.meter, document.tempo, drums, seed)
    at = order[np.searchsorted(written.id[order], notes.id)]
    seconds = document.tempo.seconds(notes.start) + playing.late_ms[at] / 1000
    start = np.rint(document.tempo.ticks_at_seconds(np.maximum(seconds, 0.0))).astype(np.int64)
    velocity = np.rint(notes.velocity + playing.louder[at]).astype(np.int64)
    return edits.set_playing(document, notes.id, start, velocity)


def _written(notes: Notes, document: Document) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where the notes would stand in the score: on the nearest sixteenth, or the triplet that is much nearer."""
    straight, triplet = (document.meter.snap_all(notes.start, grid) for grid in FINEST)
    nearer = np.abs(notes.start - triplet) + 0.03 * TICKS_PER_QUARTER < np.abs(notes.start - straight)
    return np.where(nearer, triplet, straight)
