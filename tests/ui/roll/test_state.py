import numpy as np

from studio.music import edits
from studio.music.notes import Notes
from studio.ui.roll.state import RollState, Shown


def test_between_finds_long_notes_by_bisection() -> None:
    rng = np.random.default_rng(0)
    start = np.sort(rng.integers(0, 100_000, 500))
    notes = Notes.of(start, np.where(rng.random(500) < 0.02, 50_000, 100), rng.integers(0, 128, 500))
    shown = Shown.of(notes)
    for a in range(0, 120_000, 7_001):
        b = a + 3_000
        among = shown.between(a, b)
        touching = np.flatnonzero((notes.start <= b) & (notes.end > a))
        assert set(touching.tolist()) <= set(range(among.start, among.stop))


def test_follows_the_session(state: RollState) -> None:
    seen: list[str] = []
    state.document_changed.connect(lambda: seen.append("document"))
    state.selection_changed.connect(lambda: seen.append("selection"))
    state.select([1, 2])
    state.session.commit("x", edits.remove_notes(state.document, [1]))
    assert state.selection == {2}
    assert seen == ["selection", "selection", "document"]
    state.session.commit("x", edits.remove_track(state.document, 11))
    assert state.track_id == 12
    state.close()
    state.session.undo()
    assert seen.count("document") == 2


def test_prepared_notes_are_kept_while_the_track_is(state: RollState) -> None:
    bass = state.document.track(12)
    before = state.shown_of(bass)
    state.session.commit("x", edits.move_notes(state.document, [1], 0, 1))
    assert state.shown_of(state.document.track(12)) is before


def test_set_track_clears_the_selection(state: RollState) -> None:
    state.select([1])
    state.set_track(12)
    assert state.selection == frozenset()
    assert state.shown.notes.id.tolist() == [5]
