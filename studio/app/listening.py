"""What the notes that the arranger wrote have listened to, found again by where they come from.

Kept beside the songs, not in them: a take of the arranger can be written again from its provenance, to the byte and its weights
with it, whereas in the song twelve heard notes would weigh more than the note that heard them. So a take that was kept tells
what it listened to as long as the program runs, through every undo; a song that is opened again does not.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable

from studio.app.provenance_notes import asked_of
from studio.engines.arranger_take import Listened
from studio.music.document import Provenance

KEPT = 64
"""Takes that are remembered, the latest."""
_TOLD_LATER = ("notes_sha256", "written_to")  # what a take's provenance is given once it is written


def _key(provenance: Provenance) -> tuple[str, ...]:
    asked = {name: value for name, value in asked_of(provenance).items() if name not in _TOLD_LATER}
    return provenance.model, provenance.weights_sha256, provenance.source, str(provenance.seed), json.dumps(asked, sort_keys=True)


class Listening:
    """What written notes listened to, take by take. Safe to fill from a worker thread while the window asks."""

    def __init__(self) -> None:
        self._takes: OrderedDict[tuple[str, ...], dict[tuple[int, int], Listened]] = OrderedDict()

    def note(self, provenance: Provenance, listened: Iterable[Listened]) -> None:
        """Remember what notes of a take listened to."""
        take = self._takes.setdefault(_key(provenance), {})
        take.update(((note.start, note.pitch), note) for note in listened)
        while len(self._takes) > KEPT:
            self._takes.popitem(last=False)

    def of(self, provenance: Provenance, start: int, pitch: int) -> Listened | None:
        """What a note of a take listened to when it was written; None for notes of other networks, moved or forgotten ones."""
        return self._takes.get(_key(provenance), {}).get((start, pitch))
