import numpy as np
import pytest

from studio.app import performing, shelf
from studio.app.performing import Performing
from studio.app.shaping import MODULATION
from studio.app.shelf import Shelf
from studio.engines.cards import Card
from studio.errors import StudioError
from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Track
from studio.music.notes import Notes


def song(drums: bool) -> Document:
    document = edits.add_track(Document(), Track(0, drums=drums))
    k = np.arange(64)
    document = edits.add_notes(document, 1, Notes.of(k * 480, 240, np.where(k % 2, 42, 36) if drums else 60 + k % 5, 80))
    return edits.set_locked(document, [document.tracks[0].notes.id[5]], True)


@pytest.mark.parametrize("drums", [True, False])
def test_playing_is_near_what_is_written_and_leaves_locked_notes(drums: bool) -> None:
    document = song(drums)
    notes = document.tracks[0].notes
    changed = Performing(Shelf()).humanized(document, notes.id)
    new = changed.tracks[0].notes.select(np.argsort(changed.tracks[0].notes.id))
    old = notes.select(np.argsort(notes.id))
    late = (new.start - old.start) / 1.92  # ticks to milliseconds at 120 quarters a minute
    assert 1 < np.abs(late).mean() < 40
    assert np.abs(late).max() <= 61
    assert np.std(new.velocity) > 1
    assert (new.start[5], new.velocity[5]) == (old.start[5], old.velocity[5])
    assert (new.duration == old.duration).all()
    assert check(changed) == []


def test_asked_again_it_is_played_otherwise_and_a_fresh_start_plays_the_same() -> None:
    document = song(False)
    ids = document.tracks[0].notes.id
    one = Performing(Shelf())
    first, second = one.humanized(document, ids), one.humanized(document, ids)
    assert first != second
    assert Performing(Shelf()).humanized(document, ids) == first


def test_without_a_model_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "find_cards", list)
    with pytest.raises(StudioError, match="There is no model"):
        Performing(Shelf()).humanized(song(False), [2])


def test_held_notes_of_a_violin_get_vibrato_in_the_same_step() -> None:
    document = edits.add_track(Document(), Track(0, program=40))
    document = edits.add_notes(document, 1, Notes.of([0, 3840], 3840, 69, 80))
    ids = document.tracks[0].notes.id
    changed = Performing(Shelf()).humanized(document, ids, seed=3)
    wheel = changed.tracks[0].controls.numbered(MODULATION)
    assert wheel.value.max() > 5
    assert check(changed) == []
    assert Performing(Shelf()).humanized(document, ids, seed=3) == changed
    assert Performing(Shelf()).humanized(document, ids, seed=4) != changed


def test_an_instrument_of_ones_own_has_the_vibrato_of_its_card(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Card("own-reed", "own-instrument", "Reed", hyper={"sound": {"vibrato": [20.0, 5.0, 0.3]}})
    monkeypatch.setattr(performing, "find_cards", lambda folder: [own])
    document = edits.add_track(Document(), Track(0, instrument="own-reed"))
    document = edits.add_notes(document, 1, Notes.of(0, 3840, 69, 80))
    changed = Performing(Shelf()).humanized(document, document.tracks[0].notes.id)
    assert changed.tracks[0].controls.numbered(MODULATION).value.max() > 25
