"""The takes of a clip: listened to one after the other in the song, kept, thrown away, named.

The take that is heard is the take that is there: choosing is an ordinary step, so whatever is edited next is what was heard.
Choosing again and again stays one step, and coming back to the first leaves none: trying costs nothing.
"""

from studio.app.session import Session
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Provenance, Track

CHOOSE = "Choose take"


class ClipTakes:
    """What can be done to the takes of the session's clips."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: dict[int, int] = {}  # by clip: the take that was heard before this one

    def find(self, clip_id: int) -> tuple[Track, Clip] | None:
        """The clip of that id and its track, None when there is none."""
        for track in self._session.document.tracks:
            for clip in track.clips:
                if clip.id == clip_id:
                    return track, clip
        return None

    def choose(self, clip_id: int, take: int) -> None:
        """Have a take sound; nothing where the clip has no such take."""
        found = self.find(clip_id)
        if found is None or not 0 <= take < len(found[1].takes) or take == found[1].active:
            return
        self._before[clip_id] = found[1].active
        session = self._session
        last = session.steps[session.position] == CHOOSE and session.position == len(session.steps) - 1
        document = edits.choose_take(session.committed, clip_id, take)
        if last and self._same_but_for_the_choice(document, session.song.steps[session.position - 1].document):
            session.undo()
            document = edits.choose_take(session.committed, clip_id, take)
            if edits.find_clip(session.committed, clip_id)[1].active == take:
                return
        session.commit(CHOOSE, document)

    @staticmethod
    def _same_but_for_the_choice(document: Document, before: Document) -> bool:
        """Whether only one clip's choice of take tells the two apart."""
        other = [
            (x.id, y.id)
            for a, b in zip(document.tracks, before.tracks, strict=False)
            if a is not b
            for x, y in zip(a.clips, b.clips, strict=False)
            if x is not y
        ]
        return len(document.tracks) == len(before.tracks) and len(other) <= 1

    def other(self, clip_id: int) -> None:
        """A/B: back to the take that was heard before this one, the next one where there was none."""
        found = self.find(clip_id)
        if found is not None and len(found[1].takes) > 1:
            clip = found[1]
            before = self._before.get(clip_id, clip.active + 1)
            self.choose(
                clip_id, before if before < len(clip.takes) and before != clip.active else (clip.active + 1) % len(clip.takes)
            )

    def drop(self, clip_id: int, take: int) -> None:
        """Throw a take away, as one step. Raises StudioError for a clip's only take."""
        found = self.find(clip_id)
        if found is None or not 0 <= take < len(found[1].takes):
            return
        if len(found[1].takes) == 1:
            raise StudioError("A clip's only take cannot be thrown away.", "Delete the clip instead.")
        self._before.pop(clip_id, None)
        self._session.commit("Drop take", edits.remove_take(self._session.committed, clip_id, take))

    def rename(self, clip_id: int, take: int, name: str) -> None:
        """Name a take, as one step."""
        if self.find(clip_id) is not None:
            self._session.commit("Rename take", edits.rename_take(self._session.committed, clip_id, take, name))

    def keep_as_clip(self, clip_id: int, take: int) -> None:
        """Make a take a clip of its own behind this one, as one step."""
        if self.find(clip_id) is not None:
            self._session.commit("Take to a clip", edits.keep_take_as_clip(self._session.committed, clip_id, take))


def origin_of(provenance: Provenance) -> str:
    """Where a take came from, in a word."""
    return {"drawn": "drawn", "imported": "imported", "played": "played", "generated": "written"}.get(provenance.kind, "")
