"""Which bars a change is meant for, and which verbs there is a network for."""

from studio.app.shelf import Shelf
from studio.music.document import Document, Track
from studio.ui.panels.changing import Region
from studio.ui.roll.state import RollState


def region_of(state: RollState, loop_on: bool) -> Region | None:
    """The bars of the edited track that are meant: of the selected notes, else of the loop, else of the clip at the playhead.

    None where there is no track with notes.
    """
    document, track = state.document, state.track
    if track is None or not len(track.notes):
        return None
    start, end = _ticks(state, document, track, loop_on)
    meter = document.meter
    first = meter.bar_of(start)
    last = meter.bar_of(max(start, end - 1))
    return Region(meter.bar_start(first), meter.bar_end(last), first + 1, last + 1, track.id, track.name, track.drums)


def _ticks(state: RollState, document: Document, track: Track, loop_on: bool) -> tuple[int, int]:
    chosen = state.selected()
    if len(chosen):
        return int(chosen.start.min()), int(chosen.start.max()) + 1
    if loop_on and document.loop:
        return document.loop
    playhead = int(state.viewport.playhead)
    clips = sorted(track.clips, key=lambda c: (not c.start <= playhead < c.end, abs(c.start - playhead)))
    return clips[0].start, min(clips[0].end, max(clips[0].start + 1, track.notes.last_end))


class SameBars:
    """Bars of selected notes that are written anew: once that is kept, what stands there now is selected, so they are meant again."""

    def __init__(self, state: RollState) -> None:
        self._state = state
        self._asked: tuple[Region, int] | None = None  # and at which step

    def ask(self, region: Region | None) -> None:
        """``region`` is to be written anew."""
        self._asked = (region, self._state.session.position) if region and len(self._state.selected()) else None

    def follow(self) -> None:
        """The session changed: perhaps what was written is kept now."""
        session, state = self._state.session, self._state
        if self._asked is None or session.proposal is not None or session.position == self._asked[1]:
            return
        (region, step), self._asked = self._asked, None
        kept = session.position == step + 1 and session.steps[session.position] == "Keep take"
        if kept and not len(state.selected()) and state.track_id == region.track_id and state.track:
            state.select(state.track.notes.starting_between(region.start, region.end).id.tolist())


def verbs_of(shelf: Shelf) -> frozenset[str]:
    """The verbs that the installed models can do."""
    able = {"continue", "new"} if shelf.of_kind("generator") else set()
    if shelf.of_kind("arranger"):
        able |= {"fill", "accompany", "harmonise", "vary"}
    kinds = {card.hyper.get("kind") for card in shelf.of_kind("clips")}
    if "lines" in kinds:
        able |= {"vary", "blend", "explore"}
    if "drums" in kinds:
        able |= {"groove", "drums", "blend", "explore"}
    return frozenset(able)
