"""Which bars a change is meant for."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from studio.app.session import Session
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.ui.changing import SameBars, region_of, verbs_of
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import Viewport

BAR = 3840


def track(track_id: int, start: int, bars: int) -> Track:
    notes = Notes.of(np.arange(bars) * BAR, BAR // 4, 60).with_ids_from(100 * track_id)
    return Track(track_id, f"Part {track_id}", clips=(Clip(50 + track_id, start, bars * BAR, (Take(notes),)),))


@pytest.fixture
def state(qtbot):
    made = RollState(Session(Document(tracks=(track(1, 2 * BAR, 4), track(2, 0, 1)), next_id=1000)), Viewport())
    yield made
    made.close()


def test_the_bars_of_the_selected_notes(state):
    state.select([101, 102])
    region = region_of(state, loop_on=True)
    assert (region.start, region.end) == (3 * BAR, 5 * BAR)
    assert region.said == "bars 4 to 5 of Part 1"


def test_else_those_of_the_loop_while_it_is_on(state):
    state.session.commit("Set the loop", replace(state.document, loop=(BAR + 1, 2 * BAR + 1)))
    assert (region_of(state, True).first, region_of(state, True).last) == (2, 3)
    assert region_of(state, False).said == "bars 3 to 6 of Part 1"


def test_else_those_of_the_clip_at_the_playhead(state):
    state.set_track(2)
    assert region_of(state, False).said == "bar 1 of Part 2"


def test_a_song_without_notes_has_none(qtbot):
    made = RollState(Session(Document()), Viewport())
    assert region_of(made, True) is None
    made.close()


@dataclass
class Card:
    hyper: dict


class FakeShelf:
    def __init__(self, **kinds):
        self._kinds = kinds

    def of_kind(self, kind):
        return self._kinds.get(kind, [])


def test_only_verbs_that_there_is_a_network_for_are_offered():
    assert verbs_of(FakeShelf()) == frozenset()
    assert verbs_of(FakeShelf(generator=[Card({})])) == {"continue", "new"}
    assert verbs_of(FakeShelf(clips=[Card({"kind": "drums"})])) == {"groove", "drums", "blend", "explore"}
    assert {"fill", "accompany", "harmonise", "vary"} <= verbs_of(FakeShelf(arranger=[Card({})]))


def rewritten(state: RollState, name: str) -> None:
    """Bars 3 and 4 hold other notes, as after a step of that name."""
    (clip,) = state.document.tracks[0].clips
    notes = Notes.of([0, 480, BAR, 2 * BAR], 240, 70).with_ids_from(900)
    fresh = replace(state.document.tracks[0], clips=(replace(clip, takes=(Take(notes),)),))
    state.session.commit(name, replace(state.document, tracks=(fresh, *state.document.tracks[1:])))


@pytest.fixture
def same(state):
    made = SameBars(state)
    end = state.session.subscribe(made.follow)
    yield made
    end()


def test_once_bars_are_written_anew_their_notes_are_selected(state, same):
    state.select([100, 101])
    same.ask(region_of(state, True))
    rewritten(state, "Keep take")
    assert state.selected().id.tolist() == [900, 901, 902]
    assert region_of(state, True).said == "bars 3 to 4 of Part 1"


def test_nothing_is_selected_where_nothing_was_or_something_else_was_done(state, same):
    same.ask(region_of(state, True))
    rewritten(state, "Keep take")
    assert not len(state.selected())
    state.session.undo()
    state.select([100, 101])
    same.ask(region_of(state, True))
    rewritten(state, "Paste")
    assert not len(state.selected())
